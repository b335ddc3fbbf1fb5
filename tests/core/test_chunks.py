"""When the parts of a body came, as one line of text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitmvcr.core.chunks import Chunk, due_times, format_chunks, moved, parse_chunks

_GAPS = st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**8)), max_size=20)


def test_as_text() -> None:
    chunks = [Chunk(0, 999), Chunk(57, 50_100_000), Chunk(114, 1_000_000_000)]
    assert format_chunks(chunks) == "0@0s 57@50.1ms 114@1s"


@given(_GAPS)
def test_what_is_written_is_read(gaps: list[tuple[int, int]]) -> None:
    chunks, offset, at = [], 0, 0
    for length, gap in gaps:
        chunks.append(Chunk(offset, at))
        offset, at = offset + length, at + gap * 1000
    assert parse_chunks(format_chunks(chunks)) == tuple(chunks)


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "0@",
        "@0s",
        "x@0s",
        "-1@0s",
        "0@-1s",
        "0@1",
        "5@0s 5@1s",
        "0@2s 5@1s",
        "²@0s",
    ],
)
def test_what_is_no_chunks(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse_chunks(text)


def test_each_chunk_ends_where_the_next_begins() -> None:
    assert due_times([Chunk(0, 0), Chunk(4, 7)], 10) == [(4, 0), (10, 7)]


@pytest.mark.parametrize("chunks", [[], [Chunk(1, 0)], [Chunk(0, 0), Chunk(10, 1)]])
def test_chunks_of_another_body_are_not_used(chunks: list[Chunk]) -> None:
    assert due_times(chunks, 10) is None


CHUNKS = (Chunk(0, 0), Chunk(4, 1), Chunk(6, 2), Chunk(8, 3), Chunk(10, 4))


@pytest.mark.parametrize(
    ("new", "offsets"),
    [
        (b"abcdefghijkl", [0, 4, 6, 8, 10]),
        (b"abcdeXYZhijkl", [0, 4, 6, 9, 11]),  # it was "fg"
        (b"abcdehijkl", [0, 4, 5, 6, 8]),
        (b"abcdl", [0, 4]),
        (b"abcd", [0]),
        (b"", []),
    ],
)
def test_in_a_changed_body_chunks_move_along(new: bytes, offsets: list[int]) -> None:
    found = moved(CHUNKS, b"abcdefghijkl", new)
    assert [chunk.offset for chunk in found] == offsets
    assert moved((), b"abcdefghijkl", new) == ()


def test_each_event_is_found_where_each_has_changed() -> None:
    old, new = b'data: {"a":1,"b":2}\n\n', b'data: {"b":2}\n\n'
    chunks = [Chunk(at * len(old) // 2, at) for at in range(5)]
    found = moved(chunks, old * 3, new * 3)
    assert [each.offset for each in found][::2] == [0, len(new), 2 * len(new)]
    assert moved([Chunk(len(old) - 1, 0)], old, new)[0].offset == len(new) - 1
    assert moved([Chunk(len(old), 0)], old * 2, old + b"\n" + old) == (
        Chunk(len(old) + 1, 0),
    )
