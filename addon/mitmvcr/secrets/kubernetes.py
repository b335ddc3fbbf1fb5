"""Secrets of Kubernetes: what their ``data`` holds is in base64, under names of their
own, and a client decodes all of it, so that what stands for a value is in base64, too.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from mitmvcr.secrets.jsonvalues import json_regex
from mitmvcr.secrets.looks import is_random, is_real
from mitmvcr.secrets.names import Names
from mitmvcr.secrets.runs import decoded_base64
from mitmvcr.secrets.spans import Span

#: What says that there is one, for a search of all texts at once; or a list of them,
#: in which none says so itself.
MARKS = (b'"kind":"Secret', b'"kind": "Secret', b'kind\\":\\"Secret', b"kind: Secret")
_KIND = re.compile(rb"\W{0,4}kind\W{1,6}Secret(?:List)?\b")
_CODED = rb"([A-Za-z0-9+/]{4,100000}+={0,2}+)"
_ENTRY = re.compile(
    json_regex(rb'~"([\w.-]{1,253}+)~"_:_~"' + _CODED + rb'~"')
    + rb"|\n[ \t]{1,40}+([\w.-]{1,253}+):[ \t]{1,9}+[\"']?+" + _CODED
)  # fmt: skip
#: All entries of a map in JSON, or in YAML by how far they stand in the line.
_DATA = re.compile(
    json_regex(rb'"data~"_:_\{(?:_~"[\w.-]{1,253}+~"_:_~"[\w+/=]*+~"_,?+)++_\}')
    + rb"|(?<![^\n])([ ]{0,40}+)data:[ \t]{0,9}+"
    rb"(?:\r?\n\1[ ]{1,9}+[\w.-]{1,253}+:[ \t]{1,9}+[\"']?+[\w+/=]*+[\"']?+)++"
)
#: What is looked into: files, JSON and, in base64 again, what Helm packs.
_HELD = (b"-----BEGIN ", b"{", b"[", b"H4sI")


#: Braces, kinds and maps of data in JSON; a string of JSON may hold others.
_KIND_OR_DATA = json_regex(rb'"kind~"_:_~"(\w+)~"|"data~"_:_\{')
_WITHIN = re.compile(_KIND_OR_DATA + rb"|[{}]")
_TOKENS = re.compile(_KIND_OR_DATA + rb'|"(?:[^"\\]|\\.)*+"?|[{}]', re.S)
#: A line of YAML: how far its key stands in it, and a kind or data.
_LINE = re.compile(
    rb"^([ ]*+(?:-[ ]++)*+)"
    rb"(?:(data):|kind:[ \t]*+[\"']?+(\w+)|(#|-(?!--)|[\w./\"'-]+:)|\S)",
    re.M,
)
_SECRET = b"Secret"


def in_secrets(names: Names, data: bytes, starts: Iterable[int]) -> Iterator[Span]:
    """Yield the values of Secrets, decoded; ``starts`` is where ``MARKS`` stand. A
    ConfigMap, whose values are in no base64, may stand beside one."""
    if not any(_KIND.match(data, at) for at in starts):
        return
    kinds = {**_kinds_in_yaml(data), **_kinds_in_json(data, _TOKENS, 0, len(data))}
    for found in _DATA.finditer(data):
        if kinds.get(found.start(), _SECRET) not in (_SECRET, b"SecretList"):
            continue
        for entry in _ENTRY.finditer(data, *found.span()):
            group = entry.lastindex or 0
            value = decoded_base64(entry[group])
            kind = entry[group - 1].decode()
            if not value or value.startswith(_HELD) or names.is_kept(kind):
                continue
            if is_real(value):
                yield Span(*entry.span(group), kind, value, is_random(value))


@dataclass(slots=True)
class _Object:
    """An object under way: its kind, and where its maps of data begin, with those of
    objects within it that say no kind. ``column`` is that of its keys in YAML."""

    column: int = 0
    kind: bytes = b""
    maps: list[int] = field(default_factory=list)

    def is_of(self, kind: bytes) -> None:
        """Note its kind; where it says two of them, it may be a Secret."""
        if self.kind != _SECRET:
            self.kind = kind


def _close(objects: list[_Object], kinds: dict[int, bytes]) -> None:
    """Close the innermost object: what says no kind is of the kind around it."""
    last = objects.pop()
    if last.kind or not objects:
        kinds.update(dict.fromkeys(last.maps, last.kind))
        return
    around = objects[-1]
    few, many = sorted((last.maps, around.maps), key=len)
    many += few
    around.maps = many


def _kinds_in_json(
    data: bytes, tokens: re.Pattern[bytes], start: int, end: int
) -> Mapping[int, bytes]:
    """Return the kind of each map of data, by where it begins; empty where none is
    said."""
    kinds: dict[int, bytes] = {}
    objects = [_Object()]
    for token in tokens.finditer(data, start, end):
        text = token[0]
        if token[1]:
            objects[-1].is_of(token[1])
        elif text.endswith(b"{"):
            objects[-1].maps += [token.start()] if len(text) > 1 else []
            objects.append(_Object())
        elif text == b"}":
            _close(objects, kinds)
            objects = objects or [_Object()]
        elif b'"data' in text[1:]:
            inner = token.start() + 1, token.end() - 1
            kinds.update(_kinds_in_json(data, _WITHIN, *inner))
    while objects:
        _close(objects, kinds)
    return kinds


def _kinds_in_yaml(data: bytes) -> Mapping[int, bytes]:
    """Return the same of YAML, of which several documents may be in a text; without
    maps of which no kind is known, as between the lines of a template."""
    kinds: dict[int, bytes] = {}
    objects: list[_Object] = []
    for line in _LINE.finditer(data):
        column, is_item = len(line[1]), b"-" in line[1]
        is_end = column == 0 and line.lastindex == 1  # dashes, or the text around it
        while objects and (
            is_end
            or objects[-1].column > column
            or (is_item and objects[-1].column == column)
        ):
            _close(objects, kinds)
        if not objects or objects[-1].column < column:
            objects.append(_Object(column))
        if line[3]:
            objects[-1].is_of(line[3])
        elif line[2]:
            objects[-1].maps.append(line.start())
    while objects:
        _close(objects, kinds)
    return {at: kind for at, kind in kinds.items() if kind}
