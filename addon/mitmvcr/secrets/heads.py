"""Heads of HTTP messages within a text: those of a batch's parts, and in logs.

The lines behind a request or status line are judged as headers are, by the same gate;
a cookie's line shows by its name alone, as it does in a list of headers or a command.
"""

import re
from collections.abc import Generator, Iterator, Sequence

from mitmvcr.secrets.headers import PIECE, PROTOCOLS, is_token
from mitmvcr.secrets.names import Names
from mitmvcr.secrets.scan import BYTES, Place, Value
from mitmvcr.secrets.spans import Span

#: What stands in such lines, for a search of all texts at once.
MARKS = (
    b"HTTP/1.|HTTP/2|Cookie:|cookie:|COOKIE:|Cookie2:|cookie2:|--cookie |-b '"
    b"|TRUE\t/|FALSE\t/|TRUE\\t/|FALSE\\t/"
).split(b"|")

_VERSION = re.compile(rb"HTTP/[12](?:\.[0-9])?+[^\r\n\\\"]{0,200}+")
#: As it is, or as a string of JSON has it; curl -v and the like put something before.
_NAME = rb"(?:[<>*] ?)?+([\w!#$%&'*+.^`|~-]{1,100}+):[ \t]{0,9}+"
_PLAIN = re.compile(rb"\r?\n" + _NAME + rb"([^\r\n]{0,8000}+)")
_ESCAPED = re.compile(
    rb"(?:\\{1,15}+r)?+\\{1,15}+n" + _NAME + rb"((?:[^\r\n\\\"]|\\{1,15}+\"){0,8000}+)"
)
_SCHEME = re.compile(rb"[A-Za-z][\w-]{1,40}+[ \t]{1,9}+(?=\S)")
#: And as an option of curl's.
_COOKIES = re.compile(rb"(?i:cookie)2?+:|--cookie [\"']?+|-b '")
_SET = re.compile(rb"(?i:set-)\Z")
#: A line of a file of cookies (of curl and others), behind its domain: whether it is
#: for all hosts there, a path, whether it is for TLS alone, its end, name and value.
_JAR = re.compile(
    rb"(?:TRUE|FALSE)(\\{0,15}t|\t)/[^\s\\\"]{0,200}+\1(?:TRUE|FALSE)\1[0-9]{1,15}+"
    rb"\1([^\s\\\"]{1,200}+)\1([^\s\\\"]{1,4000}+)"
)
_NO_NAME = re.compile(rb"(?<!\\)[\w.-]\Z")
_PAIR = re.compile(
    rb"[ \t]{0,9}+([^=;\s\"'\\]{1,200}+)=(?:\\{0,15}+\")?+([^;\s\"'\\]{1,4000}+)"
    rb"(?:\\{0,15}+\"(?=;))?+"
)


def in_heads(names: Names, data: bytes, starts: Sequence[int]) -> Iterator[Span]:
    """Yield the secrets of heads; ``starts`` is where ``MARKS`` stand, in order."""
    lines = cookies = 0
    for at in starts:
        if at >= lines and (version := _VERSION.match(data, at)):
            lines = yield from _in_lines(names, data, version.end())
        elif at >= cookies and (found := _COOKIES.match(data, at)):
            cookies = yield from _in_cookies(names, data, *found.span())
        elif line := _JAR.match(data, at):
            cookie = Value(*line.span(3), line[3], Place.COOKIE)
            yield from judged(names, line[2], cookie)


def _in_lines(names: Names, data: bytes, at: int) -> Generator[Span, None, int]:
    """Yield what a head has, and return where it ends."""
    line = _ESCAPED if data.startswith(b"\\", at) else _PLAIN
    while found := line.match(data, at):
        name, at = found[1].decode(*BYTES), found.end()
        if names.header(name):
            yield from judged(names, found[1], _bare(found))
        elif name.lower() == PROTOCOLS:
            yield from _in_protocols(names, data, found)
    return at


def _in_protocols(names: Names, data: bytes, found: re.Match[bytes]) -> Iterator[Span]:
    for piece in PIECE.finditer(found[2].decode("latin-1")):
        if is_token(piece[0]):
            start, end = (found.start(2) + each for each in piece.span())
            token = Value(start, end, data[start:end], Place.HEADER)
            yield from judged(names, found[1], token)


def _bare(found: re.Match[bytes]) -> Value:
    """Return the value of a header without its scheme, as ``Bearer``, if it has one."""
    scheme = _SCHEME.match(found.string, found.start(2), found.end(2))
    start = scheme.end() if scheme else found.start(2)
    raw = found.string[start : found.end(2)].rstrip()
    return Value(start, start + len(raw), raw.replace(b"\\", b""), Place.HEADER)


def _in_cookies(
    names: Names, data: bytes, begin: int, at: int
) -> Generator[Span, None, int]:
    """Yield the cookies of a line, whose name is ``data[begin:at]``, and return where
    they end. What follows the first one that is set is about it."""
    left = data[max(0, begin - 5) : begin]
    is_set = _SET.search(left)
    if _NO_NAME.search(left) and not is_set:
        return at
    while pair := _PAIR.match(data, at):
        at = pair.end()
        cookie = Value(*pair.span(2), pair[2], Place.COOKIE)
        yield from judged(names, pair[1], cookie)
        if is_set or data[at : at + 1] != b";":
            break
        at += 1
    return at


def judged(names: Names, name: bytes, value: Value) -> Iterator[Span]:
    """Yield a value where it is a secret under its name."""
    if verdict := names.judge(name, value.text, value.place):
        yield Span(value.start, value.end, verdict.kind, value.text, verdict.is_sure)
