"""A large answer is read window by window, and comes to what the whole item comes to;
a large file is read where it lies."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from examples import examples
from format.reading import NASTY, by_yaml, cassette
from format.test_reader_fast import SEEDS, changes, lazily_agrees, outcome
from mitmvcr.core.deck import Deck
from mitmvcr.core.errors import CassetteDamagedError, CassetteError
from mitmvcr.core.model import Cassette, Interaction, Layout, Request, Response
from mitmvcr.core.modes import Repeats
from mitmvcr.format import large, layout, lazy, reader, source, writer
from mitmvcr.format.faults import Decline
from mitmvcr.format.lazy import LazyInteractions
from mitmvcr.store import place as store_source
from mitmvcr.store.place import OnDisk
from mitmvcr.store.store import FileStore

WINDOWS = [1, 3, 7, 64, 4096]
LAYOUTS: list[Layout] = ["v4", "v3"]

#: In each style that the writer has, and what stands where windows part.
TEXTS = st.one_of(
    st.text(),
    st.text("a \n"),
    st.text("a'\"\\"),
    st.text("'"),
    st.text("\\"),
    st.text('a\t\\"\U0001f600\x07é'),
    st.text("aé€\U0001f600\n"),
    st.text("a\u2028\n "),
    st.lists(st.sampled_from(NASTY)).map("".join),
).map(lambda text: text.encode("utf-8", "replace"))
BODIES = TEXTS | st.binary() | st.binary(min_size=60, max_size=300)


@pytest.fixture(autouse=True)
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lazy, "LARGE", 0)


def made(body: bytes, number: int = 0, *, length: int | None = None) -> Interaction:
    request = Request("GET", f"http://h/{number}", headers={"A": ("b",)})
    size = len(body) if length is None else length
    headers = {"C": ("d",)}
    response = Response(code=200, body=body, content_length=size, headers=headers)
    return Interaction(number, request, response)


def on_disk(path: Path, data: bytes) -> OnDisk:
    path.write_bytes(data)
    return OnDisk(path, "large.yaml")


def opened(data: bytes | source.Source) -> LazyInteractions:
    found = reader.loads(data, "large.yaml", lazy=True).interactions
    assert isinstance(found, LazyInteractions)
    return found


def read(data: bytes | source.Source, number: int = 0) -> Interaction:
    """By windows, or ``Decline``."""
    found = opened(data)
    return found._read_large(number)


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("large")


SHARED = settings(
    max_examples=examples(300),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@given(
    body=BODIES,
    repeated=st.sampled_from([1, 2, 50]),
    window=st.sampled_from(WINDOWS),
    name=st.sampled_from(LAYOUTS),
    is_held=st.booleans(),
)
@SHARED
def test_any_body_is_what_was_written(
    folder: Path,
    body: bytes,
    repeated: int,
    window: int,
    name: Layout,
    is_held: bool,
) -> None:
    body *= repeated
    data = writer.dumps(Cassette([made(body), made(b"x", 1)]), name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "WINDOW", window)
        found = opened(data if is_held else on_disk(folder / "a.yaml", data))
        assert found[0].response.body == body
        assert found == reader.loads(data).interactions


STYLES = {
    "block": b"one\n\n  two\nthree\n" * 9,
    "block, stripped": b"one\ntwo" * 9,
    "block, kept": b"one\ntwo\n\n\n",
    "block, said how deep": b"  one\ntwo\n" * 9,
    "double": b'a\t"b" \\ \\\\ \\t' * 9,
    "double, beyond the BMP": "\U0001f600é\t".encode() * 9,
    "single": b"{'it''s': 1}" * 9,
    "plain": b"plain text " * 9 + b".",
    "binary": bytes(range(256)),
    "binary, short": b"\xff\xfe",
    "binary, padded": b"\xff" * 100,
}


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("style", STYLES)
def test_each_style_is_read_by_windows(
    monkeypatch: pytest.MonkeyPatch, style: str, name: Layout, window: int, folder: Path
) -> None:
    """And none of them is declined, which would take the slow way."""
    body = STYLES[style]
    data = writer.dumps(Cassette([made(body)]), name)
    monkeypatch.setattr(source, "WINDOW", window)
    assert read(on_disk(folder / "a.yaml", data)).response.body == body


@given(data=st.data(), window=st.sampled_from(WINDOWS))
@SHARED
def test_it_agrees_on_what_was_changed(
    folder: Path, data: st.DataObject, window: int
) -> None:
    text = data.draw(changes(data.draw(st.sampled_from(SEEDS))))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "WINDOW", window)
        slow = outcome(lambda: by_yaml(text))
        lazily_agrees(text, slow)
        lazily_agrees(on_disk(folder / "a.yaml", text), slow)


@pytest.mark.parametrize("seed", range(len(SEEDS)))
def test_it_agrees_on_what_go_vcr_writes(
    folder: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "WINDOW", 50)
    slow = outcome(lambda: by_yaml(SEEDS[seed]))
    lazily_agrees(on_disk(folder / "a.yaml", SEEDS[seed]), slow)


BLOCK = b"body: |\n            one\n            two\n"
BROKEN = {
    "a line too far left": (b"            two", b"      two"),
    "no line": (BLOCK, b"body: |\n\n\n"),
    "no line, and how deep": (BLOCK, b"body: |4\n\n\n"),
    "no base64, and how deep": (BLOCK, b"body: !!binary |4\n\n\n"),
    "blanks alone": (BLOCK, b"body: |\n              \n"),
    "a control character": (b"two", b"t\x01o"),
    "half a character": (b"two", b"t\xc3"),
    "no character": (b"two", b"\x80\x80\x80\x80\x80"),
    "not base64": (BLOCK, b"body: !!binary |\n            AA!A\n"),
    "base64 that goes on": (BLOCK, b"body: !!binary |\n            AA==AAAA\n"),
    "base64 cut off": (BLOCK, b"body: !!binary AAA\n"),
    "no base64": (BLOCK, b"body: !!binary |\n\n\n"),
    "a single quote": (BLOCK, b"body: 'it's'\n"),
    "one quote": (BLOCK, b"body: '\n"),
    "a double quote": (BLOCK, b'body: "a"b"\n'),
    "no escape": (BLOCK, b'body: "\\q"\n'),
    "half an escape": (BLOCK, b'body: "\\"\n'),
    "a surrogate": (BLOCK, b'body: "\\ud83d"\n'),
    "two lines": (BLOCK, b"body: 'a\n          b'\n"),
    "a colon": (BLOCK, b"body: a: b\n"),
    "no body": (BLOCK, b"uncompressed: false\n"),
}


@pytest.mark.parametrize("case", BROKEN)
@pytest.mark.parametrize("window", WINDOWS)
def test_what_is_not_in_the_layout_is_declined(
    monkeypatch: pytest.MonkeyPatch, case: str, window: int
) -> None:
    monkeypatch.setattr(source, "WINDOW", window)
    data = writer.dumps(Cassette([made(b"one\ntwo\n"), made(b"x", 1)]))
    found = opened(data.replace(*BROKEN[case]))
    with pytest.raises(Decline):
        found._read_large(0)


def test_a_body_may_be_the_last_field() -> None:
    data = writer.dumps(Cassette([made(b"one\ntwo\n")]))
    body = b"        " + BLOCK
    assert body in data
    assert read(data.replace(body, b"") + body).response.body == b"one\ntwo\n"


def test_bytes_that_were_written_as_text_are_given_back() -> None:
    data = writer.dumps(Cassette([made("é\x80".encode(), length=2)]))
    assert read(data).response.body == b"\xe9\x80"


# What is read, and how often


@pytest.fixture
def bodies(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each large item that was read, whether with its body."""
    seen: list[bool] = []

    def counted(*args: object, with_body: bool = True) -> Interaction:
        seen.append(with_body)
        return large.read_large(*args, with_body=with_body)  # type: ignore[arg-type]

    monkeypatch.setattr(lazy, "read_large", counted)
    monkeypatch.setattr(lazy, "_LONGEST_KEPT", 0)
    return seen


