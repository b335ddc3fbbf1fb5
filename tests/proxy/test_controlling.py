"""When the control API is served, and when it is not."""

import asyncio
import re
import socket
from unittest.mock import Mock

import pytest

from mitmvcr.core.errors import OptionError
from mitmvcr.network_options import Address, parse_control
from mitmvcr.proxy.door import Control

TOKEN = "0123456789abcdef"


def served(control: Control, *addresses: str) -> list[str | None]:
    """Choose one address after another; return where it is then."""

    async def chosen() -> list[str | None]:
        found = []
        for each in addresses:
            control.settle(parse_control(each))
            found.append(control.url)
        control.close()
        return found

    return asyncio.run(chosen())


@pytest.mark.parametrize(
    ("token", "address", "line"),
    [
        ("", "0.0.0.0:0", "vcr_control=0.0.0.0:0: others reach this address: set"),
        ("", "[::]:0", "vcr_control=[::]:0: others reach this address: set"),
        ("short", "0.0.0.0:0", "MITMVCR_CONTROL_TOKEN=...: use 16 or more letters"),
        ("a b c d e f g h i j", "0", "MITMVCR_CONTROL_TOKEN=...: use 16 or more"),
    ],
)
def test_an_address_that_others_reach_needs_a_token(
    monkeypatch: pytest.MonkeyPatch, token: str, address: str, line: str
) -> None:
    monkeypatch.setenv("MITMVCR_CONTROL_TOKEN", token)
    with pytest.raises(OptionError, match=re.escape(line)) as told:
        served(Control(Mock()), address)
    assert not token or token not in str(told.value)


def test_its_url_is_one_that_this_machine_reaches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    urls = served(Control(Mock()), "0", "", "localhost:0", "[::1]:0")
    assert [str(each).rpartition(":")[0] for each in urls] == [
        *("http://127.0.0.1", "", "http://127.0.0.1", "http://[::1]")
    ]
    assert urls[1] is None
    monkeypatch.setenv("MITMVCR_CONTROL_TOKEN", TOKEN)
    (url,) = served(Control(Mock()), "0.0.0.0:0")
    assert str(url).startswith("http://127.0.0.1:")


def test_an_address_that_this_machine_has_not_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MITMVCR_CONTROL_TOKEN", TOKEN)
    line = "vcr_control=192.0.2.1:0: cannot listen there: .*; name one of this machine"
    with pytest.raises(OptionError, match=line):
        served(Control(Mock()), "192.0.2.1:0")


def test_where_it_cannot_be_moved_to_it_stays_where_it_is() -> None:
    async def moved() -> None:
        control = Control(Mock())
        control.settle(Address(0))
        here = control.url
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            for address, remedy in [
                (Address(port), "in use; port 0 is any free one"),
                (Address(0, "0.0.0.0"), "others reach this address"),
            ]:
                with pytest.raises(OptionError, match=re.escape(remedy)):
                    control.settle(address)
                assert control.url == here
        control.close()
        assert control.url is None

    asyncio.run(moved())
