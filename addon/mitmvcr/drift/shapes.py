"""What several values of JSON have in common, and what a cassette shows of an endpoint:
which members are optional, what may be null, and which words there are."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from mitmvcr.core.model import Interaction, Request
from mitmvcr.drift.values import value_of

#: Formats of texts, each with what is in it alone.
_FORMATS: Mapping[str, re.Pattern[str]] = {
    "date-time": re.compile(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?([.,]\d+)?(Z|[+-]\d\d:?\d\d)?"
    ),
    "date-time with a blank": re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?.*"),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "HTTP date": re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:.*"),
    "UUID": re.compile(r"[\da-fA-F]{8}(-[\da-fA-F]{4}){3}-[\da-fA-F]{12}"),
    "URL": re.compile(r"https?://\S+"),
    "e-mail": re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}"),
}
_WORD = re.compile(r"[A-Za-z][A-Za-z_-]{0,31}")
#: Names of what is one of a few words.
_ENUM = re.compile(
    r"(?:.*_)?(?:status|state|type|kind|role|level|category|currency|mode|tier"
    r"|severity|priority|visibility|object|method|scope|unit|reason|outcome|phase)"
)
#: How many words are remembered of a place; more are no enum.
_MOST = 16


def kind_of(value: Any) -> str:
    """Return the type of a value as JSON has it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def format_of(text: str) -> str:
    return next((n for n, each in _FORMATS.items() if each.fullmatch(text)), "")


class Shape:
    """The values that stood at one place. ``objects`` is how many of them were objects,
    ``present`` in how many of those each member was."""

    __slots__ = ("fields", "formats", "items", "kinds", "objects", "present", "words")

    def __init__(self) -> None:
        self.kinds: dict[str, int] = {}
        self.fields: dict[str, Shape] = {}
        self.present: dict[str, int] = {}
        self.objects = 0
        self.items: Shape | None = None
        self.formats: set[str] = set()
        self.words: dict[str, int] = {}

    def add(self, value: Any) -> "Shape":
        kind = kind_of(value)
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if kind == "string":
            self._add_text(value)
        elif kind == "object":
            self.objects += 1
            for name, each in value.items():
                self.present[name] = self.present.get(name, 0) + 1
                self.fields.setdefault(name, Shape()).add(each)
        elif kind == "array":
            if self.items is None:
                self.items = Shape()
            for each in value:
                self.items.add(each)
        return self

    def _add_text(self, text: str) -> None:
        self.formats.add(format_of(text))
        word = text if _WORD.fullmatch(text) else ""
        if word in self.words or len(self.words) <= _MOST:
            self.words[word] = self.words.get(word, 0) + 1

    def is_enum(self, name: str) -> bool:
        """Return whether its texts are words out of a few: by the name of the place, or
        since they come again and again."""
        if not self.words or "" in self.words or len(self.words) > _MOST:
            return False
        count = sum(self.words.values())
        return _ENUM.fullmatch(name.lower()) is not None or count >= 4 * len(self.words)

    def is_always(self, name: str) -> bool:
        """Return whether each object has this member."""
        return self.present.get(name, 0) == self.objects


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
        return self._shapes.get(_endpoint(met.request, met.response.code)) or Shape()


def _endpoint(request: Request, code: int) -> tuple[str, str, int]:
    parts = urlsplit(request.url)
    steps = ["*" if _ONE.fullmatch(step) else step for step in parts.path.split("/")]
    return request.method, parts.netloc + "/".join(steps), code
