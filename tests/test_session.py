"""What each mode makes of a cassette, from the first request to the file."""

import hashlib
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from unittest.mock import Mock

import pytest

from memory_store import MemoryStore
from mitmvcr.core.chunks import Chunk
from mitmvcr.core.errors import (
    CassetteDamagedError,
    CassetteNotFoundError,
    CassetteWriteError,
    OptionError,
)
from mitmvcr.core.frames import Frame
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.core.modes import Forward, Mode, Refuse, Repeats, Replay
from mitmvcr.core.steps import finished
from mitmvcr.core.wording import as_word
from mitmvcr.format import reader, writer
from mitmvcr.miss.log import Later
from mitmvcr.miss.report import STALE, Entry, Outcome
from mitmvcr.options import Settings
from mitmvcr.proxy.window import logged
from mitmvcr.session import Session, open_session
from mitmvcr.session.hooks import Hooks
from mitmvcr.session.summary import Summary, total
from mitmvcr.session.unused import (
    count_together,
    drop_marked,
    drop_unused,
    entries,
    why_keep_unused,
)
from mitmvcr.spelling import OF_API, ON_COMMAND_LINE
from mitmvcr.store import Store
from mitmvcr.store.store import FileStore
from option_samples import parse_settings

RECORD = Forward(record=True)
HIDDEN = "[REDACTED:authorization]"
SECRET = {"Authorization": ["Bearer secret"], "Accept": ["*/*"]}


def ask(number: int) -> Request:
    return Request(method="GET", url=f"http://h/{number}", headers=SECRET)


def made(number: int, code: int = 200) -> Interaction:
    return Interaction(0, ask(number), Response(code=code))


def cassette_of(*numbers: int) -> Cassette:
    return Cassette([made(number) for number in numbers])


def held(store: Store) -> list[tuple[str, int]]:
    """What the store holds by now: the path and the status of each interaction."""
    return [
        (each.request.url.removeprefix("http://h/"), each.response.code)
        for each in store.load().interactions
    ]


Start = Callable[..., Session]


@pytest.fixture(params=["file", "memory"])
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Start:
    """Begin a session: ``start(mode, cassette or None, repeats)``."""

    def store_of(cassette: Cassette | None) -> Store:
        if request.param == "memory":
            return MemoryStore(cassette)
        path = tmp_path / "chat.yaml"
        if cassette is not None:
            path.write_bytes(writer.dumps(cassette))
        return FileStore(path)

    def begin(
        mode: str, cassette: Cassette | None = None, repeats: Repeats = Repeats.NO
    ) -> Session:
        store = store_of(cassette)
        return Session(store, Mode(mode), repeats, exists=cassette is not None)

    return begin


def replayed(session: Session, number: int) -> int | None:
    """The status that is replayed, if one is."""
    decision = session.plan(ask(number))
    if not isinstance(decision, Replay):
        return None
    count = session.replayed_count
    session.replayed()
    assert session.replayed_count == count + 1
    return decision.interaction.response.code


def counts(session: Session) -> tuple[int, int, int, int]:
    """Recorded, replayed, missed, unused."""
    found = session.summary()
    return found.recorded, found.replayed, found.missed, found.unused


# Each mode, without and with a cassette


def test_record_only_never_looks_up_and_replaces_the_cassette(start: Start) -> None:
    session = start("record_only", cassette_of(1, 2))
    for _ in range(2):
        assert session.plan(ask(1)) == RECORD
    session.record(made(1, 201))
    session.record(made(1, 202))
    assert held(session.store) == [("1", 200), ("2", 200)]
    session.close()
    assert held(session.store) == [("1", 201), ("1", 202)]
    assert counts(session) == (2, 0, 0, 0)


def test_what_the_first_request_needs_can_be_made_before(start: Start) -> None:
    session = start("replay_only", cassette_of(1))
    assert not session.is_prepared
    session.prepare()
    assert session.is_prepared
    assert isinstance(session.plan(ask(1)), Replay)


def test_replay_only_replays_each_once_and_refuses_the_rest(start: Start) -> None:
    session = start("replay_only", cassette_of(1, 2, 3))
    assert replayed(session, 1) == 200
    assert session.plan(ask(1)) == Refuse()
    assert session.plan(ask(9)) == Refuse()
    assert session.offline
    assert not session.records
    session.close()
    assert held(session.store) == [("1", 200), ("2", 200), ("3", 200)]
    assert counts(session) == (0, 1, 2, 2)


def test_a_stream_is_held_until_a_later_request_is_replayed(start: Start) -> None:
    session = start(Mode.REPLAY_ONLY, cassette_of(1, 2))
    hold = session.holds.add("GET /2")
    session.plan(ask(1))
    session.plan(ask(3))
    assert hold.stays()
    session.plan(ask(2))
    assert not hold.stays()


def test_new_episodes_are_recorded_behind_what_is_replayed(start: Start) -> None:
    session = start("replay_with_new_episodes", cassette_of(1))
    assert replayed(session, 1) == 200
    assert session.plan(ask(2)) == RECORD
    session.record(made(2, 201))
    assert session.plan(ask(2)) == RECORD
    assert not session.offline
    session.close()
    assert held(session.store) == [("1", 200), ("2", 201)]
    assert counts(session) == (1, 1, 0, 0)


def test_new_episodes_need_no_cassette(start: Start) -> None:
    session = start("replay_with_new_episodes")
    assert session.plan(ask(1)) == RECORD
    session.record(made(1))
    session.close()
    assert held(session.store) == [("1", 200)]


def test_record_once_records_where_there_is_no_cassette(start: Start) -> None:
    session = start("record_once")
    assert session.plan(ask(1)) == RECORD
    session.record(made(1))
    assert session.plan(ask(1)) == RECORD
    assert session.records
    session.close()
    assert held(session.store) == [("1", 200)]
    assert counts(session) == (1, 0, 0, 0)


def test_record_once_replays_where_there_is_a_cassette(start: Start) -> None:
    session = start("record_once", cassette_of(1))
    assert replayed(session, 1) == 200
    assert session.plan(ask(1)) == Refuse()
    assert session.offline
    session.close()
    assert held(session.store) == [("1", 200)]
    assert counts(session) == (0, 1, 1, 0)


