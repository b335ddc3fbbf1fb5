"""What sessions need of mitmproxy's own options."""

from collections.abc import Collection

from mitmproxy import ctx

from mitmvcr.proxy import host
from mitmvcr.proxy.flow.player import Player
from mitmvcr.proxy.sessions import Sessions
from mitmvcr.proxy.trust import names_some, towards_origins


def set_options(options: host.HostOptions, sessions: Sessions) -> None:
    """Set them as the sessions in play need them."""
    # A named session may begin at any time, and need any of it.
    in_play, root = sessions.in_play(), sessions.root
    named = root is not None
    options.hold(ctx.options)  # it may be changed with ours, at once
    options.apply(
        ctx.options,
        # And where a refused connection is to be recorded: with its request.
        lazy=named
        or any(p.session.looks_up or p.settings.record_errors for p in in_play),
        whole_bodies=named or not all(p.streams_bodies for p in sessions.open()),
        any_headers=not named
        and sessions.named() is not None
        and all(p.offline and not p.passthrough for p in in_play),
        more=towards_origins(root, in_play),
    )


def are_needed_no_more(sessions: Sessions, closed: Collection[Player]) -> bool:
    """Return whether some of it may have gone with closed sessions. Of a thousand none
    is looked at when one of them ends."""
    is_alone = sessions.root is None
    return is_alone or any(names_some(each.settings) for each in closed)
