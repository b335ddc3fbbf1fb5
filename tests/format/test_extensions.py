"""Fields that go-vcr does not know: written where it passes over them, and read."""

from dataclasses import replace

import pytest

from format.reading import one, refusal
from format.reading import response as read_response
from golden import oracle
from mitmvcr.core.chunks import Chunk
from mitmvcr.core.frames import Frame
from mitmvcr.core.model import Cassette, Interaction, Layout, Request, Response
from mitmvcr.format import reader, writer, yamlreader
from mitmvcr.format.faults import Decline
from mitmvcr.format.items import ItemParser
from mitmvcr.format.layout import index
from mitmvcr.store.rescue import without_cut_off

STREAM = Interaction(
    0,
    Request(method="GET", url="https://api.test/sse"),
    Response(
        code=200,
        status="200 OK",
        headers={"Content-Type": ("text/event-stream",)},
        body=b"data: a\n\ndata: b\n\n",
        chunks=(Chunk(0, 0), Chunk(9, 50_000)),
    ),
)
HELD = replace(STREAM, response=replace(STREAM.response, until="2 POST /mcp: x"))
BROKEN = replace(STREAM, response=replace(STREAM.response, failure="truncated"))
CALL = replace(STREAM, response=replace(STREAM.response, turns=(0, 1, 1, 2)))
SOCKET = Interaction(
    0,
    Request(method="GET", url="https://api.test/ws"),
    Response(
        code=101,
        headers={"Upgrade": ("websocket",)},
        status="101 Switching Protocols",
        websocket=(
            Frame(True, 0, "text", b'{"type": "session.update"}'),
            Frame(False, 5_000, "binary", b"\0\xff"),
            Frame(False, 9_000, "text", b"several\nlines: #\n"),
            Frame(False, 9_000, "close", b"1000 "),
        ),
    ),
)
THEIRS = replace(
    STREAM, request=replace(STREAM.request, identity="5b1f8c2e cookie:a=x4 key=<A>+q7")
)
MADE_UP = {"order id": ("7f3a",), "seed": ("42",)}
WITH_VARIABLES = replace(THEIRS, request=replace(THEIRS.request, variables=MADE_UP))
ALL = (STREAM, HELD, BROKEN, SOCKET, THEIRS, WITH_VARIABLES, CALL)
LAYOUTS: tuple[Layout, ...] = ("v4", "v3")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_written_is_read(layout: Layout) -> None:
    data = writer.dumps(Cassette(ALL), layout)
    expected = [replace(each, id=at) for at, each in enumerate(ALL)]
    assert list(reader.loads(data).interactions) == expected
    assert list(yamlreader.read(data).interactions) == expected


@pytest.mark.parametrize("layout", LAYOUTS)
def test_go_vcr_loads_it_and_passes_over_them(layout: Layout) -> None:
    loaded = oracle.read(writer.dumps(Cassette(ALL), layout), layout)
    assert isinstance(loaded, Cassette), loaded
    expected = [
        replace(
            each,
            id=at,
            request=replace(each.request, identity="", variables={}),
            response=replace(
                each.response,
                chunks=(),
                failure="",
                until="",
                websocket=(),
                turns=(),
            ),
        )
        for at, each in enumerate(ALL)
    ]
    assert list(loaded.interactions) == expected


def test_they_are_read_fast() -> None:
    data = writer.dumps(Cassette((STREAM, BROKEN, HELD, CALL)))
    found = index(data)
    assert found is not None
    parser = ItemParser(found.columns)
    assert parser.parse(found.item(1)).response.failure == "truncated"
    assert parser.parse(found.item(2)).response.until == HELD.response.until
    assert parser.parse(found.item(3)).response.turns == (0, 1, 1, 2)
    with pytest.raises(Decline):
        parser.parse(found.item(3).replace(b"0 1 1 2", b"0 1 0 2"))
    for wrong in (b"9@50", b"9@-50ms", b"nine"):
        item = found.item(0).replace(b"9@50\xc2\xb5s", wrong)
        with pytest.raises(Decline):
            parser.parse(item)


def test_a_message_that_is_none_is_not_read_fast() -> None:
    plain = replace(
        SOCKET,
        response=replace(SOCKET.response, websocket=SOCKET.response.websocket[:2]),
    )
    data = writer.dumps(Cassette((plain,)))
    found = index(data)
    assert found is not None
    parser = ItemParser(found.columns)
    assert parser.parse(found.item(0)) == plain
    with pytest.raises(Decline):
        parser.parse(found.item(0).replace(b"- server", b"- nobody"))


def test_what_is_wrong_is_told() -> None:
    assert "not chunks as" in refusal(one(response="chunks: 5@x"))
    assert "response.chunks" in refusal(one(response="chunks: 5@x"))
    for turns in ("1", "2 1", "1 x", "-1 2", "1 1234567890"):
        wrong = refusal(one(response=f"turns: {turns!r}"))
        assert "response.turns" in wrong
        assert "not turns as '1 1 2 3'" in wrong
    wrong = refusal(one(response="websocket: [nobody 0s text a]"))
    assert "response.websocket" in wrong
    assert read_response("websocket: [client 0s text a]").websocket


def test_a_journal_that_was_cut_in_them_keeps_what_is_whole() -> None:
    data = writer.dumps(Cassette((STREAM, STREAM)))
    cut = data[: data.rindex(b"chunks") + 12]
    kept = reader.loads(without_cut_off(cut)).interactions
    assert list(kept) == [STREAM]
