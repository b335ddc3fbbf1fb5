"""How streams are framed: Amazon's of events, and those of Connect and gRPC-Web."""

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


def rpc_end(kind: str) -> bytes:
    """Return what ends a stream of this type: it is in the body, with a flag."""
    if kind.startswith("application/connect+"):
        flag, end = 2, b"{}"
    elif kind.startswith("application/grpc-web"):
        flag, end = 128, b"grpc-status: 0\r\n"
    else:
        return b""
    return struct.pack(">BI", flag, len(end)) + end


def _header(name: bytes, value: bytes) -> bytes:
    sized = struct.pack(">BH", _TEXT, len(value))
    return bytes([len(name)]) + name + sized + value


def _checked(data: bytes) -> bytes:
    return data + struct.pack(">I", zlib.crc32(data))