def test_a_large_body_is_read_once_to_answer_and_for_nothing_else(
    bodies: list[bool],
) -> None:
    found = opened(writer.dumps(Cassette([made(b"a\n" * 50), made(b"b\n" * 50, 1)])))
    deck = Deck(found)
    for _ in range(3):
        assert deck.next_of_host("h") is not None
    assert len(bodies) <= 2
    assert [deck.head(i).response.code for i in deck.unused()] == [200, 200]
    assert True not in bodies
    taken = deck.take(Request("GET", "http://h/1"))
    assert taken is not None
    assert taken[1].response.body == b"b\n" * 50
    assert bodies.count(True) == 1
    assert deck.used_up(Request("GET", "http://h/1")) == 1
    deck.give_back(1)
    assert bodies.count(True) == 1
    assert deck.take(Request("GET", "http://h/1")) == taken
    assert deck.take(Request("GET", "http://h/1")) is None


def test_a_damaged_body_is_found_when_it_is_asked_for() -> None:
    data = writer.dumps(Cassette([made(b"\xff" * 9), made(b"x", 1)]))
    found = opened(data.replace(b"!!binary ", b"!!binary A"))
    assert found.head(0).response.body == b""
    assert found.request(0).url == "http://h/0"
    with pytest.raises(CassetteDamagedError, match="interaction 0"):
        found[0]


