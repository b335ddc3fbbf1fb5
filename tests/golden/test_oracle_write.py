"""Random interactions, written here and by go-vcr."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from examples import examples
from golden import oracle
from mitmvcr.core.model import Cassette, Headers, Interaction, Request, Response
from mitmvcr.format.writer import Layout, dumps

_ATOMS = [
    *("a", "b", "Z", "é", "中", "😀", "\U0010ffff", "\xa0", "\u3000", "\u2003"),
    *(" ", "  ", "\n", "\n", "\n\n", "\t", "\r", "\r\n", "\u2028", "\u2029", "\x85"),
    *("\x00", "\x07", "\x1b", "\x1c", "\x7f", "\x80", "\x9f"),
    *("\ufeff", "\ufffe", "\uffff", "\ufffd", "\ud7ff", "\ue000"),
    *(":", ": ", "#", " #", "-", "- ", "?", "? ", "---", "...", "'", '"', "\\"),
    *("&", "*", "!", "|", ">", "%", "@", "`", "[", "]", "{", "}", ",", "=", "<<", "~"),
    *("yes", "True", "null", "0x1F", "0o7", "1e3", "1_000", ".inf", "12:30", "-0"),
    *("2001-02-03", "T4:5:6Z", " 4:5:6"),
]
_TYPED = st.text("0123456789._eE+-xobTtZ :aAfF", max_size=8)
_WELL_FORMED = (
    st.lists(st.sampled_from(_ATOMS), max_size=6).map("".join)
    | _TYPED
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    | st.integers(110, 140).map("k".__mul__)
)
_MALFORMED = st.binary(max_size=80).map(
    lambda b: (b + b"\xff").decode("utf-8", "surrogateescape")
)
_ANY = _WELL_FORMED | _MALFORMED


def _starts_blank(text: str) -> bool:
    """Some such blocks go-vcr cannot read, and they are not written as it does."""
    return "\n" in text and text[0] in " \t\n\u2028\u2029"


_TEXTS = _ANY.map(
    lambda text: "x" + text if _starts_blank(text) or text == "<<" else text
)
_LISTS = st.lists(_TEXTS, max_size=2).map(tuple)


def _has_an_order(headers: Headers) -> bool:
    """Names that are not UTF-8 may count as the same, and then go-vcr has no order."""
    return sum(not name.isprintable() and "\udcff" in name for name in headers) < 2


_MAPS = st.dictionaries(_TEXTS, _LISTS, max_size=2).filter(_has_an_order)
_BODIES = _TEXTS.map(lambda text: text.encode("utf-8", "surrogateescape"))
_REQUESTS = st.builds(
    Request,
    *(_TEXTS, _TEXTS, _TEXTS, st.integers(-1, 2), st.integers(0, 2)),
    *(st.integers(-(2**63), 2**63 - 1), _LISTS, _MAPS, _TEXTS, _TEXTS, _TEXTS),
    *(_BODIES, _MAPS, _MAPS),
)
_RESPONSES = st.builds(
    Response,
    *(_TEXTS, st.integers(0, 3), st.integers(0, 1), _LISTS, _MAPS),
    *(st.integers(-1, 2**40), st.booleans(), _BODIES, _MAPS, _TEXTS),
    *(st.integers(-1, 999), st.integers(-(2**63), 2**63 - 1)),
)
_QUIET = {
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}
LAYOUTS: tuple[Layout, ...] = ("v4", "v4.0.8", "v3")
#: What one writes and the other reads.
OTHERS: tuple[tuple[Layout, Layout], ...] = (("v4", "v4.0.8"), ("v4.0.8", "v4"))


def _cassette(pairs: list[tuple[Request, Response]]) -> Cassette:
    return Cassette(tuple(Interaction(n, *pair) for n, pair in enumerate(pairs)))


def _lines(data: bytes) -> list[bytes]:
    return data.split(b"\n")


def test_any_interactions_are_written_as_go_vcr_writes_them() -> None:
    """In each layout; to think of an example takes longer than to try it."""
    oracle.program()

    @settings(max_examples=examples(150), **_QUIET)
    @given(st.lists(st.tuples(_REQUESTS, _RESPONSES), min_size=1, max_size=4))
    def check(pairs: list[tuple[Request, Response]]) -> None:
        cassette = _cassette(pairs)
        for layout in LAYOUTS:
            written = dumps(cassette, layout)
            theirs = oracle.write(cassette.interactions, layout)
            assert _lines(written) == _lines(theirs), layout
            assert oracle.read(written, layout) == cassette, layout
        for layout, reads in OTHERS:
            assert oracle.read(dumps(cassette, layout), reads) == cassette, reads

    check()


def _alone(place: str, text: str) -> Interaction:
    if place == "body":
        return Interaction(0, Request(), Response(body=text.encode()))
    if place == "value":
        return Interaction(
            0, Request(transfer_encoding=(text,)), Response(headers={"A": (text,)})
        )
    if place == "name":
        return Interaction(0, Request(), Response(headers={text: ("v",)}))
    return Interaction(0, Request(url=text), Response())


_BLANK = st.lists(
    st.sampled_from(["\n", " ", "\t", "\u2028", "a", "'", "<<"]), max_size=7
)


@pytest.mark.parametrize("place", ["body", "text", "value", "name"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_another_form_is_chosen_only_where_go_vcr_cannot_read_its_own(
    layout: Layout, place: str
) -> None:
    oracle.program()

    @settings(max_examples=examples(60), **_QUIET)
    @given(_BLANK.map("".join))
    def check(text: str) -> None:
        cassette = Cassette((_alone(place, text),))
        written, theirs = (
            dumps(cassette, layout),
            oracle.write(cassette.interactions, layout),
        )
        assert oracle.read(written, layout) == cassette
        if written != theirs:
            assert oracle.read(theirs, layout) != cassette

    check()


def test_two_names_stand_in_go_vcrs_order() -> None:
    oracle.program()
    names = st.text("aBé09٣_-. ", max_size=5)
    maps = st.lists(st.tuples(names, names), min_size=1, max_size=40)

    @settings(max_examples=examples(50), **_QUIET)
    @given(maps)
    def check(pairs: list[tuple[str, str]]) -> None:
        both: list[Any] = [{one: ("v",), other: ("v",)} for one, other in pairs]
        cassette = _cassette([(Request(), Response(headers=each)) for each in both])
        for layout in LAYOUTS:
            assert _lines(dumps(cassette, layout)) == _lines(
                oracle.write(cassette.interactions, layout)
            ), layout

    check()


def test_the_oracle_tells_what_go_vcr_refuses() -> None:
    assert "did not find" in str(oracle.read(b"---\nversion: 2\n- a\n"))
    assert "unsupported cassette" in str(oracle.read(b"---\nversion: 1\n"))
    assert oracle.read(b"---\nversion: 2\ninteractions: []\n") == Cassette()
