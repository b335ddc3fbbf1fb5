"""The program that ``mitmvcr serve`` becomes: mitmproxy's own, with the addon in it.

No script of the recorder's can be loaded anew, or taken out, when an upgrade replaces
or removes its file; users' own scripts are given as ever.
"""

import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

from mitmproxy import ctx
from mitmproxy.addonmanager import Loader

from mitmvcr.proxy import host, options
from mitmvcr.proxy.addon import VcrAddon
from mitmvcr.proxy.attached import Attached, name_for_api
from mitmvcr.proxy.flow.player import Player
from mitmvcr.proxy.host import chain, masters
from mitmvcr.spelling import as_typed


def main(
    ui: str, arguments: Sequence[str] | None = None, *, attached: bool = False
) -> None:
    """Run mitmproxy with this interface; returns when it ends. The arguments are
    mitmproxy's, of the process where none are given. ``attached``: to the program that
    has started it, by its stdin and stdout."""
    given = sys.argv[1:] if arguments is None else arguments
    opened = name_for_api if attached else _name_as_typed
    vcr = VcrAddon(host.ExitGuard(), opened=opened, has_lane=True)
    more = [Attached(vcr.control)] if attached else []
    enter = partial(_enter, vcr, more)
    masters.serve(ui, given, prepare=_name_options, enter=enter)


def _name_as_typed(player: Player) -> None:
    """Let a session that begins name options that would help as ``serve`` has them."""
    player.session.spell = as_typed


def _name_options(master: Any) -> None:
    """Let ``--options`` name ours too."""
    options.VcrOptions().add(Loader(master))


def _enter(vcr: VcrAddon, more: Sequence[object], master: Any) -> None:
    chain.enter(master.addons, vcr)
    master.addons.add(*more)
    vcr.configure(set(ctx.options.keys()))
