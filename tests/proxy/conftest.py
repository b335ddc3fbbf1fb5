"""What cannot be is an error in these tests; in a mitmproxy it is logged."""

import logging
from collections.abc import Iterator

import pytest

from mitmvcr.proxy.flow import exchange


@pytest.fixture(autouse=True)
def _impossible_moves_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(error: exchange.ImpossibleMoveError) -> None:
        raise error

    monkeypatch.setattr(exchange, "impossible", fail)


@pytest.fixture(autouse=True)
def _nobody_goes_on_listening() -> Iterator[None]:
    """A rig that is not ended would hear what later tests log, and tell it too."""
    yield
    logging.getLogger("mitmproxy.proxy.server").filters.clear()