@pytest.mark.parametrize("cassette", [None, cassette_of(1)])
def test_passthrough_forwards_all_and_touches_nothing(
    start: Start, cassette: Cassette | None
) -> None:
    session = start("passthrough", cassette)
    assert session.plan(ask(1)) == Forward(record=False)
    session.close()
    assert session.store.exists() is (cassette is not None)
    assert counts(session) == (0, 0, 0, 0)


@pytest.mark.parametrize("mode", ["record_only", "record_once"])
def test_with_repeats_a_fresh_recording_is_replayed(start: Start, mode: str) -> None:
    session = start(mode, repeats=Repeats.ALL)
    assert session.plan(ask(1)) == RECORD
    session.record(made(1, 201))
    assert [replayed(session, 1) for _ in range(2)] == [201, 201]


def test_with_repeats_one_interaction_answers_always(start: Start) -> None:
    session = start("replay_only", cassette_of(1), Repeats.ALL)
    assert [replayed(session, 1) for _ in range(3)] == [200] * 3
    assert counts(session) == (0, 3, 0, 0)


# What goes on within


def test_credentials_are_neither_written_nor_compared(start: Start) -> None:
    session = start("replay_with_new_episodes")
    session.record(made(1))
    session.close()
    (kept,) = session.store.load().interactions
    assert list(kept.request.headers) == ["Accept"]


def test_what_was_given_back_is_replayed_to_whoever_asks_next(start: Start) -> None:
    session = start("replay_only", cassette_of(1))
    decision = session.plan(ask(1))
    assert isinstance(decision, Replay)
    assert counts(session) == (0, 0, 0, 0)
    session.give_back(decision.position)
    assert counts(session) == (0, 0, 0, 1)
    assert replayed(session, 1) == 200


def test_a_miss_is_explained_by_what_is_nearest(start: Start) -> None:
    session = start("replay_only", cassette_of(1))
    miss = session.explain(ask(2))
    assert miss.reason == (
        "the nearest is interaction 0 (unused): GET http://h/1; path: /2 was /1"
    )


def test_equal_ones_are_written_as_they_were_asked_for(start: Start) -> None:
    """What is asked for first and ends last gets its own answer in a replay too; all
    others stand as they ended."""
    session = start("record_only")
    ended = [(1, 201, 5), (2, 202, 4), (1, 203, 3), (1, 204, 6), (3, 205, 1)]
    for number, code, asked in [*ended, (1, 206, 2)]:
        session.record(made(number, code), asked)
    session.close()
    assert held(session.store) == [
        *(("1", 206), ("2", 202), ("1", 203), ("1", 201), ("3", 205), ("1", 204))
    ]
    assert [each.id for each in session.store.load().interactions] == [*range(6)]


def test_those_that_a_late_secret_made_equal_are_in_their_order(start: Start) -> None:
    session, token = start("record_only"), "q8Zk3vTw9LxN2bRd"
    for code, asked in ((201, 2), (202, 1)):
        request = replace(ask(1), url=f"http://h/{token}", headers={})
        session.record(replace(made(1, code), request=request), asked)
    request = replace(ask(3), headers={"Authorization": [f"Bearer {token}"]})
    session.record(replace(made(3), request=request), 3)
    session.close()
    assert [code for _, code in held(session.store)] == [202, 201, 200]
    assert token not in held(session.store)[0][0]


@pytest.mark.parametrize("mode", ["record_only", "passthrough", "replay_only"])
def test_what_is_not_recorded_is_learned_from(start: Start, mode: str) -> None:
    token, session = "q8Zk3vTw9LxN2bRd", start(mode, cassette_of(9))
    got = made(1)
    body = f"the id is {token}".encode()
    met = replace(got, response=replace(got.response, body=body))
    if session.records:
        session.record(met)
    other = replace(ask(2), headers={"Authorization": [f"Bearer {token}"]})
    session.pass_over(other)
    assert session.redactor.text(token) == (token if mode == "passthrough" else HIDDEN)
    session.close()
    if session.records:
        (kept,) = session.store.load().interactions
        assert kept.response.body == f"the id is {HIDDEN}".encode()


def test_what_was_put_in_order_is_told_and_dropped_where_it_is_now(
    start: Start,
) -> None:
    session = start("replay_with_new_episodes", cassette_of(9))
    session.log.complete = True
    for code, asked in ((201, 5), (202, 4), (203, 6)):
        session.record(made(1, code), asked)
    session.log.add_later(Outcome.RECORDED, 2, 0)
    session.log.add_later(Outcome.REPLAYED, 2, 0)
    session.log.add(session.entry("replayed", made(9, 209), 2))
    session.close()
    assert held(session.store) == [("9", 200), ("1", 202), ("1", 201), ("1", 203)]
    told = {each.status: each.interaction for each in session.log.entries}
    assert told == {201: 2, 202: 1, 203: 3, 209: 2}
    later: list[Later] = []
    entry = Entry(Outcome.UNUSED, "GET", "")
    session.log.entries_at((3, 4), lambda each: later.append(each) or entry)
    assert later == [Later(Outcome.RECORDED, 1), Later(Outcome.REPLAYED, 2)]
    assert drop_marked(session, {1}) == 1  # what was the first to be recorded
    assert held(session.store) == [("9", 200), ("1", 202), ("1", 203)]


@pytest.mark.parametrize("password", ["", "pw1234567"])
def test_what_is_learned_while_the_first_is_redacted_is_taken_out(
    start: Start, password: str
) -> None:
    """A large one is redacted in a thread, and other requests go on meanwhile."""
    session, token = start("replay_with_new_episodes"), "q8Zk3vTw9LxN2bRd"
    body = f'{{"seen": "{token}", "password": "{password}"}}'.encode()
    request = replace(ask(1), headers={})
    answer = replace(made(1).response, body=body)
    redacted = session.redacted(Interaction(0, request, answer))
    session.plan(replace(ask(2), headers={"Authorization": [f"Bearer {token}"]}))
    session.keep(redacted, 0)
    session.close()
    (kept,) = session.store.load().interactions
    assert token.encode() not in kept.response.body


def test_others_of_one_url_stand_as_they_ended(start: Start) -> None:
    session = start("record_only")
    for code, asked in ((201, 2), (202, 1)):
        got = made(1, code)
        session.record(
            replace(got, request=replace(got.request, body=b"%d" % code)), asked
        )
    session.close()
    assert held(session.store) == [("1", 201), ("1", 202)]


