"""Values in messages: on one line, in characters that can be printed, and short."""

import json

_MOST = 80


def bytes_shown(body: bytes) -> str:
    cut = body[: _MOST + 1].decode("utf-8", "backslashreplace")
    return quoted(cut) if body else "empty"


def quoted(text: str) -> str:
    return shown(json.dumps(text[: _MOST + 1], ensure_ascii=False))


def shown(text: str, most: int = _MOST) -> str:
    """Write a text on one line, cut where it is long."""
    cut = text[:most]
    if not cut.isprintable():
        cut = "".join(c if c.isprintable() else _escaped(c) for c in cut)
    return cut if len(text) <= most else cut + "..."


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
