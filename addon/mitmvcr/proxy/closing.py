"""The end of a session: its recording is put in place, and the log says what came of
it."""

import logging
from collections.abc import Collection

from mitmvcr.core.errors import CassetteError
from mitmvcr.options import BY_NAME, SECRET
from mitmvcr.session import Session
from mitmvcr.session.unused import drop_marked

logger = logging.getLogger("mitmvcr")


def close(session: Session, dropped: Collection[int] = ()) -> None:
    """Close a session; the interactions at the positions that are ``dropped`` leave its
    cassette. What goes wrong is logged, and is the session's failure."""
    try:
        session.close()
        if dropped and (count := drop_marked(session, dropped)):
            name = session.store.name
            logger.info("mitmvcr: %s: %d marked interactions dropped", name, count)
    except CassetteError as error:
        session.note_failure(error)
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
    for name in session.kept_in_vain:
        logger.warning(
            "mitmvcr: %s=%s: nothing in this recording has it: leave it out, or see how"
            " it is spelled there",
            BY_NAME["keep"].vcr,
            name,
        )
    for url in session.left_whole:
        logger.warning(
            "mitmvcr: %s: this answer looks as if it held a secret, and stays as it"
            " came: its digest is its address, so that a client would refuse"
            " another. See it with mitmvcr cassette scan",
            url,
        )
    logger.info("mitmvcr: %s", session.summary().line())
