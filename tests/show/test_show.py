"""Interactions as people look at them."""

import base64
import gzip
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitmvcr.codings import encoded
from mitmvcr.core.chunks import Chunk
from mitmvcr.core.frames import Frame
from mitmvcr.core.jsontext import laid_out
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.miss.report import Entry, Miss, Outcome
from mitmvcr.show import WHOLE, Limits, body_facts, described, row
from mitmvcr.show.html import report
from mitmvcr.show.rows import entry_facts, missed_facts

MS = 1_000_000


def of(media: str, **more: str) -> dict[str, list[str]]:
    return {"Content-Type": [media], **{name: [value] for name, value in more.items()}}


# JSON over lines

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
)


@given(VALUES)
def test_json_is_laid_out_as_python_does_it(value):
    for escaped in (True, False):
        text = json.dumps(value, ensure_ascii=escaped)
        assert laid_out(text) == json.dumps(value, indent=2, ensure_ascii=escaped)


def test_each_value_stays_as_it_is_spelled():
    text = r'{ "a":1.50 ,"\u00e9": 1E+2, "b":[ ],"c":{}, "d":[-0]}'
    shown = laid_out(text)
    assert '"a": 1.50,' in shown
    assert r'"\u00e9": 1E+2,' in shown
    assert '"b": [],' in shown
    assert '"c": {},' in shown


def test_what_is_very_deep_is_indented_only_so_far():
    shown = laid_out("[" * 60 + "]" * 60)
    assert max(len(line) - len(line.lstrip()) for line in shown.splitlines()) == 80


# Bodies


def test_json_is_laid_out_and_text_is_left():
    facts = body_facts(b'{"a":1}', of("application/json"))
    assert (facts["kind"], facts["text"]) == ("json", '{\n  "a": 1\n}')
    facts = body_facts(b'{"a":1}', {})
    assert facts["kind"] == "json"
    facts = body_facts(b'{"a":', of("application/json"))
    assert (facts["kind"], facts["text"]) == ("text", '{"a":')
    facts = body_facts(b"<p>hello</p>", of("text/html"))
    assert (facts["kind"], facts["text"], facts["size"]) == ("text", "<p>hello</p>", 12)
    facts = body_facts(b"  ", of("application/json"))
    assert facts["kind"] == "text"


def test_nothing_is_empty():
    assert body_facts(b"", of("text/plain"))["kind"] == "empty"


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "gzip, br"])
def test_codings_are_undone_and_named(coding):
    body = encoded(b'{"a":1}', coding)
    facts = body_facts(body, of("application/json", **{"Content-Encoding": coding}))
    assert facts["text"] == '{\n  "a": 1\n}'
    assert (facts["coding"], facts["size"], facts["decoded_size"]) == (
        coding,
        len(body),
        7,
    )


def test_a_coding_that_cannot_be_undone_is_named_with_the_bytes():
    facts = body_facts(b"\x00plain", of("text/plain", **{"Content-Encoding": "gzip"}))
    assert facts["damaged"]
    assert base64.b64decode(facts["base64"]) == b"\x00plain"
    facts = body_facts(b"plain", of("text/plain", **{"Content-Encoding": "unknown"}))
    assert (facts["text"], bool(facts["damaged"])) == ("plain", True)


def test_texts_in_other_charsets_are_read():
    assert body_facts("é".encode("utf-16"), of("text/plain; charset=utf-16"))[
        "text"
    ].endswith("é")
    assert body_facts(b"caf\xe9", of("text/plain"))["text"] == "café"
    assert body_facts(b"caf\xe9", of("application/x"))["kind"] == "binary"


def test_bytes_and_images():
    facts = body_facts(b"\x00\x01" * 10, of("application/x"), limits=Limits(5))
    assert (facts["kind"], facts["cut"]) == ("binary", 15)
    assert base64.b64decode(facts["base64"]) == b"\x00\x01\x00\x01\x00"
    facts = body_facts(b"\x89PNG", of("image/png"))
    assert (facts["kind"], facts["base64"]) == ("image", "iVBORw==")
    # It could hold a script: it is shown as the text it is.
    assert body_facts(b"<svg/>", of("image/svg+xml"))["kind"] == "text"
    assert body_facts(b"\x89PNG", of("image/png"), limits=Limits(2))["kind"] == "binary"


