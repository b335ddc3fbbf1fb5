"""What is made of the URL of a proxy to go on through, and of NO_PROXY."""

import pytest

from mitmvcr.network_options import Upstream
from mitmvcr.proxy.way_out import WayOut, goes_past
from rig import in_loop


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("http://proxy.test:3128", {"mode": ["upstream:http://proxy.test:3128"]}),
        ("https://proxy.test", {"mode": ["upstream:https://proxy.test:443"]}),
        ("http://[::1]:8080", {"mode": ["upstream:http://[::1]:8080"]}),
        (
            "http://me%40x:p%3Aw@proxy.test:3128/",
            {
                "mode": ["upstream:http://proxy.test:3128"],
                "upstream_auth": "me@x:p:w",
            },
        ),
    ],
)
@in_loop
async def test_an_upstream_proxys_credentials_are_an_option_of_their_own(url, options):
    assert await WayOut(Upstream(url)).open() == options
    lazy = options | {"connection_strategy": "lazy"}
    assert await WayOut(Upstream(url, ("a.test",))).open() == lazy


@pytest.mark.parametrize(
    ("word", "host", "port", "past"),
    [
        ("*", "a.test", 443, True),
        ("a.test", "a.test", 443, True),
        ("A.test", "b.a.TEST", 443, True),
        (".a.test", "b.a.test", 443, True),
        ("*.a.test", "b.a.test", 443, True),
        ("a.test", "ba.test", 443, False),
        ("a.test.", "a.test", 443, True),
        ("a.test", "b.a.test.", 443, True),
        ("a.test.", "ba.test.", 443, False),
        (".a.test.:8443", "b.a.test", 8443, True),
        ("a.test:8443", "a.test", 8443, True),
        ("a.test:8443", "a.test", 443, False),
        ("10.0.0.0/8", "10.1.2.3", 443, True),
        ("10.0.0.0/8", "11.1.2.3", 443, False),
        ("10.1.2.3", "10.1.2.3", 80, True),
        ("::1", "::1", 80, True),
        ("[::1]:80", "::1", 80, True),
        ("[::1]:80", "::1", 81, False),
        ("fe80::/10", "fe80::1", 81, True),
    ],
)
def test_what_no_proxy_names(word, host, port, past):
    assert goes_past([word], host, port) is past
    assert goes_past(["other.test", word], host, port) is past
    assert not goes_past([], host, port)
