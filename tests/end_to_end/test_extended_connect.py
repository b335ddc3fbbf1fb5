"""WebSockets and UDP over HTTP/2 (RFC 8441, RFC 9298): mitmproxy offers neither, and a
client that asks all the same is turned down, whether or not a recording is under way.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from end_to_end.h2_client import ClosedError, connected
from end_to_end.proxy import Proxy


@pytest.mark.parametrize("mode", ["record_only", "replay_only"])
@pytest.mark.parametrize("protocol", ["websocket", "connect-udp"])
def test_an_extended_connect_is_turned_down_and_leaves_nothing(
    mitmdump: Callable[..., Proxy],
    proxy_ca: Path,
    tmp_path: Path,
    mode: str,
    protocol: str,
) -> None:
    cassette = tmp_path / "a.yaml"
    if mode == "replay_only":
        cassette.write_text("---\nversion: 2\ninteractions: []\n")
    before = cassette.read_bytes() if cassette.exists() else b""
    proxy = mitmdump(cassette, mode, connection_strategy="lazy").wait_until_listening()
    with connected(proxy.port, proxy_ca, "api.test") as client:
        asked = client.ask("/chat", (":protocol", protocol), method="CONNECT")
        with pytest.raises(ClosedError):
            client.answer(asked)
    assert proxy.stop() == 0
    assert "recorded 0, replayed 0" in proxy.log
    assert (cassette.read_bytes() if cassette.exists() else b"") == before
