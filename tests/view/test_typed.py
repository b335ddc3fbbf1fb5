"""A request that is only typed is understood as the proxy would understand it."""

import pytest
from mitmproxy import http

from mitmvcr.proxy.host.messages import request_parts
from mitmvcr.view.requests import to_request
from mitmvcr.view.typed import request_from

HEADERS = [("Content-Type", "application/json"), ("Content-Length", "99")]


@pytest.mark.parametrize(
    ("url", "sent", "host"),
    [
        ("https://h.test/a?b=c", "https://h.test/a?b=c", "h.test"),
        ("https://h.test", "https://h.test/", "h.test"),
        ("HTTPS://H.test:443/a", "https://h.test/a", "H.test:443"),
        ("http://me:x@h.test:8080/a@b#f", "http://h.test:8080/a@b", "h.test:8080"),
        ("http://[::1]:8080/ü b", "http://[::1]:8080/%C3%BC%20b", "[::1]:8080"),
        ("http://a_b.test/a%2Fb;c", "http://a_b.test/a%2Fb;c", "a_b.test"),
    ],
)
def test_it_is_what_mitmproxy_makes_of_the_same(url, sent, host):
    wire = http.Request.make("POST", sent, b"{}", http.Headers([]))
    wire.headers = http.Headers(
        [
            (b"Content-Type", b"application/json"),
            (b"Content-Length", b"2"),
            (b"Host", host.encode()),
        ]
    )
    assert (
        request_from("POST", url, HEADERS, b"{}")
        == to_request(request_parts(wire)).request
    )


@pytest.mark.parametrize(
    ("url", "sent", "host"),
    [
        ("https://h.test?q=a@b", "https://h.test/?q=a@b", "h.test"),
        ("https://bücher.test:8443/", "https://xn--bcher-kva.test:8443/", None),
        ("http://bücher.test/", "http://xn--bcher-kva.test/", None),
        ("http://h.test/a?", "http://h.test/a?", "h.test"),
    ],
)
def test_it_is_what_clients_send(url, sent, host):
    got = request_from("GET", url, [], b"")
    assert got.url == sent
    assert got.host == (host or sent.split("/")[2])


def test_headers_and_body_stay_as_typed():
    headers = [("Host", "other.test"), ("Content-Encoding", "gzip")]
    got = request_from("POST", "https://h.test/", headers, b"\x1f\x8b")
    assert (got.url, got.host, got.body) == (
        "https://h.test/",
        "other.test",
        b"\x1f\x8b",
    )


def test_a_body_in_chunks_has_no_length():
    headers = [("Transfer-Encoding", "chunked")]
    assert request_from("POST", "https://h.test/", headers, b"x").content_length == 0


@pytest.mark.parametrize(
    "url",
    [
        *(
            "nowhere",
            "ftp://h/",
            "http://",
            "http:///a",
            "http://h:x/",
            "http://h:65536/",
        ),
        *("http://a b/", "http://[::1/", "http://[z]/", "http://a..b/", "http://:80/"),
        f"http://{'a' * 64}.test/",
        f"http://{'a.' * 130}test/",
    ],
)
def test_what_no_request_can_have(url):
    with pytest.raises(ValueError, match=r"\w"):
        request_from("GET", url, [], b"")
