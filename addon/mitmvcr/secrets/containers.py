"""What a body holds: text within codings, frames, parts and character sets.

Each piece is put through a function, and what it returns is packed as the piece was, so
that the body keeps its form. A file (an archive, an image) is nobody's text: what names
stand in it by chance are none, and a changed byte would break it.
"""

import re
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from typing import NamedTuple
from zlib import crc32

from mitmvcr.codings import (
    CodingError,
    aws_chunked,
    decoded,
    encoded,
    packed_as,
    unpacked,
)
from mitmvcr.core.bodies import from_base64
from mitmvcr.core.events import AWS, ends, message_ends
from mitmvcr.core.media import (
    JSON,
    holds_json,
    is_base64,
    is_framed,
    is_protobuf,
    parameter,
)
from mitmvcr.core.model import Headers, header
from mitmvcr.secrets import outputs
from mitmvcr.secrets.charsets import WIDE, charset_of
from mitmvcr.secrets.outputs import CONTROL, SAMPLE


class Look(Enum):
    """What is looked for in a piece."""

    ALL = "names, forms and known values"
    #: Of a binary message, where no length may change.
    FORMS = "forms and known values"
    #: Of a file whose format survives a change: the same, in any length.
    FILE = "forms and known values, in a file"


class Said(NamedTuple):
    """What a message's headers say about its body; ``frames`` is the coding of the
    messages of gRPC or Connect in it."""

    media: str = ""
    coding: str = ""
    frames: str = ""


NOTHING = Said()

Leaf = Callable[[bytes, Look], bytes]

_GZIP = b"\x1f\x8b"
#: And zlib.
_PACKED_STARTS = (_GZIP, b"x\x01", b"x\x9c", b"x\xda")
#: How files begin: archives, images, fonts, programs, sounds, models.
_FILE = re.compile(
    rb"\x1f\x8b|PK(?:\x03\x04|\x05\x06)|7z\xbc\xaf|\xfd7zXZ|\(\xb5/\xfd|BZh|Rar!"
    rb"|PACK|!<arch>\n|07070[127]"
    rb"|\x89PNG|\xff\xd8\xff|GIF8|RIFF|wOF[F2]|OTTO|\0\x01\0\0|\x7fELF|MZ|\0asm"
    rb"|[\0-\xff][\x0c-\x0f]\r\n|\xca\xfe\xba\xbe|ID3|OggS|fLaC|PAR1|GGUF"
    rb"|SQLite format 3"
)
_FILE_TYPE = re.compile(
    r"image/(?!svg)|audio/|video/|font/|application/(?:zip|pdf|wasm|gzip|java-archive"
    r"|vnd\.ms-|vnd\.openxml|vnd\.rar|vnd\.debian|x-(?:tar|gtar|gzip|7z|xz|bzip|rpm))"
)
_TEXT_TYPE = re.compile(r"text/|.*(?:charset|json|xml|form-urlencoded|yaml|script)")
_BINARY_TYPE = re.compile(r"msgpack|cbor|avro|thrift|bson")
_ZERO = b"\0"
#: Before a message of gRPC and of Connect: flags, of which there are these, and its
#: length, which is at most this.
_PREFIX, _FLAGS, _MOST = 5, (0, 1, 2, 3, 0x80, 0x81), 0xFFFFFFFF


def said_by(headers: Headers) -> Said:
    said = {name.lower(): ", ".join(values) for name, values in headers.items()}
    frames = said.get("grpc-encoding") or said.get("connect-content-encoding", "")
    media, coding = header(headers, "content-type"), said.get("content-encoding", "")
    return Said(media, coding, frames)


#: A header of such a name says that the body is to be unpacked.
PACKED = frozenset({"content-encoding", "grpc-encoding", "connect-content-encoding"})
#: Matches a body that does not show what it holds, by how it begins: gzip, base64 of
#: frames, pieces, a text of wide letters, a map, a list or a record of MessagePack or
#: CBOR, a document of BSON.
_PIECE = rb"[0-9A-Fa-f]{1,16}+(?:;[^\r\n]{0,1000}+)?+\r\n"
_MAP = rb"[\x80-\xbf\xd9\xdc-\xdf]|\xd4r|[\0-\xff]{3}\0[\x01-\x13]"
seems_packed = re.compile(
    b"|".join((rb"\x1f\x8b|AAA", _MAP, _PIECE, WIDE.pattern))
).match


