"""Bytes that a recorded answer holds are cut out of it; each is given once."""

import pytest

from mitmvcr.core.choosing.parts import Part
from mitmvcr.core.chunks import Chunk
from mitmvcr.core.deck import Deck
from mitmvcr.core.matching import Matcher, MatchSpec, Rule
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.core.modes import Repeats

URL = "http://h/file"
BODY = bytes(range(100))


def get(url: str = URL, **headers: str) -> Request:
    fields = {name.replace("_", "-"): [value] for name, value in headers.items()}
    return Request("GET", url, headers=fields)


def part(first: int, last: int | str = "") -> Request:
    return get(Range=f"bytes={first}-{last}")


def whole(
    body: bytes = BODY, asked: Request | None = None, **headers: str
) -> Interaction:
    fields = {name.replace("_", "-"): [value] for name, value in headers.items()}
    response = Response(code=200, status="200 OK", headers=fields, body=body)
    return Interaction(0, asked or get(), response)


def partial(first: int, last: int, total: object = 100, **more: str) -> Interaction:
    said = {"Content-Range": [f"bytes {first}-{last}/{total}"]}
    said |= {name.replace("_", "-"): [value] for name, value in more.items()}
    body = BODY[first : last + 1]
    response = Response(code=206, status="206 Partial Content", headers=said, body=body)
    return Interaction(0, part(first, last), response)


def answered(of: Deck, asked: Request) -> tuple[int, str, bytes] | None:
    """Status, Content-Range and body of what a deck answers."""
    found = of.take(asked)
    if found is None:
        return None
    response = found[1].response
    said = response.headers.get("Content-Range", [""])[0]
    return response.code, said, response.body


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-9", 0, 9),
        ("bytes=10-19", 10, 19),
        ("bytes=90-", 90, 99),
        ("bytes=-5", 95, 99),
        ("bytes=-500", 0, 99),
        ("bytes=95-1000", 95, 99),
        ("BYTES=0-0", 0, 0),
        ("bytes = 3-4", 3, 4),
    ],
)
@pytest.mark.parametrize("name", ["Range", "range", "x-ms-range"])
def test_a_part_is_cut_out_of_all(
    wanted: str, first: int, last: int, name: str
) -> None:
    asked = Request("GET", URL, headers={name: [wanted]})
    assert answered(Deck([whole()]), asked) == (
        206,
        f"bytes {first}-{last}/100",
        BODY[first : last + 1],
    )


@pytest.mark.parametrize(
    "wanted",
    [
        "bytes=100-",
        "bytes=5-4",
        "bytes=-0",
        "bytes=-",
        "bytes=0-1,5-6",
        "items=0-1",
        "x",
    ],
)
def test_what_is_no_part_of_it_gets_all_as_before(wanted: str) -> None:
    assert answered(Deck([whole()]), get(Range=wanted)) == (200, "", BODY)


def test_what_is_left_says_what_it_is() -> None:
    held = whole(
        Content_Length="100",
        Content_MD5="x",
        x_amz_checksum_crc32="y",
        ETag='"a"',
        Content_Type="text/plain",
    )
    found = Deck([held]).take(part(10, 19))
    assert found is not None
    response = found[1].response
    assert response.headers == {
        "Content-Length": ["10"],
        "ETag": ['"a"'],
        "Content-Type": ["text/plain"],
        "Content-Range": ["bytes 10-19/100"],
    }
    assert (response.status, response.content_length) == ("206 Partial Content", 10)


def test_times_of_arrival_are_not_those_of_a_part() -> None:
    response = Response(code=200, body=BODY, chunks=(Chunk(0, 0), Chunk(50, 9)))
    found = Deck([Interaction(0, get(), response)]).take(part(0, 9))
    assert found is not None
    assert found[1].response.chunks == ()


def test_a_part_is_cut_out_of_a_larger_one() -> None:
    held = Deck([partial(0, 49), partial(50, 99)])
    assert answered(held, part(60, 69)) == (206, "bytes 60-69/100", BODY[60:70])
    assert answered(held, part(70)) == (206, "bytes 70-99/100", BODY[70:])
    assert answered(held, part(40, 59)) is None


def test_a_part_is_cut_where_the_length_of_all_is_not_known() -> None:
    held = Deck([partial(0, 49, "*")])
    assert answered(held, part(10, 19)) == (206, "bytes 10-19/*", BODY[10:20])
    for wanted in ("bytes=20-", "bytes=-1", "bytes=40-59"):
        assert answered(held, get(Range=wanted)) is None


def test_its_own_part_comes_before_a_cut() -> None:
    held = Deck([whole(), partial(10, 19)])
    assert [found[0] for _ in range(2) if (found := held.take(part(10, 19)))] == [1, 0]


def test_the_same_bytes_said_otherwise_are_the_recorded_answer() -> None:
    found = Deck([held := partial(50, 99)]).take(part(50))
    assert found == (0, held)


def test_all_is_answered_from_a_part_that_holds_all() -> None:
    held = Deck([partial(0, 99)])
    assert answered(held, get()) == (200, "", BODY)
    assert answered(held, get()) is None
    assert answered(Deck([partial(0, 49)]), get()) is None


