"""The files that a conversion reads: those named, those in folders, those beside."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mitmvcr import convert
from mitmvcr.cli.report.console import say
from mitmvcr.cli.tools.paths import inside, is_json
from mitmvcr.core.errors import CassetteDamagedError, CassetteError
from mitmvcr.core.model import Interaction
from mitmvcr.core.wording import number_of
from mitmvcr.format import foreign, reader
from mitmvcr.format.source import read_bytes

#: What may hold a recording; of others in a folder nothing is said.
_EXTENSIONS = (
    *(".yaml", ".yml", ".json", ".har", ".zhar", ".mitm", ".flow", ".flows"),
    *(".yaml.gz", ".yml.gz", ".warc", ".warc.gz", ".json5"),
)
_MAPPINGS, _FILES = "mappings", "__files"


@dataclass(frozen=True, slots=True)
class Input:
    """A file to read; ``within`` is its place in the folder that was named.
    ``is_of_many``: it was found there, and nobody has named it."""

    path: Path
    within: Path
    is_of_many: bool = False

    def read(self) -> bytes:
        """Return what it holds; the mappings of a folder of WireMock's as one. Raise
        CassetteError."""
        if self.is_of_many or not self.path.is_dir():
            return read_bytes(self.path)
        mappings = list[object]()
        for path in inside(self.path / _MAPPINGS, is_json):
            try:
                held = json.loads(read_bytes(path))
            except ValueError as error:
                problem = f"is not complete JSON: {error}"
                raise CassetteDamagedError(str(path), problem) from None
            except RecursionError:
                problem = "is nested too deeply"
                raise CassetteDamagedError(str(path), problem) from None
            is_many = isinstance(held, dict) and isinstance(held.get(_MAPPINGS), list)
            mappings += held[_MAPPINGS] if is_many else [held]
        return json.dumps({"mappings": mappings}).encode()


def inputs_of(paths: Iterable[Path]) -> Iterator[Input]:
    """Yield the files named, and those in the folders named that hold recordings."""
    for path in paths:
        if path.is_dir():
            yield from _inside(path)
        else:
            yield Input(path, Path(path.name))


def _inside(folder: Path) -> Iterator[Input]:
    if (folder / _MAPPINGS).is_dir():
        yield Input(folder, Path(folder.resolve().name))
        return
    for path in inside(folder, _may_be_recording):
        if _is_recording(path):
            yield Input(path, path.relative_to(folder), is_of_many=True)


def _may_be_recording(path: Path) -> bool:
    return path.name.lower().endswith(_EXTENSIONS)


def _is_recording(path: Path) -> bool:
    try:
        data = read_bytes(path)
    except CassetteError:
        return True  # and the conversion says why it cannot be read
    return convert.format_of(data, "") is not None or reader.is_format1(data)


def beside(each: Input) -> convert.Beside:
    """Return a function that reads what a file names: beside it, or where WireMock has
    its bodies. Nothing outside those folders is read."""
    path = each.path.absolute()
    near = (path, *path.parents)
    folders = [path.parent, *(p / _FILES for p in near if (p / _FILES).is_dir())]

    def read(name: str) -> bytes | None:
        for folder in folders:
            path = (folder / name).resolve()
            if path.is_relative_to(folder.resolve()) and path.is_file():
                return path.read_bytes()
        return None

    return read


def flows(data: bytes, found: convert.Found) -> None:
    """Read a file of mitmproxy's, which takes most of a second to import."""
    from mitmvcr.proxy.flow.saved import read

    read(data, found)


def of_another(path: Path, kind: str) -> Sequence[Interaction]:
    """Return what a recording of another recorder holds, and say what is not looked at.
    Raise CassetteError."""
    form = convert.BY_NAME.get(kind)
    if form is None:
        raise CassetteDamagedError(str(path), foreign.what_it_is(kind, str(path)))
    near = beside(Input(path, Path(path.name)))
    found = convert.read(convert.Source(read_bytes(path), str(path), near), form, flows)
    lost = sum(note.is_loss for note in found.notes)
    left_out = f", {lost} left out" if lost else ""
    count = number_of(len(found.interactions), "interaction")
    what = f"{path} is {foreign.KINDS[kind]}, read as it is"
    say(f"{what}: {count}{left_out}, and nothing else of it")
    return found.interactions
