"""One option of mitmproxy's set alone, as its own ``update`` sets it; ours added
together, as it adds them one by one."""

from collections.abc import Sequence, Set
from types import SimpleNamespace
from typing import Any

import pytest
from mitmproxy import exceptions
from mitmproxy.addonmanager import Loader
from mitmproxy.options import Options

from mitmvcr.proxy.host.capabilities import capabilities
from mitmvcr.proxy.host.options import add_options, set_alone, update_options


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


ROWS: list[tuple[str, Any, Any, str]] = [
    ("vcr_one", str, "1", "One."),
    ("vcr_many", Sequence[str], ["a", "b"], "Many,\nor none."),
    ("vcr_one", str, "1", "One."),  # as where a script is loaded anew
]


def added(together: bool) -> tuple[list[object], list[object]]:
    """Return what the options are after that, and the names that were told."""
    opts = Options()
    loader: Any = Loader(SimpleNamespace(options=opts))
    loader.add_option("vcr_there", str, "x", "There.")
    told: list[object] = []

    def note(updated: Set[str]) -> None:
        told.extend(sorted(updated))

    opts.changed.connect(note)
    rows = [("vcr_there", str, "x", "There."), *ROWS]
    if together:
        add_options(loader, rows)
    else:
        for row in rows:
            loader.add_option(*row)
    opts.set("vcr_many=c")
    return [repr(opts), opts.vcr_one, opts.default("vcr_many")], sorted({*told})


def test_options_are_added_as_by_mitmproxys_own_way() -> None:
    assert capabilities.problem("options together") is None
    assert added(True) == added(False)


def test_others_are_told_once_of_all() -> None:
    opts = Options()
    told: list[Set[str]] = []

    def note(updated: Set[str]) -> None:
        told.append(updated)

    opts.changed.connect(note)
    loader: Any = Loader(SimpleNamespace(options=opts))
    add_options(loader, ROWS)
    assert told == [{"vcr_one", "vcr_many"}]
