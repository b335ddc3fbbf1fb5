"""HTTP archives, as browsers and others write them."""

import gzip
import json
import zlib
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest

from convert.samples import BINARY, URL, found_in, interaction, notes_of, only
from mitmvcr.convert import BY_NAME, Source, read, write
from mitmvcr.core.errors import CassetteError
from mitmvcr.core.frames import Frame


def entry(**changes: Any) -> dict[str, Any]:
    """An entry as Chromium writes it; ``request`` and ``response`` change theirs."""
    request = {
        "method": "GET",
        "url": URL,
        "httpVersion": "http/2.0",
        "headers": [
            {"name": ":authority", "value": "api.test"},
            {"name": "accept", "value": "*/*"},
        ],
        "queryString": [],
        "cookies": [],
        "headersSize": -1,
        "bodySize": 0,
    }
    response = {
        "status": 200,
        "statusText": "",
        "httpVersion": "http/2.0",
        "headers": [{"name": "content-type", "value": "text/plain"}],
        "cookies": [],
        "content": {"size": 5, "mimeType": "text/plain", "text": "hello"},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,
        "_transferSize": 90,
        "_error": None,
    }
    found = {
        "time": 12.5,
        "request": request | changes.pop("request", {}),
        "response": response | changes.pop("response", {}),
        "cache": {},
        "timings": {"wait": 10.25},
    }
    return found | changes


def archive(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"log": {"version": "1.2", "creator": {}, "entries": [*entries]}}


def test_one_of_chromium() -> None:
    one = only(found_in(archive(entry()), "har"))
    assert one.request.headers == {"Accept": ["*/*"]}
    assert (one.response.proto, one.response.status) == ("HTTP/2.0", "200 OK")
    assert (one.response.body, one.response.duration) == (b"hello", 10_250_000)


@pytest.mark.parametrize(
    ("version", "words", "status"),
    [
        ("HTTP/1.1", "", "200 "),
        ("HTTP/1.1", "Fine", "200 Fine"),
        ("HTTP/1.1", None, "200 OK"),
        ("h2", "", "200 OK"),
        ("", "", "200 OK"),
    ],
)
def test_an_empty_reason_stays_empty_where_there_can_be_one(
    version: str, words: str | None, status: str
) -> None:
    changes = {"httpVersion": version, "statusText": words}
    one = only(
        found_in(archive(entry(response=changes, request={"httpVersion": ""})), "har")
    )
    assert one.response.status == status


@pytest.mark.parametrize("value", ["a=1\nb=2", "a=1\r\nb=2", ["a=1", "b=2"]])
def test_a_header_that_came_twice_stands_in_one(value: Any) -> None:
    """Firefox, Playwright and Chromium join the values by line feeds, and Polly.js
    once wrote a list of them."""
    headers = [{"name": "set-cookie", "value": value}]
    one = only(found_in(archive(entry(response={"headers": headers})), "har"))
    assert one.response.headers == {"Set-Cookie": ["a=1", "b=2"]}


@pytest.mark.parametrize(
    ("value", "cookies"),
    [
        (
            "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/, b=2; HttpOnly, c=3",
            [
                "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/",
                "b=2; HttpOnly",
                "c=3",
            ],
        ),
        ("a=1, b=2; Path=/", ["a=1, b=2; Path=/"]),
        ("a=1; Path=/\nb=2, c=3", ["a=1; Path=/", "b=2, c=3"]),
        ("", [""]),
    ],
)
def test_cookies_that_were_joined_are_apart_again(
    value: str, cookies: list[str]
) -> None:
    """requests-har and Selenium Wire write what Python's libraries make of them."""
    headers = [{"name": "set-cookie", "value": value}]
    one = only(found_in(archive(entry(response={"headers": headers})), "har"))
    assert one.response.headers == {"Set-Cookie": cookies}


def test_what_has_no_place_is_noted() -> None:
    found = found_in(archive(entry(_initiator={"a": 1}, pageref="page_1")), "har")
    assert notes_of(found) == [
        "interaction 0: _initiator: a cassette has no place for it",
        "interaction 0: pageref: a cassette has no place for it",
    ]


def content(**changes: Any) -> dict[str, Any]:
    return {"response": {"content": {"size": 9, "mimeType": "a/b"} | changes}}


