"""Which values of a program's environment are secrets."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote_to_bytes

from mitmvcr.secrets import lists
from mitmvcr.secrets.known import LEAST
from mitmvcr.secrets.names import is_secret_variable

_NO_SECRET = re.compile(
    r"[/~.][^:]*|[A-Za-z]:\\.*|[a-z][a-z0-9+.-]*://[^@]*|-?[0-9.,:]+"
    r"|(?i:true|false|enabled|disabled|required|optional|default|production|development"
    r"|localhost|redacted|placeholder|changeme|undefined|anonymous)",
    re.DOTALL,
)
_USERINFO = re.compile(lists.USERINFO.encode())


def secrets_in(environment: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Name and value of each: by the name, or the password of a URL."""
    for name, text in environment.items():
        value = text.encode("utf-8", "surrogateescape").strip()
        if "@" in text:
            for found in _USERINFO.finditer(value):
                yield name, unquote_to_bytes(found[1])
        elif is_secret_variable(name) and is_worth(value) and not _is_plain(text):
            yield name, value


def _is_plain(text: str) -> bool:
    return _NO_SECRET.fullmatch(text.strip()) is not None


def is_worth(value: bytes) -> bool:
    return len(value) >= LEAST


def is_telling(value: bytes) -> bool:
    """Return whether a value is too unusual to stand elsewhere by chance, as a word or
    a number would."""
    if len(value) < LEAST:
        return False
    if value.isalpha() and (value.islower() or value[1:].islower() or value.isupper()):
        return len(value) >= 12
    return len(value) >= 16 or value.translate(None, b"0123456789.,:-/ ") != b""
