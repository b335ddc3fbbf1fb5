"""Messages of protobuf are taken apart without their schema, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitmvcr.core.bodies import wire_fields


def test_each_field_is_kept_with_its_tag() -> None:
    fields = [
        b"\x08\x96\x01",  # a number
        b"\x12\x03abc",  # a text
        b"\x1d1234",  # four bytes
        b"\x2112345678",  # eight bytes
        b"\xa2\x06\x00",  # of field 100
    ]
    assert wire_fields(b"".join(fields)) == fields
    assert wire_fields(b"") == []


@pytest.mark.parametrize(
    "message",
    [
        b"\x0a\x05abc",
        b"\x08",
        b"\x08\x96",
        b"\x1d123",
        b"\x0b",  # a group
        b"\x0e",  # no type
        b"\x02\x00",  # field 0
        b"\xff" * 11,
    ],
)
def test_what_is_no_message_is_refused(message: bytes) -> None:
    with pytest.raises(ValueError, match=r"cut off|no field|no number"):
        wire_fields(message)


@given(st.binary(max_size=40))
def test_nothing_else_is_raised(message: bytes) -> None:
    try:
        found = wire_fields(message)
    except ValueError:
        return
    assert b"".join(found) == message
