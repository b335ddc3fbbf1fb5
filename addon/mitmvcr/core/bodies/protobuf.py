"""Messages of protobuf as far as they can be read without their schema."""


def wire_fields(message: bytes) -> list[bytes]:
    """Return the outermost fields of a message in their order, each with its tag. Raise
    ValueError for what is none."""
    found, at = [], 0
    while at < len(message):
        end = _end(message, at)
        found.append(message[at:end])
        at = end
    return found


def _end(message: bytes, at: int) -> int:
    tag, at = _varint(message, at)
    kind = tag & 7
    if kind == 0:
        at = _varint(message, at)[1]
    elif kind == 2:
        length, at = _varint(message, at)
        at += length
    elif kind in (1, 5):
        at += 8 if kind == 1 else 4
    else:
        raise ValueError("no field")
    if at > len(message) or tag < 8:
        raise ValueError("cut off")
    return at


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            break
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("no number")
