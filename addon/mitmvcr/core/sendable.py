"""What can be sent as an HTTP message, and why something cannot.

By RFC 9110, sections 5.1, 5.5 and 15. A value may hold other control characters and
any byte above 127; those are the clients' own business.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import chain

from mitmvcr.core.errors import CassetteDamagedError
from mitmvcr.core.model import Headers, Response
from mitmvcr.core.wording import shown

_NAMES = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]*").fullmatch
_BREAKS = re.compile("[\r\n\0]")
_break = _BREAKS.search
#: A value that goes on in lines below, as HTTP/1.1 once had it.
_FOLD = re.compile("[ \t]*(?:\r?\n)+[ \t]+")
_CODES = range(200, 1000)
#: A WebSocket's; no other interim answer is one that a client goes on with.
_SWITCHED = 101
_NAMED = {"\r": "a carriage return", "\n": "a line feed", "\0": "a NUL"}
#: Also those of CONNECT and of OPTIONS for a whole server.
_WHOLE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://[^/]|[^/]+:\d+\Z|\*\Z").match
_BAD_URL = re.compile("[\0-\x20\x7f]").search


def is_sendable(response: Response) -> bool:
    """Return whether it can be sent, in a microsecond or two: every replay asks."""
    code = response.code
    return (
        (code in _CODES or code == _SWITCHED)
        and not _break(response.status)
        and _are_sound(response.headers)
        and (not response.trailer or _are_sound(response.trailer))
    )


def check_is_sendable(response: Response, cassette: str, position: int) -> None:
    """Take a last look before a client gets a response, wherever it comes from; its
    interaction is at a position of a cassette. Raise CassetteDamagedError."""
    if not is_sendable(response):
        field, problem = why_not(response)
        raise CassetteDamagedError(cassette, problem, interaction=position, field=field)


def _are_sound(headers: Headers) -> bool:
    # Not remembered by the object: a hook may change it in place.
    values = "".join(chain.from_iterable(headers.values()))
    is_broken = "\n" in values or "\r" in values or "\0" in values  # ten times as quick
    return not is_broken and _are_names(tuple(headers))


@lru_cache(maxsize=512)
def _are_names(names: tuple[str, ...]) -> bool:
    return "" not in names and _NAMES("".join(names)) is not None


def why_not(response: Response) -> tuple[str, str]:
    """Return the first field that cannot be sent, and its problem, or empty texts."""
    return next(_faults(response), ("", ""))


def _faults(response: Response) -> Iterator[tuple[str, str]]:
    for place, headers in (
        ("headers", response.headers),
        ("trailer", response.trailer),
    ):
        for name, values in headers.items():
            problems = [problem_of_name(name), *map(problem_of_value, values)]
            for problem in filter(None, problems):
                yield f"response.{place}.{shown(name)}", problem
    for field, problem in (
        ("status", problem_of_value(response.status)),
        ("code", problem_of_code(response.code)),
    ):
        if problem:
            yield f"response.{field}", problem


def unfolded(response: Response) -> Response:
    """Return the response with each value in one line, which says the same."""
    return replace(
        response, headers=_unfold(response.headers), trailer=_unfold(response.trailer)
    )


def _unfold(headers: Headers) -> Headers:
    return {
        name: [_FOLD.sub(" ", value) for value in values]
        for name, values in headers.items()
    }


def problem_of_name(name: str) -> str:
    """Return what keeps a name from being a header's; empty for nothing."""
    if not name:
        return "a header needs a name"
    return "" if _NAMES(name) else f"{shown(name)} cannot be the name of a header"


def problem_of_value(value: str) -> str:
    """Return what keeps a value from standing in a header or a status line; empty for
    nothing."""
    found = _break(value)
    return f"holds {_NAMED[found[0]]}, which ends a header" if found else ""


def problem_of_code(code: int) -> str:
    """Return why no answer can have this status; empty where one can."""
    if code in _CODES or code == _SWITCHED:
        return ""
    if 100 <= code < 200:
        return f"{code} is no answer: a client goes on waiting"
    return f"{code} is not a status from 200 to 999"


def problem_of_method(method: str) -> str:
    """Return why this is no method; empty where it is one. Go's for GET is empty
    itself."""
    return "" if _NAMES(method) else f"{shown(method)} cannot be a method"


def problem_of_url(url: str) -> str:
    """Return why nobody can ask for this URL; empty where one can."""
    if not url:
        return "is empty: no client asks for it"
    if _BAD_URL(url):
        return f"{shown(url)} cannot be a URL"
    whole = "has no scheme and host, as https://api.example.com/ has"
    return "" if _WHOLE(url) else f"{shown(url)} {whole}: no client asks for it"
