"""Making the session that settings name, and saying which options have no effect."""

import logging
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mitmvcr.cassette_options import what_is_odd
from mitmvcr.core.errors import (
    CassetteNotFoundError,
    OptionError,
)
from mitmvcr.core.matching import Ignoring, Matcher, MatchSpec
from mitmvcr.core.model import Interaction
from mitmvcr.core.modes import RULES
from mitmvcr.format.source import kind_of_file
from mitmvcr.options import BY_NAME, CASSETTE, Settings
from mitmvcr.secrets.rules import Rules
from mitmvcr.session.hooks import load_hooks
from mitmvcr.session.lookup import Present
from mitmvcr.session.session import Session
from mitmvcr.store.store import FileStore

if TYPE_CHECKING:
    from mitmvcr.convert import Reader


#: What an option leaves out -> the parts of a match in which that stands.
_WITHIN: Mapping[Ignoring, tuple[str, ...]] = {
    Ignoring.QUERY: ("url", "query", "form"),
    Ignoring.JSON: ("body",),
    Ignoring.FORM: ("body", "form"),
    Ignoring.BODY: ("body",),
    Ignoring.PATH: ("url", "path"),
}
#: What other recorders' ways to compare do not look into.
_AS_THEY_STAND: Mapping[str, tuple[Ignoring, ...]] = {
    "go-vcr": (Ignoring.JSON, Ignoring.FORM, Ignoring.BODY),
    "charm": (Ignoring.FORM,),
}


def idle_options(
    settings: Settings, environment: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Yield a line for each, with the way that works. ``environment`` is that of the
    program which is recorded; None where nothing is."""
    for option, value, remedy in _found(settings, environment):
        names = {name: each.vcr for name, each in BY_NAME.items()}
        yield f"{names[option]}={value}: {remedy.format(**names)}"


def _found(
    settings: Settings, environment: Mapping[str, str] | None
) -> Iterator[tuple[str, object, str]]:
    parts, rules = settings.matching.parts, settings.redaction
    yield from not_looked_into(settings.matching)
    if settings.time == "freeze":
        remedy = "only 'mitmvcr run' gives a command a clock: use {time}=shift"
        yield "time", "freeze", remedy
    if environment is not None:
        for name in rules.secrets:
            if not environment.get(name):
                remedy = "no such variable is set here: set it, or leave this out"
                yield "secret", name, remedy
    if rules.keep or any(part.startswith("header:") for part in parts):
        from mitmvcr.secrets import effects  # with the lists, which take their time

        yield from (("match", *each) for each in effects.not_compared(parts, rules))
        yield from (("keep", *each) for each in effects.not_hidden(rules))


def not_looked_into(spec: MatchSpec) -> Iterator[tuple[str, object, str]]:
    """Yield what is ignored where nothing is compared: an option, its value, and what
    to do."""
    for ignoring, parts in _WITHIN.items():
        if ignoring in _AS_THEY_STAND.get(spec.style, ()):
            remedy = f"{{match}}={spec.style} compares bodies as they stand"
        elif not any(part in spec.parts for part in parts):
            remedy = f"{{match}}={spec} compares no {parts[0]}"
        else:
            continue
        for each in getattr(spec, ignoring):
            yield ignoring, each, f"{remedy}: leave one of the two out"


logger = logging.getLogger("mitmvcr")

#: A value of fewer characters stands in every other word.
_SHORTEST = 3


def check_secrets(rules: Rules, environment: Mapping[str, str]) -> None:
    """Raise OptionError where a variable that is to be hidden has a value that would be
    found everywhere; one that is empty is none."""
    for name in rules.secrets:
        if 0 < len(environment.get(name, "")) < _SHORTEST:
            problem = (
                f"its value has fewer than {_SHORTEST} characters, which stand"
                " everywhere: set a longer one (in a replay any does), or leave this"
                " out"
            )
            raise OptionError(BY_NAME["secret"].vcr, name, problem)


def open_session(settings: Settings, flows: "Reader | None" = None) -> Session:
    """Load or begin the cassette that the settings name. Secrets in this process's
    environment, which is the recorded program's too, are not to be written. ``flows``
    reads files of mitmproxy's, for whoever has it.

    Raises CassetteNotFoundError, or what loading and beginning raise.
    """
    if settings.cassette is None:
        raise OptionError(CASSETTE.vcr, "", "name a file, as cassettes/chat.yaml")
    environment = dict(os.environ)  # as it is now, though secrets are found later
    check_secrets(settings.redaction, environment)
    store = _store_of(settings, flows)
    exists = store.exists()
    if RULES[settings.mode, exists].needs_cassette:
        problem = f"cassette not found, and mode {settings.mode} never records"
        # Where its recording was killed, to record it again would be refused too.
        remedy = store.left_over() or "record it first with mode record_once"
        raise CassetteNotFoundError(store.name, problem, remedy=remedy)
    session = Session(
        store,
        settings.mode,
        settings.allow_repeats,
        exists=exists,
        matcher=Matcher(settings.matching),
        hooks=None if settings.hooks is None else load_hooks(settings.hooks),
        rules=settings.redaction,
        environment=environment,
        present=_present(settings),
        echoes=settings.echo,
    )
    common = "" if settings.dir is None else store.notice_of_all(f"{settings.dir}")
    own = "" if common else store.notice
    session.notice = session.notice or own or what_is_odd(store.name)
    recorded = environment if session.records else None
    session.common = [*filter(None, [common]), *idle_options(settings, recorded)]
    return session


def interactions_of(
    cassette: Path, flows: "Reader | None" = None
) -> Sequence[Interaction]:
    """Return what a replay of a file would hold, also of one of another recorder's.
    Raise CassetteError."""
    return _store_of(Settings(cassette=cassette), flows).load().interactions


def _store_of(settings: Settings, flows: "Reader | None") -> FileStore:
    """Return the store of the cassette that the settings name."""
    place = settings.cassette
    assert place is not None
    if isinstance(place, Path) and (kind := kind_of_file(place)):
        from mitmvcr.session.foreign import ForeignStore  # few replay one of others

        return ForeignStore(place, kind, flows)
    return FileStore(
        place,
        settings.layout,
        fsync_each=settings.fsync_each,
        write_empty=settings.write_empty,
        keep_volatile=settings.keep_volatile,
    )


def _present(settings: Settings) -> Present | None:
    if settings.time == "off":
        return None
    moves_fakes = not settings.redaction.fake  # else the redaction does
    return Present(time.time, _say, fakes=moves_fakes, moves=settings.time == "shift")


def _say(line: str) -> None:
    logger.warning("mitmvcr: %s=shift: %s", BY_NAME["time"].vcr, line)
