"""The beginning of a session."""

import errno
import logging
import sys
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from mitmvcr.core.errors import OptionError, UnusableValueError, VcrError
from mitmvcr.core.modes import Mode
from mitmvcr.options import CASSETTE, Settings
from mitmvcr.proxy import host
from mitmvcr.proxy.flow.player import parse_filters, with_mode
from mitmvcr.proxy.sessions.routes import Wanted
from mitmvcr.session import Session, open_session
from mitmvcr.store.names import cassette_of

if TYPE_CHECKING:
    from mitmvcr.convert import Found
if sys.platform != "win32":  # pragma: no branch
    import resource

logger = logging.getLogger("mitmvcr")

#: Modes in which nothing is lost while no cassette is chosen.
_WITHOUT_CASSETTE = (Settings().mode, Mode.PASSTHROUGH)
#: So many files are open besides: two for each connection, and what mitmproxy and
#: Python have. Where there are too few, asyncio takes no connection, and tries so often
#: that nothing else is done.
_OTHERS = 4096
#: A recording has two, and its clients some.
_OF_SESSION = 6
#: With fewer a few clients leave none for a module that is imported late.
_LEAST = 64
_MORE = "('ulimit -n', LimitNOFILE= of systemd, --ulimit nofile= of docker)"
#: Each logs a traceback of it, hundreds of times a second, while clients wait to be
#: accepted: asyncio's loop, and mitmproxy's handler of its errors (master.py).
_WHO_LOGS = ("asyncio", "mitmproxy.master")


def prepared(settings: Settings) -> Settings:
    """Return the settings that are in force, checked before anything is closed. Raises
    OptionError."""
    parse_filters(settings)
    settings = with_mode(settings)
    has_place = settings.cassette is not None or settings.dir is not None
    if not has_place and settings.mode not in _WITHOUT_CASSETTE:
        remedy = f"mode {settings.mode} needs a cassette: name a file"
        raise OptionError(CASSETTE.vcr, "", remedy)
    return settings


def settings_of(root: Settings, wanted: Wanted) -> Settings:
    """Return the settings of a session that begins with a flow. Raise VcrError."""
    assert root.dir is not None
    try:
        cassette = cassette_of(root.dir, wanted.name)
    except UnusableValueError as error:
        raise VcrError(f"session {error.value} {error.remedy}") from error
    return root._replace(cassette=cassette, mode=wanted.mode or root.mode)


def _read_flows(data: bytes, found: "Found") -> None:
    """Read a file of mitmproxy's own."""
    from mitmvcr.proxy.flow import saved  # few replay one

    saved.read(data, found)


def make_room(sessions: int) -> None:
    """Let the process have as many files open as many clients and this number of named
    sessions need, as far as the system allows: most give 256 or 1024 at first. Raise
    VcrError where that is too few for any."""
    if sys.platform == "win32":  # pragma: no cover - it has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OTHERS + sessions * _OF_SESSION
    if hard != resource.RLIM_INFINITY:
        if hard < _LEAST:
            raise VcrError(
                f"no more than {hard} files may be open at once, which is too few for"
                " clients and what they ask for",
                remedy=f"let it have {_LEAST} or more {_MORE}",
            )
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    for name in _WHO_LOGS:
        logging.getLogger(name).addFilter(_is_other)


def _is_other(record: logging.LogRecord) -> bool:
    """Say once in a process that there is no file for a client, in place of others."""
    error = record.exc_info[1] if record.exc_info else None
    if not isinstance(error, OSError) or error.errno != errno.EMFILE:
        return True
    _say_that_clients_wait()
    return False


@cache
def _say_that_clients_wait() -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    logger.warning(
        "mitmvcr: %d files are open, and no more may be: further clients wait until"
        " others leave; let it have more %s",
        most,
        _MORE,
    )


def begin(settings: Settings, said: set[str], *, is_guarded: bool) -> Session:
    """Open a session, and log what its user has to know; ``said`` is what was logged of
    others that holds for this one too. ``is_guarded``: it is known that what keeps a
    replay off the network is there, or nothing is that could reach it.

    Raises VcrError, CapabilityError where something of that is not there.
    """
    session = open_session(settings, _read_flows)
    if not is_guarded and (session.looks_up or session.offline):
        try:
            host.capabilities.require_guards()
        except VcrError:
            session.close()
            raise
    if session.notice is not None:
        logger.warning("mitmvcr: %s", session.notice)
    for line in session.common:
        if line not in said:
            logger.warning("mitmvcr: %s", line)
            said.add(line)
    return session


def announce(settings: Settings) -> None:
    """Log what is to be known at every start with these settings."""
    where = settings.cassette or settings.dir
    if where is not None and settings.redaction.off:
        text = "mitmvcr: vcr_redact=none: secrets are written to %s as they are"
        logger.warning(text, where)
