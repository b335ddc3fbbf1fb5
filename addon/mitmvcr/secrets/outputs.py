"""What programs in containers say, as docker frames it and Kubernetes sends it: where
each piece of it ends."""

import re
from codecs import utf_8_decode
from contextlib import suppress

from mitmvcr.core.events import message_ends

#: What no text has, but what switches a terminal's letters back (terminfo: sgr0).
CONTROL = re.compile(rb"[\0-\x06\x0e\x10-\x1a\x7f]|(?<!\x1b\[m)\x0f")
#: How many bytes tell whether a body is text.
SAMPLE = 1 << 13
#: Of a frame: what it is, and its length.
HEAD = 8
#: What Kubernetes puts before each message of a program's input and output.
_CHANNELS = (b"\0", b"\1", b"\2", b"\3", b"\4")
_OUTPUT = re.compile(rb"[\0-\2]\0{3}")
#: A frame of SPDY, by which older ones ask: of control, or what a stream says.
_SPDY = re.compile(rb"\x80\x03\0[\1-\x0b]|\0\0(?!\0\0)[\0-\xff]{2}[\0\1]")
#: Of which the last was cut off: its length is less than 16 MiB.
_BEGUN = re.compile(rb"[\1\2](?:\0{4}|\0{0,3}\Z)")
#: The bytes of a letter but its first: what cuts a text cuts these as well.
_WITHIN = bytes(range(0x80, 0xC0))


def _is_utf8(body: bytes) -> bool:
    """Return whether this is text, of which the last letter may be cut off."""
    with suppress(UnicodeDecodeError):
        text, _ = utf_8_decode(body, "strict", False)
        return bool(text) and CONTROL.search(body, 0, SAMPLE) is None
    return False


def channel_ends(body: bytes) -> int:
    """Return where a text begins behind Kubernetes' number of its channel; 0 where this
    is no such message."""
    start = 1 + len(body[1:4]) - len(body[1:4].lstrip(_WITHIN))
    return start if body[:1] in _CHANNELS and _is_utf8(body[start:]) else 0


def ends(body: bytes, kind: str) -> list[int]:
    """Return where docker's messages end of what a program says: the number of its
    stream, three zeros, a length in four bytes, and what it said. The last may be cut
    off."""
    if not _OUTPUT.match(body):
        return []
    found = message_ends(body, 4)
    heads = [body[at : at + 4] for at in (0, *found[:-1])]
    is_said, rest = "vnd.docker" in kind, body[found[-1] :] if found else body
    if rest[HEAD:] and (is_said or (_BEGUN.match(rest) and _is_utf8(rest[HEAD:]))):
        found.append(len(body))
        rest = b""
    is_begun = not rest or (len(rest) <= HEAD and _BEGUN.match(rest))
    is_all = is_begun and all(_OUTPUT.fullmatch(each) for each in heads)
    return found if is_said or is_all else []


def spdy_ends(body: bytes) -> list[int]:
    """Return where SPDY's frames end, if it is nothing else: what a frame is, and a
    length in three bytes."""
    found, at = list[int](), 0
    while _SPDY.match(body, at):
        at += 8 + int.from_bytes(body[at + 5 : at + 8])
        found.append(at)
    return found if at == len(body) else []
