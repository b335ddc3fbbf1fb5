"""Archives of the web: records that name each other, in several programs' ways."""

import gzip
import time
from pathlib import Path

import pytest

from convert.samples import found_in, notes_of, only
from mitmvcr.cli.commands.sources import inputs_of
from mitmvcr.convert import BY_NAME, Source, format_of, read
from mitmvcr.core.errors import CassetteDamagedError
from mitmvcr.core.model import Interaction
from mitmvcr.format.source import read_bytes

URL = "http://api.test/v1/items?a=1"
GET = b"GET /v1/items?a=1 HTTP/1.1\r\nHost: api.test\r\naccept: */*\r\n\r\n"
OK = b"HTTP/1.1 200 Fine\r\nContent-Type: text/plain\r\nX-A: 1\r\nx-a: 2\r\n\r\nhello"
INFO = b'wget-arguments: "--header" "Authorization: Bearer sk-abcdefgh12345678"\r\n'


def record(
    kind: str, block: bytes, name: str = "", *, media: str = "", **more: str
) -> bytes:
    """Return a record; ``more`` are its fields, with underscores."""
    end = {"request": "request", "response": "response"}.get(kind, "response")
    fields = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:{name}>",
        "WARC-Target-URI": URL,
        "Content-Type": media or f"application/http; msgtype={end}",
        **{f"WARC-{key.replace('_', '-')}": value for key, value in more.items()},
        "Content-Length": str(len(block)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return b"WARC/1.0\r\n" + head.encode() + b"\r\n" + block + b"\r\n\r\n"


def exchange(asked: bytes, said: bytes, name: str = "a", **more: str) -> bytes:
    """Return the two records as warcio writes them."""
    to = f"<urn:uuid:{name}>"
    return record("response", said, name, **more) + record(
        "request", asked, f"{name}-asked", Concurrent_To=to
    )


def one(data: bytes) -> Interaction:
    return only(found_in(data, "warc"))


def test_an_exchange_is_kept_as_it_was() -> None:
    found = one(exchange(GET, OK))
    request, response = found.request, found.response
    assert (request.method, request.url) == ("GET", URL)
    assert request.headers == {"Accept": ["*/*"]}
    assert request.host == "api.test"
    assert (response.code, response.status) == (200, "200 Fine")
    assert response.headers == {"Content-Type": ["text/plain"], "X-A": ["1", "2"]}
    assert response.body == b"hello"


@pytest.mark.parametrize("words", [b"", b" "])
def test_a_status_without_words_stays_so(words: bytes) -> None:
    said = OK.replace(b" Fine", words)
    assert said != OK
    assert one(exchange(GET, said)).response.status == "200 "


def test_a_media_type_has_no_case() -> None:
    written = exchange(GET, OK)
    assert one(written.replace(b"application/http", b"Application/HTTP")) == one(
        written
    )


def test_wget_names_the_request_in_the_answer_and_puts_addresses_in_brackets() -> None:
    ours = record("request", GET, "q", Target_URI=f"<{URL}>")
    theirs = record(
        "response", OK, "a", Concurrent_To="<urn:uuid:q>", Target_URI=f"<{URL}>"
    )
    assert one(ours + theirs) == one(exchange(GET, OK))


def test_a_record_may_name_others_too() -> None:
    """As a page does, with its screenshot."""
    said = record("response", OK, "a", Concurrent_To="<urn:uuid:shot>")
    asked = record("request", GET, "q", Concurrent_To="<urn:uuid:a>")
    assert one(said + asked) == one(exchange(GET, OK))


def test_a_repeated_body_may_be_that_of_a_later_record() -> None:
    other = exchange(GET, OK.replace(b"hello", b"other"), "o")
    again = record("revisit", b"", "b", Profile="identical", Refers_To="<urn:uuid:a>")
    asked = record("request", GET, "c", Concurrent_To="<urn:uuid:b>")
    found = found_in(other + exchange(GET, OK) + again + asked, "warc")
    assert [each.response.body for each in found.interactions] == [
        b"other",
        b"hello",
        b"hello",
    ]


def test_what_a_program_says_of_itself_is_not_copied() -> None:
    info = record("warcinfo", INFO, media="application/warc-fields", Target_URI="")
    more = record(
        "resource", INFO, media="text/plain", Target_URI="metadata://gnu.org/wget.txt"
    )
    facts = record("metadata", b"fetchTimeMs: 3", media="application/warc-fields")
    found = found_in(info + exchange(GET, OK) + facts + more, "warc")
    assert notes_of(found) == []
    assert "abcdefgh12345678" not in repr(found.interactions)


def test_what_is_no_exchange_is_said() -> None:
    page = record("conversion", b"text", media="text/plain")
    name = record("response", b"1", media="text/dns", Target_URI="dns:api.test")
    found = found_in(page + name + exchange(GET, OK), "warc")
    assert notes_of(found) == ["conversion: is not an HTTP exchange"]
    assert len(found.interactions) == 1


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b"3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n", b"hello"),
        (b"hello", b"hello"),
        (b"3\r\nhello", b"3\r\nhello"),
    ],
)
def test_chunks_are_joined_where_they_are_written(body: bytes, wanted: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    found = one(exchange(GET, head + body)).response
    assert (found.body, found.transfer_encoding) == (wanted, ("chunked",))


def test_a_body_of_the_request_and_a_compressed_answer() -> None:
    asked = b"POST /v1/items HTTP/1.1\r\nHost: api.test\r\nContent-Length: 3\r\n\r\na=b"
    said = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(
        b"hello"
    )
    found = one(exchange(asked, said))
    assert (found.request.method, found.request.body) == ("POST", b"a=b")
    assert (found.response.body, found.response.uncompressed) == (b"hello", True)


def test_heads_before_the_answer_and_folded_lines() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
    said = early + b"HTTP/1.1 204 No Content\nX-Long: a\n  b\n\n"
    found = one(exchange(GET, said)).response
    assert (found.code, found.headers) == (204, {"X-Long": ["a b"]})
    assert one(exchange(GET, b"HTTP/2 200\r\n\r\n")).response.proto == "HTTP/2.0"


@pytest.mark.parametrize(
    "how",
    [
        {"Refers_To": "<urn:uuid:a>"},
        {"Payload_Digest": "sha1:AB"},
        {"Refers_To_Target_URI": URL, "Refers_To_Date": "2026-01-01T00:00:00Z"},
    ],
)
def test_a_repeated_body_is_that_of_the_record_it_refers_to(how) -> None:
    first = exchange(GET, OK, Date="2026-01-01T00:00:00Z", Payload_Digest="sha1:AB")
    head = b"HTTP/1.1 203 Again\r\nContent-Type: text/html\r\n\r\n"
    profile = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    for block, code in ((head, 203), (b"", 200)):
        again = record("revisit", block, "b", Profile=profile, **how) + record(
            "request", GET, "c", Concurrent_To="<urn:uuid:b>"
        )
        found = found_in(first + again, "warc")
        assert notes_of(found) == []
        second = found.interactions[1].response
        assert (second.code, second.body) == (code, b"hello")


def test_a_record_that_repeats_all_of_another_need_not_say_of_what_type_it_is() -> None:
    """As pywb writes it: it holds nothing."""
    again = record(
        "revisit", b"", "b", media=" ", Profile="identical", Payload_Digest="sha1:AB"
    ).replace(b"Content-Type:  \r\n", b"")
    assert b"Content-Type" not in again
    first = exchange(GET, OK, Payload_Digest="sha1:AB")
    asked = record("request", GET, "c", Concurrent_To="<urn:uuid:b>")
    found = found_in(first + again + asked, "warc")
    assert notes_of(found) == []
    assert [each.response.body for each in found.interactions] == [b"hello", b"hello"]


def test_not_modified_is_an_answer_of_its_own() -> None:
    profile = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    head = b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n"
    data = exchange(GET, OK, Payload_Digest="sha1:AB") + record(
        "revisit", head, "b", Profile=profile, Payload_Digest="sha1:AB"
    )
    data += record("request", GET, "c", Concurrent_To="<urn:uuid:b>")
    response = found_in(data, "warc").interactions[1].response
    assert (response.code, response.body) == (304, b"")


ASKED = record("request", GET, "q", Concurrent_To="<urn:uuid:a>")


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (ASKED, "response: left out: has no answer"),
        (
            record("revisit", OK, "a", Payload_Digest="sha1:AB") + ASKED,
            "WARC-Refers-To: left out: repeats the body of another file",
        ),
        (
            record("response", OK, "a", Segment_Number="1") + ASKED,
            "WARC-Segment-Number: left out: is in several records",
        ),
        (
            record("response", b"+OK ready", "a") + ASKED,
            "response: left out: does not begin as an answer of HTTP",
        ),
        (
            exchange(b"\r\n\r\n", OK),
            "request: left out: does not begin as a request of HTTP",
        ),
    ],
)
def test_what_cannot_be_replayed_is_left_out_and_said(data: bytes, note: str) -> None:
    found = found_in(data, "warc")
    assert notes_of(found) == [f"interaction 0: {note}"]
    assert found.interactions == []
    assert [each.is_loss for each in found.notes] == [True]


