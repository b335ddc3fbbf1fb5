"""What was recorded is changed where it may hold a text, in whatever style."""

import zlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace

import pytest

from mitmvcr.core.errors import CassetteError
from mitmvcr.core.frames import Frame
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import reader, writer
from mitmvcr.format.lazy import LazyInteractions
from mitmvcr.secrets import anchors
from mitmvcr.store.rewrite import amended, as_it_was, rearranged

SECRET = "tok-8f2c61d09be4a7"
HOLDERS = [
    SECRET,
    f"- {SECRET} #",
    f"it's {SECRET}: {SECRET}",
    f"tab\t{SECRET}\r\n",
    f"one\ntwo {SECRET}\n",
    f"\ufeff{SECRET}",
    f"\x00{SECRET}\x7f",
    f"\u2028{SECRET} \u2029",
    f"größe {SECRET} 😀",
    f"\udcff{SECRET}",
]


def holding(number: int, text: str) -> Interaction:
    body = text.encode("utf-8", "surrogateescape")
    return Interaction(
        number, Request("GET", f"http://h/{number}"), Response(code=200, body=body)
    )


def without(each: Interaction) -> Interaction:
    body = each.response.body.replace(SECRET.encode(), b"GONE")
    if body == each.response.body:
        return each
    return replace(each, response=replace(each.response, body=body))


def change(data: bytes, *texts: str) -> bytes | None:
    parts = amended(data, "a.yaml", [text.encode() for text in texts], without, "v4")
    return None if parts is None else b"".join(parts)


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("others", [(), [f"other-{n:08d}" for n in range(100)]])
@pytest.mark.parametrize("machine", [True, False])
def test_a_text_is_taken_out_of_every_scalar(
    holder: str, others: list[str], machine: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anchors, "HAS_MACHINE", machine and anchors.HAS_MACHINE)
    items = [holding(0, "nothing"), holding(1, holder), holding(2, "nothing either")]
    after = writer.dumps(Cassette([without(each) for each in items]))
    assert change(writer.dumps(Cassette(items)), SECRET, *others) == after


@pytest.mark.parametrize("text", [f"'{SECRET}'", f'{{"a":\t"{SECRET}"}}', "", "'a' \\"])
def test_a_text_that_is_spelled_in_other_ways_is_found_by_a_piece(text: str) -> None:
    data = writer.dumps(Cassette([holding(0, f"{text}\n{SECRET}")]))
    found = change(data, text)
    assert found is not None
    assert reader.loads(found).interactions[0].response.body.endswith(b"GONE")


def test_what_is_packed_within_base64_is_looked_into() -> None:
    packed = zlib.compress(SECRET.encode())
    frame = Frame(True, 0, "binary", packed)
    page = {"Content-Type": ["application/grpc-web-text+proto"]}
    answers = (
        Response(code=101, websocket=(Frame(True, 0, "text", b"hello"),)),
        Response(code=101, websocket=(frame,)),
        Response(code=200, headers=page, body=b64encode(b"\1" + packed)),
    )
    items = [Interaction(n, Request(), each) for n, each in enumerate(answers)]
    asked = []

    def note(each: Interaction) -> Interaction:
        asked.append(each.id)
        return each

    data = writer.dumps(Cassette(items))
    amended(data, "a.yaml", [SECRET.encode()], note, "v4")
    assert asked == [1, 2]


def test_what_cannot_hold_it_is_not_asked_for_and_stays_as_it_stands() -> None:
    asked = []

    def note(each: Interaction) -> Interaction:
        asked.append(each.id)
        return without(each)

    items = [holding(n, SECRET if n == 3 else "nothing") for n in range(6)]
    data = writer.dumps(Cassette(items))
    parts = amended(data, "a.yaml", [SECRET.encode()], note, "v4")
    assert asked == [3]
    assert parts is not None
    assert b"".join(parts) == data.replace(SECRET.encode(), b"GONE")
    assert amended(data, "a.yaml", [b"absent"], note, "v4") is None
    assert amended(data, "a.yaml", [b"http://h/2"], note, "v4") is None
    assert asked == [3, 2]


def test_a_file_that_has_no_index_is_read_whole() -> None:
    odd = replace(holding(1, "b"), request=Request("GET", "http://h/\u2028"))
    items = [holding(0, SECRET), odd]
    data = writer.dumps(Cassette(items))
    assert not isinstance(reader.loads(data, lazy=True).interactions, LazyInteractions)
    assert change(data, SECRET) == writer.dumps(Cassette([without(items[0]), odd]))
    with pytest.raises(CassetteError, match=r"a\.yaml"):
        change(data[:-20] + b"\x00", SECRET)


@pytest.mark.parametrize("url", ["http://h/1", "http://h/\u2028"])
def test_only_those_are_read_that_are_put_elsewhere(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the end of a large recording takes as long as to read all of it; one that
    has no index is read."""
    items = [holding(n, f"body {n}") for n in range(6)]
    items[1] = replace(items[1], request=Request("GET", url))
    data = writer.dumps(Cassette([replace(each, id=each.id + 9) for each in items]))
    data = data.replace(b"id: 0\n", b"id: 9\n") if False else data
    read: list[int] = []
    original = LazyInteractions._parse

    def parse(self: LazyInteractions, number: int) -> Interaction:
        read.append(number)
        return original(self, number)

    monkeypatch.setattr(LazyInteractions, "_parse", parse)
    asked: list[str] = []
    sources = {1: 3, 3: 4, 4: 1}

    def find(request_at: Callable[[int], Request]) -> dict[int, int]:
        asked.extend(request_at(number).url for number in (1, 3, 4))
        return sources

    parts = rearranged(data, "a.yaml", find, as_it_was, "v4", 0)
    assert parts is not None
    monkeypatch.undo()
    found = reader.loads(b"".join(parts)).interactions
    bodies = [each.response.body for each in found]
    assert bodies == [b"body %d" % sources.get(n, n) for n in range(6)]
    assert [each.id for each in found] == [*range(6)]
    assert asked == [url, "http://h/3", "http://h/4"]
    assert set(read) <= {1, 3, 4, 5}  # and the last, by which the end is known
    assert rearranged(data, "a.yaml", lambda _: {}, as_it_was, "v4", 0) is None
