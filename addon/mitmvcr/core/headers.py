"""Headers and the parameters of media types, read."""

import codecs
import re
from contextlib import suppress
from functools import lru_cache

from mitmvcr.core.model import Headers


def header(headers: Headers, name: str) -> str:
    """Return the first value of a header whatever its spelling, else an empty text."""
    if name in headers:
        return next(iter(headers[name]), "")
    wanted = name.lower()
    for spelled, values in headers.items():
        if spelled.lower() == wanted:
            return next(iter(values), "")
    return ""


def all_values(headers: Headers, name: str) -> str:
    """Return the values of a header in lower case that may stand more than once."""
    found = [v for n, values in headers.items() if n.lower() == name for v in values]
    return ", ".join(found)


# Some codecs that Python knows take their time, or are no character sets.
_CHARSETS = re.compile(r"(?:utf|iso|latin|windows|cp125|us-ascii)[\w-]*", re.ASCII)


@lru_cache(maxsize=64)
def charset(media: str) -> str:
    """Return Python's name for the charset parameter of a media type, else
    ``utf-8-sig``."""
    name = parameter(media, "charset")
    if _CHARSETS.fullmatch(name):
        with suppress(LookupError):
            found = codecs.lookup(name).name
            return "utf-8-sig" if found == "utf-8" else found
    return "utf-8-sig"


_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))')


def parameter(media: str, name: str) -> str:
    """Return a parameter of a media type, whatever the case of its name; else empty."""
    for spelled, quoted, plain in _PARAMETER.findall(media):
        if spelled.lower() == name:
            return re.sub(r"\\(.)", r"\1", quoted) or plain
    return ""


_BOUNDARY = re.compile(r';\s*boundary=(?:"[^"]*"|[^\s;]*)', re.IGNORECASE)


def without_boundary(media: str) -> str:
    """Return a multipart's type without what keeps its parts apart."""
    if not media[:10].lower().startswith("multipart/"):
        return media
    return _BOUNDARY.sub("", media)
