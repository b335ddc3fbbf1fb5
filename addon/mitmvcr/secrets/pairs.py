"""Pairs in which a secret's name is a value itself, and the secret stands beside it, as
in ``{name: X-Api-Key, value: x}``: in YAML, HCL, code and commands."""

import re

from mitmvcr.secrets.scan import LABEL, NONE, VALUE, Place, Scan, Value, Values

_SIGN = rb"[\"'`]?[ \t]{0,20}(?:=>|[:=])[ \t]{0,20}"
#: aws.String("x") of Go.
_CALL = rb"(?:[a-zA-Z]{1,12}(?:\.[a-zA-Z]{1,12})?\()?"
_NAMED = re.compile(
    rb"(?:\A|[\s{(,;&\"'-])(?i:" + LABEL + rb")" + _SIGN + _CALL + rb"[\"'`]?\Z"
)
BETWEEN = re.compile(
    rb"[\"'`]?+\)?(?:[ \t]{0,20}+,\s{0,60}+|\s{1,60}+)"
    rb"(?:[\"']?+(?!(?i:" + VALUE + rb")\b)\w{1,40}+" + _SIGN
    + rb"(?:\"[^\"\r\n]{0,200}+\"|'[^'\r\n]{0,200}+'|[\w./-]{1,60}+)"
    + rb"(?:[ \t]{0,20}+,\s{0,60}+|\s{1,60}+)){0,4}+"
    rb"[\"']?+(?i:" + VALUE + rb")" + _SIGN + _CALL
)  # fmt: skip
#: The group of a value in no quotes, in what follows.
_BARE = 3
_END = rb"(?=[ \t]{0,20}+(?:\r?\n|\Z|#))"
_IN_QUOTES, _ON_A_LINE, _BARE_VALUE = (
    re.compile(value)
    for value in (
        rb"(?:\"([^\"\\\r\n]{4,400}+)\"|'([^'\\\r\n]{4,400}+)')",
        rb"(?:[|>][+-]?+[ \t]{0,9}+\r?\n[ \t]{1,60}+)?+([^\s\"'{}<>]{4,400}+)" + _END,
        rb"(?!\$)([^\s\"'<>(){}\[\],;`\\]{6,400}+)",
    )
)
_BEFORE = re.compile(
    rb"alue" + _SIGN + _CALL
    + rb"(?:\"([^\"\\\r\n]{4,400}+)\"|'([^'\\\r\n]{4,400}+)'|([^\s\"',;(){}]{4,400}+))"
    + rb"\)?(?:[ \t]{0,20}+,\s{0,60}+|(?P<line>\r?\n)[ \t]{1,60}+|[ \t]{1,60}+)"
    + rb"[\"']?(?i:" + LABEL + rb")" + _SIGN + _CALL + rb"[\"'`]?\Z"
)  # fmt: skip
#: A value stands so near before its name, and may have the word in it itself.
_NEAR, _WORDS = 600, 3


def behind(scan: Scan, begin: int, finish: int) -> Values:
    """Return the value behind its name. One in no quotes may be a variable's name, if
    it does not end its line as YAML's do."""
    found = scan.match(BETWEEN, finish)
    if found is None or not _NAMED.search(scan.left(begin, 60)):
        return NONE
    is_code = b"," in found[0]
    return (
        scan.value(_IN_QUOTES, found.end())
        or (NONE if is_code else scan.value(_ON_A_LINE, found.end()))
        or scan.value(_BARE_VALUE, found.end(), Place.INNER)
    )


def before(scan: Scan, begin: int, _: int) -> Values:
    """Return the value that stands right before its name."""
    at = begin
    for _ in range(_WORDS):
        at = scan.data.rfind(b"alue", max(0, begin - _NEAR), at)
        if at < 0:
            break
        if found := _BEFORE.match(scan.data, at, begin):
            return (_value(found),)
    return NONE


def _value(found: re.Match[bytes]) -> Value:
    group = next(each for each in (1, 2, _BARE) if found[each] is not None)
    is_bare = group == _BARE and not found["line"]
    place = Place.INNER if is_bare else Place.FIELD
    return Value(*found.span(group), found[group], place)
