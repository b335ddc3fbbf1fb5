"""What media types say of bodies."""

import pytest

from mitmvcr.core.media import is_base64, is_framed, is_json, media_kind


@pytest.mark.parametrize(
    ("media", "is_one"),
    [
        ("application/json", True),
        ("Application/Problem+JSON; charset=utf-8", True),
        ("text/json", True),
        ("application/jsonl", False),
        ("text/plain", False),
        ("", False),
    ],
)
def test_json_is_known_by_its_types(media: str, is_one: bool) -> None:
    assert is_json(media) is is_one


def test_frames_are_known_by_their_types() -> None:
    assert is_framed("application/grpc-web-text+proto")
    assert is_framed("Application/Connect+json")
    assert not is_framed("application/json")
    assert is_base64("application/grpc-web-text+proto")
    assert not is_base64("application/grpc-web+proto")


def test_a_kind_has_no_parameters() -> None:
    assert media_kind(" Text/HTML ; charset=x") == "text/html"
