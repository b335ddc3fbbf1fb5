"""Log-ins are recorded without what they are made of, and replay."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from end_to_end import logins
from end_to_end.proxy import Proxy
from end_to_end.wire import fetch

#: What a browser is sent with is new each time, and no answer depends on it.
FRESH = ["state=", "code_challenge="]


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """One process for them all."""
    return mitmdump_kept


@pytest.mark.parametrize("flow", logins.FLOWS, ids=lambda flow: flow.__name__)
def test_a_log_in_replays(
    flow: Callable[[logins.Fetch, str], object],
    mitmdump: Callable[..., Proxy],
    proxy_ca: Path,
    tmp_path: Path,
) -> None:
    cassette = tmp_path / "c.yaml"

    def run(mode: str, base: str) -> object:
        proxy = mitmdump(cassette, mode, vcr_ignore_query=FRESH)
        proxy.wait_until_listening()
        seen = flow(partial(fetch, proxy.url, proxy_ca), base)
        assert proxy.stop() == 0
        assert "missed 0, unused 0" in proxy.log
        return seen

    with logins.origin() as base:
        recorded = run("record_only", base)
    assert "error" not in str(recorded)
    assert run("replay_only", base) == recorded
    text = cassette.read_text()
    assert [each for each in logins.SECRETS if each in text] == []
