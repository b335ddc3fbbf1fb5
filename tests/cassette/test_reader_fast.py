"""The fast way, by lines, gives what the slow way gives, or leaves it to that.

Valid cassettes are changed a little, many times over; both ways must agree on each.
"""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cassette.reading import NASTY, Outcome, by_yaml, cassette, outcome
from mitmvcr.cassette import layout, reader, writer
from mitmvcr.cassette.items import ItemParser
from mitmvcr.cassette.lazy import LazyInteractions
from mitmvcr.core.errors import CassetteError
from mitmvcr.core.model import Cassette, Interaction, Request, Response

TOKENS = [
    *(text.encode() for text in NASTY),
    b": ", b"- ", b" #", b"\r\n", b"    ", b"\t", b"|-", b"|+", b"|2", b"|4", b">",
    b"!!str ", b"!!binary ", b"!!int ", b"!!null ", b"&a ", b"*a", b"? ", b"}", b"\\x",
    b"\\u00e9", b"\\U0001f600", b"\\ud83d", b"\\/", b"\\x5c", b"\\\\", b"\n---\n",
    b"\xff", b"\xed\xa0\x80", b"\xc2", b"''", b'""', b"[]", b"{}", b"id: 0",
    b"version: 1", b"body: |\n", b"url: x", b"code: 1", b"1.5s", b"null",
]  # fmt: skip


def seeds() -> list[bytes]:
    wide = [writer.dumps(cassette(3, seed), "v4") for seed in range(6)]
    wide += [writer.dumps(cassette(3, seed), "v3") for seed in range(6, 12)]
    return wide + [narrowed(data) for data in wide[::3]] + [version_last(wide[0])]


def narrowed(data: bytes) -> bytes:
    """In two spaces with compact lists, as far as that can be done by lines."""
    columns = {4: 0, 6: 2, 8: 4, 12: 6, 14: 4, 16: 6}
    lines = []
    for line in data.split(b"\n"):
        rest = line.lstrip(b" ")
        column = len(line) - len(rest)
        if column == 12 and rest.startswith(b"- "):
            column = 14
        lines.append(b" " * columns.get(column, column) + rest)
    return b"\n".join(lines)


def version_last(data: bytes) -> bytes:
    return data.replace(b"version: 2\n", b"", 1) + b"version: 2\n"


SEEDS = seeds()
Change = Callable[[bytes], bytes]


@st.composite
def changes(draw: st.DrawFn, data: bytes) -> bytes:
    """Bytes or whole lines added, removed, doubled, moved to another column."""
    for _ in range(draw(st.integers(1, 3))):
        change = draw(st.sampled_from([insert, remove, cut, on_a_line]))
        data = change(draw, data)
    return data


def insert(draw: st.DrawFn, data: bytes) -> bytes:
    at = draw(st.integers(0, len(data)))
    over = draw(st.integers(0, 1))
    return data[:at] + draw(st.sampled_from(TOKENS)) + data[at + over :]


def remove(draw: st.DrawFn, data: bytes) -> bytes:
    at = draw(st.integers(0, len(data)))
    return data[:at] + data[at + draw(st.integers(1, 4)) :]


def cut(draw: st.DrawFn, data: bytes) -> bytes:
    return data[: draw(st.integers(0, len(data)))]


def on_a_line(draw: st.DrawFn, data: bytes) -> bytes:
    lines = data.split(b"\n")
    at = draw(st.integers(0, len(lines) - 1))
    token = draw(st.sampled_from(TOKENS))
    key, colon, value = lines[at].partition(b": ")
    other = lines[draw(st.integers(0, len(lines) - 1))]
    column = b" " * draw(st.integers(0, 18))
    lines[at : at + 1] = draw(
        st.sampled_from(
            [
                [],
                [lines[at], lines[at]],
                [lines[at], other],
                [column + lines[at].lstrip(b" ")],
                [lines[at] + token],
                [key + colon + token],
                [key + colon + token + value],
                [column + token, lines[at]],
            ]
        )
    )
    return b"\n".join(lines)


@pytest.mark.parametrize("layout_name", ["v4", "v3"])
@pytest.mark.parametrize("body", sorted({*NASTY} - {"<<", "\u2028", "a\u2029b"}))
def test_the_fast_way_takes_a_body_of_any_kind(
    body: str, layout_name: writer.Layout
) -> None:
    request = Request("GET", "http://x/", body=body.encode(), headers={"A": ("b",)})
    written = Interaction(0, request, Response(code=200))
    index = layout.index(writer.dumps(Cassette([written]), layout_name))
    assert index is not None
    assert ItemParser(index.columns).parse(index.item(0)) == written


@pytest.mark.parametrize("seed", range(len(SEEDS)))
def test_both_ways_agree_on_what_go_vcr_writes(seed: int) -> None:
    data = SEEDS[seed]
    assert layout.index(data) is not None
    both_agree(data)


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_both_ways_agree_on_what_was_changed(data: st.DataObject) -> None:
    both_agree(data.draw(changes(data.draw(st.sampled_from(SEEDS)))))


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_both_ways_agree_on_what_the_writer_writes(data: st.DataObject) -> None:
    seed = data.draw(st.integers(0, 10**9))
    layout_name = data.draw(st.sampled_from(["v4", "v3"]))
    both_agree(writer.dumps(cassette(2, seed), layout_name))


def both_agree(data: bytes) -> None:
    slow = outcome(lambda: by_yaml(data))
    assert outcome(lambda: reader.loads(data)) == slow
    lazily_agrees(data, slow)


def lazily_agrees(data: bytes, slow: Outcome) -> None:
    """Each item is right or is refused, and a sound file is read in full."""
    try:
        items = reader.loads(data, lazy=True).interactions
    except CassetteError:
        assert isinstance(slow, str)
        return
    if not isinstance(items, LazyInteractions):
        assert items == slow
    elif isinstance(slow, list):
        assert list(items) == slow
        assert list(items.urls) == [each.request.url for each in slow]
    else:
        with pytest.raises(CassetteError):
            list(items)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("layout_name", ["v4", "v3"])
def test_what_the_writer_wrote_is_read_again(
    seed: int, layout_name: writer.Layout
) -> None:
    written = cassette(4, seed)
    try:
        found = reader.loads(writer.dumps(written, layout_name))
    except CassetteError:
        pytest.xfail("go-vcr does not load all that it saves")
    assert found == Cassette(list(written.interactions))
