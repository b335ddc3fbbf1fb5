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
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise ValueError(f"a quote is not closed: {text[at : at + 20]}")
        kind = found.lastgroup or ""
        yield kind, _value(kind, found[kind])
        at = found.end()


def _value(kind: str, raw: str) -> str:
    if kind == "double":
        return re.sub(r'\\(?:\r?\n|([$`"\\]))', lambda found: found[1] or "", raw)
    if kind == "ansi":
        return _ansi(raw)
    return raw


def _ansi(raw: str) -> str:
    """Decode the inside of ``$'...'``: ``\\xHH`` and octal are bytes, which together
    may be UTF-8."""
    out = bytearray()
    at = 0
    for found in _ANSI.finditer(raw):
        out += _bytes(raw[at : found.start()]) + _unescaped(found)
        at = found.end()
    return (bytes(out) + _bytes(raw[at:])).decode("utf-8", "surrogateescape")


def _unescaped(found: re.Match[str]) -> bytes:
    if found["high"]:  # browsers write what is beyond U+FFFF as two halves
        halves = bytes.fromhex(found["high"] + found["low"])
        return halves.decode("utf-16-be").encode()
    if found["hex"]:
        return bytes([int(found["hex"], 16)])
    if found["octal"]:
        return bytes([int(found["octal"], 8) & 0xFF])
    if number := found["short"] or found["long"]:
        return _bytes(chr(min(int(number, 16), 0x10FFFF)))
    one = found["one"]
    return _bytes(_CONTROLS.get(one, one if one in "\\'\"?" else "\\" + one))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
