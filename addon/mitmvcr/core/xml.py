"""XML in one spelling (Canonical XML 2.0)."""

from typing import NoReturn
from xml.etree import ElementTree
from xml.parsers import expat

#: Namespaces are looked for in every element around, so that depth costs its square.
_DEEPEST = 200


def canonical_xml(body: bytes) -> bytes:
    """Raises ValueError for what is not XML, or has a document type: entities can
    make a small text a huge one."""
    try:
        return ElementTree.canonicalize(sound_text(body)).encode()
    except ElementTree.ParseError as error:
        raise ValueError(error) from error


def parsed(body: bytes) -> ElementTree.Element:
    """Return the root of XML. Raise ValueError as :func:`sound_text`."""
    text = sound_text(body)
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise ValueError(error) from error


def sound_text(body: bytes) -> str:
    """Return the text of XML that may be parsed. Raise ValueError for what is not XML,
    has a document type, or is nested too deep."""
    text = body.decode("utf-8-sig")
    try:
        _look_through(text)
    except expat.ExpatError as error:
        raise ValueError(error) from error
    return text


def _look_through(text: str) -> None:
    depth = 0

    def start(*_: object) -> None:
        nonlocal depth
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


def _refuse(*_: object) -> NoReturn:
    raise ValueError("it has a document type")
