"""A cassette in use: what a mode makes of its deck and its store."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from mitmvcr.core.errors import CassetteError, CassetteWriteError, VcrError
from mitmvcr.core.holds import Holds
from mitmvcr.core.matching import Matcher
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.core.modes import (
    RULES,
    Decision,
    Forward,
    Mode,
    Refuse,
    Repeats,
    Replay,
    decide,
    looks_up,
)
from mitmvcr.core.steps import Steps, finished
from mitmvcr.core.wording import first_of
from mitmvcr.miss.log import Log
from mitmvcr.miss.report import Entry, Miss, Outcome
from mitmvcr.secrets.rules import DEFAULT, Rules
from mitmvcr.session.hooks import Hooks
from mitmvcr.session.lookup import Present, looking_up
from mitmvcr.session.recording import Recording
from mitmvcr.session.redaction import Redacted, Redaction, Seen
from mitmvcr.session.responses import Answers, Echoes, Standing
from mitmvcr.session.summary import Counts, Summary
from mitmvcr.session.variables import Variables
from mitmvcr.spelling import IN_MITMPROXY
from mitmvcr.store import Store

if TYPE_CHECKING:
    from mitmvcr.secrets.redactor import Redactor


class Session(Counts):
    """Plays one cassette, made by :func:`open_session`. Requests come in, decisions go
    out.

    ``notice``: what to say at the start, None if nothing. ``failure``: what
    went wrong first. ``left_in``: where a recording that was set aside lies.
    ``common``: what else to say at the start, of all sessions with these settings once:
    which options have no effect.
    ``altered``: URLs of requests out of which something was taken that was found to be
    a secret only later, so that they may not match in a replay. ``spelling``:
    that of options as whoever started this can give them.
    """

    def __init__(
        self,
        store: Store,
        mode: Mode,
        repeats: Repeats,
        *,
        exists: bool,
        matcher: Matcher | None = None,
        hooks: Hooks | None = None,
        rules: Rules = DEFAULT,
        environment: Mapping[str, str] = MappingProxyType({}),
        present: Present | None = None,
        echoes: bool = True,
    ) -> None:
        super().__init__()
        self.store = store
        self.mode = mode
        self.rule = RULES[mode, exists]
        self.log = Log()
        self.spelling = IN_MITMPROXY
        self.common: list[str] = []
        #: What lines of the log about it begin with, where there are several.
        self.whose = ""
        self._notes: dict[int, str] = {}
        self.looks_up = looks_up(self.rule, repeats)
        self._without_look_up = decide(self.rule, None)
        self._repeats = repeats
        # Also read where it will be replaced: what is no sound cassette never is.
        reads = exists and (self.rule.loads or self.rule.records)
        cassette = store.load(sendable=self.rule.loads) if reads else Cassette()
        found = cassette.interactions
        loaded = found if self.rule.loads else ()
        #: How many interactions it began with.
        self.loaded = len(loaded)
        self._hooks = hooks
        #: Is a hook given requests? Then each has to be there with its body.
        self.needs_all = hooks is not None
        self.judge = judge = hooks.judge if hooks else None
        self._redaction = Redaction(rules, environment, echoes=echoes)
        #: Streams in play that end with a later request.
        self.holds = Holds()
        self.matcher = matcher or Matcher()
        self._look_up, clock = looking_up(
            (loaded, repeats, self.matcher, self._redaction, judge), present
        )
        self.deck = self._look_up.deck
        self._answers = Answers(
            *(self._redaction, Echoes(on=echoes), clock, hooks, store.name)
        )
        can_stand = self.offline and hooks is None and clock is None
        self.standing = Standing(self.deck, self._redaction, self.holds, on=can_stand)
        self.variables = Variables(
            self.deck,
            self._redaction.hidden,
            is_strict=isinstance(self._without_look_up, Refuse),
        )
        self._recording = Recording(
            store, self._redaction, self.deck, found, self.variables
        )
        left_over = None if self.rule.records else store.left_over()
        self.notice = left_over or first_of(cassette.notes)
        if self.rule.records:
            store.begin(loaded)

    def __repr__(self) -> str:
        return f"<Session {self.summary().line()}>"

    @property
    def redactor(self) -> "Redactor":
        return self._redaction.redactor

    @property
    def altered(self) -> Sequence[str]:
        return self._recording.altered

    @property
    def left_in(self) -> str | None:
        return self._recording.left_in

    @property
    def places(self) -> Mapping[int, int]:
        """Return what the end has moved, by positions: from where to where."""
        return self._recording.places

    @property
    def left_whole(self) -> Sequence[str]:
        """Return the URLs of answers whose secrets stay: a digest is their address."""
        return self.redactor.left_whole if self._recorded else ()

    @property
    def kept_in_vain(self) -> Sequence[str]:
        """Return the names not to be hidden that nothing recorded has."""
        return self.redactor.kept_in_vain if self._recorded else ()

    def prepare(self) -> None:
        """Make what the first request needs, which takes long. Any thread may ask."""
        self._look_up.prepare()

    @property
    def is_prepared(self) -> bool:
        return self._redaction.is_prepared

    def foreseen(self, live: Request) -> Seen:
        """Return what :meth:`plan` needs of a large request. Any thread may ask."""
        return self._redaction.foreseen(live)

    @property
    def offline(self) -> bool:
        """Return whether nothing may reach the network but by a passthrough rule."""
        return not self.rule.forwards

    @property
    def records(self) -> bool:
        return self.rule.records

    @property
    def expects(self) -> bool:
        """Return whether it is a strict replay of something, which is asked for."""
        return self.offline and self.loaded > 0

    def plan(self, request: Request, foreseen: Seen | None = None) -> Decision:
        """Decide what to do with a request. A replay has used its interaction up;
        :meth:`give_back` undoes that. Raise UnreadError."""
        if not self.looks_up:
            decision = self._without_look_up
        else:
            decision = decide(self.rule, self._take(request, foreseen))
        if isinstance(decision, Refuse):
            self._missed += 1
        elif isinstance(decision, Forward) and not decision.record:
            self._passed += 1
        return decision

    def _take(
        self, request: Request, foreseen: Seen | None
    ) -> tuple[int, Interaction] | None:
        seen = self._look_up.see(request, foreseen)
        try:
            self._recording.note_secrets()
        except CassetteWriteError as error:  # what is replayed needs no notes
            self.note_failure(error)
        found = self._look_up.take(request, seen)
        if found is None:
            return None
        position, interaction = found
        self._note(position, seen, interaction)
        if self.holds:
            self.holds.met(interaction.request)
        try:
            return position, self._answers.of(position, interaction, seen, request)
        except VcrError:
            self.deck.give_back(position)
            raise

    def play(self, position: int, seen: Request, request: Request) -> Replay:
        """Use up an interaction for a call that goes both ways, of which this much is
        known. Raise VcrError."""
        _, found = self.deck.play(position)
        self._note(position, seen, found)
        return Replay(position, self._answers.of(position, found, seen, request))

    def _note(self, position: int, seen: Request, found: Interaction) -> None:
        """Note for the report where the answer depends on what differs."""
        if self.log.is_kept:
            from mitmvcr.miss.broken_rules import noted

            self._notes.pop(position, None)
            if note := noted(seen, found):
                self._notes[position] = note

    def explain(self, request: Request) -> Miss:
        """Return why nothing matched it, as it may be shown."""
        return finished(self.explaining(request))

    def explaining(
        self, request: Request, foreseen: Seen | None = None, said: int | None = None
    ) -> Steps[Miss]:
        """Say so in steps, between which the session may go on; of a large one that
        was not planned ``foreseen`` is known. Of a call that goes on, ``said`` is the
        number of its messages until now."""
        if foreseen is not None:
            self._look_up.see(request, foreseen)
        found = yield from self._look_up.explaining(request, said)
        is_stale = self.offline and self.store.is_stale()
        return found.told(self.spelling.options, is_stale=is_stale)

    def on_miss(self, request: Request, miss: Miss) -> Response | bool:
        """Tell the hook of a miss, if there is one; return whether the miss counts, or
        the response that the hook answers with. Raise HookError."""
        if self._hooks is None:
            return True
        return self._hooks.on_miss(self.redactor.request(request), miss)

    def shown(self, url: str) -> str:
        """Return a URL as it may stand in a log."""
        return self._redaction.shown(url)

    def replaying(self, planned: Replay) -> Entry | int | None:
        """Return what :meth:`replayed` is to log of a planned replay: its entry, or
        its position where that can be made later; None where there is no log."""
        position = planned.position
        if not self.log.is_kept:
            return None
        is_plain = type(position) is int and self._hooks is None
        if not self.log.complete and is_plain and position not in self._notes:
            return position
        return self.entry("replayed", planned.interaction, position)

    def replayed(self, entry: Entry | int | None = None, duration: int = 0) -> None:
        """Note that a planned replay was answered, and log it; ``duration`` is how long
        that took, in nanoseconds."""
        self._replayed += 1
        if isinstance(entry, Entry):
            self.log.add(entry.lasting(duration))
        elif entry is not None:
            self.log.add_later(Outcome.REPLAYED, entry, duration)

    def give_back(self, position: int) -> None:
        """Undo a planned replay that did not reach the client."""
        self.deck.give_back(position)

    def record(self, interaction: Interaction, asked: int = 0) -> None:
        """Keep what came back from the origin; it is on disk when this returns. A
        hook may change it or drop it; redaction comes after. Raises CassetteWriteError
        or HookError; traffic can go on."""
        changed = self.changed(interaction)
        if changed is not None:
            self.keep(self.redacted(changed), asked)

    def changed(self, interaction: Interaction) -> Interaction | None:
        """Return what a hook makes of what is to be recorded; None where it drops it.
        Raises HookError."""
        if self._hooks is None:
            return interaction
        changed = self._hooks.before_record(interaction)
        if changed is None:
            self._passed += 1
        return changed

    def pass_over(self, request: Request) -> None:
        """Learn what is secret in one that is not recorded, in a replay as in the
        recording. Raises CassetteError."""
        if self.records or self.looks_up:
            self._recording.pass_over(request)

    def redacted(self, changed: Interaction) -> Redacted:
        """Return it as it may be written, and whose it is. Any thread may ask."""
        return self._redaction.redacted(changed)

    def keep(self, redacted: Redacted, asked: int) -> None:
        """Write what was redacted; ``asked`` is a time, by which equal ones are put in
        order at the end. Raises CassetteWriteError."""
        kept = self._recording.keep(redacted, asked)
        if self._repeats is Repeats.ALL:  # nobody else asks for it, and it is big
            self.deck.add(kept)
        if self.log.is_kept:
            self._log_recorded(kept)
        self._recorded += 1

    def _log_recorded(self, kept: Interaction) -> None:
        position, response = self.loaded + self._recorded, kept.response
        times = response.duration, response.lasted
        if self.log.complete:
            entry = self.entry("recorded", kept, position)
            self.log.add(entry.lasting(times[0]), times[1])
        else:
            self.log.add_later(Outcome.RECORDED, position, *times)

    def set_aside(self) -> None:
        """Keep what was recorded from being put in place: see ``left_in``."""
        self._recording.set_aside()

    def save(self) -> None:
        """Put what is there so far in place, and go on. Raises CassetteWriteError."""
        self._recording.save()

    def close(self) -> None:
        """Put the recording in place; a later one goes behind. Raises CassetteError."""
        try:
            self._recording.close()
        except CassetteError as error:
            self.note_failure(error)
            raise
        finally:
            self.log.renumber(self.places)
            if self.log.has_texts:
                self.log.hide(self.redactor)

    def entry(self, outcome: str, found: Interaction, position: int) -> Entry:
        """Return an interaction for the log, as it may be shown."""
        url = self.shown(found.request.url)
        entry = Entry.of(Outcome(outcome), found, position, url)
        return replace(entry, note=self._notes.pop(position, ""))

    def summary(self) -> Summary:
        return self.counted(self.store.name, self.mode, self.deck.unused_count)
