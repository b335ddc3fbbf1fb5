"""What a media type says of a body. Here alone is it read."""

import codecs
import re
from contextlib import suppress
from functools import lru_cache

JSON = "application/json"
#: An error as JSON (RFC 9457).
PROBLEM = "application/problem+json"
FORM = "application/x-www-form-urlencoded"
PROTOBUF = "application/x-protobuf"
#: How the types of bodies begin that are messages in frames.
GRPC = "application/grpc"
CONNECT = "application/connect+"
_FRAMED = (GRPC, CONNECT)
#: Connect's own name of it is application/proto.
_PROTOBUF = re.compile(r"protobuf|/(?:x-)?proto\b")
_JSON = re.compile(r"application/(?:[\w.+-]*\+)?json|text/json")


def media_kind(media: str) -> str:
    """Return a media type in lower case, without its parameters."""
    return media.partition(";")[0].strip().lower()


def is_json(media: str) -> bool:
    return _JSON.fullmatch(media_kind(media)) is not None


@lru_cache(maxsize=256)
def is_framed(media: str) -> bool:
    """Return whether bodies of this type are frames: gRPC, gRPC-Web, Connect."""
    return media[:20].lower().startswith(_FRAMED)


def is_protobuf(media: str) -> bool:
    """Return whether a body of this type is one message of protobuf."""
    return _PROTOBUF.search(media_kind(media)) is not None


def is_base64(media: str) -> bool:
    """Return whether the frames stand in base64."""
    return media[:26].lower().startswith(f"{GRPC}-web-text")


def holds_json(media: str) -> bool:
    """Return whether the messages in frames are JSON."""
    return media_kind(media).endswith("+json")


#: Several texts of JSON, one on each line: nobody has registered a type for it.
_JSON_LINES = re.compile(
    r"(?:application|text)/(?:[\w.+-]*[.+-])?"
    r"(?:nd-?json|ldjson|jsonl|json-?lines|json-?stream|stream\+json"
    r"|newline-delimited-json)"
)
#: Each behind a record separator (RFC 7464, RFC 8142).
_JSON_SEQ = re.compile(r"application/(?:[\w.+-]*[.+-])?json-seq")


@lru_cache(maxsize=64)
def is_json_lines(media: str) -> bool:
    """Return whether a body of this type is JSON on each line."""
    return _JSON_LINES.fullmatch(media_kind(media)) is not None


@lru_cache(maxsize=64)
def is_json_seq(media: str) -> bool:
    """Return whether a body of this type is a sequence of texts of JSON."""
    return _JSON_SEQ.fullmatch(media_kind(media)) is not None


# Some codecs that Python knows take their time, or are no character sets.
_CHARSETS = re.compile(r"(?:utf|iso|latin|windows|cp125|us-ascii)[\w-]*", re.ASCII)


@lru_cache(maxsize=64)
def charset(media: str) -> str:
    """Return Python's name for the charset parameter of a media type, else
    ``utf-8-sig``."""
    name = parameter(media, "charset")
    if _CHARSETS.fullmatch(name):
        with suppress(LookupError):
            found = codecs.lookup(name).name
            return "utf-8-sig" if found == "utf-8" else found
    return "utf-8-sig"


_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))')


def parameter(media: str, name: str) -> str:
    """Return a parameter of a media type, whatever the case of its name; else empty."""
    for spelled, quoted, plain in _PARAMETER.findall(media):
        if spelled.lower() == name:
            return re.sub(r"\\(.)", r"\1", quoted) or plain
    return ""


_BOUNDARY = re.compile(r';\s*boundary=(?:"[^"]*"|[^\s;]*)', re.IGNORECASE)


def without_boundary(media: str) -> str:
    """Return a multipart's type without what keeps its parts apart."""
    if not media[:10].lower().startswith("multipart/"):
        return media
    return _BOUNDARY.sub("", media)


_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def lasting_header(name: str, value: str) -> str:
    """Return the value of a part's header, its name in lower case, without what is made
    anew for each request: boundaries, and the ids by which Google's clients tell the
    requests of a batch."""
    if name == "content-id":
        return _UUID.sub("", value)
    return without_boundary(value)
