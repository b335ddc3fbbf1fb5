"""What the whole cassette shows of an endpoint: which members are optional, what may be
null, and which words there are."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from mitmvcr.core.model import Interaction, Request
from mitmvcr.drift.shapes import Shape
from mitmvcr.drift.values import value_of

#: A step of a path that names one thing of many.
_ONE = re.compile(r"\d+|[\da-fA-F-]{16,}|[A-Za-z]+_[A-Za-z\d]{8,}")


class Known:
    """The shapes of an API's answers, by endpoint and status."""

    def __init__(self, recorded: Iterable[Interaction]) -> None:
        self._shapes: dict[tuple[str, str, int], Shape] = {}
        for each in recorded:
            value = value_of(each.response)
            if value is not None:
                key = _endpoint(each.request, each.response.code)
                self._shapes.setdefault(key, Shape()).add(value[0])

    def of(self, met: Interaction) -> Shape:
        """Return the shape of an interaction's answers."""
        return self._shapes.get(_endpoint(met.request, met.response.code)) or Shape()


def _endpoint(request: Request, code: int) -> tuple[str, str, int]:
    parts = urlsplit(request.url)
    steps = ["*" if _ONE.fullmatch(step) else step for step in parts.path.split("/")]
    return request.method, parts.netloc + "/".join(steps), code
