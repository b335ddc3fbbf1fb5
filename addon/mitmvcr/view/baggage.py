"""The header ``baggage`` (W3C): services pass it on from request to request, and a test
names its session in one entry of it, ``vcr-session=NAME``.

That entry travels on with the request, since the service that gets it may come back
here for its own; but it is no part of what is compared and recorded.
"""

from collections.abc import Iterable

from mitmvcr.view.parts import Fields

HEADER, ENTRY = "baggage", "vcr-session"
_HEADER, _ENTRY = HEADER.encode(), ENTRY.encode()


def session_names(values: Iterable[str]) -> set[str]:
    """Return the sessions that the headers of a request name, percent-encoded as they
    are. Properties behind a name (``;ttl=1``) mean nothing here."""
    members = (member for value in values for member in value.split(","))
    pairs = (member.partition(";")[0].partition("=") for member in members)
    return {name.strip() for key, _, name in pairs if key.strip() == ENTRY}


def without_session(fields: Fields) -> Fields:
    """Return headers without that entry; a header that has no other is left out, and
    what stays keeps its spelling."""
    return tuple(_without_session(fields))


def _without_session(fields: Fields) -> Iterable[tuple[bytes, bytes]]:
    for name, value in fields:
        if name.lower() != _HEADER or _ENTRY not in value:
            yield name, value
            continue
        members = value.split(b",")
        kept = [each for each in members if not _is_entry(each)]
        if len(kept) == len(members):
            yield name, value
        elif kept:
            yield name, b",".join(kept).strip(b" \t")


def _is_entry(member: bytes) -> bool:
    return member.partition(b";")[0].partition(b"=")[0].strip(b" \t") == _ENTRY