def test_nothing_recorded_leaves_no_cassette(start: Start) -> None:
    session = start("record_once")
    session.plan(ask(1))
    session.close()
    assert not session.store.exists()


def test_closing_twice_is_closing_once(start: Start) -> None:
    session = start("record_once")
    session.record(made(1))
    session.close()
    session.close()
    assert held(session.store) == [("1", 200)]


def test_a_session_shows_its_summary(start: Start) -> None:
    session = start("replay_only", cassette_of(1, 2))
    replayed(session, 1)
    session.plan(ask(7))
    line = (
        f"cassette {session.store.name}, mode replay_only:"
        " recorded 0, replayed 1, missed 1, unused 1"
    )
    assert session.summary().line() == line
    assert repr(session) == f"<Session {line}>"


def test_a_summary_holds_its_counts() -> None:
    summary = Summary("a.yaml", Mode.RECORD_ONCE, 12, 0, 0, 0)
    assert summary.line() == (
        "cassette a.yaml, mode record_once: recorded 12, replayed 0, missed 0, unused 0"
    )


def test_what_goes_straight_through_is_counted(start: Start) -> None:
    session = start("passthrough")
    session.plan(ask(1))
    session.passed()
    assert session.summary().passed == 2


@pytest.mark.parametrize(
    "busy", ["recorded", "replayed", "missed", "passed", "came", "lost"]
)
def test_a_session_that_saw_anybody_was_not_idle(busy: str) -> None:
    idle = Summary("a.yaml", Mode.RECORD_ONCE, 0, 0, 0, unused=3)
    assert idle.was_idle
    assert not idle._replace(**{busy: 1}).was_idle  # type: ignore[arg-type] # counts


def test_a_session_of_what_is_blocked_was_idle_unless_a_request_failed() -> None:
    blocked = Summary("a.yaml", Mode.REPLAY_ONLY, 0, 0, 0, 3, came=2, blocked=1)
    assert blocked.was_idle
    assert not blocked._replace(failed=1).was_idle


def test_whoever_came_is_counted_whatever_became_of_it(start: Start) -> None:
    session = start("record_once")
    session.came()
    assert session.summary().came == 1
    assert not session.summary().was_idle
    assert not session.summary().did_something


@pytest.mark.parametrize(
    ("mode", "held", "expects"),
    [("replay_only", 1, True), ("replay_only", 0, False), ("record_only", 1, False)],
)
def test_only_a_strict_replay_of_something_expects_requests(
    start: Start, mode: str, held: int, expects: bool
) -> None:
    assert start(mode, cassette_of(*range(held))).expects is expects


def test_planning_to_record_is_not_going_straight_through(start: Start) -> None:
    session = start("record_once")
    session.plan(ask(1))
    assert session.summary().was_idle


# Failures


class FullStore(MemoryStore):
    """A store whose disk is full."""

    def append(self, interaction: Interaction) -> None:
        raise CassetteWriteError(self.name, "cannot be written")

    def publish(self) -> None:
        raise CassetteWriteError(self.name, "cannot be published")


def test_what_cannot_be_recorded_is_not_counted_nor_replayed() -> None:
    session = Session(FullStore(), Mode.RECORD_ONCE, Repeats.ALL, exists=False)
    with pytest.raises(CassetteWriteError, match="cannot be written"):
        session.record(made(1))
    assert counts(session) == (0, 0, 0, 0)
    assert session.plan(ask(1)) == RECORD


def test_what_cannot_be_put_in_place_is_noted_and_raised() -> None:
    session = Session(FullStore(), Mode.RECORD_ONCE, Repeats.NO, exists=False)
    assert session.failure is None
    with pytest.raises(CassetteWriteError, match="cannot be published"):
        session.close()
    assert str(session.failure) == "memory: cannot be published"


def test_the_first_failure_is_the_one_that_is_kept() -> None:
    session = Session(MemoryStore(), Mode.RECORD_ONCE, Repeats.NO, exists=False)
    first = ValueError("first")
    session.note_failure(first)
    session.note_failure(ValueError("second"))
    assert session.failure is first


# Opening


def settings(path: Path | None, mode: str) -> Settings:
    return Settings(cassette=path, mode=Mode(mode))


def test_a_session_needs_a_cassette() -> None:
    with pytest.raises(OptionError, match=r"^vcr_cassette has no value: name a file"):
        open_session(settings(None, "record_once"))


def test_replay_only_without_a_cassette_is_told_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "chat.yaml"
    with pytest.raises(CassetteNotFoundError) as caught:
        open_session(settings(path, "replay_only"))
    assert str(caught.value) == (
        f"{path}: cassette not found, and mode replay_only never records: record it"
        " first with mode record_once"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("chat.yaml", "Chat.yaml"),
        ("chat.yaml", "chat.yml"),
        ("caf\u00e9.yaml", "cafe\u0301.yaml"),
        ("a b.yaml", "A b.yaml"),
    ],
)
def test_a_cassette_that_is_spelled_otherwise_is_named(
    tmp_path: Path, name: str, there: str
) -> None:
    """A disk of macOS or Windows takes it for the same, and CI's does not."""
    (tmp_path / there).write_bytes(writer.dumps(cassette_of(1)))
    (tmp_path / "other.yaml").touch()
    (tmp_path / name).symlink_to("gone")
    with pytest.raises(CassetteNotFoundError) as caught:
        open_session(settings(tmp_path / name, "replay_only"))
    word = as_word(there)
    assert str(caught.value).endswith(
        f"record it first with mode record_once; or rename {word}, which is there"
    )


def test_a_cassette_whose_recording_was_killed_is_not_to_be_recorded_again(
    tmp_path: Path,
) -> None:
    """That would have been refused, with the remedy that is told now."""
    path, part = tmp_path / "chat.yaml", tmp_path / "chat.yaml.part"
    part.write_bytes(writer.dumps(cassette_of(1, 2)))
    with pytest.raises(CassetteNotFoundError) as caught:
        open_session(settings(path, "replay_only"))
    assert str(caught.value) == (
        f"{path}: cassette not found, and mode replay_only never records: {part}:"
        " holds 2 interactions of a recording that was not saved: run"
        f" 'mitmvcr cassette recover {path}' to keep it; to record"
        " anew, delete the file"
    )
    assert list(tmp_path.iterdir()) == [part]


