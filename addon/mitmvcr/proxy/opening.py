"""The beginning of a session."""

import logging

from mitmvcr.core.errors import VcrError
from mitmvcr.options import Settings
from mitmvcr.proxy import host
from mitmvcr.session import Session, open_session

logger = logging.getLogger("mitmvcr")


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