def of_content(files: dict[str, bytes] | None = None, **changes: Any) -> bytes:
    found = found_in(archive(entry(**content(**changes))), "har", files=files)
    return only(found).response.body


HEX = [BINARY[:100].hex(), BINARY[100:].hex()]


@pytest.mark.parametrize(
    "changes",
    [
        {"text": b64encode(BINARY).decode(), "encoding": "base64"},
        {"text": json.dumps(HEX, separators=(",", ":")), "_isBinary": True},
        {
            "text": json.dumps([b64encode(BINARY).decode()]),
            "encoding": "base64",
            "_isBinary": True,
        },
    ],
)
def test_bytes_are_in_base64_or_chunks(changes: dict[str, Any]) -> None:
    assert of_content(**changes) == BINARY


@pytest.mark.parametrize(
    ("kind", "size", "body"),
    [
        ("a/b", 256, BINARY),
        ("a/b", 384, BINARY.decode("latin-1").encode()),
        ("a/b", -1, BINARY.decode("latin-1").encode()),
        ("text/plain; charset=latin-1", 256, BINARY),
        ("text/plain; charset=nothing", 256, BINARY),
    ],
)
def test_text_that_was_bytes_is_told_by_its_size(
    kind: str, size: int, body: bytes
) -> None:
    text = BINARY.decode("latin-1")
    assert of_content(text=text, size=size, mimeType=kind) == body


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ({"mimeType": "text/plain; charset=cp1252"}, b"\xe2"),
        ({"mimeType": "a/b"}, "\u00e2".encode()),
        ({"mimeType": "a/b", "compression": -16}, b"\xe2"),
        ({"mimeType": "a/b", "compression": -15}, "\u00e2".encode()),
        ({"mimeType": "a/b", "size": 2, "compression": -1}, b"\xe2"),
    ],
)
def test_a_size_may_be_that_of_what_was_compressed(
    kind: dict[str, Any], sent: bytes
) -> None:
    """mitmproxy writes it so, and how much less what is inside has."""
    assert of_content(text="\u00e2", **{"size": 17, **kind}) == sent


@pytest.mark.parametrize(
    "kind", ["application/json", "text/html; charset=UTF-8", "text/html;charset=utf8"]
)
def test_what_is_utf_8_is_no_other_though_its_size_counts_letters(kind: str) -> None:
    """axios-har-tracker writes the length of a text as JavaScript has it."""
    text = '{"a": "\u00e9"}'
    assert of_content(text=text, size=len(text), mimeType=kind) == text.encode()


def test_an_empty_text_has_no_mark_of_its_order() -> None:
    sized = {"size": 17, "compression": -17, "mimeType": "a/b; charset=utf-16"}
    assert of_content(text="", **sized) == b""


def test_text_is_in_the_charset_in_which_it_has_its_size() -> None:
    kind = "text/plain; charset=Shift_JIS"
    assert of_content(text="\u3042", size=2, mimeType=kind) == b"\x82\xa0"


@pytest.mark.parametrize(
    ("kind", "text", "sent"),
    [
        ("text/plain; charset=utf-16", "caf\u00e9", "caf\u00e9".encode("utf-16")),
        ("text/html; charset=Shift_JIS", "\u65e5\u672c", b"\x93\xfa\x96{"),
        ("application/json", '{"a":1}', b'\xef\xbb\xbf{"a":1}'),
        ("text/plain", "x\u00e2\u20ac\u009d", b"x\xe2\x80\x9d"),
        ("text/plain", "\u20ac", "\u20ac".encode()),
    ],
)
def test_text_is_as_long_as_its_head_states(kind: str, text: str, sent: bytes) -> None:
    """Playwright writes the size of the text in UTF-8, and a file beside in it."""
    length = {"headers": [{"name": "Content-Length", "value": f"{len(sent)}"}]}
    held = {"mimeType": kind, "size": len(text.encode()), "compression": 0}
    for files, more in (({}, {"text": text}), ({"a": text.encode()}, {"_file": "a"})):
        whole = archive(entry(response={**length, "content": {**held, **more}}))
        assert only(found_in(whole, "har", files=files)).response.body == sent


