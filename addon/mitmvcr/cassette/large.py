"""An item with a body so large that it is not to be held in memory several times over.

It comes in parts that join to what the writer would have written.
"""

from collections.abc import Iterator
from dataclasses import replace

from mitmvcr.cassette import codec
from mitmvcr.cassette.goyaml import V3, V4, Piece, Place, pieces
from mitmvcr.core.model import Interaction, Layout

_BODY = b'\n        body: ""\n'


def item(interaction: Interaction, number: int, layout: Layout) -> Iterator[Piece]:
    """What is in base64, or escaped in a text, comes in many small parts."""
    write, response = codec.dumper(layout), interaction.response
    # A body lies deeper than its key, so that this line can be in no other place.
    bare = replace(interaction, response=replace(response, body=b""))
    head, _, tail = write(bare, number).rpartition(_BODY)
    yield head + _BODY[:-3]
    yield from pieces(response.body, Place(12), V4 if layout == "v4" else V3)
    yield tail
