"""Differences of two messages of protobuf, without their schema."""

from collections.abc import Iterator
from contextlib import suppress

from mitmvcr.core.bodies import field_number, held_text, tagged_fields, wire_fields

#: What is longer, in bytes, is not taken apart to say where it differs.
TAKEN_APART = 2 << 20


def different_texts(one: bytes, other: bytes) -> Iterator[tuple[str, bytes, bytes]]:
    """Yield the paths and contents of texts that differ. Raise ValueError where
    anything else does."""
    pairs = zip(tagged_fields(one), tagged_fields(other), strict=True)
    for (tag, ours, our_raw), (their_tag, theirs, their_raw) in pairs:
        if our_raw == their_raw:
            continue
        if tag != their_tag or ours is None or theirs is None:
            raise ValueError("another field")
        path = str(field_number(tag))
        if held_text(ours) is not None and held_text(theirs) is not None:
            yield path, ours, theirs
        else:
            for inner, one_text, other_text in different_texts(ours, theirs):
                yield f"{path}.{inner}", one_text, other_text


def is_reordered(ours: bytes, theirs: bytes) -> bool:
    """Return whether two messages are of protobuf and differ in nothing else."""
    if ours == theirs or len(ours) != len(theirs) or len(ours) > TAKEN_APART:
        return False
    with suppress(ValueError):
        return sorted(wire_fields(ours)) == sorted(wire_fields(theirs))
    return False
