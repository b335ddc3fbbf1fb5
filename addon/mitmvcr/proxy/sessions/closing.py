"""The end of a session: its recording is put in place, and its summary is logged. Until
then nobody else can record its cassette."""

import logging
import os
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mitmvcr.core.errors import CassetteError, VcrError
from mitmvcr.core.modes import RULES, Mode
from mitmvcr.core.wording import as_word, number_of
from mitmvcr.options import BY_NAME, SECRET, Settings
from mitmvcr.proxy.flow.player import Player, with_mode
from mitmvcr.proxy.flow.states import Event, State
from mitmvcr.session import Session
from mitmvcr.session.summary import SUMMED_UP
from mitmvcr.session.unused import drop_marked
from mitmvcr.store.rescue import move_aside

if TYPE_CHECKING:
    from mitmvcr.proxy.flow.exchange import Exchange

logger = logging.getLogger("mitmvcr")


class Served(NamedTuple):
    """Callbacks for whoever serves sessions: with closed sessions that need nothing of
    the proxy any more, with each that begins, and with a name and the session that had
    it before."""

    released: Callable[[Collection[Player]], None] = lambda _: None
    begun: Callable[[Player], None] = lambda _: None
    switched: Callable[[str, Player | None], None] = lambda *_: None


#: Each log record puts a byte into the pipe that wakes mitmproxy's loop; while that is
#: full, a signal to end is lost.
_MOST_RECORDS = 50


def close_ports(ports: Iterable[int]) -> None:
    """Stop mitmproxy from listening on these ports."""
    for port in ports:
        from mitmvcr.proxy.host import listeners  # few sessions have one

        listeners.close_port(port)


#: Why nothing is answered where the only session was ended.
IS_OVER = (
    "the session was ended, and what it recorded is saved: start the proxy again, or"
    " choose a cassette"
)


def cut_off(recordings: "Iterable[Exchange]") -> None:
    """Say of what is still under way at the end that it is not recorded."""
    for exchange in recordings:
        if exchange.state is not State.INTERRUPTED:
            url = exchange.shown()
            logger.warning("mitmvcr: %s was cut off and is not recorded", url)
            exchange.target.session.lost()
            exchange.move(Event.CUT_OFF)


def log(lines: Sequence[str]) -> None:
    """Log the lines, each in a record of its own unless there are many."""
    many = len(lines) > _MOST_RECORDS
    for text in ["\n".join(lines)] if many else lines:
        logger.info("%s", text)


def close(player: Player) -> str:
    """Close a session, and return the line to log for it. An error is logged, and
    becomes the session's failure."""
    session, away = player.session, player.dropped
    try:
        session.close()
        away = {at for at in away if session.left_in and at >= session.loaded}
        _drop(player)
    except CassetteError as error:
        session.note_failure(error)
        is_known = session.failure is not error  # and is what the run says
        logger.error("mitmvcr: %s", error, extra=None if is_known else SUMMED_UP)
    _log_left(session, len(away))
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
            "mitmvcr: %s=%s: nothing in this recording has it: leave it out, or see"
            " how it is spelled there",
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
    return f"mitmvcr: {session.summary().line()}"


def _log_left(session: Session, away: int) -> None:
    """Log where a recording is that was not put in place, and how many marked
    interactions are therefore not dropped."""
    name = session.store.name
    if (place := session.left_in) is not None:
        logger.warning(
            "mitmvcr: what recorded %s has failed, so it stays as it was; the recording"
            " is in %s: run 'mitmvcr cassette recover %s' to keep it; to"
            " record anew, delete the file",
            name,
            place,
            as_word(name),
        )
    if away:
        logger.warning(
            "mitmvcr: %s: %s not dropped, since the recording is not in place: mark"
            " what is to go again once it is",
            name,
            number_of(away, "marked interaction"),
        )


def _drop(player: Player) -> None:
    """Drop the interactions that somebody has marked. Raise CassetteError."""
    if player.dropped and (count := drop_marked(player.session, player.dropped)):
        name, what = player.session.store.name, number_of(count, "marked interaction")
        logger.info("mitmvcr: %s: %s dropped", name, what)
    player.dropped.clear()  # where a change is refused, this session goes on


class Recorders:
    """Knows which sessions record which cassette, without looking at each of a
    thousand, and which cassettes were recorded by sessions that have ended."""

    def __init__(self) -> None:
        self._by_place: dict[str, list[Player]] = {}
        self._recorded: set[str] = set()
        self._set_aside: dict[str, str] = {}

    def spared(self, settings: Settings, name: str) -> Settings:
        """Return the settings of a session that begins with a request. Raise
        VcrError where it would replace what one that has ended recorded: its client
        may only have paused, or be late."""
        mode, cassette = with_mode(settings).mode, settings.cassette
        assert cassette is not None
        is_lost = self._recorded and RULES[mode, True].replaces
        if is_lost and os.path.realpath(cassette) in self._recorded:
            raise VcrError(
                f"session {name} has ended, and what it recorded is in {cassette}: to"
                f" begin it anew in mode {mode} would replace that. POST /sessions does"
                " so"
            )
        return settings

    def tried_again(self, settings: Settings) -> Settings:
        """Return the settings by which a failed test records anew, unwarned."""
        self._recorded.discard(os.path.realpath(settings.cassette or ""))
        return settings._replace(mode=Mode.RECORD_ONLY)

    def settled(self, earlier: Settings | None, root: Settings | None) -> None:
        """Forget what was recorded if somebody has chosen other settings since."""
        if earlier != root:
            self._recorded.clear()

    def add(self, player: Player) -> None:
        """Add a session that begins, if it records."""
        session = player.session
        if session.records:
            self._by_place.setdefault(player.place, []).append(player)
        if session.rule.replaces and player.place in self._recorded:
            logger.warning(
                "mitmvcr: %s was recorded before, since this proxy started: what is"
                " recorded now takes its place. If another test has it too, give one of"
                " them another name",
                session.store.name,
            )

    def make_way(self, cassette: str) -> None:
        """Move aside what a session that has failed left of this cassette: its test is
        tried again."""
        if not self._set_aside:
            return  # nothing was left, so that no link need be resolved
        left = self._set_aside.pop(os.path.realpath(cassette), "")
        if not left.endswith(".part"):
            return
        try:
            place = move_aside(Path(left))
        except OSError:  # then it says itself that it is in the way
            return
        if place is not None:
            logger.warning(
                "mitmvcr: what recorded %s has failed, and it is tried again: what was"
                " recorded before is in %s",
                cassette,
                place,
            )

    def forget(self, player: Player) -> None:
        """Remove a session that has ended."""
        if (behind := player.session.left_in) is not None:
            self._set_aside[player.place] = behind
        elif player.session.summary().recorded:
            self._recorded.add(player.place)
        if player.session.records and player.place in self._by_place:
            left = [each for each in self._by_place[player.place] if each is not player]
            self._by_place[player.place] = left
            if not left:
                del self._by_place[player.place]

    def of(self, cassette: str, name: str) -> list[Player]:
        """Return the sessions of this name that record a cassette. Raise VcrError where
        one of another name does."""
        if not self._by_place:
            return []  # nothing is recorded, so that no link need be resolved
        same = self._by_place.get(os.path.realpath(cassette), [])
        for player in same:
            if player.name != name:
                raise VcrError(
                    f"session {name}: {cassette} is being recorded by session"
                    f" {player.name}",
                    remedy="end that first, or choose another cassette",
                )
        return [*same]
