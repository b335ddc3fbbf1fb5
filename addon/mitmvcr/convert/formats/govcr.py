"""go-vcr's own cassettes: formats 1 and 2 read, format 2 written in both layouts."""

from collections.abc import Iterable, Sequence

from mitmvcr.convert.found import Found
from mitmvcr.convert.tree import UnreadableError
from mitmvcr.core.errors import CassetteError
from mitmvcr.core.model import Cassette, Interaction
from mitmvcr.format import reader, writer


def read(data: bytes, found: Found) -> None:
    """Read a cassette. Raise UnreadableError."""
    load = reader.read_format1 if reader.is_format1(data) else reader.loads
    try:
        interactions = load(data, "").interactions
    except CassetteError as error:
        raise UnreadableError(str(error).removeprefix(": ")) from error
    for each in interactions:
        found.add(each)


def write(interactions: Sequence[Interaction]) -> Iterable[bytes]:
    """Yield a cassette as go-vcr v4 writes it."""
    return writer.parts(Cassette(interactions), "v4")


def write_v3(interactions: Sequence[Interaction]) -> Iterable[bytes]:
    """Yield a cassette as go-vcr v3 writes it."""
    return writer.parts(Cassette(interactions), "v3")
