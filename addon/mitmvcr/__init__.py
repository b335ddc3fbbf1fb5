"""Record HTTP(S) traffic into go-vcr cassettes and replay it offline."""

import os

TYPE_CHECKING = False  # typing's own takes its time, in which Ctrl-C is a traceback
if TYPE_CHECKING:
    from mitmvcr.core.model import Cassette, Layout

__all__ = ["Cassette", "dumps", "load"]
__version__ = "0.1.0.dev0"


def load(path: str | os.PathLike[str]) -> "Cassette":
    """Read a cassette, in any layout that go-vcr reads.

    Raises the errors of :mod:`mitmvcr.core.errors`, each one line with the place.
    """
    from mitmvcr.format import reader

    return reader.load(path)


def dumps(cassette: "Cassette", layout: "Layout" = "v4") -> str:
    """Return a cassette as the text that go-vcr would save."""
    from mitmvcr.format import writer

    return writer.dumps(cassette, layout).decode()


def __getattr__(name: str) -> object:
    """Import the model when it is first asked for."""
    if name != "Cassette":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from mitmvcr.core.model import Cassette

    return Cassette
