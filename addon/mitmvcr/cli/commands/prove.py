"""``mitmvcr run --prove``: a recording counts once two replays have repeated it."""

import os
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from mitmvcr.cli.commands.plan import Plan
from mitmvcr.cli.commands.supervise import run_once
from mitmvcr.cli.report import status
from mitmvcr.cli.report.account import Ran
from mitmvcr.cli.report.console import say
from mitmvcr.cli.report.receipt import (
    counts,
    nothing_known,
    receipt_of,
    write_receipt,
)
from mitmvcr.core.errors import OptionError, VcrError
from mitmvcr.core.modes import RULES, Mode
from mitmvcr.core.wording import number_of, shown
from mitmvcr.options import PROVE, Settings
from mitmvcr.store.store import FileStore

_REPLAYS = 2
#: How many unused interactions are named.
_NAMED = 3


def prove(plan: Plan) -> int:
    """Record, replay twice, and put the cassette in place if both agree; of a strict
    replay, replay twice. Return the exit code."""
    settings = plan.settings
    store = _open(settings.cassette, settings)
    rule = RULES[settings.mode, store.exists()]
    if settings.mode is Mode.PASSTHROUGH:
        remedy = "there is nothing to prove in mode passthrough; choose another one"
        raise OptionError(PROVE.vcr, "yes", remedy)
    if not rule.records:
        return _Proof(plan).replay_alone()
    return _prove_recording(plan, store)


def _prove_recording(plan: Plan, store: FileStore) -> int:
    """Record beside the cassette, whose lock keeps other recorders away meanwhile."""
    store.begin()
    try:
        candidate = _candidate(store)
        proof = _Proof(plan, candidate)
        mode = _copy(store, candidate, plan.settings)
        code = proof.record_and_replay(mode)
        if not proof.against:
            _put_in_place(store, candidate)
            say(f"{store.name}: proven by {_REPLAYS} replays")
        else:
            _tell_unproven(store, candidate, proof.against)
        return proof.conclude(code)
    finally:
        store.leave()


def _open(place: Path | str | None, settings: Settings) -> FileStore:
    assert place is not None  # the plan has chosen one
    return FileStore(
        place,
        settings.layout,
        fsync_each=settings.fsync_each,
        keep_volatile=settings.keep_volatile,
    )


def _candidate(store: FileStore) -> Path:
    """Return where the recording is until it is proven: ``chat.unproven.yaml``."""
    target = store.path
    stem, dot, rest = target.name.partition(".yaml")
    stem, rest = (stem, dot + rest) if dot else (target.stem, target.suffix)
    return target.with_name(f"{stem}.unproven{rest}")


def _copy(store: FileStore, candidate: Path, settings: Settings) -> Mode:
    """Let the candidate begin as the cassette is, and return the mode that records to
    it."""
    candidate.unlink(missing_ok=True)
    if not store.exists():
        return Mode.RECORD_ONLY
    _open(candidate, settings).replace(store.load().interactions)
    return settings.mode


def _put_in_place(store: FileStore, candidate: Path) -> None:
    for each in _open(candidate, Settings()).load().interactions:
        store.append(each)
    store.publish()
    candidate.unlink(missing_ok=True)


def _tell_unproven(store: FileStore, candidate: Path, against: Sequence[str]) -> None:
    for each in against:
        say(f"not proven: {each}")
    if candidate.exists():
        say(f"{store.name} stays as it was; the recording is in {candidate}")
    else:
        say(f"{store.name} stays as it was")


