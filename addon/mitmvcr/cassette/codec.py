"""Cassette <-> text, for those who have the bytes in hand.

The reader and the writer take 10 ms each to import, which a start would feel, and a
session seldom needs both; so each is imported by the first call that needs it.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from mitmvcr.core.model import Cassette, Interaction, Layout

if TYPE_CHECKING:
    from mitmvcr.cassette.source import Source


def loads(data: "bytes | Source", name: str, *, lazy: bool = False) -> Cassette:
    """As :func:`mitmvcr.cassette.reader.loads`."""
    from mitmvcr.cassette import reader

    return reader.loads(data, name, lazy=lazy)


def dumps(cassette: Cassette, layout: Layout = "v4") -> bytes:
    """As :func:`mitmvcr.cassette.writer.dumps`."""
    from mitmvcr.cassette import writer

    return writer.dumps(cassette, layout)


def parts(cassette: Cassette, layout: Layout = "v4") -> Iterator[bytes]:
    """As :func:`mitmvcr.cassette.writer.parts`."""
    from mitmvcr.cassette import writer

    return writer.parts(cassette, layout)


def item_pieces(
    interaction: Interaction, id: int, layout: Layout
) -> Iterator[bytes | memoryview]:
    """As :func:`mitmvcr.cassette.writer.item_pieces`."""
    from mitmvcr.cassette import writer

    return writer.item_pieces(interaction, id, layout)


def dumper(layout: Layout = "v4") -> Callable[[Interaction, int], bytes]:
    """As :func:`mitmvcr.cassette.writer.dumper`."""
    from mitmvcr.cassette import writer

    return writer.dumper(layout)


def preamble() -> bytes:
    """As :func:`mitmvcr.cassette.writer.preamble`."""
    from mitmvcr.cassette import writer

    return writer.preamble()
