"""Making the session that settings name."""

import logging
import os
import time

from mitmvcr.cassette_options import what_is_odd
from mitmvcr.convert import Reader
from mitmvcr.core.errors import CassetteNotFoundError, OptionError
from mitmvcr.core.matching import Matcher
from mitmvcr.core.modes import RULES
from mitmvcr.options import BY_NAME, CASSETTE, Settings
from mitmvcr.session.foreign import ForeignStore, store_of
from mitmvcr.session.hooks import load_hooks
from mitmvcr.session.idle import idle_options
from mitmvcr.session.present import Present
from mitmvcr.session.session import Session

logger = logging.getLogger("mitmvcr")


def open_session(settings: Settings, flows: Reader | None = None) -> Session:
    """Load or begin the cassette that the settings name. Secrets in this process's
    environment, which is the recorded program's too, are not to be written. ``flows``
    reads files of mitmproxy's, for whoever has it.

    Raises CassetteNotFoundError, or what loading and beginning raise.
    """
    if settings.cassette is None:
        raise OptionError(CASSETTE.vcr, "", "name a file, as cassettes/chat.yaml")
    store = store_of(settings, flows)
    exists = store.exists()
    if RULES[settings.mode, exists].needs_cassette:
        raise CassetteNotFoundError(
            store.name,
            f"cassette not found, and mode {settings.mode} never records:"
            " record it first with mode record_once",
        )
    session = Session(
        store,
        settings.mode,
        settings.allow_repeats,
        exists=exists,
        matcher=Matcher(settings.matching),
        hooks=None if settings.hooks is None else load_hooks(settings.hooks),
        rules=settings.redaction,
        environment=os.environ,
        present=_present(settings),
        echoes=settings.echo,
    )
    if isinstance(store, ForeignStore):
        session.notice = session.notice or store.notice
    else:
        session.notice = session.notice or what_is_odd(store.name)
    environment = os.environ if session.records else None
    session.idle_options = [*idle_options(settings, environment)]
    return session


def _present(settings: Settings) -> Present | None:
    if settings.time != "shift":
        return None
    moves_fakes = not settings.redaction.fake  # else the redaction does
    return Present(time.time, _say, fakes=moves_fakes)


def _say(line: str) -> None:
    logger.warning("mitmvcr: %s=shift: %s", BY_NAME["time"].vcr, line)
