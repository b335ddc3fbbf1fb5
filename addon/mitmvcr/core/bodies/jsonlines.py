"""Bodies of several JSON texts: one on each line (NDJSON), or each behind a record
separator (RFC 7464)."""

import re
from functools import lru_cache

_SEPARATOR = b"\x1e"
_BY_TYPE = re.compile(
    r"ndjson|json-?lines|jsonl\b|json-seq|json-stream|stream\+json|newline-json"
)
_LOOKS = re.compile(rb"\s*[{\[\x1e]")


@lru_cache(maxsize=64)
def _is_by_type(media: str) -> bool:
    return _BY_TYPE.search(media.lower()) is not None


def may_be_lines(body: bytes, media: str) -> bool:
    """Return whether a body may be several texts: by its type, or by how it begins."""
    return _LOOKS.match(body) is not None or _is_by_type(media)


def json_texts(body: bytes, media: str) -> tuple[bytes, list[bytes]]:
    """Return the texts, and what keeps them apart: a line feed or a record separator.

    Raise ValueError where a body is neither by its type nor by how it begins, or has
    one text only. Whether each is JSON is for the caller to find out.
    """
    if not may_be_lines(body, media):
        raise ValueError("no lines of JSON")
    mark = _SEPARATOR if body.startswith(_SEPARATOR) else b"\n"
    texts = [text for text in body.split(mark) if text.strip()]
    if mark == b"\n" and len(texts) < 2:
        raise ValueError("one text")
    return mark, texts


def ending(body: bytes) -> bytes:
    """Return the line feed at the end: a server may want it (Elasticsearch's bulk)."""
    return b"\n" if body.rstrip(b" \t\r").endswith(b"\n") else b""
