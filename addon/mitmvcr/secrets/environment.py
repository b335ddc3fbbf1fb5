"""Which values of a program's environment are secrets."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote_to_bytes

from mitmvcr.secrets.looks import LEAST, is_password
from mitmvcr.secrets.names import is_secret_variable
from mitmvcr.secrets.patterns import USERINFO
from mitmvcr.secrets.scan import BYTES

_NO_SECRET = re.compile(
    r"[/~.][^:]*|[A-Za-z]:\\.*|[a-z][a-z0-9+.-]*://[^@]*|-?[0-9.,:]+"
    # Two words: my-vault, access_token
    r"|[a-z]{1,14}[-_][a-z]{1,14}"
    r"|(?i:true|false|enabled|disabled|required|optional|default|production|development"
    r"|localhost|redacted|placeholder|changeme|undefined|anonymous)",
    re.DOTALL,
)
_USERINFO = re.compile(USERINFO.encode())


def secrets_in(environment: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Name and value of each: by the name, or the password of a URL."""
    for name, text in environment.items():
        value = text.encode(*BYTES).strip()
        if "@" in text:
            for found in filter(is_password, _USERINFO.finditer(value)):
                yield name, unquote_to_bytes(found[found.lastindex or 0])
        elif is_secret_variable(name) and len(value) >= LEAST and not _is_plain(text):
            yield name, value


def _is_plain(text: str) -> bool:
    return _NO_SECRET.fullmatch(text.strip()) is not None
