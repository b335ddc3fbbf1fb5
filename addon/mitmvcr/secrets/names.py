"""Which headers, fields and variables hold secrets, by their names."""

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from mitmvcr.secrets import lists, looks, runs, said
from mitmvcr.secrets.lists import Named
from mitmvcr.secrets.scan import Place

_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
#: Not ``0`` of ``password[0]``, nor nothing of ``password[]``.
_LAST = re.compile(r"[A-Za-z0-9 _-]+(?=(?:\[[0-9]*\]|\])*\Z)")
_HALVES = ("key", "token")
_OWNED = tuple(f"{owner}key" for owner in lists.KEY_OWNERS)
#: So long may a passphrase be.
_LONGEST_PHRASE = 128
#: Of ``X-Access-Token-V2``, ``apiKeyV2`` and ``token04``.
_VERSION = re.compile(
    r"(?:(?<=[A-Za-z0-9])[_-]?[vV][0-9]{1,2}|(?<=[A-Za-z])[_-]?[0-9]{1,4})\Z"
)
#: As variables of the environment are named, and headers that no standard has.
_OUTSIDE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[Xx](?:-[A-Za-z0-9]+)+")
#: So the names of headers of gRPC end whose values are bytes, in base64.
BINARY = "-bin"
_KIND = re.compile(r"[^A-Za-z0-9_.-]+")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

#: How sure a name is: a value under a doubtful one has to look like a secret, and under
#: a vague one to be long and of letters by chance. A flag's own value is none: it says
#: that another one in its object is. What a holder has, as cookies, has names of its
#: own.
VAGUE, DOUBTFUL, SURE, FLAG, HOLDER = 1, 2, 3, 4, 5
#: What is decided of longer values is not remembered: they are seldom repeated.
_SHORT = 64


def plain(name: str) -> str:
    """Return one name for ``Access-Token``, ``access_token`` and ``accessToken``."""
    return _NOT_LETTERS.sub("", name.lower())


def kind_of(name: str) -> str:
    """Return a name as it stands in a placeholder."""
    return _KIND.sub("-", name).strip("-")[:60] or "secret"


def _words(entries: Iterable[Named]) -> set[str]:
    return {word for entry in entries for word in entry.names.split()}


class Name(NamedTuple):
    """What a name says: what stands in a placeholder, its letters, and how sure it is
    of a field and of a parameter; 0 is no secret."""

    kind: str
    word: str
    field: int
    parameter: int


class Verdict(NamedTuple):
    """``is_sure``: it is a secret wherever else it stands."""

    kind: str
    is_sure: bool


