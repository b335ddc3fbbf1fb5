"""Hosts that are this machine, in each spelling."""

import pytest

from mitmvcr.core.urls import is_loopback, own_address


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        ("localhost", True),
        ("LocalHost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("[::ffff:127.0.0.1]", True),
        ("127.example.com", False),
        ("10.0.0.1", False),
        ("fe80::1%eth0", False),
        ("", False),
    ],
)
def test_a_host_is_this_machine(host: str, is_here: bool) -> None:
    assert is_loopback(host) is is_here


def test_what_listens_at_all_addresses_is_found_at_one() -> None:
    assert own_address("0.0.0.0") == "127.0.0.1"
    assert own_address("::") == "::1"
    assert own_address("10.0.0.1") == "10.0.0.1"
