"""The options about secrets: text becomes rules here, and rules text again."""

import re
from collections.abc import Sequence

from mitmvcr.core.errors import OptionError
from mitmvcr.core.secrets.rules import MINIMAL, Rules


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


def redaction_options(rules: Rules) -> dict[str, str | list[str]]:
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
