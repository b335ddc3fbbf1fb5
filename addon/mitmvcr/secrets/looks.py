"""What a value looks like: a secret, a word, a sentence."""

import re
from contextlib import suppress
from operator import ne
from string import ascii_lowercase, ascii_uppercase, digits

#: Shorter values occur by chance.
LEAST = 8

#: One piece of a parameter's value in a text: what code puts there, as in
#: ``?token=${t["token"]}``, or a letter. A backtick is one where another follows.
IN_QUERY = (
    rb"[$#]\{[^{}\r\n]{1,99}\}|\{\{[^{}\r\n]{1,99}\}\}"
    rb"|\$\([^()\r\n]{1,99}(?:\([^()\r\n]{0,99}\))?\)"
    rb"|`(?=[\w%`])|[^&#\s\"'`<>\\;,)\]}]"
)
_NAME = rb"[A-Za-z_$][\w$]{0,40}+"
#: A name in it, a member, an item, a call: no text of its own.
_CODE = (
    rb" ?" + _NAME + rb"(?:!?(?:\?\.|\.)" + _NAME + rb"|\[[\"']?\w{1,40}[\"']?\]"
    rb"|\([\w$.,? ]{0,80}\)){0,9}+ ?"
)
_NOTHING = re.compile(
    rb"(?i:(?:(?:bearer|basic|token) (?=[%<{$]))?+(?:true|false|null|none|nil|undefined"
    rb"|yes|no|deleted|redacted|\*+|x{3,}|\.{3}|%(?:\(\w{1,40}\))?[sdv]|\{[\w.]{0,40}\}?"
    rb"|<[A-Z][A-Z0-9_ -]*>|\$\{[A-Z_][A-Z0-9_]*\}?"
    # No variable is $ecret99x.
    rb"|\$(?!(?-i:[A-Za-z]*[0-9]+[a-z]))[A-Z_][A-Z0-9_]*|\{\{[^{}]{1,80}\}\}"
    rb"|\$\{[A-Z_][A-Z0-9_]*:?-\}|your[_-][a-z_-]{1,40}`?|\w{1,12}\.{3}|[.+] ?\$"
    + _NAME
    + rb"\W?"
    rb"|(?:(?:[$#]\{"
    + _CODE
    + rb"\}|\$\("
    + _CODE
    + rb"\))[_./:-]?){1,9}+(?:\\[nrt])*+"
    rb"|\$\{[a-z]{2,20}\())?"
)
#: What may be asked for with a key: read:user.
_SCOPE = re.compile(rb"[a-z][a-z_.-]{2,30}:[a-z*][a-z_.*:-]{0,30}")
_PART = rb"(?:[A-Z]{2,14}|[A-Za-z][a-z]{0,13}+(?:[A-Z]{1,3}[a-z]{1,13}+){0,6}+)"
#: Words as names and paths join them: ``user_profile``, ``dark-mode``, ``user?.name``.
_WORDS = re.compile(
    rb"[A-Za-z]{1,14}+(?:(?:[ _.:/-]|\?\.)[A-Za-z]{1,14}+){0,4}+"
    # A member of something, as code has it, and the path of a file.
    rb"|" + _PART + rb"(?:[_.]" + _PART + rb"){1,15}+"
    rb"|(?:\.{0,2}|~)(?:/[\w-]{1,40}){1,9}+(?:\.[a-z]{2,4}){1,2}"
)
_HUMPS = re.compile(rb"[A-Z]+[a-z]*|[a-z]+")
#: Numbers, dates, versions.
_NUMBER = re.compile(rb"[vV]?[0-9.,:+/TZ -]*+")
_PATH = re.compile(rb"(?:[/~.]|[A-Za-z]:\\)[^:\s]*")
#: No shorter value is opaque.
OPAQUE = 16
_OPAQUE = re.compile(rb"[\w.~+/=|-]{%d,}+" % OPAQUE)
_TOKEN = re.compile(rb"[\w.~+/=:$@!|-]{20,}+")
_OF_TWO_BYTES = ("gb18030", "shift_jis", "big5", "euc_kr")
#: A password of one word, what is none, and a digit within a word.
PASSWORD = (
    rb"(?![$@*-])(?=[^\s0-9]{0,40}+[0-9])(?=[a-z0-9_~+=-]{0,63}+[A-Z!@#$^*?])"
    rb"[\w~+=!@#$^*?-]{8,64}+"
)
_PASSWORD, _MAIL = re.compile(PASSWORD), re.compile(rb"[\w.+-]+@(?:[\w-]+\.)+[a-z]+")
_WITHIN = re.compile(rb"(?<=[A-Za-z])[0-9](?=[A-Za-z])")
#: So much of a value tells.
_SAMPLE = 200
_KINDS = bytes.maketrans(
    (ascii_uppercase + ascii_lowercase + digits + "_.~+/=:$@!|-").encode(),
    b"A" * 26 + b"a" * 26 + b"0" * 10 + b"." * 12,
)
#: Of 20 digits or more, a UUID, and base32, behind a word or none.
_HEX = re.compile(
    rb"(?:[a-z]{2,8}[_-])?(?=\D*+\d)(?:[0-9a-f]{20,}|[0-9A-F]{20,}"
    rb"|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    rb"|(?=(?:[A-Z]*[2-7]){3})[A-Z2-7]{26,})"
)


