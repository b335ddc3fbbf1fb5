"""Any YAML that go-vcr reads, through PyYAML's events: right for every file, slow.

Nothing is raised for what is wrong in the file: every fault is collected, so that a
check can show all of them; ``reader`` raises the first.
"""

import difflib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from mitmvcr.core import sendable
from mitmvcr.core.errors import CassetteVersionError
from mitmvcr.core.model import FORMAT_VERSION, Interaction, Request, Response
from mitmvcr.core.wording import as_word, shown
from mitmvcr.format import fields, foreign, tabbed
from mitmvcr.format.faults import Fault, TabFault
from mitmvcr.format.nodes import Events, ListNode, MapNode, Node, Scalar
from mitmvcr.format.resolve import repaired

Converters = Mapping[str, fields.Converter]
Problem = Callable[[str], str]

_ITEM: Converters = {
    "id": fields.integer,
    "request": lambda node: node,
    "response": lambda node: node,
}
_TOP = ("version", "interactions")
# What no interaction can be replayed without, and go-vcr always writes.
_REQUIRED = {
    "": ("request", "response"),
    "request": ("url", "method"),
    "response": ("code",),
}

#: A file with more faults than this is not a cassette at all.
MOST_FAULTS = 1000


#: To read a large file of JSON as YAML only to find out that it is none takes seconds.
_NEVER_YAML = (b"{", b"[")
_NO_CASSETTE = "not a cassette: no mapping with version and interactions"


@dataclass(slots=True)
class Document:
    """What a file holds, as far as it could be read."""

    version: int | None = None
    interactions: list[Interaction] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    repairs: list[Fault] = field(default_factory=list)
    #: What can be read, but not sent in a replay, or asked for; and what nothing reads.
    unsendable: list[Fault] = field(default_factory=list)
    odd: list[Fault] = field(default_factory=list)
    strays: list[Fault] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    #: The rest of the file could not be read for the last fault.
    broken: bool = False


def read(data: bytes, most_faults: int = 1, *, name: str = "<bytes>") -> Document:
    """Read all of ``data``, but build nothing after ``most_faults`` faults. ``name``
    stands in a message for the file."""
    if data[:1] in _NEVER_YAML and (kind := foreign.kind_of(data)):
        return _another(kind, name)
    document = _as_it_stands(data, most_faults)
    while (indented := _indented(data, document)) is not data:
        data = indented
        document = _as_it_stands(data, most_faults)
    is_another = document.faults or document.version != FORMAT_VERSION
    if is_another and (kind := foreign.kind_of(data)):
        return _another(kind, name)
    if document.faults and (line := foreign.conflict_line(data)):
        return Document(faults=[Fault(foreign.CONFLICT, line)])
    return document


def _another(kind: str, name: str) -> Document:
    return Document(faults=[Fault(foreign.what_it_is(kind, name))])


def _as_it_stands(data: bytes, most_faults: int) -> Document:
    document = Document()
    try:
        _read(Events(data), document, most_faults)
    except Fault as fault:
        document.faults.append(fault)
        document.broken = True
    return document


def _indented(data: bytes, document: Document) -> bytes:
    """Return the text so that a block can be read that was refused for its tab."""
    last = document.faults[-1] if document.faults else None
    return tabbed.indented(data, last.head) if isinstance(last, TabFault) else data


def read_item(data: bytes, stray: Callable[[Fault], object] = bool) -> Interaction:
    """Read the text of one interaction, a list of one; call ``stray`` for each key that
    nothing reads. Raise ``Fault``."""
    document = examine_item(data)
    if document.faults:
        raise document.faults[0]
    for each in document.strays:
        stray(each)
    return document.interactions[0]


def examine_item(data: bytes) -> Document:
    """Read the text of one interaction, with all that is wrong in it."""
    document = _item_as_it_stands(data)
    while (indented := _indented(data, document)) is not data:
        data = indented
        document = _item_as_it_stands(data)
    return document


def _item_as_it_stands(data: bytes) -> Document:
    document = Document()
    try:
        events = _start(Events(data))
        _interactions(events, document, MOST_FAULTS)
        _end(events)
        if len(document.interactions) + bool(document.faults) != 1:
            raise Fault("not one interaction")
    except Fault as fault:
        document.faults.append(fault)
    return document


def _read(events: Events, document: Document, most_faults: int) -> None:
    _start(events)
    if not events.at(yaml.MappingStartEvent):
        raise Fault(_NO_CASSETTE, 1)
    events.take()
    while not events.at(yaml.MappingEndEvent):
        _top_key(events, document, most_faults)
        if document.version not in (None, FORMAT_VERSION):
            return
    events.take()
    _end(events)
    if document.seen.isdisjoint(_TOP):
        raise Fault(_NO_CASSETTE, 1)
    for name in _TOP:
        if name not in document.seen:
            raise Fault(_absent(name, document.seen, _TOP), field=name)


def _start(events: Events) -> Events:
    events.take()
    if events.at(yaml.StreamEndEvent):
        raise Fault("the file is empty: delete it, or fetch it anew")
    if events.take().version not in (None, (1, 1)):
        raise Fault("%YAML other than 1.1, which go-vcr refuses", 1)
    return events


def _end(events: Events) -> None:
    events.take()
    if not events.at(yaml.StreamEndEvent):
        raise Fault("a second YAML document begins here", events.line)


def _top_key(events: Events, document: Document, most_faults: int) -> None:
    line = events.line
    name = fields.name(events.node())
    if name in document.seen:
        raise Fault(f"`{name}` is set twice", line)
    if name is not None:
        document.seen.add(name)
    if name == "version":
        document.version = _version(events.node(), document)
    elif name == "interactions":
        _interactions(events, document, most_faults)
    else:
        events.skip()


