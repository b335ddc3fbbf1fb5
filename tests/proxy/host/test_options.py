"""One option of mitmproxy's set alone, as its own ``update`` sets it."""

from collections.abc import Set

import pytest
from mitmproxy import exceptions
from mitmproxy.options import Options

from mitmvcr.proxy.host.capabilities import capabilities
from mitmvcr.proxy.host.options import set_alone, update_options


class Addon:
    """Refuses what holds "no", and keeps what it was told."""

    def __init__(self, opts: Options) -> None:
        self.opts = opts
        self.told: list[object] = []
        self.errors: list[str] = []
        opts.changed.connect(self._configure)
        opts.errored.connect(self._note)

    def _configure(self, updated: Set[str]) -> None:
        self.told.append((updated, self.opts.mode))
        if "no" in self.opts.mode:
            raise exceptions.OptionsError("refused")

    def _note(self, exc: Exception) -> None:
        self.errors.append(str(exc))


def outcome(alone: bool, value: object) -> list[object]:
    opts = Options()
    addon = Addon(opts)
    error = ""
    try:
        if alone:
            set_alone(opts, "mode", value)
        else:
            update_options(opts, {"mode": value})
    except (exceptions.OptionsError, TypeError) as raised:
        error = f"{type(raised).__name__}: {raised}"
    state = [opts.mode, opts.has_changed("mode"), opts.listen_port]
    return [error, addon.told, addon.errors, state]


@pytest.mark.parametrize(
    "value", [["regular", "socks5"], ["regular", "no"], [], "regular", [1]]
)
def test_it_ends_as_by_mitmproxys_own_way(value: object) -> None:
    assert capabilities.problem("one option alone") is None
    assert outcome(True, value) == outcome(False, value)
