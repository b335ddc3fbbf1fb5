"""The golden files: what go-vcr wrote, next to the values it wrote."""

import base64
import json
from pathlib import Path
from typing import Any

from golden.wire import from_wire
from mitmvcr.core.model import Cassette

FOLDER = Path(__file__).parent / "cassettes"
LAYOUTS = ("v4", "v4.0.8", "v3")
#: Those of which go-vcr saves what it does not load again.
UNSOUND = ("v4", "v3")
GROUPS = (
    *("bodies", "durations", "empty", "fields"),
    *("names", "order", "texts", "values"),
)


def values(layout: str, group: str) -> Cassette:
    return Cassette(tuple(map(from_wire, load(f"{layout}/{group}.json"))))


def text(layout: str, group: str) -> bytes:
    return (FOLDER / layout / f"{group}.yaml").read_bytes()


def unsound(layout: str) -> dict[str, list[bytes]]:
    """Strings that go-vcr saves and does not load again, by their place."""
    places = load(f"{layout}/unsound.json")
    return {place: list(map(base64.b64decode, each)) for place, each in places.items()}


def load(path: str) -> Any:
    return json.loads((FOLDER / path).read_bytes())
