"""Values that a program generates for each request, recognized by their form: ids, time
stamps, signatures, boundaries."""

import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple


class Kind(NamedTuple):
    """``name`` has its article; ``pattern`` finds it in a text."""

    name: str
    pattern: str


_HEX = "[0-9a-fA-F]"
_DATE, _ZONE = "[0-9]{4}-[0-9]{2}-[0-9]{2}", "(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
_CLOCK = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?"


_NAMES = (
    "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    "|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
_WEEKDAY = "(?:(?:Mon|Tue(?:s)?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? )?"
_MONTH, _DAY = "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"


def _apart(pattern: str) -> str:
    """Return a pattern that does not match within a longer word."""
    return f"(?<![A-Za-z0-9]){pattern}(?![A-Za-z0-9])"


def _in_base64(*sizes: str) -> str:
    """Return a pattern for base64 of certain lengths, with its padding."""
    found = "".join(r"[\w+/-]" + size for size in sizes)
    return rf"(?<![\w+/=-])(?:{found})(?![\w+/=-])"


#: The more specific kinds come first.
KINDS = (
    Kind("a JWT", r"eyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*"),
    Kind("a trace id", _apart(f"00-{_HEX}{{32}}-{_HEX}{{16}}-{_HEX}{{2}}")),
    Kind("a trace id", _apart(f"1-{_HEX}{{8}}-{_HEX}{{24}}")),  # AWS X-Ray
    Kind("a UUID", f"{_HEX}{{8}}-(?:{_HEX}{{4}}-){{3}}{_HEX}{{12}}"),
    Kind("a time stamp", f"{_DATE}[T ]{_CLOCK}{_ZONE}"),
    Kind("a time stamp", _apart("[0-9]{8}T[0-9]{6}Z")),
    Kind(
        "a time stamp",
        f"[A-Z][a-z]{{2}}, [0-9]{{2}} [A-Z][a-z]{{2}} [0-9]{{4}} {_CLOCK}"
        " (?:GMT|[+-][0-9]{4})",
    ),
    Kind("a date", _apart(_DATE)),
    Kind(
        "a date",
        _apart(f"{_WEEKDAY}{_NAMES} [0-9]{{1,2}}(?:st|nd|rd|th)?,? 20[0-9]{{2}}"),
    ),
    Kind("a date", _apart(f"{_WEEKDAY}[0-9]{{1,2}} {_NAMES} 20[0-9]{{2}}")),
    Kind("a date", _apart("[0-9]{1,2}/[0-9]{1,2}/20[0-9]{2}")),
    Kind("a date", _apart(f"20[0-9]{{2}}{_MONTH}{_DAY}")),
    Kind("a time of day", _apart(f"{_CLOCK}{_ZONE}")),
    Kind(
        "a port",
        r"(?:(?<=\b127\.0\.0\.1:)|(?<=\blocalhost:))[0-9]{4,5}\b",
    ),
    Kind("a temporary name", r"(?<![A-Za-z0-9])tmp[a-z0-9_]{8}(?![A-Za-z0-9])"),
    Kind("a signature", _apart(f"{_HEX}{{128}}")),
    Kind("a signature", _apart(f"{_HEX}{{64}}")),
    Kind("a signature", _apart(f"{_HEX}{{40}}")),
    # A digest in base64: SHA-256, SHA-512, SHA-1 and MD5.
    Kind("a signature", _in_base64("{43}=|", "{86}==|", "{27}=|", "{22}==")),
    Kind("a hexadecimal id", _apart(f"{_HEX}{{32}}")),
    Kind("an object id", _apart("[0-9a-f]{24}")),
    Kind("a ULID", _apart("[0-7][0-9A-HJKMNP-TV-Z]{25}")),
    # In nanoseconds, microseconds, milliseconds or seconds, from 2001 to 2033.
    Kind(
        "a time stamp",
        _apart(r"1(?:[0-9]{18}|[0-9]{15}|[0-9]{12}|[0-9]{9}(?:\.[0-9]{1,9})?)"),
    ),
    Kind("a boundary", r"(?m:^--+[\w'()+,./:=?-]{8,70}(?=\r?$))"),
    Kind(
        "a random id",  # nanoid
        r"(?<![\w-])(?=[\w-]*[0-9])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{21}(?![\w-])",
    ),
    # base64url without padding, as of a challenge or a state: letters and digits change
    # more often than in names.
    Kind(
        "a random id",
        r"(?<![\w-])(?=(?:[A-Z0-9_-]*[a-z][a-z_-]*[A-Z0-9]){4})"
        r"(?=[A-Za-z_-]*[0-9][A-Za-z_-]*[0-9])[\w-]{16,}(?![\w-])",
    ),
    Kind("a random id", _apart("(?=[a-zA-Z]*[0-9])(?=[0-9]*[a-zA-Z])[0-9a-zA-Z]{12,}")),
)
_REGEXES = [re.compile(kind.pattern) for kind in KINDS]
_LONGEST = 1 << 16
#: Finds any of them in a text of up to ``_SHORT`` characters. Most texts have none, and
#: a search for each kind would take 20 times as long.
_ANY = re.compile("|".join(f"(?:{kind.pattern})" for kind in KINDS))
_SHORT = 1 << 9


_LIKE = "looks like "


class Fresh(NamedTuple):
    """``words`` say what two texts look like; ``patterns`` find what differs."""

    words: str
    patterns: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Return whether the texts are generated as a whole, not only in pieces."""
        return self.words.startswith(_LIKE)


def fresh(one: str, other: str) -> Fresh | None:
    """Return what two different texts have in common if they differ only in generated
    values; None if they differ in anything else."""
    if max(len(one), len(other)) > _LONGEST:
        return None
    if not all(len(text) > _SHORT or _ANY.search(text) for text in (one, other)):
        return None
    found: dict[str, str] = {}
    for number, (kind, regex) in enumerate(zip(KINDS, _REGEXES, strict=True)):
        if _are_whole(regex, one, other):
            return Fresh(f"{_LIKE}{kind.name}", (kind.pattern,))
        pieces = [regex.findall(text) for text in (one, other)]
        if pieces[0] != pieces[1] and len(pieces[0]) == len(pieces[1]):
            found[kind.pattern] = kind.name
        mark = f"\0{number}\0"
        one, other = regex.sub(mark, one), regex.sub(mark, other)
    if one != other or not found:
        return None
    names = list(dict.fromkeys(found.values()))
    return Fresh(f"differs only in {' and '.join(names)}", tuple(found))


def made_up(text: str) -> str:
    """Return the kind of a text that is a generated value as a whole, with its article;
    empty if it is not."""
    if len(text) > _LONGEST:
        return ""
    pairs = zip(KINDS, _REGEXES, strict=True)
    return next((kind.name for kind, each in pairs if _are_whole(each, text, text)), "")


class Piece(NamedTuple):
    """A generated value within a text, at position ``at``."""

    at: int
    text: str
    kind: Kind


def pieces(text: str) -> list[Piece]:
    """Return the generated values in a text, in reading order, each of the most
    specific kind."""
    found: list[Piece] = []
    for kind, regex in (
        zip(KINDS, _REGEXES, strict=True) if len(text) <= _LONGEST else ()
    ):
        for each in regex.finditer(text):
            found.append(Piece(each.start(), each[0], kind))
        text = regex.sub(lambda each: "\0" * len(each[0]), text)
    return sorted(found)


def one_regex(one: str, other: str) -> str:
    """Return a regex that matches two texts, generated values by their kind and the
    rest literally; empty if they differ in more."""
    sides = [_parted(text, pieces(text)) for text in (one, other)]
    return sides[0] if sides[0] == sides[1] else ""


def _parted(text: str, found: list[Piece]) -> str:
    end, parts = 0, []
    for each in found:
        parts += [re.escape(text[end : each.at]), f"(?:{each.kind.pattern})"]
        end = each.at + len(each.text)
    return "".join((*parts, re.escape(text[end:])))


#: A prefix such as ``msg_``, ``sha256=`` or ``urn:uuid:``, and brackets.
_AROUND = re.compile(r"[{(\[\"']?(?:[A-Za-z0-9]{1,20}[_:=-]){0,3}\0[})\]\"']?")


def _are_whole(regex: re.Pattern[str], one: str, other: str) -> bool:
    """Return whether both texts are such a value, with at most the same prefix and
    brackets around it."""
    if not (regex.search(one) and regex.search(other)):
        return False
    around = [regex.sub("\0", text, count=1) for text in (one, other)]
    return around[0] == around[1] and _AROUND.fullmatch(around[0]) is not None


# Pieces of texts, of which all else still counts


#: In characters: a longer text that differs in pieces is not ignored as a whole.
LONG = 40
#: With more alternatives than this, a rule for the values alone is clearer.
_MOST = 4
#: What precedes a value: an XML element, a name, a word.
_BEFORE = re.compile(
    r"(<[\w:.-]{1,60}(?: [^<>]{0,60})?>|[\w.-]{1,60}[\"']? ?[=:] ?[\"']?|\b\w{1,60} )$"
)
_SPECIAL = re.compile(r"([.^$*+?{}\[\]\\|()])")


def piece_regex(one: str, other: str) -> str:
    """Return the regex that ignores the generated values in two long texts; empty if
    that is all of a text, or they differ in more."""
    if max(len(one), len(other)) <= LONG:
        return ""
    new = fresh(one, other)
    if new is None or new.is_whole:
        return ""
    found = list(dict.fromkeys(around_each(one, other) or new.patterns))
    return "|".join(found if len(found) <= _MOST else new.patterns)


def around(text: str, piece: Piece) -> str:
    """Return a regex for a piece of a text together with the word before it. ``text``
    comes from :func:`without`, so that no other generated value is part of it."""
    return before(text[: piece.at]) + _grouped(piece.kind)


def without(text: str, found: Sequence[Piece]) -> str:
    """Return a text with its pieces blanked out, at the same length."""
    texts = _rest(text, found)
    blanks = ["\0" * len(each.text) for each in found]
    pairs = zip_longest(texts, blanks, fillvalue="")
    return "".join(part for pair in pairs for part in pair)


def around_each(one: str, other: str) -> list[str] | None:
    """Return a regex for each piece in which two texts differ, together with the word
    before it; None if they differ in more."""
    sides = pieces(one), pieces(other)
    if [each.kind for each in sides[0]] != [each.kind for each in sides[1]]:
        return None
    if _rest(one, sides[0]) != _rest(other, sides[1]):
        return None
    text, pairs = without(one, sides[0]), zip(*sides, strict=True)
    return [around(text, ours) for ours, theirs in pairs if ours.text != theirs.text]


def _rest(text: str, found: Sequence[Piece]) -> list[str]:
    """Return the text between the pieces."""
    ends = [0, *(each.at + len(each.text) for each in found)]
    starts = [*(each.at for each in found), len(text)]
    return [text[end:start] for end, start in zip(ends, starts, strict=True)]


def _grouped(kind: Kind) -> str:
    return kind.pattern if "|" not in kind.pattern else f"(?:{kind.pattern})"


def before(text: str) -> str:
    """Return a regex for the name, element or word that a text ends with; empty if
    there is none."""
    found = _BEFORE.search(text[-130:])
    return escaped(found[1]) if found else ""


def escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
