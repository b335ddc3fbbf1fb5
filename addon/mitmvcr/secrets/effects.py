"""Options that change nothing, since what they name is not there."""

from collections.abc import Iterator, Sequence

from mitmvcr.secrets.lists import SET_COOKIES
from mitmvcr.secrets.names import Names, is_secret_variable, plain
from mitmvcr.secrets.patterns import PATTERNS
from mitmvcr.secrets.rules import Rules

_HEADER = "header:"
#: They say how a message travels, and are no part of a recorded request.
_TRAVEL = frozenset(
    [
        "connection",
        "content-length",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ]
)


def not_compared(parts: Sequence[str], rules: Rules) -> Iterator[tuple[str, str]]:
    """Yield the header parts of a match that are the same in all requests, and what
    to do instead; ``{keep}``, ``{match}`` and ``{headers}`` are options."""
    names = Names(rules.headers, rules.query, rules.keep)
    for part in parts:
        name = part.removeprefix(_HEADER).lower() if part.startswith(_HEADER) else ""
        if name == "host":
            yield part, "this header is part of the URL: compare {match}=host"
        elif name in _TRAVEL:
            yield (
                part,
                "this header says how a message travels, and is not recorded: leave"
                " it out",
            )
        elif not name or rules.off:
            continue
        elif names.header(name):
            yield (
                part,
                "this header holds a secret, is not recorded, and so is never compared;"
                " requests that differ in it are kept apart anyway. To record and"
                f" compare it, with a value that is no secret: {{keep}}={name}",
            )
        elif rules.headers_kept is not None and name not in rules.headers_kept:
            yield (
                part,
                "this header is not recorded, and so is never compared: name it in"
                " {headers}, or leave that out",
            )


def not_hidden(rules: Rules) -> Iterator[tuple[str, str]]:
    """Yield the names to keep under which nothing is hidden but a cookie's value."""
    names = Names(rules.headers, rules.query)
    kinds = {plain(each.kind) for each in PATTERNS} | {"userinfo"}
    for name in rules.keep:
        is_known = (
            names.header(name)
            or names.of(name.encode()).parameter
            or name.lower() in ("cookie", *SET_COOKIES)
            or plain(name) in kinds
            or is_secret_variable(name)
        )
        if not is_known and not rules.off:
            yield (
                name,
                "nothing is hidden under this name, except a cookie's value: use the"
                " name of a header, field, cookie or variable, or what stands in"
                " [REDACTED:...]",
            )
