"""Which places are compared."""

from mitmvcr.core.matching import DEFAULT, MatchSpec
from mitmvcr.echo.places import Place


class Counts:
    """Tells which places a spec compares at all; names that it ignores are left to the
    matcher."""

    def __init__(self, spec: MatchSpec) -> None:
        self._parts = spec.parts

    def __call__(self, place: Place) -> bool:
        parts = self._parts
        if place.kind == "piece":  # it is in a text
            return False
        if place.kind == "header":
            named = f"header:{place.name}"
            return "headers" in parts or any(p.lower() == named for p in parts)
        if place.kind in ("path", "query"):
            return "url" in parts or place.kind in parts
        return "body" in parts or ("form" in parts and place.kind == "form")


def for_messages(spec: MatchSpec) -> MatchSpec:
    """Return a spec that compares messages as those of a WebSocket are, whatever of
    requests is compared."""
    return spec._replace(parts=("body",), style=DEFAULT.style)