def test_an_answer_whose_request_is_not_known_gets_none_that_may_be_another_s() -> None:
    found = found_in(record("response", OK, "a"), "warc")
    assert notes_of(found) == [
        "interaction 0: request: is not there, so it is a GET without headers"
    ]
    assert found.interactions[0].request.method == "GET"
    found = found_in(record("response", OK, "a") + record("request", GET, "q"), "warc")
    assert found.interactions == []
    assert notes_of(found)[0] == (
        "interaction 0: request: left out: does not say which request it answers"
    )


def test_a_body_that_was_cut_off_is_said() -> None:
    found = found_in(exchange(GET, OK, Truncated="length"), "warc")
    assert notes_of(found) == [
        "interaction 0: response.body: was cut off by its recorder: length"
    ]


def test_thousands_that_repeat_others_are_found_at_once() -> None:
    """Each looked through all that came before, which took 14 s here."""
    count = 3000
    archive = b"".join(
        exchange(GET, OK + b"%d" % n, f"a{n}", Payload_Digest=f"sha1:{n}")
        + record("revisit", OK, f"b{n}", Payload_Digest=f"sha1:{n}")
        for n in range(count)
    )
    begun = time.process_time()
    found = found_in(archive, "warc").interactions
    assert time.process_time() - begun < 5
    assert {each.response.body for each in found} == {
        b"hello%d" % n for n in range(count)
    }
    assert found[2 * count - 1].response.body == b"hello%d" % (count - 1)


