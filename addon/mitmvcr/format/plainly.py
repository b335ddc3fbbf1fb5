"""An interaction whose values all stand in the file as they are.

Most are such: nothing has to be decoded to look for a text in one. It has go-vcr's
fields in go-vcr's order, and none that only we write; whatever else there is, it has to
be read.
"""

import re
from typing import NamedTuple

from mitmvcr.format.items import is_ordinary
from mitmvcr.format.lines import Columns
from mitmvcr.format.speed import Memo

# No quote stands in a plain value, and no date: any quote is one round a value.
_PLAIN = (
    r"(?!(?:null|Null|NULL)\n|[0-9]{4}-)[A-Za-z0-9/]"
    r"[!-&(-9;-~]*(?:(?::(?![ \n])| (?![# \n]))[!-&(-9;-~]*)*"
)
_TEXT = rf"(?:\"[0-9]*\"|'[ -&(-~]*'|{_PLAIN})"
_INTEGER = r"(?:0|-?[1-9][0-9]{0,17})"
_DURATION = r"(?:[0-9]+h)?(?:[0-9]+m)?[0-9]+(?:\.[0-9]+)?(?:s|ms|us|µs|ns)"
#: The fields but the bodies in go-vcr's order, each with a pattern of its value, and
#: whether it has to be there.
_REQUEST = (
    ("proto", _TEXT, False),
    ("proto_major", _INTEGER, False),
    ("proto_minor", _INTEGER, False),
    ("content_length", _INTEGER, False),
    ("transfer_encoding", r"\[\]", False),
    ("trailer", r"\{\}", False),
    ("host", _TEXT, False),
    ("remote_addr", _TEXT, False),
    ("request_uri", _TEXT, False),
    ("form", r"\{\}", False),
    ("headers", "", False),
    ("url", _TEXT, True),
    ("method", "[A-Z]+", True),
)
_RESPONSE = (
    *_REQUEST[:3],
    *_REQUEST[4:6],
    _REQUEST[3],
    ("uncompressed", "(?:true|false)", False),
    ("headers", "", False),
    ("status", r"(?:\"\"|[0-9]{3}(?: [A-Za-z][A-Za-z -]*[A-Za-z])?)", False),
    ("code", _INTEGER, True),
    ("duration", _DURATION, False),
)
_NAME = "[A-Za-z][A-Za-z0-9_-]*"
_MEMO_NAMES = 1024


class Plainly(NamedTuple):
    """An interaction as it is written. ``asked`` and ``answered`` are the names of the
    headers, ``bodies`` both bodies, and ``rest`` all but those, without quotes."""

    asked: tuple[str, ...]
    answered: tuple[str, ...]
    bodies: tuple[bytes, bytes]
    rest: bytes


class PlainReader:
    """Reads the interactions of one file that stand there plainly."""

    def __init__(self, columns: Columns) -> None:
        part = rf"\n {{{columns.dash + 2}}}"
        self._item = re.compile(
            rf" {{{columns.dash}}}- id: (?:0|[1-9][0-9]{{0,17}}){part}request:"
            f"{_fields(_REQUEST, columns)}{part}response:"
            rf"{_fields(_RESPONSE, columns)}\n".encode()
        ).fullmatch
        name = rf"\n {{{columns.name}}}({_NAME}):(?=\n)"
        self._find_names = re.compile(name.encode()).findall
        self._names = Memo(_once, _MEMO_NAMES)
        self._body = b"\n%bbody: " % (b" " * columns.field)
        self._length = b"\n%bcontent_length: " % (b" " * columns.field)
        self._response = b"\n%bresponse:\n" % (b" " * (columns.dash + 2))

    def read(self, item: bytes) -> Plainly | None:
        """Return what an item holds; None where that does not show."""
        at = item.find(self._response)
        if at < 0 or not is_ordinary(item):
            return None
        asked, answered = self._cut(item[:at]), self._cut(item[at:])
        if asked is None or answered is None:
            return None
        rest = asked[1] + answered[1]
        found = self._item(rest)
        if found is None:
            return None
        sent, came = (
            self._names[tuple(self._find_names(each or b""))] for each in found.groups()
        )
        if sent is None or came is None:
            return None
        return Plainly(sent, came, (asked[0], answered[0]), rest.replace(b"'", b"\n"))

    def _cut(self, part: bytes) -> tuple[bytes, bytes] | None:
        """Return the body of a part, and the part without it."""
        at = part.find(self._body)
        if at < 0:
            return b"", part
        start = at + len(self._body)
        end = part.find(b"\n", start)
        body, rest = part[start + 1 : end - 1], part[:at] + part[end:]
        quotes = part[start : start + 1] + part[end - 1 : end]
        is_plain = (quotes == b'""' and not body) or (
            quotes == b"''" and b"'" not in body
        )
        return (body, rest) if is_plain and self._is_whole(body, rest) else None

    def _is_whole(self, body: bytes, rest: bytes) -> bool:
        """Return whether a body is no binary one that was written as text."""
        return body.isascii() or self._length + b"%d\n" % len(body) in rest


def _once(names: tuple[bytes, ...]) -> tuple[str, ...] | None:
    """Return names as text; None where one is there twice."""
    return tuple(map(bytes.decode, names)) if len({*names}) == len(names) else None


def _fields(fields: tuple[tuple[str, str, bool], ...], columns: Columns) -> str:
    """Return a pattern of the fields of a part, in which the headers are a group."""
    line, name, value = (
        rf"\n {{{each}}}" for each in (columns.field, columns.name, columns.value)
    )
    headers = rf"( \{{\}}|(?:{name}{_NAME}:(?:{value}- {_TEXT})+)+)"
    return "".join(
        f"(?:{line}{key}:"
        + (f" {of_it}" if of_it else headers)
        + (")" if is_owed else ")?")
        for key, of_it, is_owed in fields
    )