def test_chromium_leaves_the_charset_to_the_head() -> None:
    kind = [{"name": "Content-Type", "value": "text/html; charset=Shift_JIS"}]
    held = {"mimeType": "text/html", "size": 4, "text": "\u65e5\u672c"}
    one = entry(response={"headers": kind, "content": held})
    body = only(found_in(archive(one), "har")).response.body
    assert body == b"\x93\xfa\x96{"


def test_what_was_posted_is_as_long_as_its_head_states() -> None:
    """Chromium writes bytes as Latin-1, and their size as if they were text."""
    whole = entry(**posted(mimeType="image/png", text=BINARY.decode("latin-1")))
    whole["request"]["headers"] = [{"name": "content-length", "value": "256"}]
    whole["request"]["bodySize"] = 384
    assert only(found_in(archive(whole), "har")).request.body == BINARY


def test_text_that_is_of_another_length_is_said() -> None:
    """Chromium guesses the encoding of what names none."""
    length = [{"name": "Content-Length", "value": "7"}]
    coded = [*length, {"name": "Content-Encoding", "value": "br"}]
    texts = {"headers": length}, {"headers": coded}
    notes = [notes_of(found_in(archive(entry(response=each)), "har")) for each in texts]
    said = "interaction 0: response.body: is not as long as its head states"
    assert notes == [[said], []]


def test_a_length_of_thousands_of_digits_is_none() -> None:
    """Python reads no more than 4,300: nothing was converted."""
    length = [{"name": "Content-Length", "value": "9" * 5000}]
    found = found_in(archive(entry(response={"headers": length})), "har")
    assert notes_of(found) == []


def test_the_body_of_a_redirect_is_said_to_be_absent() -> None:
    length = [{"name": "Content-Length", "value": "24"}]
    none = {"size": -1, "mimeType": "text/html", "compression": 0}
    moved = {"status": 301, "headers": length, "content": none}
    assert notes_of(found_in(archive(entry(response=moved)), "har")) == [
        "interaction 0: response.body: is absent: the archive has its size alone"
    ]


def test_what_was_posted_may_lie_in_a_file_beside() -> None:
    """Playwright writes an empty text with it."""
    data = {"mimeType": "a/b", "text": "", "params": [], "_file": "a"}
    whole = archive(entry(**posted(**data)))
    one = only(found_in(whole, "har", files={"a": BINARY}))
    assert one.request.body == BINARY


def test_a_body_may_lie_in_a_file_beside() -> None:
    assert of_content({"a.png": BINARY}, _file="a.png") == BINARY


def test_what_has_no_body_lacks_none() -> None:
    """Polly.js writes the length that the head of an answer states."""
    sized = {"size": 5, "mimeType": "text/plain"}
    for asked, answered in (("HEAD", {}), ("GET", {"status": 304, "statusText": ""})):
        one = entry(request={"method": asked}, response={"content": sized, **answered})
        assert notes_of(found_in(archive(one), "har")) == []


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({}, "response.body: is absent: the archive has its size alone"),
        ({"text": ""}, "response.body: is absent: the archive has its size alone"),
        ({"_sha1": "b.png"}, "body: is absent: it is in a file that is not there"),
    ],
)
def test_a_body_that_is_absent_is_said(changes: dict[str, Any], note: str) -> None:
    found = found_in(archive(entry(**content(**changes))), "har")
    assert f"interaction 0: {note}" in notes_of(found)
    assert found.interactions[0].response.body == b""


CODED = {"headers": [{"name": "Content-Encoding", "value": "gzip"}]}


def test_an_empty_text_of_which_nothing_else_has_a_length_is_a_body() -> None:
    coded = [{"name": "content-encoding", "value": "gzip"}]
    headers = [*coded, {"name": "content-length", "value": "20"}]  # gzip of nothing
    changes = {"headers": headers, "content": {"size": 0, "text": ""}}
    assert notes_of(found_in(archive(entry(response=changes)), "har")) == []


@pytest.mark.parametrize(
    ("named", "method"),
    [("get", "GET"), ("options", "OPTIONS"), ("patch", "patch"), ("Get", "Get")],
)
def test_a_method_that_no_browser_sends_in_small_letters(
    named: str, method: str
) -> None:
    asked = entry(request={"method": named})
    assert only(found_in(archive(asked), "har")).request.method == method