@pytest.mark.parametrize(
    "mode", ["replay_only", "replay_with_new_episodes", "record_once", "record_only"]
)
def test_a_damaged_cassette_is_told_and_never_overwritten(
    tmp_path: Path, mode: str
) -> None:
    path = tmp_path / "chat.yaml"
    path.write_text("---\nversion: 2\ninteractions: [oops\n")
    before = path.read_bytes()
    with pytest.raises(CassetteDamagedError, match=r"chat\.yaml: "):
        open_session(settings(path, mode))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_what_was_recorded_once_is_replayed_from_then_on(tmp_path: Path) -> None:
    path = tmp_path / "cassettes" / "chat.yaml"
    for recorded in (True, False):
        session = open_session(settings(path, "record_once"))
        assert session.records is recorded
        if recorded:
            session.record(made(1, 201))
        else:
            assert replayed(session, 1) == 201
        session.close()
    assert len(reader.load(path).interactions) == 1


def test_repeats_are_taken_from_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "chat.yaml"
    path.write_bytes(writer.dumps(cassette_of(1)))
    chosen = Settings(path, Mode.REPLAY_ONLY, Repeats.ALL)
    session = open_session(chosen)
    assert [replayed(session, 1) for _ in range(2)] == [200, 200]


def test_a_recording_is_laid_out_as_the_settings_say(tmp_path: Path) -> None:
    path = tmp_path / "chat.yaml"
    chosen = parse_settings(cassette=str(path), mode="record_once", layout="v3")
    session = open_session(chosen)
    session.record(made(1, 201))
    session.close()
    assert "        transfer_encoding: []\n" in path.read_text()


def test_what_can_never_be_answered_counts_as_missed(start: Start) -> None:
    session = start(Mode.REPLAY_ONLY, cassette_of(1), Repeats.NO)
    session.refused()
    assert session.summary().missed == 1


# What is told of it


def test_a_complete_log_says_what_became_of_each(start: Start) -> None:
    session = start("replay_with_new_episodes", cassette_of(1, 2))
    session.log.complete = True
    session.record(made(3))
    assert [(e.outcome, e.interaction, e.url) for e in entries(session)] == [
        ("recorded", 2, "http://h/3"),
        ("unused", 0, "http://h/1"),
        ("unused", 1, "http://h/2"),
    ]
    session.close()


def test_a_replay_is_logged_as_it_is_told(start: Start) -> None:
    session = start("replay_only", cassette_of(1))
    session.log.complete = True
    decision = session.plan(ask(1))
    assert isinstance(decision, Replay)
    entry = session.replaying(decision)
    assert isinstance(entry, Entry)
    session.replayed(entry, 3)
    assert entries(session) == [entry.lasting(3)]


def played(session: Session, number: int, **headers: list[str]) -> Entry | int | None:
    decision = session.plan(replace(ask(number), headers=headers))
    assert isinstance(decision, Replay)
    entry = session.replaying(decision)
    session.replayed(entry, 3)
    return entry


def test_nothing_is_logged_where_nobody_may_look(start: Start) -> None:
    session = start("replay_only", cassette_of(1))
    assert played(session, 1) is None
    assert len(session.log) == 0


def test_an_entry_made_later_is_what_it_would_have_been(
    start: Start,
) -> None:
    found = []
    for complete in (True, False):
        session = start("replay_with_new_episodes", cassette_of(1, 2))
        session.log.complete, session.log.brief = complete, True
        entry = played(session, 2)
        assert isinstance(entry, Entry if complete else int)
        response = Response(code=201, body=b"new", duration=7)
        session.record(Interaction(0, ask(9), response))
        session.log.missed(session.explain(ask(3)), 5)
        kept = 3 if complete else 1
        assert len(session.log.entries) == kept
        found.append(logged(session, range(3)))
        assert logged(session, range(3)) == session.log.entries == found[-1]
        session.close()
    assert found[0] == found[1]
    assert [(each.outcome, each.status, each.duration) for each in found[0]] == [
        ("replayed", 200, 3),
        ("recorded", 201, 7),
        ("missed", None, 5),
    ]


def test_what_cannot_be_made_later_is_made_at_once() -> None:
    request = replace(ask(1), headers={"Accept": ["a"]})
    answer = Response(code=200, status="200 OK", headers={"Vary": ["Accept"]})
    store = MemoryStore(Cassette([Interaction(0, request, answer)] * 2))
    session = Session(store, Mode.REPLAY_ONLY, Repeats.NO, exists=True)
    session.log.brief = True
    entry = played(session, 1, Accept=["b"])
    assert isinstance(entry, Entry)
    assert "Vary" in entry.note
    assert played(session, 1, Accept=["a"]) == 1


def test_what_was_recorded_and_is_gone_says_so(start: Start) -> None:
    session = start(Mode.RECORD_ONLY)
    session.log.brief = True
    session.record(made(1))
    session.close()
    (entry,) = logged(session, [0])
    assert (entry.outcome, entry.interaction) == ("recorded", 0)
    assert entry.note == "what was recorded of it cannot be read any more"


