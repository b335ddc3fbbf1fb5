"""Parse the options about secrets into parts of Rules, and write them again."""

import re
from collections.abc import Sequence

from mitmvcr.core.errors import UnusableValueError
from mitmvcr.core.jsonpaths import json_path
from mitmvcr.secrets.rules import MINIMAL


def parse_redact(text: str) -> bool:
    """Parse ``default`` or ``none``; return whether redaction is off."""
    word = text.strip().lower()
    if word not in ("default", "none", ""):
        raise UnusableValueError(text, "use default or none")
    return word == "none"


def parse_names(texts: Sequence[str]) -> tuple[str, ...]:
    """Parse values that each hold one or more names, separated by commas."""
    words = (word.strip() for text in texts for word in text.split(","))
    return tuple(dict.fromkeys(word for word in words if word))


def parse_fakes(texts: Sequence[str]) -> tuple[str, ...]:
    """Parse kinds of secrets of which fakes can be made: ``jwt`` alone."""
    kinds = parse_names(texts)
    for kind in kinds:
        if kind != "jwt":
            raise UnusableValueError(kind, "use jwt: only of that a fake can be made")
    return kinds


def parse_kept_headers(text: str) -> frozenset[str] | None:
    """Parse ``all`` (None), ``minimal``, or names with commas between."""
    word = text.strip().lower()
    if word in ("all", ""):
        return None
    if word == "minimal":
        return MINIMAL
    return frozenset(name.lower() for name in parse_names([text]))


def parse_json_paths(texts: Sequence[str]) -> tuple[str, ...]:
    """Parse JSONPaths, one to a value, since they hold commas."""
    return tuple(_json_path(text) for text in dict.fromkeys(texts) if text)


def _json_path(text: str) -> str:
    try:
        json_path(text, lenient=True)
    except ImportError:
        remedy = "install python-jsonpath beside mitmproxy"
        raise UnusableValueError(text, remedy) from None
    except ValueError as error:
        remedy = f"not a JSONPath ({error}); use one as $.user.email"
        raise UnusableValueError(text, remedy) from error
    return text


def parse_regexes(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(_regex(text) for text in dict.fromkeys(texts) if text)


def _regex(text: str) -> str:
    try:
        re.compile(text.encode())
    except re.error as error:
        remedy = f"not a regular expression ({error}); use one as 'acct_([0-9]+)'"
        raise UnusableValueError(text, remedy) from error
    return text


def parse_hosts(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(map(_host, parse_names(texts)))


def _host(word: str) -> str:
    name = word.removeprefix("*.")
    if not re.fullmatch(r"[\w-]+(\.[\w-]+)*", name):
        remedy = "use a host name, as db.example.com, or *.example.com"
        raise UnusableValueError(word, remedy)
    return word


def parse_variables(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(map(_variable, parse_names(texts)))


def _variable(word: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", word):
        remedy = "name a variable of the environment, as OPENAI_API_KEY, not its value"
        raise UnusableValueError("...", remedy)
    return word


def write_redact(off: bool) -> str:
    return "none" if off else "default"


def write_kept_headers(kept: frozenset[str] | None) -> str:
    return "all" if kept is None else ",".join(sorted(kept))
