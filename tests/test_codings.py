"""Content codings: whole, by parts and cut off come to the same, with every library."""

import gzip
import random
import sys
import tracemalloc
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache, partial

import brotli
import pytest
import zstandard
from backports import zstd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mitmvcr import codings
from mitmvcr.codings import table
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets.redactor import Redactor

PIECES = [b"data: %d\n\n" % number for number in range(5)]
WHOLE = b"".join(PIECES)
CODINGS = ["gzip", "x-gzip", "deflate", "br", "zstd"]
ONLY_BARE = zlib.compress(WHOLE, wbits=-15)
THEIRS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "x-gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "br": brotli.decompress,
    "zstd": zstandard.ZstdDecompressor().decompress,
}
#: What is taken away, so that the next library for the coding is used.
LIBRARIES = {
    "": (),
    "zstandard": ("compression.zstd", "backports.zstd"),
}
ABSENT = ("brotli", "compression.zstd", "backports.zstd", "zstandard")


def take_away(names: Sequence[str], patch: pytest.MonkeyPatch) -> None:
    for name in names:
        patch.setitem(sys.modules, name, None)
        package, _, module = name.rpartition(".")
        if package in sys.modules:
            patch.delattr(sys.modules[package], module, raising=False)
    table._loaded.cache_clear()


