"""A command as bash would split it, as far as a pasted one goes: browsers copy
requests with ``$'..'``, which shlex does not know. Nothing is expanded."""

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"""(?P<space>(?:\s|\\\r?\n)+)
      | \$'(?P<ansi>(?:[^'\\]|\\.)*)'
      | '(?P<single>[^']*)'
      | "(?P<double>(?:[^"\\]|\\.)*)"
      | \\(?P<escaped>.)
      | (?P<plain>(?!\$')[^\s'"\\]+?(?=\$'|[\s'"\\]|$))
    """,
    re.VERBOSE | re.DOTALL,
)
_ANSI = re.compile(
    r"\\(?:u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|x(?P<hex>[0-9a-fA-F]{1,2})|u(?P<short>[0-9a-fA-F]{1,4})"
    r"|U(?P<long>[0-9a-fA-F]{1,8})|(?P<octal>[0-7]{1,3})|(?P<one>.))",
    re.DOTALL,
)
_CONTROLS = dict(zip("abeEfnrtv", "\a\b\x1b\x1b\f\n\r\t\v", strict=True))


def split(text: str) -> list[str]:
    """Split a command line into words. Raise ValueError for a quote that is not
    closed."""
    words: list[str] = []
    within = False
    for kind, value in _tokens(text):
        if kind == "space":
            within = False
        elif within:
            words[-1] += value
        else:
            words.append(value)
            within = True
    return words


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise ValueError(f"a quote is not closed: {text[place : place + 20]}")
        kind = match.lastgroup or ""
        yield kind, _value(kind, match[kind])
        place = match.end()


def _value(kind: str, raw: str) -> str:
    if kind == "double":
        return re.sub(r'\\(?:\r?\n|([$`"\\]))', lambda match: match[1] or "", raw)
    if kind == "ansi":
        return _ansi(raw)
    return raw


def _ansi(raw: str) -> str:
    """Decode the inside of ``$'...'``: ``\\xHH`` and octal are bytes, which together
    may be UTF-8."""
    out = bytearray()
    place = 0
    for match in _ANSI.finditer(raw):
        out += _bytes(raw[place : match.start()]) + _unescaped(match)
        place = match.end()
    return (bytes(out) + _bytes(raw[place:])).decode("utf-8", "surrogateescape")


def _unescaped(match: re.Match[str]) -> bytes:
    if match["high"]:  # browsers write what is beyond U+FFFF as two halves
        halves = bytes.fromhex(match["high"] + match["low"])
        return halves.decode("utf-16-be").encode()
    if match["hex"]:
        return bytes([int(match["hex"], 16)])
    if match["octal"]:
        return bytes([int(match["octal"], 8) & 0xFF])
    if number := match["short"] or match["long"]:
        return _bytes(chr(min(int(number, 16), 0x10FFFF)))
    letter = match["one"]
    plain = letter if letter in "\\'\"?" else "\\" + letter
    return _bytes(_CONTROLS.get(letter, plain))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