class _Proof:
    """The rounds of one proof. ``against`` is what speaks against it."""

    def __init__(self, plan: Plan, candidate: Path | None = None) -> None:
        self.plan, self.candidate = plan, candidate
        self.against: list[str] = []
        self._rounds: list[Ran] = []
        self._stdin = _place_of_stdin()

    def replay_alone(self) -> int:
        """Prove a cassette that is there."""
        first = run_once(self.plan)
        self._rounds.append(first)
        self.against = [*_failures(first)] or _idle(first)
        if not self.against:
            self._replay(first, set(first.session.deck.unused()), 1)
        for each in self.against:
            say(f"not proven: {each}")
        return self.conclude(first.status)

    def record_and_replay(self, mode: Mode) -> int:
        """Record to the candidate, then replay it; return the exit code so far."""
        settings = self.plan.settings._replace(cassette=self.candidate, mode=mode)
        named = self.plan.settings.cassette
        recording = run_once(replace(self.plan, settings=settings, named=named))
        self._rounds.append(recording)
        self.against = self._after(recording)
        if not self.against:
            before = set(recording.session.deck.unused())
            self._replay(recording, before, _REPLAYS)
        return recording.status

    def _after(self, recording: Ran) -> list[str]:
        assert self.candidate is not None
        if recording.failure:
            return [f"mitmvcr itself failed: {recording.failure}"]
        if recording.was_interrupted:
            return ["the recording was interrupted"]
        if found := _idle(recording):
            return found
        return [] if self.candidate.exists() else ["nothing was recorded"]

    def _replay(self, first: Ran, before: Collection[int], times: int) -> None:
        """Replay until a run differs from the first one."""
        for number in range(1, times + 1):
            if self.against:
                return
            _rewind(self._stdin)
            sys.stdout.flush()
            ran = run_once(self._replaying())
            self._rounds.append(ran)
            found = [*_failures(ran), *differences(first, ran, before)]
            self.against = [f"replay {number}: {each}" for each in found]

    def _replaying(self) -> Plan:
        """Return the plan of a replay. What the command prints goes to stderr: stdout
        has it once, from the recording."""
        settings = self.plan.settings
        cassette = self.candidate or settings.cassette
        policy = replace(self.plan.policy, reports=(), drop_unused=False)
        return replace(
            self.plan,
            settings=settings._replace(cassette=cassette, mode=Mode.REPLAY_ONLY),
            policy=replace(policy, fail_on_unused=False),
            named=settings.cassette,
            stdout=sys.stderr.fileno(),
        )

    def conclude(self, code: int) -> int:
        """Write the receipt if one is wanted, and return the exit code."""
        code = code or (status.DISAGREED if self.against else 0)
        if self.plan.receipt is None:
            return code
        rounds = [_of_round(each) for each in self._rounds]
        proof: dict[str, object] = {"runs": rounds, "against": self.against}
        try:
            last = self._rounds[-1]
            receipt = receipt_of(self.plan.command[0], last, self._store(), proof)
            write_receipt(self.plan.receipt, receipt)
        except VcrError as error:
            say(f"error: {error}")
            return code or status.OWN_FAILURE
        return code

    def _store(self) -> FileStore:
        """Return where the cassette is now that the rounds were about."""
        settings = self.plan.settings
        unproven = self.candidate if self.against else None
        return _open(unproven or settings.cassette, settings)


def _of_round(ran: Ran) -> dict[str, object]:
    return {"mode": str(ran.session.mode), **counts(ran)}


def _failures(ran: Ran) -> Iterator[str]:
    if ran.failure:
        yield f"mitmvcr itself failed: {ran.failure}"
    if ran.was_interrupted:
        yield "it was interrupted"
    if missed := ran.session.summary().missed:
        yield f"{number_of(missed, 'request')} had no match"
    yield from (_KINDS[each.kind] for each in ran.findings if each.fails)


#: Findings that fail a run -> the same in few words; the run has said more.
_KINDS = {
    "idle": "nothing went through the proxy",
    "distrusted": "the client refused the proxy's certificate",
    "leaving": "the command tried to leave past the proxy",
}


def _idle(ran: Ran) -> list[str]:
    return [] if ran.session.summary().did_something else [nothing_known(ran)]


def differences(first: Ran, again: Ran, before: Collection[int]) -> Iterator[str]:
    """Yield in what a replay differs from the run before it; ``before`` are the
    interactions that nothing asked for then either."""
    if first.exit_status != again.exit_status:
        yield (
            f"the command ended with {again.exit_status}, and with"
            f" {first.exit_status} before"
        )
    unused = [p for p in again.session.deck.unused() if p not in before]
    for position in unused[:_NAMED]:
        entry = again.session.entry("unused", again.session.deck.head(position), 0)
        asked = f"{shown(entry.method)} {shown(entry.url, 300)}"
        yield f"nothing asked for interaction {position} ({asked})"
    if len(unused) > _NAMED:
        yield f"nothing asked for {number_of(len(unused) - _NAMED, 'other')}"


def _place_of_stdin() -> int | None:
    """Return where a file that is our input stands; each run gets it from there."""
    with suppress(OSError, ValueError):
        return os.lseek(sys.stdin.fileno(), 0, os.SEEK_CUR)
    return None


def _rewind(place: int | None) -> None:
    if place is not None:
        with suppress(OSError):
            os.lseek(sys.stdin.fileno(), place, os.SEEK_SET)