@pytest.fixture(params=LIBRARIES, ids=["first", "others"], autouse=True)
def libraries(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test runs with each library."""
    with pytest.MonkeyPatch.context() as patch:
        take_away(LIBRARIES[request.param], patch)
        yield
    table._loaded.cache_clear()


@pytest.fixture
def none_there(monkeypatch: pytest.MonkeyPatch) -> None:
    take_away(ABSENT, monkeypatch)


def test_the_other_library_is_used_where_the_first_is_absent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    take_away(LIBRARIES["zstandard"], monkeypatch)
    assert table._zstd_of_python() is None
    body = codings.encoded(WHOLE, "br, zstd")
    take_away([], monkeypatch)
    assert brotli.decompress(zstd.decompress(body)) == WHOLE


# Properties

bodies = st.one_of(
    st.binary(max_size=300),
    st.builds(bytes.__mul__, st.binary(max_size=3), st.integers(0, 100_000)),
    # Longer than a step, and it does not get much shorter.
    st.builds(lambda seed: random.Random(seed).randbytes(3000), st.integers()),
)
lists = st.lists(st.sampled_from([*CODINGS, "identity", "", " GZip "]), max_size=3).map(
    ",".join
)
quick = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


def cut_at(body: bytes, places: list[int]) -> list[bytes]:
    ends = sorted(place % (len(body) + 1) for place in places)
    starts = [0, *ends]
    return [body[a:b] for a, b in zip(starts, [*ends, len(body)], strict=True)]


@quick
@given(bodies, lists, st.lists(st.integers(min_value=0), max_size=5))
def test_whole_and_by_parts_come_to_the_same(
    body: bytes, listed: str, places: list[int]
) -> None:
    packed = codings.encoded(body, listed)
    assert codings.decoded(packed, listed) == body
    assert codings.decoded_start(packed, listed) == body
    assert codings.decoded_or_same(packed, listed) == body
    assert b"".join(codings.decoded_parts(cut_at(packed, places), listed)) == body


@quick
@given(bodies, lists, st.integers(min_value=0))
def test_what_was_cut_off_is_a_start(body: bytes, listed: str, place: int) -> None:
    packed = codings.encoded(body, listed)
    start = codings.decoded_start(packed[: place % (len(packed) + 1)], listed)
    assert body.startswith(start)


@quick
@given(st.lists(st.binary(max_size=50), max_size=6), lists)
def test_each_piece_can_be_read_when_it_comes(pieces: list[bytes], listed: str) -> None:
    sent = list(codings.encoded_pieces(pieces, listed))
    assert codings.decoded_parts(sent, listed) == pieces
    assert codings.decoded(b"".join(sent), listed) == b"".join(pieces)
    for count in range(len(sent)):
        start = codings.decoded_start(b"".join(sent[:count]), listed)
        assert start == b"".join(pieces[:count])


@quick
@given(st.binary(max_size=200), lists)
def test_whatever_the_bytes_nothing_else_is_raised(body: bytes, listed: str) -> None:
    plain, undone = codings.unpacked(body, listed)
    assert undone or plain == body
    codings.decoded_or_same(body, listed)
    with suppress(codings.CodingError):
        codings.decoded_parts([body], listed)


MEMBERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda body: gzip.compress(body, mtime=0),
    "zstd": zstd.compress,
}


@quick
@given(
    st.sampled_from(sorted(MEMBERS)),
    st.lists(st.binary(max_size=50), min_size=1, max_size=8),
    st.lists(st.integers(min_value=0), max_size=5),
)
def test_all_members_are_decoded(
    coding: str, parts: list[bytes], places: list[int]
) -> None:
    members = list(map(MEMBERS[coding], parts))
    body = b"".join(members)
    assert codings.decoded(body, coding) == b"".join(parts)
    assert codings.decoded_parts(members, coding) == parts
    found = codings.decoded_parts(cut_at(body, places), coding)
    assert b"".join(found) == b"".join(parts)


@quick
@given(bodies, st.sampled_from(["deflate", "gzip, deflate"]))
def test_a_body_is_packed_as_it_was(body: bytes, listed: str) -> None:
    """deflate without its frame too, when a client is known to read it."""
    old = codings.encoded(b"old", listed)
    assert codings.decoded(codings.packed_as(old, body, listed), listed) == body
    inner = codings.encoded(b"old", listed.removesuffix("deflate"))
    bare = zlib.compress(inner, wbits=-15)
    new = codings.packed_as(bare, body, listed)
    inner = zlib.decompress(new, wbits=-15)
    assert codings.decoded(inner, listed.removesuffix("deflate")) == body


# Examples


@pytest.mark.parametrize("coding", CODINGS)
def test_others_read_what_is_encoded(coding: str) -> None:
    assert THEIRS[coding](codings.encoded(WHOLE, coding)) == WHOLE
    pieces = b"".join(codings.encoded_pieces(PIECES, coding))
    if coding == "zstd":  # in pieces nobody knows how long it gets
        assert zstandard.ZstdDecompressor().decompressobj().decompress(pieces) == WHOLE
    else:
        assert THEIRS[coding](pieces) == WHOLE


@pytest.mark.parametrize("coding", CODINGS)
def test_the_same_body_is_encoded_the_same(coding: str) -> None:
    assert codings.encoded(WHOLE, coding) == codings.encoded(WHOLE, coding)


def test_bare_deflate_is_read_too() -> None:
    assert codings.decoded(ONLY_BARE, "deflate") == WHOLE
    parts = [b"", ONLY_BARE[:1], ONLY_BARE[1:]]
    assert b"".join(codings.decoded_parts(parts, "deflate")) == WHOLE


def test_frames_that_zstd_skips_bring_nothing() -> None:
    skipped = b"\x50\x2a\x4d\x18\x03\0\0\0abc"
    body = skipped + zstd.compress(b"one") + skipped + zstd.compress(b"two")
    assert codings.decoded(body, "zstd") == b"onetwo"


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("rest", [b"\n", b"\0\0", b"garbage that stands behind"])
def test_what_stands_behind_the_end_is_not_in_the_coding(
    coding: str, rest: bytes
) -> None:
    """curl 7.88 fails with 23, Go with an unexpected EOF, Chrome, urllib3 and httpx
    leave it out, Node and aiohttp do now this, now that. Kept as it was on the wire,
    it is to each client in a replay what it was live."""
    body = codings.encoded(WHOLE, coding) + rest
    for parts in ([body], [body[: -len(rest)], rest]):
        with pytest.raises(codings.CodingError):
            codings.decoded_parts(parts, coding)
    with pytest.raises(codings.CodingError):
        codings.decoded_start(body, coding)
    assert codings.decoded_or_same(body, coding) == body


@pytest.mark.parametrize("coding", [*CODINGS, "unknown", "gzip, unknown", "compress"])
def test_what_is_not_in_its_coding_is_not_decoded(coding: str) -> None:
    body = b"\xff\xfe plain text, as it happens"
    with pytest.raises(codings.CodingError):
        codings.decoded(body, coding)
    with pytest.raises(codings.CodingError):
        codings.decoded_start(body, coding)
    assert codings.unpacked(body, coding) == (body, "")


@cache
def bomb_of(coding: str) -> bytes:
    """By the library that is quick at it, once."""
    pack: dict[str, Callable[[bytes], bytes]] = {
        "gzip": gzip.compress,
        "x-gzip": gzip.compress,
        "deflate": zlib.compress,
        "br": partial(brotli.compress, quality=1),
        "zstd": zstandard.ZstdCompressor().compress,
    }
    return pack[coding](bytes(200 << 20))


@pytest.mark.parametrize("coding", CODINGS)
def test_a_bomb_is_refused(coding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given up close behind the bound, long before it is unpacked."""
    monkeypatch.setattr(codings, "MOST", 1 << 20)
    bomb = bomb_of(coding)
    tracemalloc.start()
    try:
        with pytest.raises(codings.TooLargeError):
            codings.decoded(bomb, coding)
        assert codings.unpacked(bomb, "br") == (bomb, "")
        assert tracemalloc.get_traced_memory()[1] < 150 << 20
    finally:
        tracemalloc.stop()
    assert codings.decoded_or_same(bomb, coding) == bomb


def test_what_swells_a_little_is_no_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codings, "MOST", 10)
    body = random.Random(1).randbytes(1000) * 2
    assert codings.decoded(gzip.compress(body), "gzip") == body