def through(body: bytes, said: Said, leaf: Leaf) -> bytes:
    """Return the body with each piece of it put through ``leaf``."""
    is_aws = aws_chunked.is_said_chunked(said.coding, "")
    if not (is_aws or aws_chunked.looks_chunked(body)):
        return _packed(body, said, leaf)
    # As S3's clients send it, in signed pieces, whatever else it is.
    pieces, end = aws_chunked.pieces(body)
    plain = aws_chunked.joined(pieces) if pieces else body
    coding = aws_chunked.without_it(said.coding)
    new = _packed(plain, said._replace(coding=coding), leaf)
    if new == plain or not pieces:
        return body if new == plain else new
    return aws_chunked.in_pieces(new, pieces) + body[end:]


def through_message(body: bytes, leaf: Leaf) -> bytes:
    """Return a message of a WebSocket with each piece of it put through ``leaf``. One
    that is gzip or zlib was packed by its program, and is no file."""
    if body[:2] in _PACKED_STARTS:
        plain, codings = unpacked(body, "gzip" if body[:2] == _GZIP else "deflate")
        if codings and plain[:1] in (b"{", b"["):
            new = leaf(plain, Look.ALL)
            return body if new == plain else packed_as(body, new, codings)
    if start := outputs.channel_ends(body):
        return body[:start] + through(body[start:], NOTHING, leaf)
    if saying := outputs.spdy_ends(body):
        return _output(body, saying, leaf, 3)
    return through(body, NOTHING, leaf)


def _packed(body: bytes, said: Said, leaf: Leaf) -> bytes:
    if not body:
        return body
    plain, codings = unpacked(body, said.coding) if said.coding else (body, "")
    new = _content(plain, said.media, said.frames, leaf)
    if new == plain:
        return body
    return packed_as(body, new, codings) if codings else new


def _content(body: bytes, media: str, frames: str, leaf: Leaf) -> bytes:
    if is_base64(media):
        return _in_base64(body, media, frames, leaf)
    if is_framed(media):
        return _framed(body, media, frames, leaf)
    kind = media.lower()
    if kind.startswith(AWS):
        return _in_aws(body, media, leaf)
    if is_message(media):
        return leaf(body, Look.FORMS)
    if body[:2] == _GZIP:
        return _gzip_file(body, leaf)
    if _is_file(body, kind):
        return body
    if saying := outputs.ends(body, kind):
        return _output(body, saying, leaf)
    if (charset := charset_of(body, kind)) is not None:
        return _wide(body, *charset, leaf)
    if _is_text(body, kind):
        return leaf(body, Look.ALL)
    if kind.startswith("multipart/") and (border := parameter(media, "boundary")):
        return _parts(body, border.encode("utf-8", "surrogateescape"), leaf)
    return leaf(body, Look.FORMS)


def is_message(media: str) -> bool:
    """Return whether a body of this type is a binary message, or several."""
    if is_framed(media) or is_protobuf(media):
        return True
    return _BINARY_TYPE.search(media.lower()) is not None


def _is_text(body: bytes, kind: str) -> bool:
    """Return whether a body is text: no message of MessagePack or CBOR, which need not
    have a byte that no text has. Some protocols end a text with a zero."""
    is_map = b"\x80" <= body[:1] < b"\xc0" or body[:2] == b"\xd4r"
    if is_map and not _TEXT_TYPE.match(kind):
        return False
    found = CONTROL.search(body, 0, SAMPLE)
    return found is None or (found.start() == len(body) - 1 and found[0] == _ZERO)


def _is_file(body: bytes, kind: str) -> bool:
    if _FILE_TYPE.match(kind) or body[257:262] == b"ustar" or body[:4] == b"%PDF":
        return True
    return bool(_FILE.match(body) and CONTROL.search(body, 0, SAMPLE))


def _gzip_file(body: bytes, leaf: Leaf) -> bytes:
    """Look into a file of gzip where it holds text; an archive has lengths and
    checksums of its own."""
    plain, coding = unpacked(body, "gzip")
    if not coding or CONTROL.search(plain, 0, SAMPLE):
        return body
    new = leaf(plain, Look.FILE)
    return body if new == plain else packed_as(body, new, coding)


# Frames


