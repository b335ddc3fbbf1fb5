"""Options as text become typed values here, once; shared by the addon and the CLI."""

import math
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mitmvcr.core.errors import OptionError
from mitmvcr.core.model import Layout
from mitmvcr.core.modes import SHORT_NAMES, Mode, Repeats
from mitmvcr.core.secrets.rules import DEFAULT, MINIMAL, Rules


@dataclass(frozen=True, slots=True)
class Settings:
    """``cassette`` is None while none is chosen. ``latency`` is a factor of the
    recorded duration. ``passthrough`` are mitmproxy flow filters, not yet parsed."""

    cassette: Path | None = None
    mode: Mode = Mode.RECORD_ONCE
    allow_repeats: Repeats = Repeats.NO
    latency: float = 0.0
    passthrough: tuple[str, ...] = ()
    layout: Layout = "v4"
    redaction: Rules = DEFAULT


def parse_mode(text: str) -> Mode:
    """A mode by its go-vcr name, its short name or vcrpy's."""
    word = text.strip().lower()
    if word in SHORT_NAMES:
        return SHORT_NAMES[word]
    try:
        return Mode(word)
    except ValueError:
        known = ", ".join([*Mode, *SHORT_NAMES])
        raise OptionError("vcr_mode", text, f"use one of {known}") from None


def parse_cassette(text: str) -> Path:
    """A path; one with no extension gets ``.yaml``, as go-vcr does."""
    if not text.strip():
        raise OptionError("vcr_cassette", text, "name a file, as cassettes/chat.yaml")
    if "\0" in text:
        raise OptionError("vcr_cassette", repr(text), "a path cannot hold NUL")
    try:
        path = Path(text).expanduser()
    except RuntimeError as error:  # as in ~nobody/chat.yaml
        raise OptionError("vcr_cassette", text, f"{error} Name it in full") from error
    if text.endswith(("/", "\\")) or os.path.isdir(path):
        raise OptionError(
            "vcr_cassette", text, f"is a folder; name a file in it, as {path}/chat.yaml"
        )
    return path if path.suffix else path.with_name(path.name + ".yaml")


_REPEATS = {
    "": Repeats.NO,
    "no": Repeats.NO,
    "false": Repeats.NO,
    "all": Repeats.ALL,
    "yes": Repeats.ALL,
    "true": Repeats.ALL,
}


def parse_repeats(text: str) -> Repeats:
    """``no`` (default), or ``all`` (also ``yes``, ``true``): go-vcr's replayable."""
    try:
        return _REPEATS[text.strip().lower()]
    except KeyError:
        raise OptionError("vcr_allow_repeats", text, "use no or all") from None


def parse_latency(text: str) -> float:
    """A factor of the recorded duration: 0 = at once, 1 = as recorded."""
    remedy = "use a factor of the recorded duration, as 0, 0.5 or 1"
    try:
        value = float(text)
    except ValueError:
        raise OptionError("vcr_latency", text, remedy) from None
    if not math.isfinite(value) or value < 0:
        raise OptionError("vcr_latency", text, remedy)
    return value


def parse_layout(text: str) -> Layout:
    """``v4`` (default) or ``v3``: as go-vcr's newest library writes, or as its v3."""
    word = text.strip().lower()
    if word == "v4":
        return "v4"
    if word == "v3":
        return "v3"
    raise OptionError("vcr_layout", text, "use v4 or v3")


def parse_redaction(
    *,
    redact: str = "default",
    headers: str = "all",
    redact_headers: Sequence[str] = (),
    redact_query: Sequence[str] = (),
    redact_json: Sequence[str] = (),
    redact_regex: Sequence[str] = (),
    redact_hosts: Sequence[str] = (),
    keep: Sequence[str] = (),
    secret: Sequence[str] = (),
) -> Rules:
    """What is added to the lists of secrets and taken from them."""
    return Rules(
        off=_is_off(redact),
        headers=_words(redact_headers),
        query=_words(redact_query),
        json=tuple(_json_path(text) for text in redact_json if text),
        regex=tuple(_regex(text) for text in redact_regex if text),
        hosts=tuple(_host(word) for word in _words(redact_hosts)),
        keep=_words(keep),
        secrets=tuple(_variable(word) for word in _words(secret)),
        headers_kept=_header_names(headers),
    )


