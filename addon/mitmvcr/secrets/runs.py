"""Runs of base64 in a text: where they begin and end, and what they hold."""

import json
import re
from base64 import b64decode, b64encode, urlsafe_b64encode
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import product
from typing import NamedTuple
from urllib.parse import quote, quote_plus, unquote_to_bytes

_URL = re.compile(rb"://[^\s\"'<>]*+\Z")
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
STANDARD, FOR_URLS = _LETTERS + b"+/", _LETTERS + b"-_"
#: How base64 of JSON begins: {" and [{" with blanks and line ends between.
JSON_STARTS = (b"eyJ", b"eyAi", b"ewog", b"ewoJ", b"ew0K", b"W3si", b"Wwog")
#: How base64 of a key in PEM, of a file of Kubernetes', of a message of FinTS begins.
FILE_STARTS = (b"LS0tLS1CRUdJTi", b"YXBpVmVyc2lvb", b"SE5IQks6MTozK")
#: What base64 of a name has in it, wherever the name begins.
_NAMES = b"assword ASSWORD ecret ECRET oken OKEN _KEY _key -Key".split()
NAMES_WITHIN = tuple(
    b64encode(bytes(at) + name)[(0, 2, 3)[at] : (at + len(name)) * 4 // 3]
    for name, at in product(_NAMES, range(3))
)
#: No shorter text is looked into there, and no lines are shorter.
_SHORTEST, _WIDTH = 24, 60
_LINE_END = re.compile(rb"(?:\\r)?\\n|\r?\n")
_FILES = (b"-----BEGIN ", b"apiVersion", b"HNHBK:1:3+")
_HELD = re.compile(
    rb"(?<![\w+.-])(?:"
    + b"|".join((*JSON_STARTS, *FILE_STARTS))
    + rb")[\w+/-]{12,}+={0,2}+(?!\.)"
)


#: What is looked into is percent-encoded, and the value of a parameter.
_ESCAPED = re.compile(rb"%[0-9A-Fa-f]{2}")
_NO_VALUE = b"&=/?#@ \t\r\n\v\f\"'<>\\"
_VALUE = bytes(each for each in range(256) if each not in _NO_VALUE)
_REST = re.compile(rb"[^&=/?#@\s\"'<>\\]*+(?!@)")
#: What is escaped first in a value stands so near to its start.
_NEAR = 256
#: No value is longer that is looked into, and a URL in a URL in a URL is enough.
_MOST = 1 << 16
_MARK = re.compile(r"%5BREDACTED(?::|%3A)([\w.-]{1,200})%5D")


_JOINS, _BLANKS = (b".", b"-", b"_"), dict.fromkeys(b"\t\r\n")


class Held(NamedTuple):
    """A run of base64 or of percent-encoding, and the text in it."""

    start: int
    end: int
    plain: bytes
    is_percent: bool = False


def held_in(data: bytes, starts: Iterable[int]) -> Iterator[Held]:
    """Yield the JSON, the files and the texts with names that stand in base64; the
    parts of a JWT are none. ``starts`` are where any of ``JSON_STARTS``,
    ``FILE_STARTS`` and ``NAMES_WITHIN`` stands."""
    done = 0
    for start in sorted(starts):
        found = _HELD.match(data, start) if start >= done else None
        if found is None:
            if start >= done and data.startswith(NAMES_WITHIN, start):
                text = _text_around(data, start)
                done = text.end
                if text.plain:
                    yield text
            continue
        done = found.end()
        plain = decoded_base64(found[0])
        if plain and (
            plain.rstrip().endswith((b"}", b"]")) or plain.startswith(_FILES)
        ):
            yield Held(found.start(), found.end(), plain)


def _text_around(data: bytes, at: int) -> Held:
    """Return the text in base64 around a place, in lines or in one; none in what is no
    text, or a part of a JWT."""
    start, stop = run_around(data, at, at + 1, _LETTERS + b"+/\\\r\n")
    breaks = [each.span() for each in _LINE_END.finditer(data, start, stop)]
    begins, ends = ((start, *(b for _, b in breaks)), (*(e for e, _ in breaks), stop))
    first = last = bisect_right(begins, at) - 1
    sizes = [end - begin for begin, end in zip(begins, ends, strict=True)]
    width = max(sizes[first], sizes[first - 1] if first else 0)
    if width >= _WIDTH:
        while first and sizes[first - 1] == width:
            first -= 1
        while last + 1 < len(sizes) and sizes[last] == width >= sizes[last + 1] > 0:
            last += 1
    begin, end = begins[first], ends[last]
    coded = _LINE_END.sub(b"", data[begin:end])
    is_part = data[begin - 1 : begin] in _JOINS or data[end : end + 1] in _JOINS
    plain = b"" if is_part or len(coded) < _SHORTEST else decoded_base64(coded) or b""
    return Held(begin, end, plain if _is_text(plain) else b"")


def _is_text(plain: bytes) -> bool:
    with suppress(UnicodeError):
        return plain.decode().translate(_BLANKS).isprintable()
    return False


def percent_in(data: bytes) -> Iterator[Held]:
    """Yield the values of parameters that are percent-encoded."""
    done = 0
    for found in _ESCAPED.finditer(data) if b"%" in data else ():
        at = found.start()
        if at < done:
            continue
        left = data[max(done, at - _NEAR) : at]
        begin = at - len(left) + len(left.rstrip(_VALUE))
        rest = _REST.match(data, at)
        done = rest.end() if rest else found.end()
        if rest and _is_value(data, begin) and done - begin < _MOST:
            plain = unquote_to_bytes(data[begin:done].replace(b"+", b" "))
            yield Held(begin, done, plain, is_percent=True)


def _is_value(data: bytes, begin: int) -> bool:
    return begin == 0 or data[begin - 1 : begin] in (b"=", b"/")


def percent_as(coded: bytes, plain: bytes, new: bytes) -> bytes:
    """Return a new text percent-encoded as the old one was. A placeholder stays as it
    is: a client encodes it in its own way."""
    for quoted, safe in product((quote_plus, quote), ("", "/", "!'()*", "!'()*/:,@")):
        if _with_marks(quoted(plain, safe)) == coded:
            return _with_marks(quoted(new, safe))
    return _with_marks(quote_plus(new))


def _with_marks(coded: str) -> bytes:
    return _MARK.sub(r"[REDACTED:\1]", coded).encode()


def is_in_url(data: bytes, start: int) -> bool:
    return _URL.search(data[max(0, start - 1000) : start]) is not None


def encoded_as(coded: bytes, new: bytes, in_url: bool) -> bytes:
    if line_end := _LINE_END.search(coded):
        width, bare = line_end.start(), _LINE_END.sub(b"", coded)
        fresh = encoded_as(bare, new, in_url)
        lines = (fresh[at : at + width] for at in range(0, len(fresh), width))
        return line_end[0].join(lines)
    is_url = in_url or b"-" in coded or b"_" in coded
    fresh = urlsafe_b64encode(new) if is_url else b64encode(new)
    # Where its length does not tell, a URL has no padding.
    padded = coded.endswith(b"=") or (len(coded) % 4 == 0 and not in_url)
    return fresh if padded else fresh.rstrip(b"=")


def run_around(data: bytes, start: int, end: int, alphabet: bytes) -> tuple[int, int]:
    """Return where a run of the alphabet begins and ends around a place, with its
    padding."""
    window = 1 << 10
    while True:
        left = data[max(0, start - window) : start]
        right = data[end : end + window]
        before = len(left) - len(left.rstrip(alphabet))
        after = len(right) - len(right.lstrip(alphabet))
        if window > len(data) or (before < window and after < window):
            break
        window *= 16
    finish = end + after
    padding = data[finish : finish + 2]
    return start - before, finish + len(padding) - len(padding.lstrip(b"="))


def object_in(coded: bytes) -> dict[str, object] | None:
    """Return the object of JSON that stands in base64, as in a part of a JWT; None
    where there is none."""
    with suppress(ValueError, RecursionError):
        read = json.loads(decoded_base64(coded) or b"")
        return read if isinstance(read, dict) else None
    return None


def decoded_base64(coded: bytes) -> bytes | None:
    """Decode either alphabet, with padding or without; None for what is no base64."""
    text = coded.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    with suppress(ValueError):
        return b64decode(text + b"=" * (-len(text) % 4), validate=True)
    return None


def is_pair(coded: bytes) -> bool:
    """Return whether base64 holds a user and a password, as of Docker and npm."""
    pair = (decoded_base64(coded) or b"").partition(b":")
    return len(pair[2]) > 2 and b"".join(pair).isascii() and pair[0] != b""
