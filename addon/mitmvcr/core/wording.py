"""Values in messages: on one line, in characters that can be printed, and short."""

import json
import re
from collections.abc import Sequence

_MOST = 80


def number_of(count: int, noun: str) -> str:
    """Return how many, as text: ``1 request``, ``3 requests``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def first_of(texts: Sequence[str]) -> str | None:
    """Return the first, and how many more there are; None without one."""
    more = f" (and {len(texts) - 1} more)" if len(texts) > 1 else ""
    return f"{texts[0]}{more}" if texts else None


def bytes_shown(body: bytes) -> str:
    cut = body[: _MOST + 1].decode("utf-8", "backslashreplace")
    return quoted(cut) if body else "empty"


def quoted(text: str) -> str:
    return shown(json.dumps(text[: _MOST + 1], ensure_ascii=False))


def shown(text: str, most: int = _MOST) -> str:
    """Write a text on one line, cut where it is long."""
    cut = visible(text[:most])
    return cut if len(text) <= most else cut + "..."


#: What no shell looks into.
_PLAIN_WORD = re.compile(r"[\w@%+=:,./-]+")


def authority(host: str, port: int | None) -> str:
    """Return a host and a port as a URL has them: an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def as_word(text: str) -> str:
    """Write a text as one word of a command, for a shell and whoever copies it."""
    if _PLAIN_WORD.fullmatch(text):
        return text
    if not re.search(r"[\"$`\\!]", text):
        return f'"{text}"'
    return "'" + text.replace("'", "'\"'\"'") + "'"


def visible(text: str, keep: str = "") -> str:
    """Return a text in characters that can be printed, except those to keep."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
