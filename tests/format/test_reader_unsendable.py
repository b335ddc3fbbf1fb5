"""What cannot be an HTTP message is named by its line, and never loaded to be sent."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from memory_store import MemoryStore
from mitmvcr.core.errors import CassetteDamagedError, CassetteWriteError
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.core.modes import Mode, Repeats
from mitmvcr.format import reader, writer
from mitmvcr.format.check import check
from mitmvcr.session import Session
from mitmvcr.store.cassette_file import READ_WHOLE
from mitmvcr.store.store import FileStore

GOOD = Response(
    code=200,
    status="200 OK",
    headers={"Content-Type": ["text/plain"], "X-A": ["ä \t\x7f"], "X-None": []},
)
#: A response, the field, and what is wrong with it.
BAD: dict[str, tuple[Response, str, str]] = {
    "code": (replace(GOOD, code=-1), "response.code", "-1 is not a status"),
    "large": (replace(GOOD, code=65536), "response.code", "65536 is not a status"),
    "interim": (replace(GOOD, code=103), "response.code", "103 is no answer: a client"),
    "status": (
        replace(GOOD, status="200 OK\r\nEvil: 1"),
        "response.status",
        "holds a carriage return",
    ),
    "value": (
        replace(GOOD, headers={"A": ["ok"], "X-B": ["1", "b\r\nEvil: 1"]}),
        "response.headers.X-B",
        "holds a carriage return",
    ),
    "nul": (
        replace(GOOD, trailer={"X-B": ["b\0"]}),
        "response.trailer.X-B",
        "holds a NUL",
    ),
    "no name": (
        replace(GOOD, headers={"": ["b"]}),
        "response.headers",
        "a header needs a name",
    ),
    "name": (
        replace(GOOD, headers={"A b": ["b"]}),
        "response.headers.A b",
        "A b cannot be the name of a header",
    ),
    "evil name": (
        replace(GOOD, headers={"A\r\nEvil": ["b"]}),
        "response.headers.A\\r\\nEvil",
        "A\\r\\nEvil cannot be the name",
    ),
}
BADS = pytest.mark.parametrize("bad", BAD)


def interactions(bad: str) -> list[Interaction]:
    """The second of three cannot be sent."""
    answers = [GOOD, BAD[bad][0], GOOD]
    request = Request(method="GET", url="https://h/")
    return [
        Interaction(n, replace(request, url=f"https://h/{n}"), each)
        for n, each in enumerate(answers)
    ]


def as_written(bad: str) -> bytes:
    return writer.dumps(Cassette(interactions(bad)))


def in_the_old_layout(bad: str) -> bytes:
    return writer.dumps(Cassette(interactions(bad)), "v3")


def by_hand(bad: str) -> bytes:
    """Not as go-vcr lays it out, so that PyYAML reads it."""
    return b"# by hand\n" + as_written(bad)


FILES = pytest.mark.parametrize("file", [as_written, in_the_old_layout, by_hand])
File = Callable[[str], bytes]


def line_of(data: bytes, bad: str) -> int:
    """Where the field stands, by looking for it."""
    field = BAD[bad][1].rpartition(".")[2]
    texts = {
        "code": b"code: %d" % BAD[bad][0].code,
        "status": b"status: ",
        "X-B": b'"b\\',
        "headers": b'"":',
        "A b": b"A b:",
        "A\\r\\nEvil": b'"A\\r\\nEvil"',
    }
    second = data.index(b"https://h/1")
    return data.count(b"\n", 0, data.index(texts[field], second)) + 1


@BADS
@FILES
def test_check_names_it(tmp_path: Path, bad: str, file: File) -> None:
    path = tmp_path / "chat.yaml"
    path.write_bytes(file(bad))
    (problem,) = check(path)
    _, field, told = BAD[bad]
    line = line_of(path.read_bytes(), bad)
    assert str(problem).startswith(f"{path}:{line}: error: interaction 1, {field}"), (
        problem
    )
    assert told in str(problem)
    assert "\n" not in str(problem)


@BADS
@FILES
def test_tools_read_it(bad: str, file: File) -> None:
    found = reader.loads(file(bad))
    assert writer.dumps(found) == as_written(bad)
    assert len(found.interactions) == 3


@BADS
@FILES
@pytest.mark.parametrize("mode", [Mode.REPLAY_ONLY, Mode.RECORD_ONCE, "new_episodes"])
def test_it_is_not_loaded_for_a_replay(
    tmp_path: Path, bad: str, file: File, mode: str
) -> None:
    path = tmp_path / "chat.yaml"
    path.write_bytes(file(bad))
    line = line_of(path.read_bytes(), bad)
    chosen = Mode.REPLAY_WITH_NEW_EPISODES if mode == "new_episodes" else Mode(mode)
    with pytest.raises(CassetteDamagedError) as caught:
        Session(FileStore(path), chosen, Repeats.NO, exists=True)
    _, field, told = BAD[bad]
    assert str(caught.value).startswith(f"{path}: line {line}, interaction 1, {field}")
    assert told in str(caught.value)
    assert list(tmp_path.iterdir()) == [path]


@BADS
def test_it_may_be_recorded_anew(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "chat.yaml"
    path.write_bytes(as_written(bad))
    session = Session(FileStore(path), Mode.RECORD_ONLY, Repeats.NO, exists=True)
    session.record(interactions(bad)[0])
    session.close()
    assert len(reader.load(path).interactions) == 1


@BADS
@pytest.mark.parametrize("at", [0, 1])
def test_in_a_large_cassette_it_is_found_before_it_is_sent(
    tmp_path: Path, bad: str, at: int
) -> None:
    """And what stands around it is answered."""
    path = tmp_path / "chat.yaml"
    held = interactions(bad)
    if at == 0:
        held[0], held[1] = held[1], held[0]
    large = replace(GOOD, body=b"x" * READ_WHOLE)
    held.append(Interaction(3, Request(method="GET", url="https://h/3"), large))
    path.write_bytes(writer.dumps(Cassette(held)))
    session = Session(FileStore(path), Mode.REPLAY_ONLY, Repeats.NO, exists=True)
    for _ in range(2):
        with pytest.raises(CassetteDamagedError) as caught:
            session.plan(held[at].request)
    line = line_of(path.read_bytes(), bad) if at else None
    assert line is None or f"line {line}, " in str(caught.value)
    assert f"interaction {at}, {BAD[bad][1]}" in str(caught.value)
    assert BAD[bad][2] in str(caught.value)
    for each in (held[1 - at], held[2], held[3]):
        session.plan(each.request)
    assert session.summary().missed == 0
    assert session.summary().unused == 1


@BADS
def test_the_last_of_a_large_cassette_is_found_at_once(
    tmp_path: Path, bad: str
) -> None:
    path = tmp_path / "chat.yaml"
    held = interactions(bad)[:2]
    held[0] = replace(held[0], response=replace(GOOD, body=b"x" * READ_WHOLE))
    path.write_bytes(writer.dumps(Cassette(held)))
    with pytest.raises(CassetteDamagedError, match=r"line [0-9]+, interaction 1, resp"):
        Session(FileStore(path), Mode.REPLAY_ONLY, Repeats.NO, exists=True)


@BADS
def test_a_store_in_memory_refuses_it_too(bad: str) -> None:
    store = MemoryStore(Cassette(interactions(bad)))
    with pytest.raises(
        CassetteDamagedError, match=f"interaction 1, {BAD[bad][1][:12]}"
    ):
        Session(store, Mode.REPLAY_ONLY, Repeats.NO, exists=True)
    assert store.load().interactions == interactions(bad)


@BADS
def test_it_is_not_recorded_but_told(bad: str) -> None:
    store = MemoryStore()
    session = Session(store, Mode.RECORD_ONLY, Repeats.NO, exists=False)
    good, refused, _ = interactions(bad)
    session.record(good)
    with pytest.raises(CassetteWriteError, match="so that it could not be replayed"):
        session.record(refused)
    session.close()
    assert store.load().interactions == [good]


def test_a_header_that_was_folded_is_recorded_in_one_line() -> None:
    """As mitmproxy hands it on, and as a client reads it."""
    store = MemoryStore()
    session = Session(store, Mode.RECORD_ONLY, Repeats.NO, exists=False)
    folded = replace(GOOD, headers={"A": ["one\r\n two"]}, trailer={"B": ["a\r\n b"]})
    session.record(Interaction(0, Request(method="GET", url="https://h/"), folded))
    session.close()
    (kept,) = store.load(sendable=True).interactions
    assert kept.response.headers == {"A": ["one two"]}
    assert kept.response.trailer == {"B": ["a b"]}


# What nobody can have asked; it is never sent


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (Request(method="GE T", url="https://h/"), "request.method: GE T cannot"),
        (Request(method="GET", url="https://h/\r\n"), r"request.url: https://h/\r\n"),
        (
            Request(method="GET", url="https://h/", headers={"A": ["a\nb"]}),
            "request.headers.A: holds a line feed",
        ),
    ],
)
def test_an_odd_request_is_only_noted(
    tmp_path: Path, request_: Request, field: str
) -> None:
    path = tmp_path / "chat.yaml"
    path.write_bytes(writer.dumps(Cassette([Interaction(0, request_, GOOD)])))
    (problem,) = check(path)
    assert not problem.is_error
    assert f"note: interaction 0, {field}" in str(problem)
    Session(FileStore(path), Mode.REPLAY_ONLY, Repeats.NO, exists=True)


NULLS = b"""\
version: 2
interactions:
- request: {url: http://h/, method: GET, headers: null}
  response: {code: 200, status: null, headers: {~: [a], A: null, B: [~, b]}}
"""


def test_what_is_null_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "chat.yaml"
    path.write_bytes(NULLS)
    assert check(path) == []
    (held,) = reader.loads(NULLS, sendable=True).interactions
    assert held.response.headers == {"A": (), "B": ("b",)}
