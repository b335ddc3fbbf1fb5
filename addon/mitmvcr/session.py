"""A cassette in use: what a mode makes of its deck and its store."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from mitmvcr.core.choosing import Values, salt_of
from mitmvcr.core.deck import Deck, JudgedDeck, Retries
from mitmvcr.core.errors import (
    CassetteDamagedError,
    CassetteNotFoundError,
    CassetteWriteError,
    OptionError,
    VcrError,
)
from mitmvcr.core.matching import Matcher
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.core.modes import (
    RULES,
    Decision,
    Forward,
    Mode,
    Refuse,
    Repeats,
    decide,
    looks_up,
)
from mitmvcr.core.sendable import is_sendable, unfolded, why_not
from mitmvcr.hooks import Hooks, load_hooks
from mitmvcr.idle import idle_options
from mitmvcr.miss.report import Entry, Log, Miss, Outcome
from mitmvcr.options import CASSETTE, Settings
from mitmvcr.parsing import what_is_odd
from mitmvcr.secrets.rules import DEFAULT, Rules
from mitmvcr.store import Store
from mitmvcr.store.rewrite import EVERY
from mitmvcr.store.store import FileStore
from mitmvcr.summary import Counts, Summary

if TYPE_CHECKING:
    from mitmvcr.core.deck.blanks import Blanks
    from mitmvcr.secrets.identities import Identities
    from mitmvcr.secrets.redactor import Redactor


class Redacted(NamedTuple):
    """An interaction as it may be written, and the hidden values of its request."""

    kept: Interaction
    whose: Values


class Seen(NamedTuple):
    """A live request as it is compared, and the values that tell whose it is."""

    live: Request
    seen: Request
    whose: Values


class Session(Counts):
    """Plays one cassette, made by :func:`open_session`. Requests come in, decisions go
    out.

    ``notice``: what to say at the start, None if nothing. ``failure``: what
    went wrong first. ``left_in``: where a recording that was set aside lies.
    ``idle_options``: what to say at the start of options without effect.
    ``altered``: URLs of requests out of which something was taken that was found to be
    a secret only later, so that they may not match in a replay. ``spell``: writes
    options, as NAME=VALUE, the way that whoever started this can give them.
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
    ) -> None:
        super().__init__()
        self.store = store
        self._rules, self._environment = rules, dict(environment)
        self._redactor: Redactor | None = None
        self._making = Lock()
        self.mode = mode
        self.rule = RULES[mode, exists]
        self.failure: Exception | None = None
        self.log = Log()
        self.spell: Callable[[Iterable[str]], str] = " ".join
        self.idle_options: list[str] = []
        self._notes: dict[int, str] = {}
        self.left_in: str | None = None
        self.looks_up = looks_up(self.rule, repeats)
        self._without_look_up = decide(self.rule, None)
        self._repeats = repeats
        # Also read where it will be replaced: what is no sound cassette never is.
        reads = exists and (self.rule.loads or self.rule.records)
        found = store.load(sendable=self.rule.loads).interactions if reads else ()
        loaded = found if self.rule.loads else ()
        matcher = matcher or Matcher()
        #: The last request that was looked up, and how it may be shown.
        self._last_seen = Request(), Request()
        self._foreseen: Seen | None = None
        self._hooks = hooks
        #: Is a hook given requests? Then each has to be there with its body.
        self.needs_all = hooks is not None
        self._retries = Retries(repeats)
        judge = hooks.judge if hooks else None
        self.deck = (
            Deck(loaded, repeats, matcher, self._whose)
            if judge is None
            else JudgedDeck(loaded, repeats, matcher, self._whose, judge=judge)
        )
        self._identities: Identities | None = None
        self._salt = salt_of(found)
        self._kept = len(loaded)
        self._is_set_aside = self._is_closed = False
        #: How much was known to be secret when the first interaction was written.
        self._known: int | None = None
        #: And how much of it the store has noted.
        self._noted = 0
        self.altered: list[str] = []
        self.notice = None if self.rule.records else store.left_over()
        if self.rule.records:
            store.begin(loaded)

    def __repr__(self) -> str:
        return f"<Session {self.summary().line()}>"

    @property
    def redactor(self) -> "Redactor":
        """Make the redactor for the first request: a start would feel the 15 ms of the
        lists. Any thread may be the first."""
        with self._making:
            if self._redactor is None:
                from mitmvcr.secrets.redactor import Redactor

                self._redactor = Redactor(self._rules, self._environment)
            return self._redactor

    @property
    def left_whole(self) -> Sequence[str]:
        """Return the URLs of answers that were recorded with a secret, since their own
        digest is their address."""
        return self.redactor.left_whole if self._recorded else ()

    @property
    def kept_in_vain(self) -> Sequence[str]:
        """Return the names that were not to be hidden, and that nothing recorded
        has."""
        return self.redactor.kept_in_vain if self._recorded else ()

    def _whose(self, live: Request) -> Values:
        foreseen = self._foreseen
        if foreseen is not None and foreseen.live is live:
            return foreseen.whose
        return self.redactor.whose(live)

    def foreseen(self, live: Request) -> Seen:
        """Return what :meth:`plan` needs of a request that is large. Any thread may
        ask."""
        redactor = self.redactor
        return Seen(live, redactor.request(live), redactor.whose(live))

    @property
    def offline(self) -> bool:
        """Return whether nothing may reach the network, except what a passthrough rule
        allows."""
        return not self.rule.forwards

    @property
    def records(self) -> bool:
        return self.rule.records

    @property
    def loaded(self) -> int:
        """Return how many interactions the session began with."""
        return self._kept

    @property
    def expects(self) -> bool:
        """Return whether it is a strict replay of something, which is asked for."""
        return self.offline and self._kept > 0

    def plan(self, request: Request, foreseen: Seen | None = None) -> Decision:
        """Decide what to do with a request. A replay has used its interaction up;
        :meth:`give_back` undoes that."""
        self._foreseen = foreseen
        if not self.looks_up:
            decision = self._without_look_up
        else:
            decision = decide(self.rule, self._take(request))
        if isinstance(decision, Refuse):
            self._missed += 1
        elif isinstance(decision, Forward) and not decision.record:
            self._passed += 1
        return decision

    def _take(self, request: Request) -> tuple[int, Interaction] | None:
        foreseen = self._foreseen
        seen = foreseen.seen if foreseen else self.redactor.request(request)
        try:
            self._note_secrets()
        except CassetteWriteError as error:  # what is replayed needs no notes
            self.note_failure(error)
        self._last_seen = request, seen
        found = self.deck.take(seen, request)
        if found is None and seen is not request:
            # Another recorder's cassette has its secrets as they were.
            found = self.deck.take(request)
        found = self._retries.settled(self.deck, (seen, request), found)
        if found is None:
            found = self._take_meant(seen, request)
        if found is None:
            return None
        request = seen
        position, interaction = found
        self._note(position, seen, interaction)
        interaction = self.redactor.restored(interaction)
        try:
            if self._hooks is not None:
                interaction = self._hooks.before_replay(interaction, request)
            self._check_is_sendable(interaction, position)
        except VcrError:
            self.deck.give_back(position)
            raise
        return position, interaction

    def _note(self, position: int, seen: Request, found: Interaction) -> None:
        """Note for the report where the answer depends on what differs."""
        if self.log.complete:
            from mitmvcr.miss.notes import noted

            self._notes[position] = noted(seen, found)

    @cached_property
    def _blanks(self) -> "Blanks":
        """Make it when the first request has no match: it is imported only then."""
        from mitmvcr.core.deck.blanks import Blanks

        return Blanks(self.deck, lambda name: not self.redactor.knows(name))

    def _take_meant(
        self, seen: Request, live: Request
    ) -> tuple[int, Interaction] | None:
        """Take what answers a request that lacks the value of an unset variable."""
        for meant in self._blanks.meant(seen):
            found = self.deck.take(meant, live)
            if found is not None:
                return found
        return None

    def _check_is_sendable(self, interaction: Interaction, position: int) -> None:
        """Take a last look before a client gets a response, wherever it comes from.
        Raise CassetteDamagedError."""
        if not is_sendable(interaction.response):
            field, problem = why_not(interaction.response)
            raise CassetteDamagedError(
                self.store.name, problem, interaction=position, field=field
            )

    def explain(self, request: Request) -> Miss:
        """Return why nothing matched it, as it may be shown."""
        # Only a miss needs them, and to import them takes 10 ms of every start.
        from mitmvcr.miss.explain import explain
        from mitmvcr.miss.masking import masked

        redact = self.redactor.request
        last, seen = self._last_seen
        if last is not request:
            seen = redact(request)
        found = masked(explain(seen, self.deck, redact, request, self._blanks))
        return replace(found, hint=self.spell(found.options))

    def on_miss(self, request: Request, miss: Miss) -> Response | bool:
        """Tell the hook of a miss, if there is one; return whether the miss counts, or
        the response that the hook answers with. Raise HookError."""
        if self._hooks is None:
            return True
        return self._hooks.on_miss(self.redactor.request(request), miss)

    def shown(self, url: str) -> str:
        """Return a URL as it may stand in a log."""
        from mitmvcr.miss.masking import masked_url  # where all is well none does

        return masked_url(self.redactor.text(url))

    def replayed(self, entry: Entry | None = None) -> None:
        """Note that a planned replay was answered; ``entry`` is for a log that is
        complete."""
        self._replayed += 1
        if entry is not None:
            self.log.add(entry)

    def give_back(self, position: int) -> None:
        """Undo a planned replay that did not reach the client."""
        self.deck.give_back(position)

    def record(self, interaction: Interaction) -> None:
        """Keep what came back from the origin; it is on disk when this returns. A
        hook may change it or drop it; redaction comes after.

        Raises CassetteWriteError or HookError; traffic can go on.
        """
        changed = self.changed(interaction)
        if changed is not None:
            self.keep(self.redacted(changed))

    def changed(self, interaction: Interaction) -> Interaction | None:
        """Return what a hook makes of what is to be recorded; None where it drops it.
        Raises HookError."""
        if self._hooks is None:
            return interaction
        changed = self._hooks.before_record(interaction)
        if changed is None:
            self._passed += 1
        return changed

    def redacted(self, changed: Interaction) -> Redacted:
        """Return an interaction as it may be written, and whose it is. Any thread may
        ask."""
        kept = self.redactor.interaction(changed)
        whose = self.redactor.whose_recorded(changed.request, kept.request)
        return Redacted(kept, whose)

    def keep(self, redacted: Redacted) -> None:
        """Write what was redacted. Raises CassetteWriteError."""
        kept, whose = redacted
        if not is_sendable(kept.response):
            kept = self._one_that_replays(kept)
        if self._known is None:
            self._known = self._noted = self.redactor.memory.size
        if self._is_closed:
            self._record_late(kept)
        else:
            self._note_secrets()
            self.store.append(kept)
            self._note_identity(kept, whose)
        if self._repeats is Repeats.ALL:  # nobody else asks for it, and it is big
            self.deck.add(kept)
        if self.log.complete:
            self._log_recorded(kept)
        self._recorded += 1

    def _note_secrets(self) -> None:
        """Note what was found to be secret after the first interaction was written."""
        memory = self.redactor.memory
        if self._known is not None and memory.size > self._noted:
            learned = memory.learned(self._noted)
            self.store.note(learned)
            self._noted += len(learned)

    def _note_identity(self, kept: Interaction, whose: Values) -> None:
        if self._identities is None:
            from mitmvcr.secrets.identities import Identities

            matcher, before = self.deck.matcher, self.deck.equal
            self._identities = Identities(matcher, before, self._salt)
        self._identities.note(kept.request, whose)

    def _one_that_replays(self, kept: Interaction) -> Interaction:
        """Return the interaction with each header value in one line. Raise
        CassetteWriteError if it could not be replayed."""
        kept = replace(kept, response=unfolded(kept.response))
        field, problem = why_not(kept.response)
        if problem:
            problem = f"{field}: {problem}, so that it could not be replayed"
            raise CassetteWriteError(self.store.name, problem)
        return kept

    def _log_recorded(self, kept: Interaction) -> None:
        position = self._kept + self._recorded
        entry = self.entry("recorded", kept, position)
        response = kept.response
        self.log.add(entry.lasting(response.duration), response.lasted)

    def _record_late(self, kept: Interaction) -> None:
        """Put an interaction behind the recording, which is in place already."""
        store = self.store
        store.begin(store.load().interactions if store.exists() else ())
        try:
            store.append(kept)
        finally:
            store.publish()

    def note_failure(self, error: Exception) -> None:
        """Note what was not recorded or not answered: the run must not pass."""
        self.failure = self.failure or error

    def set_aside(self) -> None:
        """Keep what was recorded from being put in place; once the session is closed,
        ``left_in`` says where it is."""
        self._is_set_aside = True

    def save(self) -> None:
        """Put what is there so far in place, and go on. Raises CassetteWriteError."""
        self._take_out_late_secrets()
        self.store.save()

    def close(self) -> None:
        """Put the recording in place. Raises CassetteWriteError.

        What is recorded later is put behind it, one by one.
        """
        self._is_closed = True
        try:
            self._tell_apart()
            self._take_out_late_secrets()
            if self._is_set_aside:
                self.left_in = self.store.leave()
            else:
                self.store.publish()
        except CassetteWriteError as error:
            self.note_failure(error)
            raise

    def _tell_apart(self) -> None:
        """Write whose requests they were, where others are equal."""
        identities = self._identities
        if identities is not None and (identities.are_several or self._kept):
            identities.write(lambda change: self.store.amend(change, EVERY))

    def _take_out_late_secrets(self) -> None:
        """Redact in what was written before what was found to be secret later."""
        if self._known is None:
            return
        if late := self.redactor.memory.since(self._known):
            self.store.amend(self._cleaned, late)

    def _cleaned(self, written: Interaction) -> Interaction:
        kept = self.redactor.interaction(written)
        old, new = written.request, kept.request
        if (old.url, old.body) != (new.url, new.body):
            self.altered.append(new.url)
        return kept

    def entry(self, outcome: str, found: Interaction, position: int) -> Entry:
        """Return an interaction for the log, as it may be shown."""
        url = self.shown(found.request.url)
        entry = Entry.of(Outcome(outcome), found, position, url)
        return replace(entry, note=self._notes.pop(position, ""))

    def summary(self) -> Summary:
        return Summary(
            cassette=self.store.name,
            mode=self.mode,
            recorded=self._recorded,
            replayed=self._replayed,
            missed=self._missed,
            unused=self.deck.unused_count,
            passed=self._passed,
            came=self._came,
            blocked=self._blocked,
            lost=self._lost,
        )


def open_session(settings: Settings) -> Session:
    """Load or begin the cassette that the settings name. Secrets in this process's
    environment, which is the recorded program's too, are not to be written.

    Raises CassetteNotFoundError, or what loading and beginning raise.
    """
    if settings.cassette is None:
        raise OptionError(CASSETTE.vcr, "", "name a file, as cassettes/chat.yaml")
    store = FileStore(
        settings.cassette,
        settings.layout,
        fsync_each=settings.fsync_each,
        write_empty=settings.write_empty,
        keep_volatile=settings.keep_volatile,
    )
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
    )
    session.notice = session.notice or what_is_odd(store.name)
    session.idle_options = [*idle_options(settings)]
    return session
