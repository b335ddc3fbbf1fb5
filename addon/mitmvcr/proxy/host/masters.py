"""mitmproxy as a program: in this process (master.py, addons/__init__.py,
addons/proxyserver.py), or as one of its own (tools/main.py)."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from mitmproxy import ctx

from mitmvcr.core.errors import OWN_FAILURE
from mitmvcr.proxy.host.capabilities import capabilities

if TYPE_CHECKING:
    from mitmproxy.master import Master as Master
else:
    Master = Any


def import_all() -> None:
    """Import what a master needs, which takes most of a second, in any thread."""
    from mitmproxy import addons, master, options  # noqa: F401
    from mitmproxy.addons import errorcheck, keepserving, readfile  # noqa: F401


def make_master(**options: Any) -> Master:
    """Return a mitmdump that prints nothing, with these options. Call it in the
    event loop that it is to run in. Raises CapabilityError."""
    capabilities.require("mitmproxy in process")
    from mitmproxy.addons import default_addons, errorcheck, keepserving, readfile
    from mitmproxy.master import Master
    from mitmproxy.options import Options

    # tools/dump.py imports what it prints flows with.
    master = Master(Options(**options))
    master.addons.add(
        *default_addons(),
        keepserving.KeepServing(),
        readfile.ReadFileStdin(),
        errorcheck.ErrorCheck(),
    )
    return master


def listening_port(master: Master) -> int | None:
    """Return the port of its first listener, once there is one."""
    addresses = master.addons.get("proxyserver").listen_addrs()
    return int(addresses[0][1]) if addresses else None


def ending() -> Callable[[], None]:
    """Return what ends the mitmproxy that runs, from any thread."""
    master: Any = ctx.master
    return cast(Callable[[], None], master.shutdown)


def serve(
    ui: str,
    arguments: Sequence[str],
    *,
    prepare: Callable[[Any], None],
    enter: Callable[[Any], Awaitable[None]],
    spell: Callable[[str], str] = str,
) -> None:
    """Run one of mitmproxy's programs, ``dump``, ``console`` or ``web``, until it
    ends. ``prepare`` gets the master before its command line is read, ``enter`` when
    all options were read, from files too; then mitmproxy listens. ``spell`` writes the
    options in what ends it as whoever started it gave them."""
    from mitmproxy.tools import cmdline
    from mitmproxy.tools.main import run

    parsers = {
        "dump": cmdline.mitmdump,
        "console": cmdline.mitmproxy,
        "web": cmdline.mitmweb,
    }
    filtered = _filtered if ui == "dump" else None
    # As mitmproxy's own programs start (tools/main.py: mitmdump, mitmproxy, mitmweb).
    serving = _with_addon(_interface(ui), prepare, enter)
    try:
        run(serving, parsers[ui], arguments, filtered)
    except SystemExit as error:
        if not isinstance(error.code, str):
            raise
        print(spell(error.code), file=sys.stderr, flush=True)  # noqa: T201
        sys.exit(OWN_FAILURE)  # as the other commands say it


def _interface(ui: str) -> Any:
    """Import an interface, which nobody else needs, and return its master."""
    if ui == "dump":
        from mitmproxy.tools.dump import DumpMaster

        return DumpMaster
    if ui == "web":
        from mitmproxy.tools.web.master import WebMaster

        return WebMaster
    from mitmproxy.tools.console.master import ConsoleMaster

    return ConsoleMaster


def _filtered(given: Any) -> dict[str, str]:
    """Return the options that mitmdump's filter sets, given after its options."""
    text = " ".join(given.filter_args)
    names = ("save_stream_filter", "readfile_filter", "dumper_filter")
    return dict.fromkeys(names, text) if text else {}


def _with_addon(
    interface: Any,
    prepare: Callable[[Any], None],
    enter: Callable[[Any], Awaitable[None]],
) -> Any:
    class Serving(interface):  # type: ignore[misc] # chosen at run time
        def __init__(self, opts: Any) -> None:
            super().__init__(opts)
            prepare(self)

        async def run(self) -> None:
            await enter(self)
            await super().run()

    return Serving
