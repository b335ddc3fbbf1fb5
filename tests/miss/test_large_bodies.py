"""The miss of a large upload: told by place, masked where it is shown, and never hashed
or masked as a whole."""

import gzip
from dataclasses import replace

import pytest

from explained import explain
from mitmvcr.core.deck import Deck
from mitmvcr.core.matching import Matcher, MatchSpec
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.miss.report import Miss

SIZE = 5 << 20
HALF = b"some words of it" * (SIZE // 32)
TEXT = b"another line of it\n" * (SIZE // 19)


def sent(body: bytes, media: str, url: str = "https://h/", **headers: str) -> Request:
    fields = {name.replace("_", "-"): [value] for name, value in headers.items()}
    return Request(
        method="PUT", url=url, body=body, headers={"Content-Type": [media], **fields}
    )


class Masks:
    """Replaces a secret, and refuses to look at all of a large body."""

    def __init__(self) -> None:
        self.longest = 0

    def __call__(self, request: Request) -> Request:
        self.longest = max(self.longest, len(request.body))
        return replace(request, body=request.body.replace(b"SECRET", b"[REDACTED:x]"))


def missed(asked: Request, *recorded: Request, how: MatchSpec | None = None) -> Miss:
    deck = Deck(
        [Interaction(i, each, Response()) for i, each in enumerate(recorded)],
        matcher=Matcher(how or MatchSpec()),
    )
    masks = Masks()
    miss = explain(asked, deck, masks)
    assert masks.longest < 1 << 22
    assert "SECRET" not in str(miss)
    return miss


def told(asked: Request, recorded: Request, how: MatchSpec | None = None) -> list[str]:
    return [str(each) for each in missed(asked, recorded, how=how).nearest[0].differ]


def part(mark: str, content: bytes, name: str = "f") -> bytes:
    head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
    return head.encode() + content + b"\r\n"


def multipart(mark: str, *parts: bytes) -> Request:
    body = b"".join(parts) + f"--{mark}--\r\n".encode()
    return sent(body, f"multipart/form-data; boundary={mark}")


def test_bytes_are_told_by_the_first() -> None:
    one, other = HALF + b"SECRET and this" + HALF, HALF + b"SECRET and that" + HALF
    assert told(sent(one, ""), sent(other, "")) == [
        f'body at byte {len(HALF) + 13}: ":x] and this{HALF[:28].decode()}"'
        f' was ":x] and that{HALF[:28].decode()}"'
    ]


def test_what_differs_only_where_it_is_masked_is_hidden() -> None:
    one, other = HALF + b"SECRET" + HALF, HALF + b"[REDACTED:x]" + HALF
    place = f"body at byte {len(HALF)}"
    assert told(sent(one, ""), sent(other, "")) == [
        f"{place}: they differ in a hidden value ({place})"
    ]


@pytest.mark.parametrize("media", ["text/csv", "application/xml"])
def test_texts_are_told_by_line(media: str) -> None:
    one, other = TEXT + b"this\n", TEXT + b"that\n"
    (line,) = told(sent(one, media), sent(other, media))
    assert line.startswith(f"body line {SIZE // 19 + 1}: ")


def test_line_ends_of_a_text_are_no_difference() -> None:
    other = sent(TEXT.replace(b"\n", b"\r\n"), "text/plain", "https://h/other")
    (near,) = missed(sent(TEXT, "text/plain"), other).nearest
    assert [each.place for each in near.differ] == ["path"]
    assert near.agree == ("method", "body")


@pytest.mark.parametrize("name", ["f", "small"])
def test_parts_are_told_by_name(name: str) -> None:
    def upload(mark: str, value: bytes) -> Request:
        content = HALF * 2 + (value if name == "f" else b"")
        small = b'{"SECRET": "x", "a": "%s"}' % (value if name == "small" else b"1")
        return multipart(mark, part(mark, small, "small"), part(mark, content))

    miss = missed(upload("one", b"1"), upload("two", b"2"))
    place = "body part 0 (small).a" if name == "small" else "body part 1 (f) at byte"
    (found,) = miss.nearest[0].differ
    assert found.place.startswith(place)
    option = "vcr_ignore_json=$.a" if name == "small" else "vcr_ignore_form=f"
    assert miss.options == (option,)


def test_headers_of_parts_are_masked() -> None:
    one = multipart("b", part("b", HALF * 2, "SECRET-1"))
    other = multipart("b", part("b", HALF * 2, "SECRET-2"))
    (line,) = told(one, other)
    assert "content-disposition" in line
    assert "[REDACTED:x]-1" in line


def test_another_boundary_is_no_difference() -> None:
    one, other = (multipart(mark, part(mark, HALF * 2)) for mark in ("b", "c"))
    (near,) = missed(one, replace(other, method="POST")).nearest
    assert [str(each) for each in near.differ] == ["method: PUT was POST"]


def test_a_coding_is_undone() -> None:
    bodies = [gzip.compress(HALF * 2 + each, 0) for each in (b"this", b"that")]
    (line,) = told(*(sent(each, "", Content_Encoding="gzip") for each in bodies))
    assert line.startswith(f"body at byte {2 * len(HALF) + 2}: ")


def test_go_vcrs_way_is_told_by_byte() -> None:
    one, other = HALF * 2 + b"SECRET1", HALF * 2 + b"SECRET2"
    lines = told(sent(one, ""), sent(other, ""), MatchSpec.of("go-vcr"))
    assert lines[0].startswith(f"body at byte {2 * len(HALF) + 6}: ")
    hidden = sent(HALF * 2 + b"[REDACTED:x]", ""), sent(HALF * 2 + b"SECRET", "")
    assert "they differ in a hidden value" in told(*hidden, MatchSpec.of("go-vcr"))[0]


def test_few_large_ones_are_read() -> None:
    huge = sent(b"x" * (40 << 20), "")
    asked = sent(b"y" * (40 << 20), "")
    miss = missed(asked, huge, huge, huge)
    assert (len(miss.nearest), miss.left_out) == (1, 2)


def test_a_large_recorded_body_is_not_hashed_for_a_small_request() -> None:
    (line,) = told(sent(b"x", ""), sent(HALF * 2, ""))
    assert line.startswith("body at byte 0: ")
    (line,) = told(sent(b"", ""), sent(HALF * 2, ""))
    assert line.startswith("body: empty was ")


def test_json_of_many_bytes_is_told_by_byte() -> None:
    many = b'{"a":"' + HALF * 2
    (line,) = told(sent(many + b'1"}', ""), sent(many + b'2"}', ""))
    assert line.startswith(f"body at byte {len(many)}: ")


def test_one_that_is_the_same_in_another_coding_breaks_a_rule() -> None:
    asked = sent(TEXT, "text/csv", Content_Encoding="")
    known = sent(gzip.compress(TEXT), "text/csv", Content_Encoding="gzip")
    bound = replace(known, headers={**known.headers, "If-None-Match": ["x"]})
    held = Interaction(0, bound, Response(code=304))
    (near,) = explain(asked, Deck([held])).nearest
    assert "body" in near.agree
    (differ,) = near.differ
    assert differ.why == "and a 304 or 412 is for its own conditions"