class Names:
    """The one gate: decides by the lists, with a user's additions and exceptions,
    whether the value of a name in a place is a secret. Answers are remembered."""

    def __init__(
        self,
        headers: Collection[str] = (),
        query: Collection[str] = (),
        keep: Collection[str] = (),
    ) -> None:
        kept = set(map(plain, keep))
        self._kept = kept
        #: What of that was met.
        self.met: set[str] = set()
        self._headers = _words(lists.HEADERS) | {name.lower() for name in headers}
        self._headers = {name for name in self._headers if plain(name) not in kept}
        self._fields = _words(lists.NAMES) - kept
        self._doubtful = _words(lists.DOUBTFUL) - kept
        self._vague = _words(lists.VAGUE) - kept
        self._vague_endings = tuple(lists.VAGUE_ENDINGS)
        self._flags = _words(lists.FLAGS) - kept
        self._holders = _words(lists.HOLDERS) - kept
        self._query = (_words(lists.QUERY) | set(map(plain, query))) - kept
        self._vague_query = _words(lists.VAGUE_QUERY) - kept
        self._endings = tuple(lists.ENDINGS)
        self._doubtful_endings = tuple(lists.DOUBTFUL_ENDINGS)
        self.header = lru_cache(maxsize=4096)(self._header)
        self.of = lru_cache(maxsize=4096)(self._of)
        self._judged = lru_cache(maxsize=4096)(self._judge)

    def judge(self, name: bytes, value: bytes, place: Place) -> Verdict | None:
        """Return what kind of a secret a value is; None for no secret."""
        judge = self._judge if len(value) > _SHORT else self._judged
        return judge(name, value, place)

    def passphrase(self, name: bytes, value: bytes) -> Verdict | None:
        """Return what kind of a secret a value is that somebody logs in with: it may
        read as if something was said of a password."""
        known = self.of(name)
        is_one = known.field == SURE and any(map(known.word.__contains__, said.PASS))
        if is_one and b" " in value and len(value) <= _LONGEST_PHRASE:
            return Verdict(known.kind, True)
        return None

    def _judge(self, name: bytes, value: bytes, place: Place) -> Verdict | None:
        text = value.strip()
        if not looks.is_real(text):
            return None
        known = self.of(name)
        if place is Place.HEADER:
            return Verdict(known.kind.lower(), True)
        if place is Place.COOKIE:
            whole = name.decode("latin-1")
            is_one = self._is_secret_cookie(plain(whole), text)
            return Verdict(kind_of(whole), looks.is_random(text)) if is_one else None
        sure = known.field == SURE
        if place is not Place.QUERY and plain(text.decode("latin-1")) in self._fields:
            return None  # it is a name itself: {"apikey": {"value": "X-Api-Key"}}
        if not known.parameter or not _is_secret(known, text, place):
            return None
        return Verdict(known.kind, sure or looks.is_random(text))

    def _header(self, name: str) -> bool:
        """Return whether the whole header is a secret."""
        lower = _VERSION.sub("", name.lower().removesuffix(BINARY))
        if lower in ("cookie", *lists.SET_COOKIES) or self.is_kept(name):
            return False  # cookies are masked value by value
        word = plain(lower).removeprefix("x")
        return lower in self._headers or self._is_sure(word) or _ends_as_a_secret(lower)

    def _is_sure(self, word: str) -> bool:
        return word in self._fields or word.endswith(self._endings)

    def is_sure(self, name: str) -> bool:
        """Return whether a field of this name holds a secret, whatever its value."""
        return self._is_sure(plain(name))

    def is_kept(self, name: str) -> bool:
        """Return whether a user wants what has this name as it is."""
        return bool(self._kept) and self._keeps(plain(name))

    def _keeps(self, word: str) -> bool:
        if word not in self._kept:
            return False
        self.met.add(word)
        return True

    def _is_secret_cookie(self, word: str, value: bytes) -> bool:
        """Return whether a cookie is a secret: by its name, or since its value is no
        word or number as ``theme=dark`` has."""
        if any(map(self._keeps, ("cookie", "setcookie", word))):
            return False
        if self._is_sure(word) or any(part in word for part in lists.COOKIES):
            return len(value) > 3
        return looks.is_likely(unquote_to_bytes(value), least=6)

    def _of(self, name: bytes) -> Name:
        """Return what a name says: a field's is the last part of a path as
        ``user[password]``. What is doubtful elsewhere is none in a URL or a form."""
        last = last_part(name)
        word = plain(last)
        field = 0 if self._keeps(word) else self._field_of(word, last)
        if VAGUE < field <= SURE and word != "setcookie" and _is_done(_split(last)):
            field = VAGUE
        return Name(kind_of(last), word, field, max(field, self._parameter(word)))

    def _parameter(self, word: str) -> int:
        if word in self._kept:
            return 0
        if word in self._query or word.endswith(lists.QUERY_ENDINGS):
            return DOUBTFUL
        is_vague = word in self._vague_query or word.endswith(lists.VAGUE_QUERY_ENDINGS)
        return VAGUE * is_vague

    def _field_of(self, word: str, last: str) -> int:
        found, bare = self._field(word, last), _VERSION.sub("", last)
        if found or bare == last:
            return found
        found = self._field(plain(bare), bare)
        return found if found <= SURE else 0

    def _field(self, word: str, last: str) -> int:
        return self._whole(word, last) or self._behind_a_tail(last)

    def _whole(self, word: str, last: str) -> int:
        if word in self._flags:
            return FLAG
        if self._is_sure(word):
            return SURE
        words = _split(last)
        if word in self._doubtful or words[1:][-1:] in (["pass"], ["pw"]):
            return DOUBTFUL
        if "-" in last and last.lower() in self._headers:
            return DOUBTFUL
        for ending in self._doubtful_endings:
            if word.endswith(ending) and not _is_harmless(words):
                is_one = word.removesuffix(ending) not in lists.HARMLESS
                return DOUBTFUL * is_one  # none is $skiptoken
        if word in self._holders:
            return HOLDER
        if word in self._vague or word.endswith(self._vague_endings):
            return VAGUE
        return VAGUE * (self._is_variable(last) or _opens_something(words))

    def _behind_a_tail(self, last: str) -> int:
        """Return the same of ``client_secret_old`` and ``sessionInfo``."""
        for tails, most in ((lists.TAILS, DOUBTFUL), (lists.VAGUE_TAILS, VAGUE)):
            for tail in filter(last.lower().endswith, tails):
                bare = last[: -len(tail)]
                found = self._whole(plain(bare), bare)
                if found and found != FLAG:
                    return most if found == SURE else VAGUE
        return 0

    def _is_variable(self, last: str) -> bool:
        """Return whether a name is that of a variable of the environment that would
        hold a secret, or of a header: ``STRIPE_KEY``, ``X-Functions-Key``."""
        if _OUTSIDE.fullmatch(last) is None or _is_harmless(_split(last)):
            return False
        return is_secret_variable(last.replace("-", "_"))


