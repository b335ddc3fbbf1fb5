"""XML in one spelling (Canonical XML 2.0)."""

from typing import NoReturn
from xml.parsers import expat

#: Namespaces are looked for in every element around, so that depth costs its square.
_DEEPEST = 200


def canonical_xml(body: bytes) -> bytes:
    """Return XML in one spelling. Raise ValueError for what is not XML, or has a
    document type: entities can make a small text a huge one."""
    try:
        text = body.decode("utf-8-sig")
        _look_through(text)
        from xml.etree import ElementTree  # few cassettes hold XML

        return ElementTree.canonicalize(text).encode()
    except (expat.ExpatError, SyntaxError) as error:  # ElementTree raises the latter
        raise ValueError(error) from error


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
