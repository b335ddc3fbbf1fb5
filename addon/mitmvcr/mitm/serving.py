"""The program that ``mitmvcr serve`` becomes: mitmproxy's own, with the addon in it.

No script of the recorder's can be loaded anew, or taken out, when an upgrade replaces
or removes its file; users' own scripts are given as ever.
"""

import sys
from collections.abc import Callable, Sequence
from typing import Any

from mitmproxy import ctx
from mitmproxy.addonmanager import Loader
from mitmproxy.master import Master
from mitmproxy.options import Options
from mitmproxy.tools import cmdline
from mitmproxy.tools.main import run

from mitmvcr.mitm import host, options
from mitmvcr.mitm.adapter import VcrAddon
from mitmvcr.mitm.host import chain

#: The name of each of mitmproxy's three interfaces, with its command line.
_PARSERS: dict[str, Callable[[Options], Any]] = {
    "dump": cmdline.mitmdump,
    "console": cmdline.mitmproxy,
    "web": cmdline.mitmweb,
}


def main(ui: str, arguments: Sequence[str] | None = None) -> None:
    """Run mitmproxy with this interface; returns when it ends. The arguments are
    mitmproxy's, of the process where none are given."""
    given = sys.argv[1:] if arguments is None else arguments
    filtered = _filtered if ui == "dump" else None
    # As mitmproxy's own programs start (tools/main.py: mitmdump, mitmproxy, mitmweb).
    run(_with_addon(_master(ui)), _PARSERS[ui], given, filtered)


def _master(ui: str) -> type[Any]:
    """An interface is imported only where it is used."""
    if ui == "dump":
        from mitmproxy.tools.dump import DumpMaster

        return DumpMaster
    if ui == "web":
        from mitmproxy.tools.web.master import WebMaster

        return WebMaster
    from mitmproxy.tools.console.master import ConsoleMaster

    return ConsoleMaster


def _filtered(given: Any) -> dict[str, str]:
    """mitmdump's filter, which stands behind its options."""
    text = " ".join(given.filter_args)
    names = ("save_stream_filter", "readfile_filter", "dumper_filter")
    return dict.fromkeys(names, text) if text else {}


def _with_addon(interface: type[Master]) -> type[Master]:
    class Serving(interface):  # type: ignore[valid-type, misc] # chosen at run time
        def __init__(self, opts: Options) -> None:
            super().__init__(opts)
            options.add(Loader(self))  # so that --options names them

        async def run(self) -> None:
            """By now all options have been read, from files too."""
            vcr = VcrAddon(host.LastResort())
            chain.enter(self.addons, vcr)
            vcr.configure(set(ctx.options.keys()))
            await super().run()

    return Serving