@pytest.mark.parametrize("listed", ["gzip", "deflate", "br", "zstd", "br, gzip"])
def test_of_what_was_cut_off_the_start_is_read(listed: str) -> None:
    start = b"".join(list(codings.encoded_pieces(PIECES, listed))[:3])
    assert codings.decoded_start(start, listed) == b"".join(PIECES[:3])
    assert codings.decoded_or_same(start, listed) == start


@pytest.mark.parametrize("listed", ["", *CODINGS, "br, gzip"])
def test_of_no_piece_none_is_made(listed: str) -> None:
    assert list(codings.encoded_pieces([], listed)) == []


# An archive is no content coding, but what it begins with is looked into


def test_without_a_header_only_the_first_member_is_unpacked() -> None:
    one, two = gzip.compress(b"one"), gzip.compress(b"two")
    assert codings.unpacked(one + two, "") == (b"one", "gzip")
    assert codings.unpacked(one[:-4], "") == (one[:-4], "")
    broken = one[:3] + b"\xff" * 20
    assert codings.unpacked(broken, "") == (broken, "")


def test_what_can_be_read_of_a_broken_body_is_unpacked() -> None:
    one, two = gzip.compress(b"one"), gzip.compress(b"two")
    assert codings.unpacked(one + two + b"\n", "gzip") == (b"onetwo", "gzip")
    assert codings.unpacked(one + two[:-4], "gzip") == (b"onetwo", "gzip")


# An absent library


@pytest.mark.usefixtures("none_there")
@pytest.mark.parametrize(
    ("coding", "module"), [("br", "brotli"), ("zstd", "backports.zstd")]
)
def test_an_absent_library_is_an_unknown_coding(
    coding: str, module: str, caplog: pytest.LogCaptureFixture
) -> None:
    for listed in (coding, f"gzip, {coding}"):
        with pytest.raises(codings.CodingError, match="is not known"):
            codings.decoded(b"body", listed)
        with pytest.raises(codings.CodingError, match="is not known"):
            codings.encoded(b"body", listed)
        with pytest.raises(codings.CodingError, match="is not known"):
            codings.encoded_pieces([b"body"], listed)
        assert codings.decoded_or_same(b"body", listed) == b"body"
        assert codings.unpacked(b"body", listed) == (b"body", "")
    assert codings.first_known((coding, "deflate")) == "deflate"
    assert codings.first_known((coding,)) == ""
    (told,) = [record.getMessage() for record in caplog.records]
    assert f"the module {module} is missing (pip install {module})" in told
    assert f"the content coding {coding} " in told


