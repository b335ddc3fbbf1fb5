"""Recordings of other recorders, replayed as they are by one real mitmdump."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from convert.samples import BINARY, interaction
from end_to_end.proxy import Proxy
from end_to_end.wire import fetch
from mitmvcr.convert import BY_NAME, READ, WRITTEN, write
from mitmvcr.core.model import Interaction

ITEMS = (
    interaction("https://api.test/turn", body=b"1"),
    interaction("https://api.test/turn", body=b"2"),
    interaction("https://api.test/bytes", body=BINARY),
)


def save(path: Path, name: str, items: Sequence[Interaction]) -> Path:
    data = write(items, BY_NAME[name]).data
    path.write_bytes(data if isinstance(data, bytes) else b"".join(data))
    return path


@pytest.mark.parametrize(
    "name", [each for each in WRITTEN if each in READ and each != "wiremock"]
)
def test_it_answers_as_a_cassette_would(
    name: str, mitmdump_kept: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path
) -> None:
    path = save(tmp_path / "a.rec", name, ITEMS)
    before = path.read_bytes()
    proxy = mitmdump_kept(path, "record_once")
    proxy.wait_until_listening()
    urls = [each.request.url for each in ITEMS]
    got = [fetch(proxy.url, proxy_ca, url, "GET", None, {}).body for url in urls]
    assert got == [each.response.body for each in ITEMS]
    assert (
        fetch(proxy.url, proxy_ca, "https://api.test/x", "GET", None, {}).status == 424
    )
    assert proxy.stop() == 0
    assert "replayed 3, missed 1, unused 0" in proxy.log
    assert path.read_bytes() == before
    assert [*tmp_path.iterdir()] == [path]
