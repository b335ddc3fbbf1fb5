"""Recordings of Google's httpreplay for Go (``.replay``), as gocloud.dev has them.

Bodies are in base64, that of an answer in its content coding. What the recorder removed
or cleared, above all of what a request was signed with, stands nowhere. Of a request's
media type it keeps no parameter, so that of a multipart only its parts are known.
"""

from collections.abc import Iterator

from mitmvcr.convert.coded import from_base64
from mitmvcr.convert.exchange import Exchange, Pairs
from mitmvcr.convert.found import Found
from mitmvcr.convert.tree import Tree, from_json

_OF_FILE = frozenset({"Version", "Converter", "Entries"})
_OF_ENTRY = frozenset({"ID", "Request", "Response"})
_OF_REQUEST = frozenset({"Method", "URL", "Header", "MediaType", "BodyParts"})
_OF_RESPONSE = frozenset(
    {"StatusCode", "Proto", "ProtoMajor", "ProtoMinor", "Header", "Body"}
)
_CLEARED = "CLEARED"


def read(data: bytes, found: Found) -> None:
    """Read a recording. Raise UnreadableError."""
    whole = from_json(data)
    found.no_place((whole, _OF_FILE))
    entries = whole["Entries"]  # of a test that asked nothing it is null
    items = entries.listed() if whole["Converter"].is_none else entries.items()
    found.collect(items, _exchanges)


def _exchanges(entry: Tree, found: Found) -> Iterator[Exchange]:
    request, response = entry["Request"], entry["Response"]
    found.no_place((entry, _OF_ENTRY), (request, _OF_REQUEST), (response, _OF_RESPONSE))
    url, kind = request["URL"].text(), request["MediaType"].text()
    if f"={_CLEARED}" in url:
        found.say("request.url", f"has {_CLEARED} for what its recorder left out")
    yield Exchange(
        method=request["Method"].text(),
        url=url,
        headers=[*_kept(request["Header"]), *([("Content-Type", kind)] * bool(kind))],
        body=_posted(request["BodyParts"], kind, found),
        code=response["StatusCode"].number(),
        answer_headers=_kept(response["Header"]),
        answer=from_base64(response["Body"]),
        version=response["Proto"].text(),
    )


def _kept(headers: Tree) -> Pairs:
    return [(name, value) for name, value in headers.fields() if value != _CLEARED]


def _posted(parts: Tree, kind: str, found: Found) -> bytes:
    if not kind.startswith("multipart/"):
        return b"".join(from_base64(each) for each in parts.items())
    found.say("request.body", f"is absent: the recording has its parts alone ({kind})")
    return b""
