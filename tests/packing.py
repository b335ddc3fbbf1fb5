"""MessagePack, CBOR and BSON as their clients write them."""

import struct


def msgpack(value: object) -> bytes:
    """Write MessagePack as its clients do: each length in as few bytes as it can be."""
    if isinstance(value, dict):
        pairs = b"".join(msgpack(k) + msgpack(v) for k, v in value.items())
        return _many(0x80, 0xDE, len(value)) + pairs
    if isinstance(value, list):
        return _many(0x90, 0xDC, len(value)) + b"".join(map(msgpack, value))
    if isinstance(value, int):
        return bytes([value])
    is_text = isinstance(value, str)
    data = value.encode() if isinstance(value, str) else value
    assert isinstance(data, bytes)
    if is_text and len(data) < 32:
        return bytes([0xA0 + len(data)]) + data
    heads = (0xD9, 0xDA, 0xDB) if is_text else (0xC4, 0xC5, 0xC6)
    for head, size in zip(heads, (1, 2, 4), strict=True):
        if len(data) < 1 << 8 * size:
            return bytes([head]) + len(data).to_bytes(size) + data
    raise AssertionError


def _many(few: int, more: int, count: int) -> bytes:
    return bytes([few + count] if count < 16 else [more, count >> 8, count & 255])


def cbor(value: object) -> bytes:
    def head(major: int, size: int) -> bytes:
        if size < 24:
            return bytes([major << 5 | size])
        for info, width in ((24, 1), (25, 2), (26, 4)):
            if size < 1 << 8 * width:
                return bytes([major << 5 | info]) + size.to_bytes(width)
        raise AssertionError

    if isinstance(value, dict):
        pairs = b"".join(cbor(k) + cbor(v) for k, v in value.items())
        return head(5, len(value)) + pairs
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    if isinstance(value, int):
        return head(0, value)
    data = value.encode() if isinstance(value, str) else value
    assert isinstance(data, bytes)
    return head(3 if isinstance(value, str) else 2, len(data)) + data


def bson(value: dict[str, object]) -> bytes:
    inner = b""
    for name, each in value.items():
        if isinstance(each, dict):
            inner += b"\3" + name.encode() + b"\0" + bson(each)
        elif isinstance(each, str):
            data = each.encode() + b"\0"
            size = struct.pack("<i", len(data))
            inner += b"\2" + name.encode() + b"\0" + size + data
        else:
            assert isinstance(each, int)
            inner += b"\x10" + name.encode() + b"\0" + struct.pack("<i", each)
    return struct.pack("<i", len(inner) + 5) + inner + b"\0"