#: A JWT that is nobody's: its signature is zeros, behind a hint if it has one.
FAKE = re.compile(rb"eyJ[\w-]{8,}+\.eyJ[\w-]{8,}+\.[a-z2-7]{0,20}+A{20,}+(?![\w-])")


def is_real(value: bytes) -> bool:
    """Return whether a value is neither a word that says there is none, nor a
    placeholder, nor a fake."""
    if b"REDACTED" in value:
        return False
    if _NOTHING.fullmatch(value) is not None:
        return value[:1] == b"$" and is_by_chance(value)
    return not value.startswith(b"eyJ") or FAKE.fullmatch(value) is None


def is_scope(value: bytes) -> bool:
    """Return whether a value is a permission, as lists of a schema hold them."""
    return _SCOPE.fullmatch(value) is not None


def is_no_scope(value: bytes) -> bool:
    """Return whether a value is none among scopes, of which some are words alone."""
    return is_likely(value) and not is_scope(value)


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
        return not _is_alphabetic(value)
    return not _are_words(value)


def _is_alphabetic(value: bytes) -> bool:
    """Return whether all of it is letters, in UTF-8 or, where it is none, in one of the
    encodings of Chinese, Japanese and Korean, which hardly anybody names."""
    with suppress(UnicodeError):
        return value.decode().isalpha()
    return any(value.decode(each, "replace").isalpha() for each in _OF_TWO_BYTES)


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


def is_password(value: bytes) -> bool:
    """Return whether digits and signs stand in a word as people put them into their
    passwords, and hardly anybody into a name."""
    if _PASSWORD.fullmatch(value) is None or _MAIL.fullmatch(value):
        return False
    is_mixed = {*b"Aa0"} <= {*value.translate(_KINDS)}
    has_sign = value.translate(None, b"!@#$^*?") != value
    if is_mixed and has_sign:
        return True
    return (is_mixed or has_sign) and len(_WITHIN.findall(value)) > 1


def is_by_chance(value: bytes) -> bool:
    """Return whether a value is long, and its letters and digits follow each other as
    they do by chance alone: those of words, codes and names come in runs."""
    if _TOKEN.fullmatch(value) is None or is_path(value) or b"://" in value:
        return False
    if _HEX.fullmatch(value):
        return True
    kinds = value[:_SAMPLE].translate(_KINDS)
    size, changes = len(kinds), _changes(kinds)
    if {*b"Aa0"} <= {*kinds}:
        # Of names in which a capital begins each word hardly any are left.
        rest = _changes(kinds.replace(b"Aa", b"aa"))
        is_one = 20 * changes >= 7 * size and 6 * rest >= size
        return is_one and 8 * kinds.count(b".") <= size
    is_one = b"0" in kinds and b"." not in kinds
    return is_one and size >= 24 and 4 * changes >= size


def stands_out(value: bytes) -> bool:
    """Return whether a value looks like a password or a key among the words of a
    sentence."""
    return is_password(value) or is_by_chance(value)


def _changes(kinds: bytes) -> int:
    return sum(map(ne, kinds, kinds[1:]))


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
