"""go-vcr's own files, byte for byte. No Go is needed here; see scripts/golden."""

import base64
import hashlib

import pytest
import yaml

from golden import files
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import reader
from mitmvcr.format.writer import Layout, dumps

LAYOUTS: tuple[Layout, ...] = ("v4", "v4.0.8", "v3")


@pytest.mark.parametrize("group", files.GROUPS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_golden_cassette_is_written_as_go_vcr_wrote_it(
    layout: Layout, group: str
) -> None:
    written = dumps(files.values(layout, group), layout)
    assert written.split(b"\n") == files.text(layout, group).split(b"\n")


@pytest.mark.parametrize("group", files.GROUPS)
@pytest.mark.parametrize("lazy", [False, True])
def test_what_another_go_yaml_wrote_is_read(group: str, lazy: bool) -> None:
    """The reader's own tests take what is written here, in each layout."""
    read = reader.loads(files.text("v4.0.8", group), "x", lazy=lazy)
    assert [*read.interactions] == [*files.values("v4.0.8", group).interactions]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_golden_file_is_used(layout: str) -> None:
    names = {path.stem for path in (files.FOLDER / layout).iterdir()}
    assert names == {*files.GROUPS, "unsound", "large"}


def test_the_golden_files_hold_all_that_is_hard() -> None:
    assert len(files.values("v4", "bodies").interactions) > 500
    assert len(files.values("v4", "names").interactions) > 100
    for style in (b"body: |+\n", b"body: |4-\n", b'body: "', b"body: '", b"!!binary |"):
        assert style in files.text("v4", "bodies")
    assert b"            ? " in files.text("v4", "names")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_large_body_is_written_as_go_vcr_wrote_it(layout: Layout) -> None:
    cases = files.load(f"{layout}/large.json")
    for case in cases:
        unit, end = (base64.b64decode(case.get(part, "")) for part in ("unit", "end"))
        body = unit * case["count"] + end
        written = dumps(
            Cassette([Interaction(0, Request(), Response(body=body))]), layout
        )
        found = len(written), hashlib.sha256(written).hexdigest()
        assert found == (case["size"], case["sha256"]), case["name"]
    assert len(cases) >= 12


def _placed(place: str, value: bytes) -> Interaction:
    text = value.decode()
    match place:
        case "bodies":
            return Interaction(0, Request(), Response(body=value))
        case "texts":
            return Interaction(0, Request(url=text), Response())
        case "values":
            return Interaction(0, Request(), Response(headers={"A": (text,)}))
        case _:
            return Interaction(0, Request(), Response(headers={text: ("A",)}))


def _at(place: str, item: dict[str, dict[str, object]]) -> object:
    if place == "bodies":
        return item["response"]["body"]
    if place == "texts":
        return item["request"]["url"]
    headers = item["response"]["headers"]
    assert isinstance(headers, dict)
    ((name, (value,)),) = headers.items()
    return value if place == "values" else name


@pytest.mark.parametrize("place", ["bodies", "texts", "values", "names"])
@pytest.mark.parametrize("layout", files.UNSOUND)
def test_what_go_vcr_writes_and_cannot_read_is_written_so_that_it_can_be_read(
    layout: Layout, place: str
) -> None:
    strings = files.unsound(layout)[place]
    assert len(strings) > 20
    for string in strings:
        written = dumps(Cassette([_placed(place, string)]), layout)
        (item,) = yaml.load(written, yaml.BaseLoader)["interactions"]
        assert _at(place, item) == string.decode()
