"""The beginning of a session."""

import logging
import sys
from contextlib import suppress

from mitmvcr.core.errors import VcrError
from mitmvcr.options import Settings
from mitmvcr.proxy import host
from mitmvcr.proxy.flow.player import parse_filters, with_mode
from mitmvcr.session import Session, open_session

if sys.platform != "win32":  # pragma: no branch
    import resource

logger = logging.getLogger("mitmvcr")


#: So many files are open besides: connections, and what mitmproxy and Python have.
_OTHERS = 1024
#: A recording has two, and its clients some.
_OF_SESSION = 6


def prepared(settings: Settings) -> Settings:
    """Return the settings that are in force, checked before anything is closed. Raises
    OptionError."""
    parse_filters(settings)
    return with_mode(settings)


def make_room(sessions: int) -> None:
    """Let the process have as many files open as this number of sessions needs, as far
    as the system allows: most give 256 or 1024 at first."""
    if sys.platform == "win32":  # pragma: no cover - it has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OTHERS + sessions * _OF_SESSION
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def begin(settings: Settings, *, is_guarded: bool) -> Session:
    """Open a session, and log what its user has to know. ``is_guarded``: it is known
    that what keeps a replay off the network is there.

    Raises VcrError, CapabilityError where something of that is not there.
    """
    session = open_session(settings)
    if not is_guarded and (session.looks_up or session.offline):
        try:
            host.capabilities.require_guards()
        except VcrError:
            session.close()
            raise
    if session.notice is not None:
        logger.warning("mitmvcr: %s", session.notice)
    for line in session.idle_options:
        logger.warning("mitmvcr: %s", line)
    return session