def _version(node: Node, document: Document) -> int | None:
    if fields.is_null(node):
        # go-vcr takes this for format 2; so would it take a file cut off here.
        document.seen.discard("version")
        return None
    return int(fields.named("version", fields.integer, node))


def _interactions(events: Events, document: Document, most_faults: int) -> None:
    if not events.at(yaml.SequenceStartEvent):
        if not fields.is_null(node := events.node()):
            raise Fault("not a list", node.line, "interactions")
        return
    events.take()
    number = 0
    while not events.at(yaml.SequenceEndEvent):
        if len(document.faults) < most_faults:
            _item(events, document, number)
        else:
            events.skip()
        number += 1
    events.take()


def _item(events: Events, document: Document, number: int) -> None:
    """Read one interaction; a syntax error within it ends the reading of the file."""
    found = Document()
    try:
        interaction = _interaction(events.node(), found)
    except Fault as fault:
        fault.interaction = number
        raise
    for kind in ("faults", "repairs", "unsendable", "odd", "strays"):
        more: list[Fault] = getattr(found, kind)
        for each in more:
            each.interaction = number
        getattr(document, kind).extend(more)
    if interaction is not None:
        document.interactions.append(interaction)


def _interaction(node: Node, document: Document) -> Interaction | None:
    """Return an interaction, or None where something is wrong; every wrong field is
    then in ``faults``."""
    faults = document.faults
    item = _record(node, "", _ITEM, faults)
    if "request" not in item or "response" not in item:
        return None
    request = _record(item["request"], "request", fields.REQUEST, faults)
    response = _record(item["response"], "response", fields.RESPONSE, faults)
    if faults:
        return None
    for name, record, part in (
        ("request", request, item["request"]),
        ("response", response, item["response"]),
    ):
        _repair(name, record, part.line, document.repairs)
    document.unsendable += _unsendable(item["response"])
    document.odd += _unaskable(item["request"])
    document.strays += fields.strays(item["request"], "request", fields.REQUEST)
    document.strays += fields.strays(item["response"], "response", fields.RESPONSE)
    document.odd += fields.contradictions(request, response, item["response"].line)
    return Interaction(item.get("id", 0), Request(**request), Response(**response))


def _record(
    node: Node, place: str, converters: Converters, faults: list[Fault]
) -> dict[str, Any]:
    """Return the known fields of a mapping that could be converted."""
    record: dict[str, Any] = {}
    prefix = f"{place}." if place else ""
    try:
        pairs = fields.pairs(node)
    except Fault as fault:
        fault.field = place or None
        faults.append(fault)
        return record
    for name, value in pairs:
        if name not in converters:
            continue
        try:
            record[name] = fields.named(prefix + name, converters[name], value)
        except Fault as fault:
            faults.append(fault)
    names = {name for name, _ in pairs}
    faults += (
        Fault(_absent(name, names, converters), node.line, place or None)
        for name in _REQUIRED[place]
        if name not in names
    )
    return record


def _absent(name: str, names: Collection[str | None], known: Collection[str]) -> str:
    """Return what to say of a key that is needed and not among the names."""
    others = [each for each in names if each is not None and each not in known]
    near = difflib.get_close_matches(name, others, n=1, cutoff=0.6)
    lost = "was the file cut short, or a line indented otherwise?"
    cause = f"does `{near[0]}` stand for it?" if near else lost
    return f"there is no `{name}`: {cause}"


def _repair(name: str, record: dict[str, Any], line: int, repairs: list[Fault]) -> None:
    body = repaired(record.get("body", b""), record.get("content_length", 0))
    if body is not None:
        record["body"] = body
        repairs.append(
            Fault("binary body written as text, read as bytes", line, f"{name}.body")
        )


def check_version(version: int | None, name: str) -> None:
    if version == 1:
        remedy = (
            f"'mitmvcr cassette convert {as_word(name)}' writes it anew in format 2"
        )
        raise CassetteVersionError(name, version, remedy)
    if version not in (None, FORMAT_VERSION):
        remedy = "a newer program wrote it: update mitmvcr"
        raise CassetteVersionError(name, version, remedy)


# What cannot be an HTTP message


def _unsendable(node: Node) -> Iterator[Fault]:
    """Yield what keeps a response from being sent; the node is sound otherwise."""
    for name, value in fields.pairs(node):
        place = f"response.{name}"
        if name in ("headers", "trailer"):
            yield from _of_headers(value, place)
        elif name == "status":
            yield from _of_text(value, place, sendable.problem_of_value)
        elif name == "code" and (
            problem := sendable.problem_of_code(fields.integer(value))
        ):
            yield Fault(problem, value.line, place)


def _unaskable(node: Node) -> Iterator[Fault]:
    """Yield what no client can have asked; nothing of a request is ever sent."""
    for name, value in fields.pairs(node):
        place = f"request.{name}"
        if name in ("headers", "trailer"):
            yield from _of_headers(value, place)
        elif name == "method":
            yield from _of_text(value, place, sendable.problem_of_method)
        elif name == "url":
            yield from _of_text(value, place, sendable.problem_of_url)


def _of_headers(node: Node, place: str) -> Iterator[Fault]:
    if not isinstance(node, MapNode):
        return
    for key, values in node.pairs:
        name = fields.name(key)
        if name is None:
            continue
        field = f"{place}.{shown(name)}"
        yield from _of_text(key, field, sendable.problem_of_name)
        for value in values.items if isinstance(values, ListNode) else ():
            yield from _of_text(value, field, sendable.problem_of_value)


def _of_text(node: Node, place: str, problem_of: Problem) -> Iterator[Fault]:
    text = fields.text(node) if isinstance(node, Scalar) else ""
    if problem := problem_of(text):
        yield Fault(problem, node.line, place)
