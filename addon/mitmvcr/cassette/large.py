"""An item with a body so large that it is not to be held in memory several times over.

It comes in parts that join to what the writer would have written.
"""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace

from mitmvcr.cassette import codec
from mitmvcr.cassette.goescape import is_utf8
from mitmvcr.cassette.goyaml import V3, V4, Piece, Place, pieces
from mitmvcr.core.model import Interaction, Layout

_BODY = b'\n        body: ""\n'
_ROW = 70
_PAD = b"\n" + b" " * 12
#: Two rows are 105 bytes; a part is about 1 MiB.
_PART = 105 * 10_000


def item(interaction: Interaction, number: int, layout: Layout) -> Iterator[Piece]:
    """Bytes are written in parts of 1 MiB, and so is what is escaped in a text."""
    write, response = codec.dumper(layout), interaction.response
    # A body lies deeper than its key, so that this line can be in no other place.
    bare = replace(interaction, response=replace(response, body=b""))
    head, _, tail = write(bare, number).rpartition(_BODY)
    yield head + _BODY[:-3]
    if is_utf8(response.body):
        yield from pieces(response.body, Place(12), V4 if layout == "v4" else V3)
    else:
        yield b"!!binary |"
        yield from _rows(response.body)
        yield b"\n"
    yield tail


def _rows(body: bytes) -> Iterator[bytes]:
    view = memoryview(body)
    for at in range(0, len(body), _PART):
        text = b64encode(view[at : at + _PART])
        rows = [text[row : row + _ROW] for row in range(0, len(text), _ROW)]
        yield _PAD + _PAD.join(rows)
