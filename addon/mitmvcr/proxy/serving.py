"""The program that ``mitmvcr serve`` becomes: mitmproxy's own, with the addon in it.

No script of the recorder's can be loaded anew, or taken out, when an upgrade replaces
or removes its file; users' own scripts are given as ever.
"""

import logging
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

from mitmproxy import ctx
from mitmproxy.addonmanager import Loader

from mitmvcr.proxy import host, options
from mitmvcr.proxy.addon import VcrAddon
from mitmvcr.proxy.attached import Attached
from mitmvcr.proxy.host import chain, masters
from mitmvcr.spelling import OF_API, ON_COMMAND_LINE, InLog


def main(
    ui: str, arguments: Sequence[str] | None = None, *, attached: bool = False
) -> None:
    """Run mitmproxy with this interface; returns when it ends. The arguments are
    mitmproxy's, of the process where none are given. ``attached``: to the program that
    has started it, by its stdin and stdout."""
    given = sys.argv[1:] if arguments is None else arguments
    spelling = OF_API if attached else ON_COMMAND_LINE
    logging.getLogger("mitmvcr").addFilter(InLog(spelling))
    vcr = VcrAddon(host.ExitGuard(), has_lane=True)
    vcr.sessions.spelling = spelling
    more = [Attached(vcr.control)] if attached else []
    enter = partial(_enter, vcr, more)
    masters.serve(ui, given, prepare=_name_options, enter=enter)


def _name_options(master: Any) -> None:
    """Let ``--options`` name ours too."""
    options.VcrOptions().add(Loader(master))


def _enter(vcr: VcrAddon, more: Sequence[object], master: Any) -> None:
    chain.enter(master.addons, vcr)
    master.addons.add(*more)
    vcr.configure(set(ctx.options.keys()))