def test_text_is_decoded_whatever_the_headers_say() -> None:
    one = only(found_in(archive(entry(response=CODED)), "har"))
    assert (one.response.body, one.response.uncompressed) == (b"hello", True)
    assert one.response.headers == {}


def test_polly_keeps_the_coding() -> None:
    chunks = json.dumps([b64encode(gzip.compress(b"hello")).decode()])
    held = {"text": chunks, "encoding": "base64", "_isBinary": True}
    one = only(found_in(archive(entry(response=CODED | {"content": held})), "har"))
    assert (one.response.body, one.response.uncompressed) == (b"hello", True)


def posted(**data: Any) -> dict[str, Any]:
    return {"request": {"method": "POST", "postData": data, "bodySize": 3}}


@pytest.mark.parametrize(
    ("data", "body"),
    [
        ({"mimeType": "a/b", "text": "a=1"}, b"a=1"),
        ({"mimeType": "a/b", "text": "/w==", "encoding": "base64"}, b"\xff"),
        (
            {
                "mimeType": "application/x-www-form-urlencoded; charset=utf-8",
                "params": [{"name": "a b", "value": "&"}, {"name": "c"}],
            },
            b"a+b=%26&c=",
        ),
    ],
)
def test_what_was_posted(data: dict[str, Any], body: bytes) -> None:
    assert only(found_in(archive(entry(**posted(**data))), "har")).request.body == body


@pytest.mark.parametrize(
    ("data", "note"),
    [
        ({"mimeType": "a/b"}, "the archive has its size alone"),
        (
            {"mimeType": "multipart/form-data", "params": [{"name": "f"}]},
            "the archive has its parts alone (multipart/form-data)",
        ),
    ],
)
def test_what_was_posted_and_is_absent_is_said(data: dict[str, Any], note: str) -> None:
    found = found_in(archive(entry(**posted(**data))), "har")
    assert notes_of(found) == [f"interaction 0: request.body: is absent: {note}"]


@pytest.mark.parametrize(
    ("method", "size", "headers", "note"),
    [
        ("POST", -1, {"Content-Type": "multipart/form-data; boundary=b"}, "media type"),
        ("GET", -1, {"Content-Type": "application/json"}, ""),
        ("POST", 0, {"Content-Type": "application/json"}, ""),
        ("POST", -1, {"Accept": "*/*"}, ""),
        ("POST", -1, {"Content-Length": "7"}, "size"),
    ],
)
def test_a_request_of_whose_body_there_is_nothing(
    method: str, size: int, headers: dict[str, str], note: str
) -> None:
    """chrome-har-capturer leaves a form with files out, and knows no size."""
    named = [{"name": name, "value": value} for name, value in headers.items()]
    asked = {"method": method, "bodySize": size, "headers": named}
    said = f"interaction 0: request.body: is absent: the archive has its {note} alone"
    found = found_in(archive(entry(request=asked)), "har")
    assert notes_of(found) == ([said] if note else [])


def test_a_body_without_even_its_size_is_said_to_be_absent() -> None:
    """Polly.js writes so what fetch sent as bytes."""
    data = {"mimeType": "image/png", "params": []}
    asked = {"method": "POST", "postData": data, "bodySize": 0}
    found = found_in(archive(entry(request=asked)), "har")
    assert notes_of(found) == [
        "interaction 0: request.body: is absent: the archive has its media type alone"
    ]
    data["text"] = ""
    assert notes_of(found_in(archive(entry(request=asked)), "har")) == []


@pytest.mark.parametrize(
    ("error", "failure", "code"),
    [
        ("net::ERR_CONNECTION_REFUSED", "refused", 502),
        ("net::ERR_TIMED_OUT", "timeout", 504),
        ("net::ERR_EMPTY_RESPONSE", "reset", 502),
    ],
)
def test_a_failure_is_one(error: str, failure: str, code: int) -> None:
    changes = {"status": 0, "_error": error, "content": {}, "headers": []}
    one = only(found_in(archive(entry(response=changes)), "har"))
    assert (one.response.failure, one.response.code) == (failure, code)


@pytest.mark.parametrize(
    ("error", "said"),
    [("net::ERR_BLOCKED", "has no answer: net::ERR_BLOCKED"), ("", "has no answer")],
)
def test_what_has_no_answer_is_left_out(error: str, said: str) -> None:
    changes = {"status": 0, "content": {}}
    found = found_in(archive(entry(response=changes, _error=error), entry()), "har")
    assert notes_of(found) == [f"interaction 0: response.status: left out: {said}"]
    assert len(found.interactions) == 1