def test_a_head_is_of_the_item_where_it_cannot_be_read_alone() -> None:
    data = writer.dumps(Cassette([made(b"one"), made(b"x", 1)]))
    odd = data.replace(b"proto: ", b"proto:  ", 1)
    assert opened(odd).head(0).response.body == b"one"


def test_what_was_read_is_kept_up_to_so_many_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lazy, "_MOST_KEPT", 3 * (lazy._LEAST + 800))
    bodies = [b"x" * 100] * 20 + [b"y" * 9000]
    data = writer.dumps(Cassette([made(body, at) for at, body in enumerate(bodies)]))
    monkeypatch.setattr(lazy, "_LONGEST_KEPT", 1000)
    found = opened(data)
    deck = Deck(found, Repeats.ALL)
    for number in range(21):
        assert deck.take(Request("GET", f"http://h/{number}")) is not None
        assert len(found._read) <= 3
    assert list(found._read) == [17, 18, 19]
    assert found[17] is found[17]
    assert found[3].id == 3
    assert list(found._read) == [19, 17, 3]
    for number in range(21):
        found.forget(number)
    assert found._kept == 0


# The file


def many(count: int = 40) -> bytes:
    return writer.dumps(Cassette([made(b"x" * 50, at) for at in range(count)]))


def test_a_large_file_is_not_held_in_memory(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_source, "HELD", 100)
    monkeypatch.setattr("mitmvcr.store.cassette_file.READ_WHOLE", 100)
    (folder / "a.yaml").write_bytes(many())
    found = FileStore(folder / "a.yaml").load().interactions
    assert isinstance(found, LazyInteractions)
    assert isinstance(found._index.source, OnDisk)
    assert list(found) == reader.loads(many()).interactions
    assert found._index.line(1) == layout.index(many()).line(1)  # type: ignore[union-attr]


@pytest.mark.parametrize("window", [1, 100, 1000])
def test_a_text_is_found_wherever_windows_part(
    folder: Path, monkeypatch: pytest.MonkeyPatch, window: int
) -> None:
    monkeypatch.setattr(source, "WINDOW", window)
    monkeypatch.setattr(store_source, "_FIRST_LOOK", 1)
    data = many(3)
    file = on_disk(folder / "a.yaml", data)
    assert len(file) == len(data)
    for text in (b"http://h/2", b"absent", b"x" * 50 + b"\n"):
        for start, end in ((0, len(data)), (300, len(data) - 5), (9, 5)):
            assert file.find(text, start, end) == data.find(text, start, end)
    parts = [part.data[: part.own] for part in file.windows(5, len(data), 9)]
    assert b"".join(parts) == data[5:]