LENGTH = b"WARC/1.0\r\nContent-Length: %b\r\n\r\nabc"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (exchange(GET, OK)[:-20], "record 1 is cut off"),
        (exchange(GET, OK) + b"junk", "record 2 does not begin as one"),
        (exchange(GET, OK) + b"WARC/1.0\r\nWARC-Type: x", "record 2 does not begin as"),
        (b"WARC/1.0\r\nWARC-Type: response\r\n\r\n", "record 0 is cut off"),
        (LENGTH % (b"9" * 5000), "record 0 is cut off"),  # Python reads no such number
        (LENGTH % "٣".encode(), "record 0 is cut off"),
    ],
)
def test_a_broken_file_is_refused(data: bytes, problem: str) -> None:
    assert format_of(data, "") == BY_NAME["warc"]
    with pytest.raises(CassetteDamagedError, match=problem):
        read(Source(data, "a.warc"), BY_NAME["warc"])


def test_a_file_of_packed_records_is_found_and_read(tmp_path: Path) -> None:
    """Each record is packed on its own, as the standard wants."""
    records = [b"WARC/1.0" + each for each in exchange(GET, OK).split(b"WARC/1.0")[1:]]
    (tmp_path / "a.warc.gz").write_bytes(b"".join(map(gzip.compress, records)))
    (each,) = inputs_of([tmp_path])
    assert read_bytes(each.path) == exchange(GET, OK)
