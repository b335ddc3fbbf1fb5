"""Did the client see the same twice? Only what cannot be the same is left out.

- The order of headers with different names, and the case of names: a cassette
  keeps responses as Go's map, with names in its canonical form. The values of one
  name stay in order.
- ``Connection``: between the client and its proxy, not part of what was recorded.
- Framing (``Content-Length``, ``Transfer-Encoding``) of a body whose length was not
  announced at first: a replay knows it.
- ``Content-Encoding`` and framing of a body stored decoded: it is encoded anew, as
  this client asks now. What the client's library hands out is compared.
"""

from collections.abc import Sequence

from end_to_end.clients import Ask, Pairs, Seen

_FRAMING = {"content-length", "transfer-encoding"}


def differences(
    asks: Sequence[Ask], first: Sequence[Seen], second: Sequence[Seen]
) -> list[str]:
    """One line for each thing that differs."""
    assert len(asks) == len(first) == len(second)
    lines = []
    for ask, one, other in zip(asks, first, second, strict=True):
        for what, before, after in _facts(ask, one, other):
            if before != after:
                lines.append(f"{ask.method} {ask.url} {what}: {before!r} -> {after!r}")
    return lines


def _facts(ask: Ask, one: Seen, other: Seen) -> list[tuple[str, object, object]]:
    loose = _loose(ask, one)
    return [
        ("status", one.status, other.status),
        ("reason", one.reason, other.reason),
        ("protocol", one.protocol, other.protocol),
        ("headers", grouped(one.headers, loose), grouped(other.headers, loose)),
        ("body", one.body, other.body),
        ("history", one.history, other.history),
        ("trailers", grouped(one.trailers), grouped(other.trailers)),
    ]


def _loose(ask: Ask, seen: Seen) -> set[str]:
    names = {name.lower() for name, _ in seen.headers}
    loose = {"connection"}
    if "content-length" not in names:
        loose |= _FRAMING
    if ask.compressed and "content-encoding" in names:
        loose |= _FRAMING | {"content-encoding"}
    return loose


def grouped(headers: Pairs, without: set[str] = frozenset()) -> dict[str, list[str]]:
    """Names in lower case; the values of each in order."""
    found: dict[str, list[str]] = {}
    for name, value in headers:
        if name.lower() not in without:
            found.setdefault(name.lower(), []).append(value)
    return found
