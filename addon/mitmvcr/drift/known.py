"""What the whole cassette shows of an endpoint: which members are optional, what may be
null, and which words there are."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from mitmvcr.core.bodies import without_codings
from mitmvcr.core.headers import header
from mitmvcr.core.media import is_json
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.drift.shapes import Shape
from mitmvcr.drift.text import read

#: A step of a path that names one thing of many.
_ONE = re.compile(r"\d+|[\da-fA-F-]{16,}|[A-Za-z]+_[A-Za-z\d]{8,}")


class Known:
    """The shapes of an API's answers, by endpoint and status."""

    def __init__(self, recorded: Iterable[Interaction]) -> None:
        self._shapes: dict[tuple[str, str, int], Shape] = {}
        for each in recorded:
            value = json_of(each.response)
            if value is not None:
                key = _endpoint(each.request, each.response.code)
                self._shapes.setdefault(key, Shape()).add(value[0])

    def of(self, met: Interaction) -> Shape:
        """Return the shape of an interaction's answers."""
        return self._shapes.get(_endpoint(met.request, met.response.code)) or Shape()


def json_of(response: Response) -> tuple[Any] | None:
    """Return the value of a body that is JSON, in a tuple; None of another."""
    if not is_json(header(response.headers, "Content-Type")):
        return None
    return read(plain(response))


def plain(response: Response) -> bytes:
    """Return a body without its codings."""
    coded = Request(body=response.body, headers=response.headers)
    return without_codings(coded).body


def _endpoint(request: Request, code: int) -> tuple[str, str, int]:
    parts = urlsplit(request.url)
    steps = ["*" if _ONE.fullmatch(step) else step for step in parts.path.split("/")]
    return request.method, parts.netloc + "/".join(steps), code