def test_a_long_text_is_cut_and_says_so():
    facts = body_facts("é".encode() * 10, of("text/plain"), limits=Limits(5))
    assert (facts["text"], facts["cut"]) == ("éé", 15)
    facts = body_facts(b"x" * 10, of("text/plain"), limits=WHOLE)
    assert facts["cut"] == 0


def test_a_stream_is_shown_event_by_event_with_its_times():
    first = b': hi\nevent: tick\nid: 7\nretry: 10\ndata: {"a":\ndata: 1}\n\n'
    body = first + b"data: bye\n\n"
    chunks = (Chunk(0, 0), Chunk(len(first), 50 * MS))
    facts = body_facts(body, of("text/event-stream"), chunks)
    assert (facts["kind"], facts["count"]) == ("events", 2)
    one, two = facts["pieces"]
    assert one == {
        "size": len(first),
        "comment": "hi",
        "event": "tick",
        "id": "7",
        "retry": "10",
        "kind": "json",
        "text": '{"a":\n1}',
        "at_ms": 0.0,
    }
    assert (two["text"], two["at_ms"], two["kind"]) == ("bye", 50.0, "text")
    assert "unfinished" not in facts


def test_an_event_that_was_not_finished_is_said():
    facts = body_facts(b"data: a\n\ndata: b", of("text/event-stream"))
    assert facts["unfinished"]
    assert "at_ms" not in facts["pieces"][0]


def test_times_hold_for_what_was_compressed():
    parts = [b"data: a\n\n", b"data: b\n\n"]
    coded = [gzip.compress(part) for part in parts]
    chunks = (Chunk(0, MS), Chunk(len(coded[0]), 9 * MS))
    headers = of("text/event-stream", **{"Content-Encoding": "gzip"})
    facts = body_facts(b"".join(coded), headers, chunks)
    assert [each["at_ms"] for each in facts["pieces"]] == [1.0, 9.0]
    damaged = body_facts(b"\x00" + coded[0], headers, chunks)
    assert damaged["damaged"]


def test_of_a_long_stream_the_rest_is_counted():
    body = b"data: a\n\n" * 10
    facts = body_facts(body, of("text/event-stream"), limits=Limits(most_pieces=3))
    assert (len(facts["pieces"]), facts["count"], facts["cut"]) == (3, 10, 63)
    facts = body_facts(body, of("text/event-stream"), limits=Limits(20))
    assert len(facts["pieces"]) == 2


def test_lines_messages_and_parts():
    facts = body_facts(b'{"a": 1}\nplain\n\xff\x00\n', of("application/x-ndjson"))
    assert [each["kind"] for each in facts["pieces"]] == ["json", "text", "binary"]
    body = b"\x00\x00\x00\x00\x02\x08\x01" + b"\x01\x00\x00\x00\x00"
    facts = body_facts(body, of("application/grpc"))
    assert facts["kind"] == "messages"
    assert facts["pieces"][0]["size"] == 2
    assert facts["pieces"][1] == {"kind": "empty", "size": 0, "compressed": True}
    mixed = "multipart/x-mixed-replace; boundary=b"
    assert body_facts(b"--b\r\n\r\none\r\n--b--", of(mixed))["kind"] == "parts"


# Interactions

FOUND = Interaction(
    0,
    Request(
        method="POST",
        url="http://h/\udcff",
        proto="HTTP/1.1",
        host="h",
        headers={"A": ["1", "2"]},
        body=b"asked",
    ),
    Response(
        proto="HTTP/2.0",
        code=404,
        status="404 Not Found",
        body=b"answered",
        headers=of("text/plain; charset=utf-8"),
        trailer={"T": ["x"]},
        duration=2 * MS,
        chunks=(Chunk(0, 0), Chunk(4, 3 * MS)),
    ),
)


