"""What a value looks like: a secret, a word, a sentence."""

import re

#: Shorter values occur by chance.
LEAST = 8

_NOTHING = re.compile(
    rb"(?i:true|false|null|none|nil|undefined|yes|no|deleted|redacted|\*+|x{3,}|\.{3}"
    rb"|<[A-Z][A-Z0-9_]*>|\$\{?[A-Z_][A-Z0-9_]*\}?|\{\{[^{}]{1,80}\}\})?"
)
#: What refers to something, and holds nothing: a part of a schema, an address.
_REFERENCE = re.compile(rb"#/[\w/$.~-]++|https?://[^\s@?#]++(?:[?#][\w.-]{0,16}+)?")
#: What may be asked for with a key: read:user.
_SCOPE = re.compile(rb"[a-z][a-z_.-]{2,30}:[a-z*][a-z_.*:-]{0,30}")
#: Words as names and paths join them: ``user_profile``, ``dark-mode``, ``en-US``.
_WORDS = re.compile(rb"[A-Za-z]{1,14}+(?:[ _.:/-][A-Za-z]{1,14}+){0,4}+")
_HUMPS = re.compile(rb"[A-Z]+[a-z]*|[a-z]+")
#: Numbers, dates, versions.
_NUMBER = re.compile(rb"[vV]?[0-9.,:+/TZ -]*+")
_PATH = re.compile(rb"(?:[/~.]|[A-Za-z]:\\)[^:\s]*")
_OPAQUE = re.compile(rb"[\w.~+/=-]{16,}+")
#: What is said of a secret has one of them; a passphrase is likely to have none.
_PROSE = re.compile(
    rb"(?i)(?:^|\s)(?:are|can|can't|cannot|does|doesn't|don't|ensure|enter|has|have|incorrect"
    rb"|invalid|is|isn't|least|may|must|password|please|required|should|too|was|will|wrong"
    rb"|your)(?=[\s.,!?:;]|\Z)"
)
#: Of a schema, or a form in a document.
_TYPES = frozenset(
    b"string text password required optional hidden integer number boolean object array"
    b" secret token username email type value header query bearer basic".split()
)


#: A JWT that is nobody's: its signature is zeros, behind a hint if it has one.
FAKE = re.compile(rb"eyJ[\w-]{8,}+\.eyJ[\w-]{8,}+\.[a-z2-7]{0,20}+A{20,}+(?![\w-])")


def is_real(value: bytes) -> bool:
    """Return whether a value is neither a word that says there is none, nor a
    placeholder, nor a fake."""
    if _NOTHING.fullmatch(value) is not None or b"REDACTED" in value:
        return False
    return not value.startswith(b"eyJ") or FAKE.fullmatch(value) is None


def is_said(value: bytes) -> bool:
    """Return whether a value tells people or programs about a secret: a message as
    ``is too short``, or the type of a field."""
    if value.lower() in _TYPES or _REFERENCE.fullmatch(value):
        return True
    return b" " in value and _PROSE.search(value[:500]) is not None


def is_scope(value: bytes) -> bool:
    """Return whether a value is a permission, as lists of a schema hold them."""
    return _SCOPE.fullmatch(value) is not None


def is_path(value: bytes) -> bool:
    return _PATH.fullmatch(value) is not None


def is_likely(value: bytes, *, least: int = LEAST) -> bool:
    """Return whether a value looks like a secret: one piece, and no words or
    numbers."""
    if len(value) < least or len(value.split(None, 1)) != 1:
        return False
    if _NUMBER.fullmatch(value) or value.strip() != value:
        return False
    if not value.isascii():
        return not value.decode("utf-8", "replace").isalpha()
    return not _are_words(value)


def _are_words(value: bytes) -> bool:
    """Return whether all of it is words; letters by chance change their case often."""
    if _WORDS.fullmatch(value) is None:
        return False
    letters = sum(map(len, humps := _HUMPS.findall(value)))
    return letters >= 3 * len(humps)


def is_random(value: bytes) -> bool:
    """Return whether a value is long and of many letters and digits, so that it does
    not stand anywhere by chance."""
    return len(value) >= 12 and is_likely(value) and len(set(value)) >= 8


def is_opaque(value: bytes) -> bool:
    """Return whether a value is random and in letters as keys are made of."""
    return (
        is_random(value)
        and _OPAQUE.fullmatch(value) is not None
        and not is_path(value)
        and value.translate(None, b"0123456789") != value
    )


def is_telling(value: bytes) -> bool:
    """Return whether a value is too unusual to stand elsewhere by chance, as a word or
    a number would."""
    if len(value) < LEAST or len(set(value)) < 4:
        return False
    if value.isalpha() and (value.islower() or value[1:].islower() or value.isupper()):
        return len(value) >= 12
    if _WORDS.fullmatch(value) and _are_words(value) and value.count(b"-") < 2:
        return len(value) >= 24
    return len(value) >= 16 or value.translate(None, b"0123456789.,:-/ ") != b""