def test_each_byte_is_given_once() -> None:
    held = Deck([whole(), whole(b"other", get("http://h/other"))])
    for first in (0, 10, 20):
        assert answered(held, part(first, first + 9)) is not None
    assert answered(held, part(15, 24)) is None
    assert held.used_up(part(15, 24)) == 1
    assert answered(held, part(30)) is not None
    assert answered(held, get()) is None
    assert held.unused() == [1]


def test_what_did_not_arrive_is_given_again() -> None:
    held = Deck([whole()])
    places = [
        found[0] for first in (0, 10) if (found := held.take(part(first, first + 9)))
    ]
    assert all(isinstance(each, Part) for each in places)
    held.give_back(places[0])
    assert answered(held, part(10, 19)) is None
    assert answered(held, part(0, 9)) is not None
    for each in places:
        held.give_back(each)
        held.give_back(each)
    assert held.unused() == [0]
    assert answered(held, get()) == (200, "", BODY)


@pytest.mark.parametrize("repeats", [Repeats.LAST, Repeats.ALL])
def test_what_may_be_repeated_is_cut_again(repeats: Repeats) -> None:
    held = Deck([whole()], repeats)
    for _ in range(3):
        assert answered(held, part(0, 9)) == (206, "bytes 0-9/100", BODY[:10])
    assert answered(held, get()) == (200, "", BODY)
    assert answered(held, part(5, 9)) == (206, "bytes 5-9/100", BODY[5:10])


@pytest.mark.parametrize(
    ("wanted", "code"),
    [('"a"', 206), ('W/"a"', 200), ('"b"', 200), ("Mon, 01 Jan 2024", 206), ("x", 200)],
)
def test_if_range_decides(wanted: str, code: int) -> None:
    held = whole(ETag='"a"', Last_Modified="Mon, 01 Jan 2024")
    found = answered(Deck([held]), get(Range="bytes=0-9", If_Range=wanted))
    assert found is not None
    assert found[0] == code


def test_if_range_keeps_a_part_of_another_version_back() -> None:
    held = Deck([partial(0, 49, ETag='"a"')])
    assert answered(held, get(Range="bytes=0-9", If_Range='"b"')) is None


def test_an_origin_that_takes_no_ranges_sends_all() -> None:
    for held in (whole(Accept_Ranges="none"), whole(asked=part(50, 59))):
        assert answered(Deck([held]), part(0, 9)) == (200, "", BODY)


def test_a_body_that_was_decoded_is_cut_for_who_takes_no_coding() -> None:
    response = Response(code=200, body=BODY, uncompressed=True)
    held = Interaction(0, get(), response)
    coded = get(Range="bytes=0-9", Accept_Encoding="gzip")
    assert answered(Deck([held]), coded) == (200, "", BODY)
    found = Deck([held]).take(part(0, 9))
    assert found is not None
    assert (found[1].response.code, found[1].response.uncompressed) == (206, False)


def test_a_body_in_a_coding_is_cut_for_who_takes_that() -> None:
    held = whole(Content_Encoding="gzip")
    coded = get(Range="bytes=0-9", Accept_Encoding="gzip")
    assert answered(Deck([held]), coded) == (206, "bytes 0-9/100", BODY[:10])
    assert answered(Deck([held]), part(0, 9)) == (200, "", BODY)


@pytest.mark.parametrize(
    "response",
    [
        Response(code=200, body=b"[REDACTED:key] and more"),
        Response(code=200, body=BODY, failure="truncated"),
        Response(code=404, body=BODY),
        Response(code=200),
    ],
)
def test_what_is_not_as_it_was_sent_is_not_cut(response: Response) -> None:
    held = Interaction(0, get(), response)
    found = Deck([held]).take(part(0, 1))
    assert found == (0, held)


def test_a_part_that_has_not_the_bytes_that_it_says_is_not_cut() -> None:
    wrong = Interaction(0, part(0, 49), partial(0, 9).response)
    broken = Interaction(0, part(0, 49), Response(code=206, body=BODY))
    for held in (wrong, broken):
        assert answered(Deck([held]), part(2, 30)) is None


def test_only_a_get_is_cut() -> None:
    held = Interaction(0, Request("HEAD", URL), Response(code=200, body=b""))
    assert Deck([held]).take(Request("HEAD", URL, headers={"Range": ["bytes=0-1"]}))
    post = Interaction(0, Request("POST", URL), Response(code=200, body=BODY))
    found = Deck([post]).take(Request("POST", URL, headers={"Range": ["bytes=0-1"]}))
    assert found == (0, post)


def test_nothing_is_cut_where_that_is_switched_off() -> None:
    matcher = Matcher(MatchSpec(off=(Rule.RANGE,)))
    found = Deck([held := whole()], matcher=matcher).take(part(0, 9))
    assert found == (0, held)


def test_another_variant_is_not_cut() -> None:
    json, xml = get(Accept="json"), get(Accept="xml")
    held = [whole(asked=json, Vary="Accept"), whole(b"xml!", asked=xml, Vary="Accept")]
    asked = get(Accept="xml", Range="bytes=0-1")
    assert answered(Deck(held), asked) == (206, "bytes 0-1/4", b"xm")
    assert answered(Deck(held), get(Accept="csv", Range="bytes=0-1")) is None
