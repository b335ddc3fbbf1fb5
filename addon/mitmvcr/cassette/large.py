"""An item with a body so large that it is not to be held in memory several times over.

It comes in parts that join to what the writer would have written.
"""

import codecs
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace

from mitmvcr.cassette import codec
from mitmvcr.cassette.goyaml import V3, V4, Piece, Place, pieces
from mitmvcr.core.model import Interaction, Layout

_BODY = b'\n        body: ""\n'
_ROW = 70
_PAD = b"\n" + b" " * 12
#: Two rows are 105 bytes; a part is about 1 MiB.
_PART = 105 * 10_000


def item(interaction: Interaction, number: int, layout: Layout) -> Iterator[Piece]:
    """Text is written as a whole, other bytes in parts of 1 MiB."""
    write, response = codec.dumper(layout), interaction.response
    # A body lies deeper than its key, so that this line can be in no other place.
    bare = replace(interaction, response=replace(response, body=b""))
    head, _, tail = write(bare, number).rpartition(_BODY)
    yield head + _BODY[:-3]
    if _is_binary(response.body):
        yield b"!!binary |"
        yield from _rows(response.body)
        yield b"\n"
    else:
        yield from pieces(response.body, Place(12), V4 if layout == "v4" else V3)
    yield tail


def _is_binary(body: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(body)
    try:
        for at in range(0, len(body), _PART):
            decoder.decode(view[at : at + _PART])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return True
    return False


def _rows(body: bytes) -> Iterator[bytes]:
    view = memoryview(body)
    for at in range(0, len(body), _PART):
        text = b64encode(view[at : at + _PART])
        rows = [text[row : row + _ROW] for row in range(0, len(text), _ROW)]
        yield _PAD + _PAD.join(rows)
