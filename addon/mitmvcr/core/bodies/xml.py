"""XML in one spelling (Canonical XML 2.0), and calls of XML-RPC as values."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NoReturn
from xml.parsers import expat

from mitmvcr.core.bodies.jsontext import number

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

#: Namespaces are looked for in every element around, so that depth costs its square.
_DEEPEST = 200
_PREFIX = "xmlns:"
#: What may be a prefix in a value.
_IN_VALUE = re.compile(r"(?<![\w.-])[^\W\d][\w.-]*(?=:)")
#: The same where values stand among names; of an attribute's name, too.
_MAY_BE_IN_VALUE = re.compile(r"(?<![\w.<-])(?<!</)[^\W\d][\w.-]*(?=:)")
#: A type in the namespace that has no prefix.
_TYPE = re.compile(r':type="[^":]*"')
_ENCODING = re.compile(r"""<\?xml[^>]*\sencoding\s*=\s*["'](?!utf-?8["'])""", re.I)
#: What WS-Addressing (2004/08, and 1.0) has a client make anew for each message.
_MADE_ANEW = [
    f"{{{space}}}MessageID"
    for space in (
        "http://schemas.xmlsoap.org/ws/2004/08/addressing",
        "http://www.w3.org/2005/08/addressing",
    )
]
_MESSAGE_ID = re.compile(rb"(<(?:[\w.-]+:)?MessageID\b[^<>]*>)[^<]*")


def canonical_xml(body: bytes) -> bytes:
    """Return XML in one spelling, without the ids of messages. Raise ValueError for
    what is not XML, or has a document type: entities can make a small text a huge one.
    """
    from xml.etree import ElementTree  # few cassettes hold XML

    text, declared = _sound_text(body)
    try:
        found = ElementTree.canonicalize(text, exclude_tags=_MADE_ANEW)
    except SyntaxError as error:
        raise ValueError(error) from error
    return (found + _meant_in_values(text, found, declared)).encode()


def without_message_ids(body: bytes) -> bytes:
    """Return XML as it stands, but without the ids of messages."""
    return _MESSAGE_ID.sub(rb"\1", body) if b"/addressing" in body else body


def _meant_in_values(text: str, found: str, declared: set[str]) -> str:
    """Return the namespaces of the prefixes in values, as in ``xsi:type="p:Name"`` and
    ``select="//p:name"``: canonical XML leaves those out that no name has."""
    used = not declared.isdisjoint(_MAY_BE_IN_VALUE.findall(found))
    if not used and not ("" in declared and _TYPE.search(found)):
        return ""
    return "".join(
        f'\n<?{prefix or "xmlns"} "{space}"?>' for prefix, space in _resolved(text)
    )


def _resolved(text: str) -> list[tuple[str, str]]:
    """Return the prefixes in values, in reading order, each with its namespace where it
    stands."""
    scopes: list[dict[str, str]] = [{}]
    found: list[tuple[str, str]] = []
    pieces: list[str] = []

    def note(value: str) -> None:
        used = _IN_VALUE.findall(value)
        found.extend((each, scopes[-1][each]) for each in used if each in scopes[-1])

    def note_text() -> None:
        note("".join(pieces))
        pieces.clear()

    def start(_: str, attributes: dict[str, str]) -> None:
        note_text()
        scopes.append(scopes[-1] | _declared(attributes))
        for name, value in sorted(attributes.items()):
            if _prefix(name) is None:
                note(value)
            if name.endswith(":type") and ":" not in value:
                found.append(("", scopes[-1].get("", "")))

    def end(_: str) -> None:
        note_text()
        scopes.pop()

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = pieces.append
    parser.Parse(text, True)
    return found


def _declared(attributes: dict[str, str]) -> dict[str, str]:
    """Return the namespaces that an element declares, by their prefixes; that without
    one is empty."""
    named = ((_prefix(name), value) for name, value in attributes.items())
    return {prefix: space for prefix, space in named if prefix is not None}


def _prefix(name: str) -> str | None:
    """Return the prefix that an attribute declares."""
    if name == "xmlns":
        return ""
    return name[len(_PREFIX) :] if name.startswith(_PREFIX) else None


def parsed(body: bytes) -> "Element":
    """Return the root of XML. Raise ValueError as :func:`canonical_xml`."""
    from xml.etree import ElementTree

    text, _ = _sound_text(body)
    try:
        return ElementTree.fromstring(text)
    except SyntaxError as error:
        raise ValueError(error) from error


def _sound_text(body: bytes) -> tuple[str, set[str]]:
    """Return the text, and the prefixes that it declares."""
    text = body.decode("utf-8-sig")
    if not text.isascii() and _ENCODING.match(text):
        raise ValueError("it is in another character set")
    try:
        return text, _declared_in(text)
    except expat.ExpatError as error:
        raise ValueError(error) from error


def _declared_in(text: str) -> set[str]:
    depth, declared = 0, set[str]()

    def start(_: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        declared.update(_declared(attributes))
        depth += 1
        if depth > _DEEPEST:
            raise ValueError("nested too deep")

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate("utf-8")  # whatever the text itself says
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.Parse(text, True)
    return declared


def _refuse(*_: object) -> NoReturn:
    raise ValueError("it has a document type")


_LOOKED_AT = 1000
_CALLS = (["methodName"], ["methodName", "params"])
#: A regex that counts to it takes 5 ms to compile, at each start.
_LONGEST = 1000
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DOUBLE = re.compile(r"[+-]?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?")
#: Those of types: none, and Apache's.
_SPACES = ("", "{http://ws.apache.org/xmlrpc/namespaces/extensions")
_WHOLE = ("i1", "i2", "i4", "i8", "int", "biginteger")


def xmlrpc_call(body: bytes) -> dict[str, Any]:
    """Return a call as a value of JSON: ``{"method": ..., "params": [...]}``.

    A value that JSON has no type for is an object of one member, as ``{"dateTime":
    "20261128T00:00:00"}``, and so is a struct, ``{"struct": {...}}``. Raise ValueError
    for what is no call, or not as XML-RPC has it.
    """
    if b"<methodCall" not in body[:_LOOKED_AT]:
        raise ValueError("no call")
    root = parsed(body)
    if root.tag != "methodCall" or any(each.attrib for each in root.iter()):
        raise ValueError("no call")
    method, *rest = _children(root, "methodName", "params")
    if [method.tag, *(each.tag for each in rest)] not in _CALLS:
        raise ValueError("no call")
    given = [each for params in rest for each in _children(params, "param")]
    values = [_value(_only(each, "value")) for each in given]
    return {"method": _text(method).strip(), "params": values}


def _children(element: "Element", *names: str) -> "list[Element]":
    """Return what is in an element; nothing else may be, and no text."""
    found = list(element)
    texts = [element.text, *(each.tail for each in found)]
    if any(each.tag not in names for each in found) or any(
        (text or "").strip() for text in texts
    ):
        raise ValueError(f"{element.tag} holds something else")
    return found


def _only(element: "Element", *names: str) -> "Element":
    (found,) = _children(element, *names)
    return found


def _text(element: "Element") -> str:
    if len(element):
        raise ValueError(f"{element.tag} holds elements")
    return element.text or ""


def _value(element: "Element") -> Any:
    if not len(element):
        return element.text or ""
    (typed,) = element
    if (element.text or "").strip() or (typed.tail or "").strip():
        raise ValueError("a value holds text too")
    return _typed(typed)


def _typed(element: "Element") -> Any:
    space, _, kind = element.tag.rpartition("}")
    if space not in _SPACES:
        raise ValueError("it is none of XML-RPC's types")
    if kind == "struct":
        return {"struct": dict(_members(element))}
    if kind == "array":
        return [_value(each) for each in _children(_only(element, "data"), "value")]
    text = _text(element)
    if kind == "string":
        return text
    return _scalar(kind, text.strip())


def _scalar(kind: str, text: str) -> Any:
    if kind in _WHOLE and len(text) <= _LONGEST and _INTEGER.fullmatch(text):
        return int(text)
    if kind == "boolean" and text in ("0", "1"):
        return text == "1"
    if kind in ("double", "float") and _DOUBLE.fullmatch(text):
        return {"double": number(text)}
    if kind == "base64":
        return {"base64": "".join(text.split())}
    if kind == "nil" and not text:
        return None
    return {kind: text}


def _members(struct: "Element") -> Iterator[tuple[str, Any]]:
    seen: set[str] = set()
    for member in _children(struct, "member"):
        name, value = _children(member, "name", "value")
        if name.tag != "name" or value.tag != "value" or _text(name) in seen:
            raise ValueError("no member")
        seen.add(_text(name))
        yield _text(name), _value(value)
