"""The forms of tokens, read from ``forms.txt``: a template each, from which come the
texts to look for, the regex and what a made-up sample looks like."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from typing import NamedTuple

from mitmvcr.secrets.check_digits import CHECKS
from mitmvcr.secrets.lists import rows


class Pattern(NamedTuple):
    """A value that shows what it is. ``anchors`` are texts one of which every match
    holds; the first group, where there is one, is the secret."""

    kind: str
    anchors: tuple[str, ...]
    regex: str
    source: str
    sample: str
    #: How many bytes before its anchor a match may begin.
    back: tuple[int, ...] = (0,)
    #: Tells a match from a look-alike.
    check: Callable[[bytes], bool] | None = None
    #: A run of letters may be looked through at each anchor in it.
    is_long: bool = True
    #: What stands right before its anchor, at least, where a match may begin in several
    #: places.
    lead: str = ""


#: Nothing that could go on the word stands before it, unless it is what stands before
#: the token in each URL of Telegram's.
START = (
    r"(?:(?<![A-Za-z0-9_])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrt])|(?<=\\u[0-9A-Fa-f]{4})"
    r"|(?<=/bot)|(?<=%2[Ff]bot))"
)
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_CLASSES = {
    "w": "A-Za-z0-9",
    "h": "0-9a-f",
    "H": "0-9A-Fa-f",
    "a": "a-z0-9",
    "c": "A-Z0-9",
    "d": "0-9",
    "l": "a-z",
    "u": "A-Z2-7",
    "t": "a-z2-7",
    "b": r"\w-",
    "s": "A-Za-z0-9+/",
    "S": "A-Za-z0-9+/=_",
    "v": r"\w",
    "p": r"\w.-",
    "e": r"\w.=-",
    "E": r"\w.=+/",
    "A": "a-z0-9-",
    "r": "02-9AC-HJ-NP-Z",
    "k": "./A-Za-z0-9",
    "P": "A-Za-z0-9%+/=_-",
    "x": r"^/\s\"",
}
_DIGITS = {
    "github": "[A-Za-z0-9]{6}",
    "polar": "[A-Za-z0-9]{6}",
    "gitlab": "[0-9a-z]{7}",
    "grafana": "[0-9a-f]{8}",
    "bech32": "[02-9AC-HJ-NP-Z]{6}",
}
_GITHUB = "https://github.com/"
_SOURCES = {
    "B": "betterleaks/betterleaks/blob/main/cmd/generate/config/rules/{}.go",
    "L": "gitleaks/gitleaks/blob/master/cmd/generate/config/rules/{}.go",
    "N": "praetorian-inc/noseyparker/blob/main/crates/noseyparker/data/default/builtin"
    "/rules/{}.yml",
    "T": "praetorian-inc/titus/blob/main/pkg/rule/rules/{}.yml",
    "H": "trufflesecurity/trufflehog/tree/main/pkg/detectors/{}",
    "K": "mongodb/kingfisher/blob/main/crates/kingfisher-rules/data/rules/{}.yml",
}
_PIECE = re.compile(
    r"\{(?:(?P<check>=)(?P<name>\w+)|(?P<uuid>uuid)"
    r"|(?P<of>[A-Za-z])(?P<least>\d+)(?:-(?P<most>\d+)|(?P<more>\+))?)\}"
    r"|(?P<sign>[()|<>'^¶])|(?P<text>[^{}()|<>'^¶]+)"
)
#: As it is, or as a string of JSON has it.
NEXT_LINE = r"(?:(?:\\{1,7}r)?\\{1,7}n|\r?\n)"
QUOTE = r"(?:\\{0,7}\"|&quot;)"
_SIGNS = {"(": "(?:", "<": "(", ">": ")", "^": rf"{QUOTE}\s?:\s?{QUOTE}"}
_SIGNS |= {"'": rf"\s{{0,40}}{QUOTE}\s{{0,40}}", "¶": NEXT_LINE}
#: What begins a quote, and what a sample has for a sign.
_QUOTES, _SHOWN = ('"', "\\", "&quot;"), {"'": '"', "^": '":"', "¶": "\n"}
_UUID_SAMPLE = "{h8}-{h4}-{h4}-{h4}-{h12}"
#: A text with a separator in it, so long, is looked for within words too.
_TELLING = 5
#: So many letters are looked through at each anchor, however near the next is.
_LONG = 80


@cache
def read() -> tuple[Pattern, ...]:
    """Return all forms of the file."""
    return tuple(pattern(*row) for row in rows("forms.txt"))


def pattern(kind: str, template: str, source: str) -> Pattern:
    """Return the pattern of a row."""
    flat = [_flattened(each) for each in _expanded(template)]
    anchored = [_anchor(pieces) for pieces in flat]
    begun = {text.replace("'", quote) for text, _ in anchored for quote in _QUOTES}
    texts = sorted(one for one in begun if not one.startswith((*(begun - {one}),)))
    checked = [found["name"] for found in _PIECE.finditer(template) if found["check"]]
    return Pattern(
        kind,
        tuple(texts),
        _start(anchored, flat) + _regex(template) + _end(flat),
        _source(source),
        "".join(map(_sampled, flat[-1])),
        tuple(sorted({at for _, back in anchored for at in back})),
        CHECKS[checked[0]] if checked else None,
        any(map(_is_long, _PIECE.finditer(template))),
        _lead(flat[0]),
    )


def is_genuine(pattern: Pattern, token: bytes) -> bool:
    """Return whether a match has the check digits of its form, if there are any."""
    return pattern.check is None or pattern.check(token)


def _source(text: str) -> str:
    letter, _, name = text.partition(":")
    known = _SOURCES.get(letter)
    return _GITHUB + known.format(name) if known else text


def _expanded(template: str) -> Iterator[str]:
    """Yield the template with one text of each group, for all of them."""
    groups = re.split(r"(\([^()]*\))", template)
    arms = (
        each[1:-1].split("|") if each.startswith("(") else [each] for each in groups
    )
    yield from map("".join, product(*arms))


Pieces = list[re.Match[str]]


def _flattened(template: str) -> Pieces:
    """Return the texts and elements of a template without groups; texts that touch are
    one."""
    bare = template.replace("<", "").replace(">", "")
    return list(_PIECE.finditer(bare))


def _anchor(pieces: Pieces) -> tuple[str, range]:
    """Return the first text that is worth looking for, with the quote behind it if
    there is one, and how far before it the token may begin."""
    least = most = 0
    for piece, behind in zip(pieces, [*pieces[1:], pieces[0]], strict=True):
        if piece["text"] and len(piece["text"]) > 1:
            quote = "'" if behind[0] in "'^" else ""
            return piece["text"] + quote, range(least, most + 1)
        shortest, longest = _lengths(piece)
        least, most = least + shortest, most + longest
    raise ValueError("a form without a text to look for")


def _lead(pieces: Pieces) -> str:
    first = pieces[0]
    is_range = first["most"] and len(pieces) > 1 and pieces[1]["text"]
    return f"[{_CLASSES[first['of']]}]{{{first['least']}}}" if is_range else ""


def _lengths(piece: re.Match[str]) -> tuple[int, int]:
    if piece["of"]:
        return int(piece["least"]), int(piece["most"] or piece["least"])
    return len(piece[0]), len("&quot;" if piece["sign"] else piece[0])


def _is_long(piece: re.Match[str]) -> bool:
    return bool(piece["more"]) or int(piece["most"] or piece["least"] or 0) > _LONG


def _start(anchored: list[tuple[str, range]], flat: list[Pieces]) -> str:
    for (text, back), pieces in zip(anchored, flat, strict=True):
        if not (pieces[0][0][0].isalnum() or pieces[0]["of"]):
            continue  # a sign begins it
        if text.endswith("'"):
            continue  # it is the end of a name
        if back.stop > 1 or len(text) < _TELLING or text.isalnum():
            return START
    return ""


def _end(flat: list[Pieces]) -> str:
    """Return what must not follow: the alphabet of the last element."""
    last = [pieces[-1] for pieces in flat]
    if any(each["more"] for each in last):
        return ""
    classes = {_CLASSES[each["of"]] for each in last if each["of"]}
    return f"(?![{max(sorted(classes | {'A-Za-z0-9'}), key=len)}])"


def _regex(template: str) -> str:
    return "".join(map(_matched, _PIECE.finditer(template)))


def _matched(piece: re.Match[str]) -> str:
    if piece["text"]:
        return re.escape(piece["text"])
    if piece["sign"]:
        return _SIGNS.get(piece["sign"], piece["sign"])
    if piece["uuid"]:
        return UUID
    if piece["check"]:
        return _DIGITS[piece["name"]]
    letters = f"[{_CLASSES[piece['of']]}]"
    if piece["more"]:
        return f"{letters}{{{piece['least']},}}+"
    if piece["most"]:
        return f"{letters}{{{piece['least']},{piece['most']}}}+"
    return f"{letters}{{{piece['least']}}}"


def _sampled(piece: re.Match[str]) -> str:
    """Return a piece in the language of samples: the shortest of a range."""
    if piece["of"]:
        return f"{{{piece['of']}{piece['least']}}}"
    return _UUID_SAMPLE if piece["uuid"] else _SHOWN.get(piece[0], piece[0])