def _is_off(text: str) -> bool:
    word = text.strip().lower()
    if word not in ("default", "none", ""):
        raise OptionError("vcr_redact", text, "use default or none")
    return word == "none"


def _words(texts: Sequence[str]) -> tuple[str, ...]:
    """Each may hold several, separated by commas."""
    words = (word.strip() for text in texts for word in text.split(","))
    return tuple(dict.fromkeys(word for word in words if word))


def _header_names(text: str) -> frozenset[str] | None:
    word = text.strip().lower()
    if word in ("all", ""):
        return None
    if word == "minimal":
        return MINIMAL
    return frozenset(name.lower() for name in _words([text]))


def _json_path(text: str) -> str:
    from mitmvcr.core.secrets import jsonpaths  # with a library of its own

    try:
        jsonpaths.compiled(text)
    except ImportError:
        remedy = "install python-jsonpath beside mitmproxy"
        raise OptionError("vcr_redact_json", text, remedy) from None
    except ValueError as error:
        remedy = f"not a JSONPath ({error}); use one as $.user.email"
        raise OptionError("vcr_redact_json", text, remedy) from error
    return text


def _regex(text: str) -> str:
    try:
        re.compile(text.encode())
    except re.error as error:
        remedy = f"not a regular expression ({error}); use one as 'acct_([0-9]+)'"
        raise OptionError("vcr_redact_regex", text, remedy) from error
    return text


def _host(word: str) -> str:
    name = word.removeprefix("*.")
    if not re.fullmatch(r"[\w-]+(\.[\w-]+)*", name):
        remedy = "use a host name, as db.example.com, or *.example.com"
        raise OptionError("vcr_redact_hosts", word, remedy)
    return word


def _variable(word: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", word):
        remedy = "name a variable of the environment, as OPENAI_API_KEY, not its value"
        raise OptionError("vcr_secret", "...", remedy)
    return word


def parse_settings(
    *,
    cassette: str,
    mode: str,
    allow_repeats: str = "no",
    latency: str = "0",
    passthrough: Sequence[str] = (),
    layout: str = "v4",
    redaction: Rules = DEFAULT,
) -> Settings:
    """All options together. No cassette is fine; whoever needs one asks for it."""
    return Settings(
        cassette=parse_cassette(cassette) if cassette else None,
        mode=parse_mode(mode),
        allow_repeats=parse_repeats(allow_repeats),
        latency=parse_latency(latency),
        passthrough=tuple(text for text in passthrough if text),
        layout=parse_layout(layout),
        redaction=redaction,
    )


def as_options(settings: Settings) -> dict[str, str | list[str]]:
    """The same settings as the values of mitmproxy's options."""
    return {
        "vcr_cassette": str(settings.cassette or ""),
        "vcr_mode": str(settings.mode),
        "vcr_allow_repeats": str(settings.allow_repeats),
        "vcr_latency": str(settings.latency),
        "vcr_layout": settings.layout,
        "vcr_passthrough": list(settings.passthrough),
        **_redaction_options(settings.redaction),
    }


def _redaction_options(rules: Rules) -> dict[str, str | list[str]]:
    kept = rules.headers_kept
    return {
        "vcr_redact": "none" if rules.off else "default",
        "vcr_headers": "all" if kept is None else ",".join(sorted(kept)),
        "vcr_redact_headers": list(rules.headers),
        "vcr_redact_query": list(rules.query),
        "vcr_redact_json": list(rules.json),
        "vcr_redact_regex": list(rules.regex),
        "vcr_redact_hosts": list(rules.hosts),
        "vcr_keep": list(rules.keep),
        "vcr_secret": list(rules.secrets),
    }
