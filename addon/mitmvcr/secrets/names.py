"""Which headers, fields and variables hold secrets, by their names."""

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from mitmvcr.secrets import lists
from mitmvcr.secrets.lists import Named
from mitmvcr.secrets.looks import is_likely

_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
_LAST = re.compile(r"[A-Za-z0-9 _-]+(?=\]*\Z)")
_KIND = re.compile(r"[^A-Za-z0-9_.-]+")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

#: How sure a name is: a value under a doubtful one has to look like a secret.
DOUBTFUL, SURE = 1, 2


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
        self._doubtful = _words(lists.DOUBTFUL) - kept
        self._query = (_words(lists.QUERY) | set(map(plain, query))) - kept
        self._endings = tuple(lists.ENDINGS)
        self._doubtful_endings = tuple(lists.DOUBTFUL_ENDINGS)
        self.header = lru_cache(maxsize=4096)(self._header)
        self.field = lru_cache(maxsize=4096)(self._field)
        self.parameter = lru_cache(maxsize=4096)(self._parameter)

    def _header(self, name: str) -> bool:
        """Return whether the whole header is a secret."""
        lower = name.lower()
        if lower in ("cookie", "set-cookie") or self.is_kept(name):
            return False  # cookies are masked value by value
        word = plain(name).removeprefix("x")
        return lower in self._headers or self._is_sure(word) or _ends_as_a_secret(lower)

    def _is_sure(self, word: str) -> bool:
        return word in self._fields or word.endswith(self._endings)

    def is_kept(self, name: str) -> bool:
        """Return whether a user wants what has this name as it is."""
        return bool(self._kept) and plain(name) in self._kept

    def cookie(self, name: str, value: str) -> bool:
        """Return whether a cookie is a secret: by its name, or since its value is no
        word or number as ``theme=dark`` has."""
        if self._kept & {"cookie", "setcookie", plain(name)}:
            return False
        word = plain(name)
        if self._is_sure(word) or any(part in word for part in lists.COOKIES):
            return len(value) > 3
        return is_likely(value.encode("utf-8", "surrogateescape"), least=6)

    def _field(self, name: bytes) -> int:
        """Return how surely a field of JSON, XML or a text is a secret, 0 for not: by
        the last part of a path as ``user[password]``."""
        last = last_part(name)
        word = plain(last)
        if word in self._kept:
            return 0
        if self._is_sure(word):
            return SURE
        if word in self._doubtful:
            return DOUBTFUL
        if word.endswith(self._doubtful_endings) and not _is_harmless(_split(last)):
            return DOUBTFUL
        return 0

    def _parameter(self, name: bytes) -> int:
        """Return how surely a parameter of a URL or a form is a secret. What is
        doubtful elsewhere is none here, but is not taken for one elsewhere."""
        if field := self.field(name):
            return field
        return DOUBTFUL if plain(last_part(name)) in self._query else 0


def _split(name: str) -> Sequence[str]:
    return [word.lower() for word in _WORD.findall(name)]


def _ends_as_a_secret(header: str) -> bool:
    words = _split(header)
    return bool(words) and words[-1] in lists.HEADER_ENDINGS and not _is_harmless(words)


def _is_harmless(words: Sequence[str]) -> bool:
    before = words[:-1]
    return bool(before) and (
        before[-1] in lists.HARMLESS or "".join(before) in lists.HARMLESS
    )


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
    if words[-1] in lists.ABOUT_SECRETS:
        return False
    return any(
        word in lists.ENVIRONMENT or word.endswith(("PASSWORD", "SECRET", "TOKEN"))
        for word in words
    ) or plain(name).endswith(("apikey", "secretkey", "privatekey"))
