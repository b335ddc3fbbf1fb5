"""Amazon's event streams: how a message of them is framed."""

import json
import struct
import zlib

_TEXT = 7


def amazon(name: str, data: object) -> bytes:
    """Return an event: lengths and their checksum, headers, payload, its checksum."""
    fields = {":event-type": name, ":content-type": "application/json"}
    head = b"".join(
        _header(key.encode(), value.encode())
        for key, value in {**fields, ":message-type": "event"}.items()
    )
    body = json.dumps(data).encode()
    sizes = struct.pack(">II", 16 + len(head) + len(body), len(head))
    frame = _checked(sizes) + head + body
    return _checked(frame)


def _header(name: bytes, value: bytes) -> bytes:
    sized = struct.pack(">BH", _TEXT, len(value))
    return bytes([len(name)]) + name + sized + value


def _checked(data: bytes) -> bytes:
    return data + struct.pack(">I", zlib.crc32(data))
