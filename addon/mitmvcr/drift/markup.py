"""XML as a value of JSON, and where each of its texts and attributes stands.

An element is an object: its attributes (``@id``), its text (``#text``) and, by its
name, a list of the elements in it. One that is empty is in no list, since an empty
list is an empty element in XML. Prefixes of names do not count.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mitmvcr.core.bodies import parsed_xml
from mitmvcr.drift.text import Path, Scalar

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

TEXT = "#text"
_TOKEN = re.compile(
    r"<!--.*?-->|<\?.*?\?>|(?P<data><!\[CDATA\[.*?\]\]>)|(?P<end></[^>]*>)"
    r"|<(?P<name>[^\s/>]+)(?P<fields>(?:[^>\"'/]++|\"[^\"]*+\"|'[^']*+'|/(?!>))*+)"
    r"(?P<empty>/?)>|(?P<text>[^<]+)",
    re.DOTALL,
)
_FIELD = re.compile(r"([^\s=]+)\s*=\s*(\"[^\"]*\"|'[^']*')")


def value(body: bytes) -> dict[str, Any]:
    """Return XML as a value. Raise ValueError where it is none."""
    root = parsed_xml(body)
    return {_local(root.tag): _element(root)}


def _element(each: "Element") -> dict[str, Any]:
    found: dict[str, Any] = {f"@{_local(n)}": v for n, v in each.attrib.items()}
    if text := (each.text or "").strip():
        found[TEXT] = text
    for child in each:
        items = found.setdefault(_local(child.tag), [])
        if inner := _element(child):
            items.append(inner)
    return found


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def scalars(text: str) -> Iterator[Scalar]:
    """Yield the texts of what is known to be XML, and attributes with their quotes, in
    order."""
    ways: list[Path] = [()]
    counts: list[dict[str, int]] = [{}]
    for token in _TOKEN.finditer(text):
        if token["name"]:
            here = _step(ways[-1], token["name"].rpartition(":")[2], counts[-1])
            yield from _fields(here, text, token.span("fields"))
            if not token["empty"]:
                ways.append(here)
                counts.append({})
        elif token["end"]:
            ways.pop()
            counts.pop()
        elif (token["text"] or token["data"] or "").strip() and not counts[-1]:
            counts[-1][TEXT] = 1
            if token["text"]:
                start = token.start() + len(token[0]) - len(token[0].lstrip())
                yield Scalar((*ways[-1], TEXT), start, start + len(token[0].strip()))


def _step(way: Path, name: str, counts: dict[str, int]) -> Path:
    number = counts.get(name, 0)
    counts[name] = number + 1
    return (*way, name, number) if way else (name,)


def _fields(way: Path, text: str, span: tuple[int, int]) -> Iterator[Scalar]:
    for each in _FIELD.finditer(text, *span):
        if each[1] != "xmlns" and not each[1].startswith("xmlns:"):
            name = f"@{each[1].rpartition(':')[2]}"
            yield Scalar((*way, name), *each.span(2))
