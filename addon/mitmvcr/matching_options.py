"""Parse the options about matching into parts of a MatchSpec, and write them again."""

import re
from collections.abc import Sequence

from mitmvcr.core.errors import UnusableValueError
from mitmvcr.core.jsonpaths import json_path
from mitmvcr.core.matching import (
    DEFAULT_PARTS,
    PARTS,
    BaseUrl,
    Ignore,
    MatchSpec,
    Rule,
    parse_ignore,
    split_url,
)

_HEADER = "header:"


def parse_match(text: str) -> MatchSpec:
    """Parse parts, as ``method,url,header:Accept``, or ``go-vcr`` or ``charm``; empty
    is the default. ``-RULE`` among them switches a rule of HTTP off."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    off = tuple(dict.fromkeys(_rule(text, w) for w in words if w.startswith("-")))
    words = [word for word in words if not word.startswith("-")]
    style = words[0].lower() if len(words) == 1 else ""
    if style in ("go-vcr", "charm"):
        spec = MatchSpec.of("go-vcr" if style == "go-vcr" else "charm")
        return spec._replace(off=off)
    parts = tuple(dict.fromkeys(_part(text, word) for word in words))
    return MatchSpec(parts or DEFAULT_PARTS, off=off)


def _rule(text: str, word: str) -> Rule:
    try:
        return Rule(word[1:].lower())
    except ValueError:
        known = ", ".join(f"-{rule}" for rule in Rule)
        remedy = f"there is no rule {word!r} to switch off; there are {known}"
        raise UnusableValueError(text, remedy) from None


def _part(text: str, word: str) -> str:
    if word.lower().startswith(_HEADER) and len(word) > len(_HEADER):
        return _HEADER + word[len(_HEADER) :].strip()
    if word.lower() in PARTS:
        return word.lower()
    if word.lower() in ("go-vcr", "charm"):
        remedy = f"{word} is a list of parts already; use it alone"
        raise UnusableValueError(text, remedy)
    remedy = (
        f"there is no part {word!r}; use go-vcr, charm, or some of"
        f" {', '.join(PARTS)}, header:NAME, separated by commas"
    )
    raise UnusableValueError(text, remedy)


def parse_ignored_names(texts: Sequence[str]) -> tuple[Ignore, ...]:
    """Parse values that each hold one or more names, separated by commas."""
    words = dict.fromkeys(word.strip() for text in texts for word in text.split(","))
    found = tuple(parse_ignore(word) for word in words if word)
    if any(not ignore.pattern for ignore in found):
        raise UnusableValueError(",".join(texts), "write a name before the '='")
    return found


def parse_ignored_json(texts: Sequence[str]) -> tuple[Ignore, ...]:
    """Parse JSONPaths, one to a value, since they hold commas."""
    found = tuple(parse_ignore(text) for text in dict.fromkeys(texts) if text.strip())
    for ignore in found:
        try:
            json_path(ignore.pattern)
        except ImportError:
            remedy = "needs python-jsonpath, which is not installed: pip install it"
            raise UnusableValueError(ignore, remedy) from None
        except ValueError as error:
            remedy = f"is not a JSONPath ({error}); use one as $.id or $.items[*].id"
            raise UnusableValueError(ignore, remedy) from error
    return found


def parse_ignored_body(texts: Sequence[str]) -> tuple[Ignore, ...]:
    """Parse regular expressions, one to a value, since they hold commas."""
    return tuple(_regex(text) for text in dict.fromkeys(texts) if text)


def _regex(text: str) -> Ignore:
    try:
        compiled = re.compile(text)
    except re.error as error:
        remedy = f"is not a regular expression ({error}); use one as 'run-[0-9]+'"
        raise UnusableValueError(text, remedy) from error
    if compiled.fullmatch(""):
        remedy = "matches an empty text; use one as 'run-[0-9]+'"
        raise UnusableValueError(text, remedy)
    return Ignore(text)


def parse_base_urls(texts: Sequence[str]) -> tuple[BaseUrl, ...]:
    """Parse pairs: what a URL may start with, and what it then counts as."""
    return tuple(_base_url(text) for text in dict.fromkeys(texts) if text.strip())


def _base_url(text: str) -> BaseUrl:
    """Parse ``https://staging.example.com/api=https://api.example.com/``."""
    old, mark, rest = text.strip().partition("=http")
    new = f"http{rest}" if mark else ""
    for url in (old, new):
        parts = split_url(url)
        if (
            parts is None
            or not parts[1]
            or parts[3]
            or parts[0] not in ("http", "https")
        ):
            remedy = (
                "use two URLs, as https://staging.example.com/=https://example.com/"
            )
            raise UnusableValueError(text, remedy)
    return old, new


def write_base_urls(pairs: Sequence[BaseUrl]) -> list[str]:
    return [f"{old}={new}" for old, new in pairs]
