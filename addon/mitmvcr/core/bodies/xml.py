"""XML in one spelling (Canonical XML 2.0)."""

from typing import TYPE_CHECKING, NoReturn
from xml.parsers import expat

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

#: Namespaces are looked for in every element around, so that depth costs its square.
_DEEPEST = 200


def canonical_xml(body: bytes) -> bytes:
    """Return XML in one spelling. Raise ValueError for what is not XML, or has a
    document type: entities can make a small text a huge one."""
    from xml.etree import ElementTree  # few cassettes hold XML

    text = _sound_text(body)
    try:
        return ElementTree.canonicalize(text).encode()
    except SyntaxError as error:
        raise ValueError(error) from error


def parsed(body: bytes) -> "Element":
    """Return the root of XML. Raise ValueError as :func:`canonical_xml`."""
    from xml.etree import ElementTree

    text = _sound_text(body)
    try:
        return ElementTree.fromstring(text)
    except SyntaxError as error:
        raise ValueError(error) from error


def _sound_text(body: bytes) -> str:
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