def test_a_row_has_what_a_table_needs():
    found = row(3, FOUND, FOUND.request.url)
    assert found == (
        *(3, "POST", r"http://h/\xff", 404, 8, 2.0, 5.0),
        *("HTTP/2.0", "text/plain", ""),
    )
    assert [found.has_status(each) for each in ("404", "4xx", "4XX", "200", "2xx")] == [
        *(True, True, True, False, False)
    ]


def test_an_interaction_is_described_whole_and_json_can_hold_it():
    facts = described(3, FOUND)
    assert facts["request"]["headers"] == [["A", "1"], ["A", "2"]]
    assert facts["request"]["body"]["text"] == "asked"
    assert facts["response"]["trailer"] == [["T", "x"]]
    assert facts["response"]["status"] == "404 Not Found"
    assert "messages" not in facts
    json.dumps(facts).encode()


def test_what_the_cassette_alone_has_is_shown():
    """A change of it was none for git diff."""
    request = Request(variables={"n": ("1",)}, identity="5b1f a=b", echoes=("path.1",))
    response = Response(until="DELETE /mcp", turns=(0, 1))
    facts = described(0, Interaction(0, request, response))
    assert facts["request"]["own"] == [
        ["identity", "5b1f a=b"],
        ["echoes", "path.1"],
        ["variables.n", "1"],
    ]
    assert facts["response"]["own"] == [["until", "DELETE /mcp"], ["turns", "0 1"]]
    assert "own" not in described(3, FOUND)["request"]


def test_the_messages_of_a_websocket_are_shown():
    frames = (
        Frame(True, MS, "text", b'{"a": 1}'),
        Frame(False, 2 * MS, "binary", b"\x00\xff"),
        Frame(False, 3 * MS, "close", b"1001 away"),
    )
    found = Interaction(0, Request(), Response(code=101, websocket=frames))
    facts = described(0, found)
    assert row(0, found, "")[6:8] == (3.0, "WebSocket")
    text, binary, close = facts["messages"]
    assert (text["from"], text["at_ms"], text["kind"]) == ("client", 1.0, "json")
    assert base64.b64decode(binary["base64"]) == b"\x00\xff"
    assert (close["type"], close["text"]) == ("close", "1001 away")


def test_an_entry_of_a_log_is_shown():
    entry = Entry.of(Outcome.RECORDED, FOUND, 3, "http://h/").lasting(2 * MS)
    facts = entry_facts(7, entry, (10.0, 10.5))
    assert facts["began"] == 10.0
    assert facts["lasted_ms"] == 500.0
    assert (facts["size"], facts["protocol"], facts["media"]) == (
        *(8, "HTTP/2.0"),
        "text/plain",
    )
    assert missed_facts(entry) == {}
    missed = Entry.of_miss(Miss("GET", "u", "", (), 0, 0), 5)
    assert missed_facts(missed)["miss"]["reason"] == "the cassette is empty"
    unused = Entry(Outcome.UNUSED, "GET", "u")
    assert entry_facts(0, unused)["duration_ms"] is None


# A report

HOSTILE = "</script><script>alert(1)</script><!--"


def test_nothing_in_a_report_ends_the_element_it_stands_in():
    rows = [{"key": "0", "url": HOSTILE, "place": 0}]
    text = report(f"of {HOSTILE}", [HOSTILE], rows, [{"place": 0, "x": HOSTILE}])
    assert text.count("<script") == 2
    assert len(re.findall("</script>", text)) == 2
    data = re.search(r'id="data">(.*?)</script>', text, re.S)
    assert json.loads(data[1])["rows"] == rows
    assert "<!--" not in text
    assert "<title>of &lt;/script&gt;" in text


def test_a_report_asks_nobody():
    text = report("t", [], [], [])
    policy = re.search(r'Policy" content="([^"]*)"', text)[1]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "import " not in re.sub(r"//[^\n]*", "", text).split("<script type")[-1]
    assert not re.search(r'(?:src|href)="(?!data:)', text)
