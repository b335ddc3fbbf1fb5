"""The program that ``mitmvcr serve`` becomes: mitmproxy's own, with the addon in it.

No script of the recorder's can be loaded anew, or taken out, when an upgrade replaces
or removes its file; users' own scripts are given as ever.
"""

import sys
from collections.abc import Sequence
from typing import Any

from mitmproxy import ctx
from mitmproxy.addonmanager import Loader

from mitmvcr.proxy import host, options
from mitmvcr.proxy.addon import VcrAddon
from mitmvcr.proxy.host import chain, masters


def main(ui: str, arguments: Sequence[str] | None = None) -> None:
    """Run mitmproxy with this interface; returns when it ends. The arguments are
    mitmproxy's, of the process where none are given."""
    given = sys.argv[1:] if arguments is None else arguments
    masters.serve(ui, given, prepare=_name_options, enter=_enter)


def _name_options(master: Any) -> None:
    """Let ``--options`` name ours too."""
    options.VcrOptions().add(Loader(master))


def _enter(master: Any) -> None:
    vcr = VcrAddon(host.ExitGuard())
    chain.enter(master.addons, vcr)
    vcr.configure(set(ctx.options.keys()))
