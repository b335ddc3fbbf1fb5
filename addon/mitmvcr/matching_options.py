"""The options about matching, from text to a MatchSpec and back."""

from collections.abc import Sequence

from mitmvcr.core.errors import OptionError
from mitmvcr.core.ignoring import Ignore, json_path, parse_ignore
from mitmvcr.core.keys import split_url
from mitmvcr.core.matcher import DEFAULT_PARTS, PARTS, MatchSpec
from mitmvcr.core.urlparts import BaseUrl

_HEADER = "header:"


def parse_matching(
    *,
    match: str = "",
    ignore_headers: Sequence[str] = (),
    ignore_query: Sequence[str] = (),
    ignore_json: Sequence[str] = (),
    ignore_form: Sequence[str] = (),
    base_url_map: Sequence[str] = (),
) -> MatchSpec:
    """All of them together. Raises OptionError."""
    chosen = parse_match(match)
    return MatchSpec(
        parts=chosen.parts,
        style=chosen.style,
        ignore_headers=_names("vcr_ignore_headers", ignore_headers),
        ignore_query=_names("vcr_ignore_query", ignore_query),
        ignore_json=_json_paths(ignore_json),
        ignore_form=_names("vcr_ignore_form", ignore_form),
        base_urls=tuple(_base_url(text) for text in base_url_map if text.strip()),
    )


def parse_match(text: str) -> MatchSpec:
    """Parts, as ``method,url,header:Accept``, or ``go-vcr`` or ``charm``; empty is the
    default."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if [word.lower() for word in words] == ["go-vcr"]:
        return MatchSpec.of("go-vcr")
    if [word.lower() for word in words] == ["charm"]:
        return MatchSpec.of("charm")
    parts = tuple(dict.fromkeys(_part(text, word) for word in words))
    return MatchSpec(parts or DEFAULT_PARTS)


def _part(text: str, word: str) -> str:
    if word.lower().startswith(_HEADER) and len(word) > len(_HEADER):
        return _HEADER + word[len(_HEADER) :].strip()
    if word.lower() in PARTS:
        return word.lower()
    if word.lower() in ("go-vcr", "charm"):
        remedy = f"{word} is a choice of parts of its own; give it alone"
        raise OptionError("vcr_match", text, remedy)
    remedy = (
        f"there is no part {word!r}; use go-vcr, charm, or some of"
        f" {', '.join(PARTS)}, header:NAME, separated by commas"
    )
    raise OptionError("vcr_match", text, remedy)


def _names(option: str, texts: Sequence[str]) -> tuple[Ignore, ...]:
    """Names with commas between, and in as many values as one likes."""
    words = [word.strip() for text in texts for word in text.split(",")]
    found = tuple(parse_ignore(word) for word in words if word)
    if any(not ignore.pattern for ignore in found):
        raise OptionError(option, ",".join(texts), "name what is before the '='")
    return found


def _json_paths(texts: Sequence[str]) -> tuple[Ignore, ...]:
    """JSONPaths hold commas: one to a value."""
    found = tuple(parse_ignore(text) for text in texts if text.strip())
    for ignore in found:
        try:
            json_path(ignore.pattern)
        except ImportError:
            remedy = "needs python-jsonpath, which is not installed: pip install it"
            raise OptionError("vcr_ignore_json", ignore, remedy) from None
        except ValueError as error:
            remedy = f"is not a JSONPath ({error}); use one as $.id or $.items[*].id"
            raise OptionError("vcr_ignore_json", ignore, remedy) from error
    return found


def _base_url(text: str) -> BaseUrl:
    """``https://staging.example.com/api=https://api.example.com/``"""
    old, mark, rest = text.strip().partition("=http")
    new = f"http{rest}" if mark else ""
    for url in (old, new):
        parts = split_url(url)
        if parts is None or not parts[1] or parts[3] or not _is_http(parts[0]):
            remedy = (
                "use two URLs, as https://staging.example.com/=https://example.com/"
            )
            raise OptionError("vcr_base_url_map", text, remedy)
    return old, new


def _is_http(scheme: str) -> bool:
    return scheme in ("http", "https")


def matching_options(spec: MatchSpec) -> dict[str, str | list[str]]:
    """The same as the values of mitmproxy's options."""
    match = ",".join(spec.parts) if spec.style == "usual" else spec.style
    return {
        "vcr_match": match,
        "vcr_ignore_headers": [*map(str, spec.ignore_headers)],
        "vcr_ignore_query": [*map(str, spec.ignore_query)],
        "vcr_ignore_json": [*map(str, spec.ignore_json)],
        "vcr_ignore_form": [*map(str, spec.ignore_form)],
        "vcr_base_url_map": [f"{old}={new}" for old, new in spec.base_urls],
    }
