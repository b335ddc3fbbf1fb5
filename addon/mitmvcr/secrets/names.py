"""Which headers, fields and variables hold secrets, by their names."""

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from mitmvcr.secrets import lists
from mitmvcr.secrets.lists import Named

_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
_LAST = re.compile(r"[A-Za-z0-9 _-]+(?=\]*\Z)")
_KIND = re.compile(r"[^A-Za-z0-9_.-]+")


def plain(name: str) -> str:
    """Return one name for ``Access-Token``, ``access_token`` and ``accessToken``."""
    return _NOT_LETTERS.sub("", name.lower())


def kind_of(name: str) -> str:
    """Return a name as it stands in a placeholder."""
    return _KIND.sub("-", name).strip("-")[:60] or "secret"


def _words(entries: Iterable[Named]) -> set[str]:
    return {word for entry in entries for word in entry.names.split()}


class Names:
    """The lists, with a user's additions and exceptions. Answers are remembered."""

    def __init__(
        self,
        headers: Collection[str] = (),
        query: Collection[str] = (),
        keep: Collection[str] = (),
    ) -> None:
        kept = set(map(plain, keep))
        self._kept = kept
        self._headers = _words(lists.HEADERS) | {name.lower() for name in headers}
        self._headers = {name for name in self._headers if plain(name) not in kept}
        self._fields = _words(lists.NAMES) - kept
        self._query = (_words(lists.QUERY) | set(map(plain, query))) - kept
        self._endings = tuple(lists.ENDINGS)
        self.header = lru_cache(maxsize=4096)(self._header)
        self.field = lru_cache(maxsize=4096)(self._field)
        self.parameter = lru_cache(maxsize=4096)(self._parameter)

    def _is_field(self, name: str) -> bool:
        return name not in self._kept and (
            name in self._fields or name.endswith(self._endings)
        )

    def _header(self, name: str) -> bool:
        """Return whether the whole header is a secret."""
        lower = name.lower()
        if lower in ("cookie", "set-cookie"):  # they are masked value by value
            return False
        if self.is_kept(name):
            return False
        return lower in self._headers or self._is_field(plain(name).removeprefix("x"))

    def is_kept(self, name: str) -> bool:
        """Return whether a user wants what has this name as it is."""
        return bool(self._kept) and plain(name) in self._kept

    def cookie(self, name: str, value: str) -> bool:
        """Return whether a cookie is a secret: all are, except flags as ``a=1`` and
        ``lang=en``, and kept ones."""
        if self._kept & {"cookie", "setcookie", plain(name)}:
            return False
        return len(value) > 3

    def _field(self, name: bytes) -> bool:
        """Return whether a field of JSON, XML or a form is a secret: by the last part
        of a path as ``user[password]``."""
        return self._is_field(plain(last_part(name)))

    def _parameter(self, name: bytes) -> bool:
        """Return whether a parameter of a URL's query is a secret."""
        word = plain(last_part(name))
        return word in self._query or self._is_field(word)


def last_part(name: bytes) -> str:
    """Return ``password`` of ``user[password]``, also where it is percent-encoded."""
    if b"%" in name:
        name = unquote_to_bytes(name)
    found = _LAST.search(name.decode("latin-1"))
    return found[0] if found else ""


def is_secret_variable(name: str) -> bool:
    """Return whether a variable of the environment looks as if it held a secret."""
    upper = name.upper()
    if upper in lists.NO_SECRETS or upper.endswith(("PUBLIC_KEY", "_KEY_ID")):
        return False
    words = upper.split("_")
    return any(
        word in lists.ENVIRONMENT or word.endswith(("PASSWORD", "SECRET", "TOKEN"))
        for word in words
    ) or plain(name).endswith(("apikey", "secretkey", "privatekey"))