def test_a_long_body_before_the_url_is_passed_over(folder: Path) -> None:
    request = Request("POST", "http://h/", body=b"x" * 20_000, headers={"A": ("b",)})
    both = [Interaction(n, request, Response(code=200)) for n in range(2)]
    file = on_disk(folder / "a.yaml", writer.dumps(Cassette(both)))
    assert opened(file) == both


@pytest.mark.parametrize("body", [b"x", b"x" * 20_000])
def test_an_item_without_a_url_is_damage(folder: Path, body: bytes) -> None:
    request = Request("POST", "http://h/", body=body, headers={"A": ("b",)})
    one = Cassette([Interaction(0, request, Response(code=200))])
    data = writer.dumps(one).replace(b"        url: http://h/\n", b"")
    with pytest.raises(CassetteDamagedError, match="there is no `url`"):
        reader.loads(on_disk(folder / "a.yaml", data), lazy=True)


def test_a_file_in_another_layout_is_read_whole(folder: Path) -> None:
    data = many(3).replace(b"interactions:\n", b"interactions: # mine\n")
    file = on_disk(folder / "a.yaml", data)
    found = reader.loads(file, lazy=True).interactions
    assert found == by_yaml(data).interactions


def test_a_file_that_is_replaced_is_read_on(folder: Path) -> None:
    found = opened(on_disk(folder / "a.yaml", many()))
    other = folder / "other"
    other.write_bytes(b"something else")
    other.replace(folder / "a.yaml")
    assert found[3].id == 3


def cut_short(path: Path) -> None:
    os.truncate(path, 500)


def written_to(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(2000)
        file.write(b"y")
    os.utime(path, ns=(1, 1))  # the clock of the system need not have ticked


@pytest.mark.parametrize("change", [cut_short, written_to])
def test_a_file_that_was_changed_in_place_answers_nothing(
    folder: Path, change: object
) -> None:
    path = folder / "a.yaml"
    found = opened(on_disk(path, many()))
    assert callable(change)
    change(path)
    with pytest.raises(CassetteError, match=r"large\.yaml: was changed by another"):
        found[3]


def test_a_file_that_cannot_be_read_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = opened(on_disk(folder / "a.yaml", many()))

    def fails(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "pread", fails)
    with pytest.raises(CassetteError, match="cannot be read: input/output error"):
        found[3]


def test_a_system_that_gives_less_at_once_is_asked_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = os.pread
    file = on_disk(folder / "a.yaml", many(1))
    monkeypatch.setattr(os, "pread", lambda f, size, at: whole(f, min(size, 10), at))
    assert file.read(0, len(file)) == many(1)


def test_without_reading_at_a_place_a_file_is_held(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "pread")
    monkeypatch.setattr(store_source, "HELD", 1)
    (folder / "a.yaml").write_bytes(many(1))
    assert store_source.opened(folder / "a.yaml", "a.yaml") == many(1)


def test_a_file_that_cannot_be_opened_leaves_nothing_behind(folder: Path) -> None:
    with pytest.raises(FileNotFoundError):
        OnDisk(folder / "absent", "absent")
    gc.collect()


def test_the_file_is_closed_with_the_last_who_reads_it(folder: Path) -> None:
    file = on_disk(folder / "a.yaml", many(1))
    number = file._file
    del file
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(number)


def items() -> Iterator[Interaction]:
    yield from cassette(3, seed=4).interactions


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_recording_goes_on_behind_a_large_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: Layout
) -> None:
    monkeypatch.setattr(store_source, "HELD", 1)
    monkeypatch.setattr("mitmvcr.store.cassette_file.READ_WHOLE", 1)
    path = folder / "a.yaml"
    path.write_bytes(writer.dumps(Cassette([*items()]), name))
    store = FileStore(path, name)
    kept = store.load().interactions
    store.begin(kept)
    store.append(made(b"new", 3))
    store.publish()
    assert list(reader.load(path).interactions)[:3] == [*items()]
    assert list(kept) == [*items()]