def socket(start: str, *messages: dict[str, Any]) -> dict[str, Any]:
    return entry(
        request={"url": "wss://api.test/socket", "httpVersion": "HTTP/1.1"},
        response={"status": 101, "content": {}, "httpVersion": "HTTP/1.1"},
        startedDateTime=start,
        timings={"wait": 0},
        _webSocketMessages=[*messages],
    )


def test_messages_of_a_websocket() -> None:
    messages = [
        {"type": "send", "time": 1.5, "opcode": 1, "data": "hi"},
        {"type": "receive", "time": 2, "opcode": 2, "data": "/w=="},
    ]
    found = found_in(archive(socket("1970-01-01T00:00:01Z", *messages)), "har")
    (one,) = found.interactions
    assert one.request.url == "https://api.test/socket"
    assert one.response.websocket == (
        Frame(True, 500_000_000, "text", b"hi"),
        Frame(False, 1_000_000_000, "binary", b"\xff"),
    )


def test_their_times_may_be_in_milliseconds_or_unknown() -> None:
    late = {"type": "send", "time": 1_700_000_000_500, "opcode": 1, "data": ""}
    (one,) = found_in(archive(socket("2023-11-14T22:13:20Z", late)), "har").interactions
    assert one.response.websocket[0].at == 500_000_000
    (one,) = found_in(archive(socket("once", late)), "har").interactions
    assert one.response.websocket[0].at == 0


def test_a_kind_of_message_that_is_none_is_refused() -> None:
    odd = {"type": "send", "time": 1, "opcode": 9, "data": ""}
    found = found_in(archive(socket("1970-01-01T00:00:01Z", odd)), "har")
    assert "_webSocketMessages[0].opcode: left out: 9, where 1, 2 or 8" in str(
        notes_of(found)
    )


def test_mitmproxys_own_is_compressed() -> None:
    data = zlib.compress(json.dumps(archive(entry())).encode())
    found = read(Source(data, "a.zhar"), BY_NAME["har"])
    assert len(found.interactions) == 1
    with pytest.raises(CassetteError, match="is not a complete archive"):
        read(Source(data[:20], "a.zhar"), BY_NAME["har"])


def test_when_it_was_is_taken_from_its_date_or_its_neighbours() -> None:
    dated = [
        interaction(headers={"Date": (f"Sun, 06 Nov 1994 08:49:3{n} GMT",)})
        for n in (7, 9)
    ]
    items = [interaction(), dated[0], interaction(), dated[1], interaction()]
    written = write(items, BY_NAME["har"])
    entries = json.loads(bytes(written.data))["log"]["entries"]
    times = [each["startedDateTime"] for each in entries]
    assert times == [f"1994-11-06T08:49:3{n}.000+00:00" for n in (7, 7, 7, 9, 9)]
    assert written.notes == []


@pytest.mark.parametrize(
    ("name", "field"), [("har", "startedDateTime"), ("ruby-vcr", "recorded_at")]
)
def test_where_nothing_says_when_it_is_the_present_and_said(
    name: str, field: str
) -> None:
    """Ruby's VCR records anew what is older than its re_record_interval."""
    written = write([interaction()], BY_NAME[name])
    assert f"{datetime.now(UTC).year}".encode() in bytes(written.data)
    [note] = written.notes
    assert note == (None, field, "is the present: no answer says its date", False)


def test_a_body_is_written_without_its_coding() -> None:
    """As browsers do, which would show the compressed bytes."""
    packed = gzip.compress(b"hello", mtime=0)
    headers = {"Content-Encoding": ("gzip",), "Content-Type": ("text/plain",)}
    written = write([interaction(headers=headers, body=packed)], BY_NAME["har"])
    [entry] = json.loads(bytes(written.data))["log"]["entries"]
    answer = entry["response"]
    assert answer["content"] == {"size": 5, "mimeType": "text/plain", "text": "hello"}
    assert answer["bodySize"] == len(packed)
    assert {"name": "Content-Encoding", "value": "gzip"} in answer["headers"]
