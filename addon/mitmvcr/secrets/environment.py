"""Which values of a program's environment are secrets."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote_to_bytes

from mitmvcr.secrets.lists import PLACES_OF_SECRETS
from mitmvcr.secrets.looks import LEAST, is_by_chance
from mitmvcr.secrets.names import is_secret_variable
from mitmvcr.secrets.scan import BYTES
from mitmvcr.secrets.userinfo import USERINFO, is_password

_NO_SECRET = re.compile(
    r"[/~.][^:]*|[A-Za-z]:\\.*|[a-z][a-z0-9+.-]*://[^@]*|-?[0-9.,:]+"
    r"|[a-z0-9._+-]{1,60}@[a-z0-9-]{1,60}(?:\.[a-z]{2,20}){1,4}"
    # Two words, such as my-vault or access_token.
    r"|[a-z]{1,14}[-_][a-z]{1,14}"
    r"|(?i:true|false|enabled|disabled|required|optional|default|production|development"
    r"|localhost|redacted|placeholder|changeme|undefined|anonymous)",
    re.DOTALL,
)
#: my-project-4711, prod/eu-west-1, secretmanager.googleapis.com
_WORDS = re.compile(r"[A-Za-z]{2,20}(?:[-_./: ](?:[A-Za-z]{1,20}|[0-9]{1,13})){0,9}")
#: One base64 key in 64 begins with a slash, like a path, and hardly any has more.
_KEY = re.compile(rb"/[A-Za-z0-9+]{12,}+(?:/[A-Za-z0-9+]{0,40}+)?+={0,2}+(?<=.{32})")


def secrets_in(environment: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Yield the name and value of each secret: one by its name, or a URL's password."""
    for name, text in environment.items():
        value = text.encode(*BYTES).strip()
        if "@" in text and (found := [*filter(is_password, USERINFO.finditer(value))]):
            for each in found:
                yield name, unquote_to_bytes(each[each.lastindex or 0])
        elif is_secret_variable(name) and len(value) >= LEAST:
            is_place = name.upper().split("_")[-1] in PLACES_OF_SECRETS
            if not _is_plain(value) and not (is_place and _WORDS.fullmatch(text)):
                yield name, value


def _is_plain(value: bytes) -> bool:
    if _KEY.fullmatch(value) and is_by_chance(value[1:]):
        return False
    return _NO_SECRET.fullmatch(value.decode(*BYTES)) is not None
