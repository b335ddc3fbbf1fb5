"""What cannot be is an error in these tests; in a mitmproxy it is logged."""

import pytest

from mitmvcr.proxy.flow import exchange


@pytest.fixture(autouse=True)
def _impossible_moves_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(error: exchange.ImpossibleMoveError) -> None:
        raise error

    monkeypatch.setattr(exchange, "impossible", fail)
