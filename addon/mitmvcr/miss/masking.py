"""What is shown of a request has its secrets masked: answers, logs and reports.

A session passes all that it shows through here, and nobody else masks. A live request
has been redacted before; this is also for what stands in a cassette as it is.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import chain

from mitmvcr.core.urls import url_parts
from mitmvcr.miss.report import LAST_STEP, MASK, Difference, Miss, Near
from mitmvcr.secrets.looks import is_likely
from mitmvcr.secrets.names import Names

_NAMES = Names()

# Such a word is a name, or ends one: ``max_tokens`` and ``token_type`` are no secrets.
_WORDS = (
    "api[-_]?key|access[-_]?key|private[-_]?key|secret|password|passwd|pwd|signature"
    "|sig|credentials?|token|jwt|auth|authorization|cookie|session[-_]?id"
)
_NAME = (
    rf"(?:(?:[\w.-]*[^a-zA-Z0-9])?(?i:{_WORDS})"
    r"|[A-Za-z0-9]*[a-z](?:ApiKey|AccessKey|PrivateKey|Secret|Password|Token|Signature))"
)
_SECRET_NAME = re.compile(rf"{_NAME}|(?i:key)")
# As in ?token=x&, "token": "x" and Authorization: x; the value may be cut off, and the
# whole may stand in a string of JSON. A text in quotes before a colon is the next name.
_IN_TEXT = re.compile(
    rf"""(?P<name>(?<![\w.-]){_NAME})
    (?P<between>\\?["']?\s*[:=]\s*)
    (?!\\?"[^"\\]*\\?"\s*:)
    (?:(?P<quote>\\?")(?:.*?)(?:(?<!\\)(?P=quote)|$)
      |(?!(?:null|true|false)\b)(?:(?i:Bearer|Basic)\s+)?[^\s&;,"'{{}}\[\]\\]+)""",
    re.VERBOSE | re.DOTALL,
)
# What is known by its looks, whatever stands before it.
_BY_LOOKS = re.compile(
    r"\b(?:sk|rk|pk)[-_][\w-]{8,}|\bgh[pousr]_\w{8,}|\bgithub_pat_\w{8,}"
    r"|\bxox[abprs]-[\w-]{8,}|\bA[KS]IA[0-9A-Z]{8,}|\bAIza[\w-]{8,}"
    r"|\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}|(?<=Bearer )[\w.~+/=-]{8,}"
)
_PLACEHOLDER = re.compile(r"\[REDACTED(?::[\w.-]+)?\]")
_MOST_PLACES = 3
_PAIR = re.compile(r"(?P<name>[?&;][^=&;]*=)(?P<value>[^&;]*)")


def is_secret(name: str) -> bool:
    """Return whether a header or a field of this name holds a secret: all that a
    recording hides, and whatever ends in the word for one."""
    return bool(
        _NAMES.header(name)
        or _NAMES.of(_raw(name)).field
        or _SECRET_NAME.fullmatch(name)
    )


def _raw(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def masked_url(url: str) -> str:
    """Return a URL without user and fragment, which do not travel, and with secret
    parameters masked."""
    if parts := url_parts(url):
        url = f"{parts.scheme}://{parts.host}{parts.path}{parts.query}"
    path, mark, query = url.partition("?")
    return _by_looks(path) + _by_looks(_PAIR.sub(_masked_pair, mark + query))


def _masked_pair(found: re.Match[str]) -> str:
    name, value = found["name"][1:-1], found["value"]
    secret = value and (is_secret(name) or _NAMES.of(_raw(name)).parameter)
    return found["name"] + (MASK if secret else value)


def masked_text(text: str) -> str:
    """Mask what stands under a secret's name in a text, and what looks like a
    secret."""
    return _by_looks(_IN_TEXT.sub(_masked_value, text))


def _masked_value(found: re.Match[str]) -> str:
    quote = found["quote"] or ""
    return f"{found['name']}{found['between']}{quote}{MASK}{quote}"


def _by_looks(text: str) -> str:
    return _BY_LOOKS.sub(MASK, text)


def masked(miss: Miss) -> Miss:
    """Return the miss as it may be shown."""
    shown = replace(
        miss,
        url=masked_url(miss.url),
        body=masked_text(miss.body),
        nearest=tuple(map(_masked_near, miss.nearest)),
    )
    for near in shown.nearest:
        for value in chain.from_iterable(map(_in_place_of_secrets, near.differ)):
            shown = shown.through(_without(value))
    return shown


def _without(value: str) -> Callable[[str], str]:
    return lambda text: text.replace(value, MASK)


def _in_place_of_secrets(found: Difference) -> Iterable[str]:
    """Return what was sent where the recording has a placeholder, if it looks like a
    secret: a replay may not have met it before."""
    around = _PLACEHOLDER.split(found.recorded, _MOST_PLACES)
    same = re.fullmatch("(.{8,}?)".join(map(re.escape, around)), found.asked)
    return [each for each in same.groups() if is_likely(_raw(each))] if same else ()


def _masked_near(near: Near) -> Near:
    differ = tuple(map(_masked_difference, near.differ))
    return replace(near, url=masked_url(near.url), differ=differ)


def _masked_difference(found: Difference) -> Difference:
    if found.hidden:
        return found
    place = found.place.partition(" at ")[0]
    last = LAST_STEP.search(place)
    if is_secret(_last_name(last)):
        new = replace(
            found,
            asked=_unless_absent(found.asked),
            recorded=_unless_absent(found.recorded),
        )
    else:
        mask = masked_url if place == "url" else masked_text
        new = replace(found, asked=mask(found.asked), recorded=mask(found.recorded))
    if new.asked == new.recorded and found.asked != found.recorded:
        return new.masked(_name_of(last, found.asked, found.recorded))
    return new


def _name_of(last: re.Match[str] | None, asked: str, recorded: str) -> str:
    """Return whose value is hidden: that of the place, or a name in the text; empty for
    a value that was known by its looks."""
    name = _last_name(last)
    if is_secret(name):
        return name
    pairs = zip(_named(asked), _named(recorded), strict=False)
    return next((one[0] for one, other in pairs if one != other), name)


def _last_name(last: re.Match[str] | None) -> str:
    """Return the name that a place ends in; empty for none, and for an empty one."""
    return (last[1] or last[2] or "") if last else ""


def _named(text: str) -> list[tuple[str, str]]:
    found = [*_IN_TEXT.finditer(text), *_PAIR.finditer(text)]
    return [(_LAST_WORD.sub(r"\1", m["name"]), m[0]) for m in found]


_LAST_WORD = re.compile(r"(?s).*?([\w-]+)\W*\Z")


def _unless_absent(value: str) -> str:
    return value if value in ("absent", "empty", "") else MASK
