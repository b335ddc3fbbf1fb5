"""A host renamed wherever a cassette names it."""

import gzip
from dataclasses import replace

import pytest

from mitmvcr.tools.hosts import renamed, renaming
from tools.making import met


@pytest.mark.parametrize(
    ("old", "text", "new"),
    [
        ("api.example.com", "api.example.com", "NEW"),
        ("api.example.com", "API.example.com:8080", "NEW:8080"),
        ("example.com", "api.example.com", "api.example.com"),
        ("example.com", "example.com.evil.org", "example.com.evil.org"),
        ("example.com", "see example.com.", "see NEW."),
        ("example.com", "my-example.com", "my-example.com"),
        ("a.com:80", "a.com:8080", "a.com:8080"),
        ("a.com:80", "a.com:80/x", "NEW/x"),
        ("[::1]", "[::1]:80", "NEW:80"),
    ],
)
def test_a_host_is_whole(old, text, new):
    assert renaming(old, "NEW")(text) == new


def test_it_is_renamed_in_url_host_and_headers():
    old = met(
        "http://me@a.com/x?to=a.com",
        b"see a.com",
        given={"Location": "http://a.com/y"},
        media="text/plain",
    )
    old = replace(old, request=replace(old.request, host="a.com"))
    new = renamed(old, renaming("a.com", "b.org"))
    assert new.request.url == "http://me@b.org/x?to=a.com"
    assert new.request.host == "b.org"
    assert new.response.headers["Location"] == ["http://b.org/y"]
    assert new.response.body == b"see a.com"
    with_bodies = renamed(old, renaming("a.com", "b.org"), bodies=True)
    assert with_bodies.response.body == b"see b.org"
    assert with_bodies.response.content_length == 9


def test_what_does_not_name_it_stays():
    for old in (
        met("http://c.com"),
        met("no://"),
        replace(met(), request=met().request),
    ):
        assert renamed(old, renaming("a.com", "b.org"), bodies=True) is old
    bare = replace(met(), request=replace(met().request, url="a.com/x"))
    assert renamed(bare, renaming("a.com", "b.org")) is bare


def test_what_nobody_can_read_stays():
    old = met(answer=b"a.com", given={"Content-Encoding": "gzip"})
    assert renamed(old, renaming("a.com", "b.org"), bodies=True) is old
    packed = met(answer=gzip.compress(b"a.com"), given={"Content-Encoding": "gzip"})
    new = renamed(packed, renaming("a.com", "b.org"), bodies=True)
    assert gzip.decompress(new.response.body) == b"b.org"
