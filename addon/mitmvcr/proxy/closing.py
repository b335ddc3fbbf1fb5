"""The end of a session: its recording is put in place, and the log says what came of
it."""

import logging

from mitmvcr.core.errors import CassetteWriteError
from mitmvcr.options import SECRET
from mitmvcr.session import Session

logger = logging.getLogger("mitmvcr")


def close(session: Session) -> None:
    """Close a session. What goes wrong is logged, and is the session's failure."""
    try:
        session.close()
    except CassetteWriteError as error:
        logger.error("mitmvcr: %s", error)
    for url in session.altered:
        logger.warning(
            "mitmvcr: %s: a later request revealed a secret in this one, which is"
            " taken out: the request may not match in a replay. Name its"
            " field with vcr_redact_query or vcr_redact_json, or its variable with"
            " %s, and record again",
            url,
            SECRET.vcr,
        )
    logger.info("mitmvcr: %s", session.summary().line())