def _is_secret(name: Name, text: bytes, place: Place) -> bool:
    if name.field == FLAG:
        return place is Place.FIELD or looks.is_opaque(text)
    if name.field == HOLDER and name.word != "cookie":
        return False
    if max(name.field, name.parameter) == VAGUE:
        return place is not Place.INNER and looks.is_by_chance(text)
    if place is Place.QUERY:
        is_doubtful = name.word in lists.LIKELY_QUERY
        return not is_doubtful or looks.is_likely(text, least=6)
    if place is Place.NUMBER:
        return name.word in lists.NUMBERS or (name.field == SURE and len(text) >= 6)
    if place is Place.INNER:
        is_one = looks.is_opaque(text) or looks.is_password(text)
        return name.field == SURE and is_one
    if name.word == "auth":
        return runs.is_pair(text) or looks.is_by_chance(text)
    if name.word == "secretstring" and text[:1] == b"{":
        return False  # a client reads it: its fields have names of their own
    if said.is_said(text) or said.is_label(text, name.word):
        return False
    if name.field != SURE:
        least = looks.LEAST if place is Place.FIELD else 12
        return bool(name.field) and looks.is_likely(text, least=least)
    if name.word.endswith("pwd") and looks.is_path(text):
        return False
    if plain(text.decode("latin-1")) == name.word:
        return False
    return place is Place.FIELD or looks.is_likely(text, least=6)


def _opens_something(words: Sequence[str]) -> bool:
    """Return whether a name is that of somebody's key or personal access token, or of a
    log-in's verifier, seed or cookie; ``clientkey`` is one word, also in ``x_``."""
    before, last = "".join(words[-2:-1]), "".join(words[-1:])
    if before in ("", "x") and last.endswith("key"):
        before, last = last.removesuffix("key"), "key"
    if last in ("pat", "verifier", "seed"):
        return before != ""
    if last.endswith("cookie"):
        return any(part in before + last for part in lists.COOKIES)
    return last == "key" and before in lists.KEY_OWNERS


def _split(name: str) -> Sequence[str]:
    return [word.lower() for word in _WORD.findall(name)]


def _ends_as_a_secret(header: str) -> bool:
    """Return whether a header's last word is that of a secret, or ends so: HTTP/2 has
    them in small letters."""
    words = _split(header)
    for each in lists.LONG_ENDINGS if words else ():
        if (before := words[-1].removesuffix(each)) not in (words[-1], ""):
            words = [*words[:-1], before, each]
            break
    return bool(words) and words[-1] in lists.HEADER_ENDINGS and not _is_harmless(words)


def _is_harmless(words: Sequence[str]) -> bool:
    before = words[:-1]
    return bool(before) and (
        before[-1] in lists.HARMLESS or "".join(before) in lists.HARMLESS
    )


def _is_done(words: Sequence[str]) -> bool:
    """Return whether a name is that of what is done with a secret."""
    return any(word in lists.VERBS for word in words[:-1])


def last_part(name: bytes) -> str:
    """Return ``password`` of ``user[password]``, also where it is percent-encoded;
    ``password.value`` and ``api.key`` whole, since the end does not tell whose."""
    if b"%" in name:
        name = unquote_to_bytes(name)
    text = name.decode("latin-1")
    found = _LAST.search(text)
    if found is None:
        return ""
    around = _LAST.search(text, 0, found.start() - 1) if found.start() > 1 else None
    whole = f"{around[0]}.{found[0]}" if around else ""
    last = found[0].lower()
    is_one = last in lists.TAILS or (
        last in _HALVES and plain(whole).endswith((*lists.ENDINGS, *_OWNED))
    )
    return whole if whole and is_one else found[0]


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