def test_what_was_let_go_is_told_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a cassette that is read as it is asked for; large answers keep no body."""
    monkeypatch.setattr("mitmvcr.store.cassette_file.READ_WHOLE", 1)
    monkeypatch.setattr("mitmvcr.format.lazy.LARGE", 1)
    path = tmp_path / "chat.yaml"
    path.write_bytes(writer.dumps(cassette_of(*range(30))))
    store = FileStore(path)
    session = Session(store, Mode.REPLAY_ONLY, Repeats.NO, exists=True)
    session.log.complete = True
    for number in range(0, 30, 2):
        decision = session.plan(ask(number))
        assert isinstance(decision, Replay)
        entry = session.entry("replayed", decision.interaction, decision.position)
        session.replayed(entry)
    assert [(e.outcome, e.method, e.url, e.status) for e in entries(session)] == [
        *(("replayed", "GET", f"http://h/{n}", 200) for n in range(0, 30, 2)),
        *(("unused", "GET", f"http://h/{n}", 200) for n in range(1, 30, 2)),
    ]
    miss = session.explain(ask(4))
    assert miss.same_used == 1
    assert [(near.position, near.used) for near in miss.nearest[:1]] == [(4, True)]
    session.give_back(4)
    assert session.explain(ask(4)).same_used == 0
    assert replayed(session, 4) == 200


def test_secrets_of_the_cassette_are_masked_in_a_miss(start: Start) -> None:
    held = Interaction(
        0, Request(method="GET", url="http://h/?token=abc"), Response(code=200)
    )
    session = start("replay_only", Cassette([held]))
    miss = session.explain(Request(method="GET", url="http://h/?token=abd"))
    assert "abc" not in repr(miss)
    assert "abd" not in repr(miss)
    assert miss.nearest[0].differ[0].place == "query.token"
    assert session.shown("http://h/?token=abc") == "http://h/?token=***"
    assert session.entry("unused", held, 0).url == "http://h/?token=***"


# What nothing asked for


def test_what_was_marked_leaves_the_cassette(start: Start) -> None:
    session = start(Mode.REPLAY_ONLY, cassette_of(1, 2, 3))
    session.close()
    assert drop_marked(session, ()) == 0
    assert drop_marked(session, {0, 2, 7}) == 2
    assert [each.request.url for each in session.store.load().interactions] == [
        ask(2).url
    ]
    assert drop_marked(session, {7}) == 0


def test_a_recording_lasts_until_its_last_part(start: Start) -> None:
    session = start(Mode.RECORD_ONLY)
    session.log.complete = True
    response = Response(code=200, body=b"ab", duration=10**9, chunks=(Chunk(0, 10**9),))
    session.record(Interaction(0, ask(1), response))
    began, ended = session.log.span(0)
    assert ended - began == pytest.approx(2.0)
    assert session.recorded_count == 1


def test_the_unused_are_dropped_on_request(start: Start) -> None:
    session = start("replay_with_new_episodes", cassette_of(1, 2, 3))
    assert replayed(session, 2) == 200
    session.record(made(4))
    session.close()
    assert why_keep_unused(session) == ""
    assert drop_unused(session) == 2
    assert held(session.store) == [("2", 200), ("4", 200)]
    assert [each.id for each in session.store.load().interactions] == [0, 1]


def test_sessions_of_one_cassette_are_counted_together(start: Start) -> None:
    sessions = [start("replay_only", cassette_of(1, 2, 3, 4)) for _ in range(3)]
    assert replayed(sessions[1], 1) == 200
    assert [replayed(sessions[2], at) for at in (3, 4)] == [200, 200]
    count_together(sessions)
    assert [each.deck.unused() for each in sessions] == [[], [], [1]]
    assert [each.summary().unused for each in sessions] == [0, 0, 1]


def test_what_a_session_of_the_cassette_recorded_was_asked_for(start: Start) -> None:
    """The file was recorded by the first, and the second is of the same run."""
    first = start("record_only")
    for number in (1, 2, 3):
        first.record(made(number))
    first.close()
    second = start("replay_only", cassette_of(1, 2, 3, 4))
    assert replayed(second, 2) == 200
    count_together([first, second])
    assert second.deck.unused() == [3]


def test_what_was_left_beside_the_cassette_is_none_of_it(start: Start) -> None:
    first = start("record_only", cassette_of(1, 2))
    first.record(made(3))
    first.set_aside()
    first.close()
    second = start("replay_only", cassette_of(1, 2))
    assert replayed(second, 2) == 200
    count_together([first, second])
    assert second.deck.unused() == [0]


def test_a_session_that_failed_tells_of_what_is_unused(start: Start) -> None:
    """So that nothing is dropped: nobody knows what it would have asked for."""
    sessions = [start("replay_only", cassette_of(1, 2, 3)) for _ in range(2)]
    assert replayed(sessions[0], 1) == 200
    sessions[1].note_failure(OSError("broken"))
    count_together(sessions)
    assert [each.deck.unused() for each in sessions] == [[], [1, 2]]
    assert why_keep_unused(sessions[1])


def test_sessions_of_cassettes_of_their_own_are_not_counted_together(
    start: Start,
) -> None:
    sessions = [start("replay_only", cassette_of(1, 2)) for _ in range(2)]
    sessions[1].store.name = "other.yaml"  # type: ignore[misc]
    assert replayed(sessions[0], 1) == 200
    count_together(sessions)
    assert [each.deck.unused() for each in sessions] == [[1], [0, 1]]


def test_with_nothing_unused_nothing_is_written(start: Start) -> None:
    session = start("replay_only", cassette_of(1))
    replayed(session, 1)
    before = session.store.load()
    session.store.replace = None  # type: ignore[method-assign,assignment] # not called
    assert drop_unused(session) == 0
    assert session.store.load() == before


@pytest.mark.parametrize("now", [(1,), (1, 3, 2)])
def test_a_cassette_that_changed_meanwhile_is_left_alone(
    start: Start, now: tuple[int, ...]
) -> None:
    session = start("replay_only", cassette_of(1, 2))
    replayed(session, 1)
    session.store.replace(cassette_of(*now).interactions)
    with pytest.raises(CassetteWriteError, match="changed meanwhile"):
        drop_unused(session)
    assert held(session.store) == [(str(number), 200) for number in now]


@pytest.mark.parametrize("mode", ["replay_only", "replay_with_new_episodes"])
@pytest.mark.parametrize("now", [(1,), (2, 1, 3), (2, 3)])
def test_a_mark_never_drops_what_took_the_place_of_the_marked(
    start: Start, mode: str, now: tuple[int, ...]
) -> None:
    session = start(mode, cassette_of(1, 2, 3))
    replayed(session, 1)
    session.store.replace(cassette_of(*now).interactions)
    session.close()
    with pytest.raises(CassetteWriteError, match="its marked interactions stay"):
        drop_marked(session, {1})
    assert held(session.store) == [(str(number), 200) for number in now]


def test_marks_in_a_recording_that_was_set_aside_do_not_reach_the_cassette(
    start: Start,
) -> None:
    session = start("record_only", cassette_of(1, 2))
    session.record(made(3))
    session.set_aside()
    session.close()
    assert drop_marked(session, {0}) == 0
    assert held(session.store) == [("1", 200), ("2", 200)]


def test_what_tests_made_up_keeps_no_mark_from_being_dropped(start: Start) -> None:
    session = start("replay_with_new_episodes", cassette_of(1, 2))
    session.variables.values({"id": "a"})
    replayed(session, 1)
    session.close()
    assert drop_marked(session, {0}) == 1
    assert held(session.store) == [("2", 200)]


def test_a_miss_says_that_the_cassette_has_changed_since_it_was_read(
    start: Start,
) -> None:
    session = start("replay_only", cassette_of(1))
    assert replayed(session, 3) is None
    before = session.explain(ask(3))
    session.store.replace(cassette_of(2, 3).interactions)
    assert replayed(session, 3) is None
    after = session.explain(ask(3))
    assert after == replace(before, is_stale=True)
    assert after.reason == f"{before.reason}; {STALE}"
    assert replayed(session, 1) == 200


def test_who_records_is_told_of_no_change_of_their_own(start: Start) -> None:
    session = start("replay_with_new_episodes", cassette_of(1))
    session.record(made(2))
    session.save()
    assert not session.explain(ask(3)).is_stale


def test_after_a_run_that_went_wrong_the_unused_stay(start: Start) -> None:
    session = start("replay_only", cassette_of(1, 2))
    assert why_keep_unused(session) == "nothing was replayed"
    replayed(session, 1)
    assert why_keep_unused(session) == ""
    session.plan(ask(7))
    assert why_keep_unused(session) == "requests had no match"
    session.note_failure(ZeroDivisionError())
    assert why_keep_unused(session) == "mitmvcr itself failed"


def test_a_cassette_that_cannot_be_rewritten_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "chat.yaml"
    path.write_bytes(writer.dumps(cassette_of(1, 2)))
    session = open_session(parse_settings(cassette=str(path), mode="replay_only"))
    replayed(session, 1)

    def fail(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("mitmvcr.store.place.replace_file", fail)
    before = path.read_bytes()
    with pytest.raises(CassetteWriteError, match="permission denied"):
        drop_unused(session)
    assert path.read_bytes() == before


# Set aside, left over, and late


def test_a_session_that_was_set_aside_says_where_its_recording_is(start: Start) -> None:
    session = start(Mode.RECORD_ONLY, cassette_of(1))
    session.record(made(2))
    session.set_aside()
    session.close()
    assert session.left_in is not None
    assert held(session.store) == [("1", 200)]


def test_who_does_not_record_is_told_of_a_recording_that_was_not_saved(
    tmp_path: Path,
) -> None:
    path = tmp_path / "chat.yaml"
    path.write_bytes(writer.dumps(cassette_of(1)))
    settings = parse_settings(cassette=str(path), mode="replay_only")
    assert open_session(settings).notice is None
    assert open_session(settings._replace(dir=tmp_path)).common == []
    path.with_name("chat.yaml.part").write_bytes(writer.dumps(cassette_of(2)))
    assert "holds 1 interaction of a recording" in (open_session(settings).notice or "")


@pytest.mark.parametrize("layout", ["as go-vcr lays it out", "in another"])
@pytest.mark.parametrize("mode", ["replay_only", "replay_with_new_episodes"])
def test_a_replay_says_that_nothing_reads_a_mistyped_key(
    tmp_path: Path, layout: str, mode: str
) -> None:
    """It answered with an empty body, and only a check told."""
    path = tmp_path / "chat.yaml"
    said = Interaction(0, ask(1), Response(code=200, body=b"hello"))
    data = writer.dumps(Cassette([said, said])).replace(b" body: ", b" bdoy: ")
    path.write_bytes(data if layout != "in another" else data + b"more: {}\n")
    session = open_session(parse_settings(cassette=str(path), mode=mode))
    session.close()
    line = data[: data.index(b"bdoy")].count(b"\n") + 1
    assert session.notice == (
        f"{path}: line {line}, interaction 0,"
        " response.bdoy: nothing reads this key: does it stand for `body`? (and 1 more)"
    )


def test_what_comes_after_the_close_goes_behind_it(start: Start) -> None:
    session = start(Mode.RECORD_ONCE, None)
    session.close()
    session.record(made(1))
    assert held(session.store) == [("1", 200)]
    session.record(made(2))
    session.close()
    assert held(session.store) == [("1", 200), ("2", 200)]


def test_secrets_of_the_environment_are_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "chat.yaml"
    monkeypatch.setenv("A_TOKEN", "abc-def-ghi")
    session = open_session(settings(path, "record_once"))
    monkeypatch.delenv("A_TOKEN")  # it counts as it was when the session began
    session.record(
        Interaction(0, Request(url="http://h/abc-def-ghi"), Response(code=200))
    )
    session.close()
    assert "abc-def-ghi" not in path.read_text()
    assert session.shown("http://h/abc-def-ghi") == "http://h/[REDACTED:A_TOKEN]"


def test_a_recording_under_way_is_for_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "chat.yaml"
    session = open_session(settings(path, "record_once"))
    session.record(made(1))
    part = tmp_path / "chat.yaml.part"
    assert stat.S_IMODE(part.stat().st_mode) == 0o600
    session.close()
    (tmp_path / "new").touch()
    assert path.stat().st_mode == (tmp_path / "new").stat().st_mode


def test_what_turns_out_to_be_a_secret_is_taken_out_of_what_was_written(
    start: Start,
) -> None:
    session = start("record_only")
    value = "tok-8f2c61d09be4a7"
    early = Request(method="GET", url=f"http://h/a?note={value}", body=b"plain")
    told = Response(code=200, body=f"hello {value}".encode())
    session.record(Interaction(0, early, told))
    session.record(made(1))
    bearer = {"Authorization": [f"Bearer {value}"]}
    session.record(Interaction(0, Request("GET", "http://h/b", headers=bearer), told))
    session.close()
    found = session.store.load().interactions
    assert value not in repr(found)
    assert found[0].response.body == found[2].response.body
    assert session.altered == [found[0].request.url]


LATE = "tok-8f2c61d09be4a7"


def says_it_late(session: Session) -> None:
    """Send a token in the open, and then as what it is."""
    session.log.complete = True
    for url in (f"http://h/a/{LATE}", "http://h/b"):
        headers = {} if LATE in url else {"Authorization": [f"Bearer {LATE}"]}
        asked = Request("GET", url, headers=headers, body=f"by {LATE}".encode())
        if isinstance(session.plan(asked), Refuse):
            session.log.missed(session.explain(asked), 1)
        else:
            session.record(Interaction(0, asked, Response(code=200)))


@pytest.mark.parametrize("mode", ["record_only", "replay_only"])
def test_what_turns_out_to_be_a_secret_is_taken_out_of_the_log(
    start: Start, mode: str
) -> None:
    held = Cassette(
        [
            Interaction(
                0, Request("GET", "http://h/a/x", body=b"by whom"), Response(code=200)
            )
        ]
    )
    session = start(mode, held)
    says_it_late(session)
    assert LATE in repr(session.log.entries)
    assert LATE not in repr(logged(session, range(2)))
    session.close()
    assert [each.url.partition("[")[0] for each in session.log.entries] == [
        "http://h/a/",
        "http://h/b",
    ]
    assert LATE not in repr((session.log.entries, session.log.misses))


def test_a_log_is_looked_through_again_when_a_session_ends(start: Start) -> None:
    session = start("replay_only", cassette_of(1))
    says_it_late(session)
    session.log.missed(next(iter(session.log.misses)), 1)
    session.log.add_later(Outcome.REPLAYED, 0, 1)
    session.close()
    assert LATE not in repr((session.log.entries, session.log.misses))
    assert sorted(session.log.misses.values()) == [1, 2]
    session.log.missed(session.explain(ask(7)), 1)
    assert len(session.log.misses) == 3


@pytest.mark.parametrize("from_client", [True, False])
def test_a_message_out_of_which_something_is_taken_late_is_told_if_a_client_sent_it(
    start: Start, from_client: bool
) -> None:
    session = start("record_only")
    value = "tok-8f2c61d09be4a7"
    frame = Frame(from_client, 0, "text", f"hello {value}".encode())
    talk = Response(code=101, websocket=(frame,))
    session.record(Interaction(0, Request("GET", "http://h/ws"), talk))
    bearer = {"Authorization": [f"Bearer {value}"]}
    told = Response(code=200)
    session.record(Interaction(0, Request("GET", "http://h/b", headers=bearer), told))
    session.close()
    assert value not in repr(session.store.load().interactions)
    assert session.altered == ["http://h/ws"] * from_client


def test_an_answer_whose_address_is_its_digest_stays_and_is_told(start: Start) -> None:
    session = start("record_only")
    assert list(session.left_whole) == []
    body = b'{"config": {"password": "x1-y2-z3-w4"}}'
    url = f"http://h/v2/a/blobs/sha256:{hashlib.sha256(body).hexdigest()}"
    answer = Response(code=200, status="200 OK", body=body)
    session.record(Interaction(0, Request("GET", url), answer))
    session.close()
    assert session.store.load().interactions[0].response.body == body
    assert session.left_whole == [url]


def test_what_was_saved_on_the_way_has_no_late_secret_at_the_end(
    start: Start,
) -> None:
    session = start("record_only")
    value = "tok-8f2c61d09be4a7"
    told = Response(code=200, body=f"hello {value}".encode())
    session.record(Interaction(0, Request("GET", "http://h/a"), told))
    session.save()
    assert len(session.store.load().interactions) == 1
    bearer = {"Authorization": [f"Bearer {value}"]}
    session.record(Interaction(0, Request("GET", "http://h/b", headers=bearer), told))
    assert len(session.store.load().interactions) == 1
    session.save()
    assert value not in repr(session.store.load().interactions)
    session.record(made(1))
    session.close()
    found = session.store.load().interactions
    assert len(found) == 3
    assert value not in repr(found)


def test_a_late_secret_is_found_where_every_character_is_escaped(start: Start) -> None:
    session = start("record_only")
    value = "tok-8f2c61d09be4a7"
    told = Response(code=200, body=f"\ufeffid,{value}\r\n".encode())
    session.record(Interaction(0, Request("GET", "http://h/csv"), told))
    bearer = {"Authorization": [f"Bearer {value}"]}
    session.record(Interaction(0, Request("GET", "http://h/b", headers=bearer), told))
    session.close()
    assert value not in repr(session.store.load().interactions)


def test_a_secret_that_is_known_from_the_start_costs_nothing_at_the_end(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = start("record_only")
    monkeypatch.setattr(session.store, "amend", None)
    for number in (1, 2):
        session.record(made(number))
    session.close()
    assert session.altered == []


def test_what_a_hook_makes_unsendable_is_not_sent_and_not_used_up() -> None:
    def before_replay(interaction: Interaction, request: Request) -> Interaction:
        return replace(interaction, response=replace(interaction.response, code=99))

    hooks = SimpleNamespace(judge=None, before_replay=before_replay)
    session = Session(
        MemoryStore(cassette_of(1)),
        Mode.REPLAY_ONLY,
        Repeats.NO,
        exists=True,
        hooks=cast(Hooks, hooks),
    )
    with pytest.raises(CassetteDamagedError, match="code"):
        session.plan(ask(1))
    assert session.summary().unused == 1


def test_sessions_are_summed_up() -> None:
    one = Summary("a.yaml", Mode.RECORD_ONCE, 1, 2, 3, 4, passed=5, came=6)
    assert total([one, one], "cassettes", Mode.RECORD_ONLY) == Summary(
        "cassettes", Mode.RECORD_ONLY, 2, 4, 6, 8, 10, 12
    )
    assert total([], "cassettes", Mode.RECORD_ONLY).was_idle
    assert one.facts == {
        "cassette": "a.yaml",
        "mode": "record_once",
        "counts": {
            **{"recorded": 1, "replayed": 2, "missed": 3, "unused": 4},
            **{"passed_through": 5, "blocked": 0, "not_recorded": 0},
        },
    }


def test_a_session_knows_what_it_began_with(start: Start) -> None:
    assert start("replay_with_new_episodes", cassette_of(1, 2)).loaded == 2


def test_what_is_blocked_or_answered_by_a_hook_is_no_miss(start: Start) -> None:
    session = start("replay_only", cassette_of(1))
    for number in (2, 3):
        assert session.plan(ask(number)) == Refuse()
    assert "; " not in session.summary().line()
    session.blocked()
    session.blocked(was_missed=True)
    session.answered()
    summary = session.summary()
    assert (summary.missed, summary.blocked, summary.replayed) == (0, 2, 1)
    assert summary.line().endswith("missed 0, unused 1; 2 blocked")


def test_what_is_not_recorded_is_counted_beside_the_rest(start: Start) -> None:
    session = start("record_only")
    session.lost()
    assert session.summary().line().endswith("unused 0; 1 not recorded")
    session.blocked()
    assert session.summary().line().endswith("unused 0; 1 blocked, 1 not recorded")
    session.passed()
    assert ": recorded 0" in session.summary().line()
    assert "unused 0; 1 passed through, 1 blocked, 1 not" in session.summary().line()


def test_a_remedy_is_spelled_for_whoever_started_it(start: Start) -> None:
    session = start("replay_only", cassette_of(1, 2))
    session.plan(ask(1))
    assert "; vcr_allow_repeats=last would" in session.explain(ask(1)).reason
    session.spelling = OF_API
    assert "; allow_repeats='last' would" in session.explain(ask(1)).reason
    session.spelling = ON_COMMAND_LINE
    assert "; --repeat-last would" in session.explain(ask(1)).reason
    miss = session.explain(replace(ask(2), url="http://h/2?page=2"))
    assert miss.nearest[0].hint == "--ignore-query page"


def test_a_report_notes_where_an_answer_depends_on_what_differs() -> None:
    request = replace(ask(1), headers={"Accept": ["a"]})
    answer = Response(code=200, status="200 OK", headers={"Vary": ["Accept"]})
    store = MemoryStore(Cassette([Interaction(0, request, answer)] * 3))
    session = Session(store, Mode.REPLAY_ONLY, Repeats.NO, exists=True)
    notes = []
    for complete, accept in ((False, "b"), (True, "b"), (True, "a")):
        session.log.complete = complete
        decision = session.plan(replace(request, headers={"Accept": [accept]}))
        assert isinstance(decision, Replay)
        entry = session.entry("replayed", decision.interaction, decision.position)
        notes.append(entry.note)
    assert notes == [
        "",
        'header.accept: "b" was "a", and the answer\'s Vary names it',
        "",
    ]


@pytest.mark.parametrize("end", ["save", "close"])
def test_what_is_made_up_last_is_kept_with_the_first(start: Start, end: str) -> None:
    session = start(Mode.RECORD_ONLY)
    session.variables.values({"a": "1"})
    session.record(made(1))
    session.record(made(2))
    session.variables.values({"b": "2"})
    getattr(session, end)()
    first, second = (each.request for each in session.store.load().interactions)
    values = {name: [*each] for name, each in first.variables.items()}
    assert values == {"a": ["1"], "b": ["2"]}
    assert not second.variables
    again = start(Mode.REPLAY_ONLY, session.store.load())
    assert again.variables.known == {"a": "1", "b": "2"}


# What a thread has found out before, and what is said at the end


def test_what_is_known_of_a_request_already_is_not_found_out_again(
    start: Start,
) -> None:
    session = start(Mode.REPLAY_ONLY, cassette_of(1))
    live = ask(1)
    foreseen = session.foreseen(live)
    assert foreseen.seen.url == live.url
    assert isinstance(session.plan(live, foreseen), Replay)
    assert session._look_up._whose(live) is foreseen.whose


def test_a_miss_of_what_is_known_already_is_explained_by_that(start: Start) -> None:
    session = start(Mode.REPLAY_ONLY, cassette_of(1))
    foreseen = session.foreseen(live := ask(2))
    miss = finished(session.explaining(live, foreseen))
    assert miss.reason == session.explain(ask(2)).reason
    assert session._look_up._whose(live) is foreseen.whose


def test_a_replay_goes_on_where_a_secret_cannot_be_noted(start: Start) -> None:
    session = start(Mode.REPLAY_WITH_NEW_EPISODES, cassette_of(1))
    session.record(made(2))
    error = CassetteWriteError("x", "is full")
    session._recording.note_secrets = Mock(side_effect=error)  # type: ignore[method-assign]
    assert isinstance(session.plan(ask(1)), Replay)
    assert session.failure is error


def test_what_stays_whole_and_what_was_kept_in_vain_is_told(start: Start) -> None:
    session = start(Mode.RECORD_ONLY)
    assert (session.left_whole, session.kept_in_vain) == ((), ())
    session.record(made(1))
    assert not session.left_whole
    assert not session.kept_in_vain


def replay_of(session: Session, request: Request) -> Replay:
    planned = session.plan(request)
    assert isinstance(planned, Replay)
    return planned


def test_an_answer_stands_where_it_can_be_no_other(start: Start) -> None:
    session = start(Mode.REPLAY_ONLY, cassette_of(1, 2), Repeats.ALL)
    learned, said = session.standing.learned, {"Cookie": ["sid=9f8e7d6c5b4a392817"]}
    planned = replay_of(session, replace(ask(1), headers=said))
    assert session.standing.learned > learned
    assert session.standing.holds(planned)
    assert session.standing.plan_again(planned)
    session.give_back(planned.position)
    assert session.deck.unused_count == 1
    session.holds.add("GET /2")
    assert not session.standing.plan_again(planned)


@pytest.mark.parametrize("mode", [Mode.REPLAY_ONLY, Mode.REPLAY_WITH_NEW_EPISODES])
def test_an_answer_stands_only_in_a_strict_replay_that_repeats(start, mode) -> None:
    repeats = Repeats.NO if mode is Mode.REPLAY_ONLY else Repeats.ALL
    session = start(mode, cassette_of(1), repeats)
    assert not session.standing.holds(replay_of(session, ask(1)))


def test_an_answer_that_echoes_its_request_or_has_a_secret_put_back_does_not_stand(
    start: Start,
) -> None:
    echoing = replace(made(1), request=replace(ask(1), echoes=("made up",)))
    session = start(Mode.REPLAY_ONLY, cassette_of(1), Repeats.ALL)
    planned = replay_of(session, ask(1))
    assert not session.standing.holds(planned._replace(interaction=echoing))
    session.redactor._present[b"<KEY>"] = b"value"
    assert not session.standing.holds(planned)
