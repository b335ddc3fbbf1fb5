"""A message of protobuf with what is blank in a recorded one as it stands there: its
fields are compared by their tags, and their lengths come anew."""

from collections.abc import Callable
from contextlib import suppress

from mitmvcr.core.bodies import held_field, tagged_fields

#: Returns a content with what is blank in a recorded one as it stands there.
Fill = Callable[[bytes, bytes], bytes]


def filled_message(asked: bytes, recorded: bytes, fill: Fill) -> bytes:
    """Return the message. A field that is empty is not there at all. Raise ValueError
    where one is no message."""
    left = tagged_fields(asked)
    found: list[bytes] = []
    for tag, content, raw in tagged_fields(recorded):
        at = next((at for at, each in enumerate(left) if each.tag == tag), None)
        if at is not None:
            found += [each.raw for each in left[:at]]
            _, own, own_raw = left[at]
            left = left[at + 1 :]
            if own is None or content is None:
                found.append(own_raw)
            else:
                found.append(held_field(tag, _filled(own, content, fill)))
        elif content is not None and fill(b"", content):
            found.append(raw)
    return b"".join([*found, *(each.raw for each in left)])


def _filled(asked: bytes, recorded: bytes, fill: Fill) -> bytes:
    filled = fill(asked, recorded)
    if filled == asked != recorded:
        with suppress(ValueError, RecursionError):
            return filled_message(asked, recorded, fill)
    return filled