def _framed(body: bytes, media: str, frames: str, leaf: Leaf) -> bytes:
    """Look into the messages of gRPC, gRPC-Web and Connect: each is a byte of flags,
    its length in four, and itself."""
    inner = JSON if holds_json(media) else "application/protobuf"
    parts: list[bytes] = []
    at = 0
    ends = message_ends(body)
    rest = body[ends[-1] :] if ends else body
    if len(rest) > _PREFIX and rest[0] in _FLAGS:
        ends.append(len(body))  # of one that was cut off
    for end in ends:
        message, size = body[at + _PREFIX : end], int.from_bytes(body[at + 1 : at + 5])
        # Trailers of gRPC-Web and the end of a Connect stream are text.
        held = inner if body[at] < 2 else "text/plain"
        new = _message(message, held, frames if body[at] & 1 else "", leaf)
        size = min(size + len(new) - len(message), _MOST)
        parts.append(body[at : at + 1] + size.to_bytes(4) + new)
        at = end
    return b"".join(parts) + (leaf(body[at:], Look.FORMS) if at < len(body) else b"")


def _message(message: bytes, media: str, coding: str, leaf: Leaf) -> bytes:
    try:
        plain = decoded(message, coding) if coding else message
    except CodingError:
        return message
    new = _content(plain, media, "", leaf)
    return message if new == plain else encoded(new, coding)


def _output(body: bytes, each_ends: list[int], leaf: Leaf, width: int = 4) -> bytes:
    parts, at = list[bytes](), 0
    for end in each_ends:
        text, is_said = (
            body[at + outputs.HEAD : end],
            body[at] < 0x80,
        )  # SPDY packs all else
        new = _packed(text, NOTHING, leaf) if is_said else leaf(text, Look.FORMS)
        start = at + outputs.HEAD - width
        size = int.from_bytes(body[start : at + outputs.HEAD]) + len(new) - len(text)
        size = min(size, 256**width - 1)
        parts.append(body[at:start] + size.to_bytes(width) + new)
        at = end
    return b"".join(parts) + (leaf(body[at:], Look.FORMS) if at < len(body) else b"")


def _in_aws(body: bytes, media: str, leaf: Leaf) -> bytes:
    """Look into the messages of Amazon's event streams. Each is its length, that of its
    headers, a checksum of both, the headers, what it carries, and a checksum of
    all."""
    parts: list[bytes] = []
    at = 0
    for end in ends(media, body) or ():
        parts.append(_aws_message(body[at:end], leaf))
        at = end
    return b"".join(parts) + (leaf(body[at:], Look.FORMS) if at < len(body) else b"")


def _aws_message(message: bytes, leaf: Leaf) -> bytes:
    start = 12 + int.from_bytes(message[4:8])
    if start > len(message) - 4:
        return leaf(message, Look.FORMS)
    headers, carried = message[12:start], message[start:-4]
    new = leaf(headers, Look.FORMS) + _packed(carried, NOTHING, leaf)
    if new == headers + carried:
        return message
    lengths = (len(new) + 16).to_bytes(4) + message[4:8]
    fresh = lengths + crc32(lengths).to_bytes(4) + new
    return fresh + crc32(fresh).to_bytes(4)


def _in_base64(body: bytes, media: str, frames: str, leaf: Leaf) -> bytes:
    with suppress(ValueError):
        plain = from_base64(body)
        new = _framed(plain, media, frames, leaf)
        return body if new == plain else b64encode(new)
    return body


# Parts


def _parts(body: bytes, boundary: bytes, leaf: Leaf) -> bytes:
    """Look into the parts of a multipart body of which some are no text."""
    border = b"--" + boundary
    return border.join(_part(part, leaf) for part in body.split(border))


def _part(part: bytes, leaf: Leaf) -> bytes:
    if CONTROL.search(part, 0, SAMPLE) is None:
        # Where a part ends is seen by the border behind it.
        return leaf(part + b"--", Look.ALL).removesuffix(b"--")
    head, blank, content = part.partition(b"\r\n\r\n")
    found = re.search(rb"(?i)\r\ncontent-type:[ \t]*([^\r\n]{1,200})", head)
    media = found[1].decode("latin-1") if found else ""
    found = re.search(rb"(?i)\r\ncontent-encoding:[ \t]*([^\r\n]{1,50})", head)
    coding = found[1].decode("latin-1") if found else ""
    end = len(content) - 2 if coding and content.endswith(b"\r\n") else len(content)
    new = _packed(content[:end], Said(media, coding), leaf)
    return leaf(head, Look.ALL) + blank + new + content[end:]


# Character sets


def _wide(body: bytes, mark: bytes, codec: str, leaf: Leaf) -> bytes:
    """Look into a text of two or four bytes a letter."""
    try:
        plain = body[len(mark) :].decode(codec).encode()
    except UnicodeError:
        return leaf(body, Look.FORMS)
    new = leaf(plain, Look.ALL)
    return body if new == plain else mark + new.decode().encode(codec)