# Asked for


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", ()),
        ("gzip", ("gzip",)),
        ("zstd;q=1, DEFLATE, br;q=0.1, gzip;q=0", ("br", "zstd", "deflate")),
        ("identity, *;q=0, compress", ()),
    ],
)
def test_what_a_client_accepts(header: str, expected: tuple[str, ...]) -> None:
    assert codings.accepted_codings(header) == expected


@pytest.mark.parametrize(
    ("listed", "accepted", "is_so"),
    [
        ("gzip", ("gzip",), True),
        (" GZIP ", ("gzip", "br"), True),
        ("gzip, br", ("gzip", "br"), True),
        ("gzip, zstd", ("gzip", "br"), False),
        ("gzip, gzip", ("gzip",), False),  # Go's transport takes it off once
        ("identity", ("gzip", "br"), False),
        ("", ("gzip", "br"), False),
        ("br", (), False),
    ],
)
def test_which_codings_a_client_undoes(
    listed: str, accepted: tuple[str, ...], is_so: bool
) -> None:
    assert codings.are_accepted(listed, accepted) is is_so


# Redaction

SECRET = b'{"access_token": "gh0st-c0ff33-a1b2c3d4e5f6"}'
PACKED: dict[str, tuple[str, bytes]] = {
    **{coding: (coding, codings.encoded(SECRET, coding)) for coding in CODINGS},
    "bare deflate": ("deflate", zlib.compress(SECRET, wbits=-15)),
    "second member": ("gzip", gzip.compress(b"{}\n") + gzip.compress(SECRET)),
    "second frame": ("zstd", zstd.compress(b"{}\n") + zstd.compress(SECRET)),
    "a list": ("br, gzip", codings.encoded(SECRET, "br, gzip")),
    "cut off": ("gzip", next(iter(codings.encoded_pieces([SECRET, b" "], "gzip")))),
}


@pytest.mark.parametrize("name", list(PACKED))
def test_a_secret_is_hidden_in_every_coding(name: str) -> None:
    coding, body = PACKED[name]
    headers = {"Content-Encoding": [coding], "Content-Length": [str(len(body))]}
    met = Interaction(
        0,
        Request(url="https://h/", body=body, headers=headers),
        Response(body=body, headers=headers, content_length=len(body)),
    )
    kept = Redactor().interaction(met)
    for message in (kept.request, kept.response):
        plain = codings.decoded(message.body, coding)
        assert b"gh0st" not in plain
        assert b"REDACTED" in plain
        assert message.headers["Content-Length"] == [str(len(message.body))]
    if name == "bare deflate":
        assert zlib.decompress(kept.request.body, wbits=-15) == plain


@pytest.mark.parametrize("coding", CODINGS)
def test_a_coded_body_without_a_secret_stays_to_the_byte(coding: str) -> None:
    body = codings.encoded(WHOLE, coding)
    request = Request(body=body, headers={"Content-Encoding": [coding]})
    met = Interaction(0, request, Response())
    assert Redactor().interaction(met).request.body is body


def test_x_gzip_is_gzip_by_its_old_name() -> None:
    """What came so stayed packed, and left a replay in one piece, a stream too."""
    assert codings.accepted_codings("x-gzip;q=0.5, br") == ("gzip", "br")
    assert codings.are_accepted("X-Gzip", codings.accepted_codings("gzip"))
    assert codings.decoded(gzip.compress(b"a"), "x-gzip") == b"a"
