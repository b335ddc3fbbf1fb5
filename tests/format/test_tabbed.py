"""Bodies that begin with a tab are read as go-vcr 4.0.7 writes them: libyaml refuses
such a block where its indentation is not said."""

import pytest

from format.reading import by_yaml
from mitmvcr.core.errors import CassetteDamagedError
from mitmvcr.core.model import Cassette, Interaction, Layout, Request, Response
from mitmvcr.format import reader, writer
from mitmvcr.format.tabbed import indented

BODIES = {
    "|\n{}\ta\n{}b\n": b"\ta\nb\n",
    "|-\n{}\ta\n{}\tb\n": b"\ta\n\tb",
    "|+\n{}\t\ta\n{}\n": b"\t\ta\n\n",
    "|\n\n{}\ta\n": b"\n\ta\n",
    "|-\n{}\n{}\t\n": b"\n\t",  # go-vcr 4.0.5 indents an empty line
    "|\n{}\t|\n{}body: |\n{}  \tb\n": b"\t|\nbody: |\n  \tb\n",
    "|\r\n{}\ta\r\n": b"\ta\n",
    ">\n{}\ta\n{}b\n": b"\ta\nb\n",
}


def cassette_with(block: str, layout: Layout) -> bytes:
    bare = [
        Interaction(
            n,
            Request("POST", f"http://h/{n}", body=b"BODY", headers={"A": ("b",)}),
            Response(code=200, body=b"|\n  \tx"),
        )
        for n in range(3)
    ]
    text = block.format(*[" " * 12] * 3).encode()
    return writer.dumps(Cassette(bare), layout).replace(b"BODY\n", text)


@pytest.mark.parametrize("layout", ["v4", "v3"])
@pytest.mark.parametrize("block", BODIES)
def test_a_body_that_begins_with_a_tab_is_read(block: str, layout: Layout) -> None:
    data = cassette_with(block, layout)
    for found in (
        reader.loads(data).interactions,
        reader.loads(data, lazy=True).interactions,
        by_yaml(data).interactions,
    ):
        assert [each.request.body for each in found] == [BODIES[block]] * 3
        assert [each.response.body for each in found] == [b"|\n  \tx"] * 3


def test_one_in_a_header_is_read_too() -> None:
    data = cassette_with("x\n", "v4")
    text = b"- |-\n                    \tc\n"
    found = reader.loads(data.replace(b"- b\n", text)).interactions
    assert [each.request.headers["A"] for each in found] == [("\tc",)] * 3


def test_an_empty_line_that_is_longer_than_the_indentation_stays_refused() -> None:
    data = cassette_with("|\n{} \n{}\ta\n", "v4")
    with pytest.raises(CassetteDamagedError, match="tab character where an indentat"):
        reader.loads(data)


def test_a_tab_in_the_indentation_stays_refused() -> None:
    data = cassette_with("|\n        \ta\n", "v4")
    with pytest.raises(CassetteDamagedError, match="tab character where an indentat"):
        reader.loads(data)


@pytest.mark.parametrize(
    "text",
    [
        b"a: |4\n    \tb\n",
        b"a: |\n    b\n",
        b"a: |\n            \tb\n",
        b"a: b\n    \tb\n",
        b"# a: |\n    \tb\n",
    ],
)
def test_what_says_its_indentation_or_cannot_is_left(text: bytes) -> None:
    assert indented(text, 0) is text


@pytest.mark.parametrize(
    ("text", "head", "expected"),
    [
        (b"a: |\n    \tb\n", 0, b"a: |4\n    \tb\n"),
        (b"x:\n- |-\n    \tb\n", 1, b"x:\n- |4-\n    \tb\n"),
        (b"- a: >\n    \tb\n", 0, b"- a: >2\n    \tb\n"),
        (b"- - |\n    \tb\n", 0, b"- - |2\n    \tb\n"),
    ],
)
def test_the_indentation_is_written_in_the_head(
    text: bytes, head: int, expected: bytes
) -> None:
    assert indented(text, head) == expected
