"""URLs are compared in one spelling, headers by name; and nothing ever raises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitmvcr.core.matching import split_url, url_host, url_key
from mitmvcr.core.media import parameter
from mitmvcr.core.model import header
from mitmvcr.core.placeholders import any_placeholder

# URLs


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://h/x", "https://h/x"),
        ("HTTPS://API.Example.COM/X?Q", "https://api.example.com/X?Q"),
        ("http://h:80/", "http://h/"),
        ("https://h:443/", "https://h/"),
        ("http://h:443/", "http://h:443/"),
        ("https://h:80/", "https://h:80/"),
        ("ws://h:80/", "ws://h:80/"),
        ("http://h:8080/", "http://h:8080/"),
        ("http://h:/", "http://h/"),
        ("ws://h:/", "ws://h/"),
        ("http://h", "http://h/"),
        ("http://h?a=1", "http://h/?a=1"),
        ("http://h#f", "http://h/"),
        ("http://h/p?a=1#f?b", "http://h/p?a=1"),
        ("http://h/p?", "http://h/p?"),
        ("http://h/p?a/b?c", "http://h/p?a/b?c"),
        ("http://h/%7E%2f%c3%a9", "http://h/~%2F%C3%A9"),
        ("http://h/é?é", "http://h/%C3%A9?%C3%A9"),
        ("http://h/\udcff", "http://h/%FF"),
        ("http://h/\ud800", "http://h/\ud800"),
        ("http://h/a+b?c+d=%2b", "http://h/a+b?c%20d=%2B"),
        ("http://host?a/b?c", "http://host/?a/b?c"),
        ("http://host#a/b", "http://host/"),
        ("http://h/?a=[x&b={}", "http://h/?a=[x&b=%7B%7D"),  # the first is no JSON
        ("http://h/?a=%5bx&q={y}", "http://h/?a=%5Bx&q={y}"),
        ("http://h/%%41%4%31%zz", "http://h/%%41%4%31%zz"),
        ("http://h.:80/", "http://h/"),
        ("http://H.example./", "http://h.example/"),
        ("https://Bücher.example:8443/", "https://xn--bcher-kva.example:8443/"),
        ("https://b%C3%BCcher.example/", "https://xn--bcher-kva.example/"),
        ("http://[fe80::1%25eth0]/", "http://[fe80::1%25eth0]/"),
        ("https://" + "ü" * 70 + "/", "https://" + "ü" * 70 + "/"),
        ("http://[::1]:80/x", "http://[::1]/x"),
        ("http://[FE80::80]/x", "http://[fe80::80]/x"),
        ("http://User:Pa@ss@H:80/x", "http://h/x"),
        ("http://good@evil/x", "http://evil/x"),
        ("http:///x", "http:///x"),
        ("http://[", "http://[/"),
        ("http://h/a\nb\tc", "http://h/a\nb\tc"),
        ("*", "*"),
        ("", ""),
        ("/only/a/path", "/only/a/path"),
        ("h:443", "h:443"),
    ],
)
def test_a_url_is_compared_without_what_does_not_travel(url: str, key: str) -> None:
    assert url_key(url) == key


@given(st.text() | st.text(":/?#@[]a.0%").map("http://".__add__))
def test_no_url_raises(url: str) -> None:
    assert isinstance(url_key(url), str)
    assert isinstance(url_host(url), str)


@given(
    st.sampled_from(["http", "HTTPS", "ws"]),
    st.sampled_from(["", "user@", "u:p@"]),
    st.sampled_from(["h", "A.b", "[::1]", "[FE80::80]", "127.0.0.1", "bücher.de"]),
    st.sampled_from(["", ":", ":80", ":443", ":8080"]),
    st.text("/aB%?#&=:@é"),
)
def test_the_key_of_a_url_is_its_own_key(
    scheme: str, user: str, host: str, port: str, rest: str
) -> None:
    key = url_key(f"{scheme}://{user}{host}{port}/{rest}")
    assert url_key(key) == key
    assert url_host(key) == host.strip("[]").lower().encode("idna").decode()


def test_a_url_comes_in_four_parts() -> None:
    assert split_url("http://H:80/p?q=1") == ("http", "h", "/p", "?q=1")
    assert split_url("*") is None


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://API.example.com:8443/x", "api.example.com"),
        ("https://user@h/x", "h"),
        ("http://[::1]:8080/", "::1"),
        ("http://[::1]/", "::1"),
        ("http://[", "["),
        ("not a url", ""),
    ],
)
def test_the_host_of_a_url_is_its_name_alone(url: str, host: str) -> None:
    assert url_host(url) == host


# Headers


@pytest.mark.parametrize(
    ("headers", "value"),
    [
        ({"Content-Type": ["a", "b"]}, "a"),
        ({"content-type": ["a"]}, "a"),
        ({"X": ["b"], "CONTENT-TYPE": ["a"]}, "a"),
        ({"Content-Type": []}, ""),
        ({"content-type": []}, ""),
        ({"X": ["b"]}, ""),
        ({}, ""),
    ],
)
def test_a_header_is_found_whatever_its_spelling(
    headers: dict[str, list[str]], value: str
) -> None:
    assert header(headers, "Content-Type") == value


# Media types


@pytest.mark.parametrize(
    ("media", "name", "value"),
    [
        ("text/plain; charset=utf-8", "charset", "utf-8"),
        ("text/plain;CHARSET=Utf-8", "charset", "Utf-8"),
        ('multipart/mixed; boundary="a b\\"c"; x=y', "boundary", 'a b"c'),
        ("text/plain; a=; b=1", "a", ""),
        ("text/plain", "charset", ""),
        ("text/plain; a=1; b=2", "b", "2"),
        ("text/plain; a=1", "b", ""),
        ("", "charset", ""),
    ],
)
def test_a_parameter_of_a_media_type_is_found(
    media: str, name: str, value: str
) -> None:
    assert parameter(media, name) == value


def test_a_placeholder_matches_one_of_another_kind() -> None:
    one, other = "http://h/[REDACTED:token]", "http://h/[REDACTED:sid]"
    assert url_key(one) == url_key(other)
    assert url_key("http://h/[REDACTED:]") != url_key(one)
    assert any_placeholder(b"a [REDACTED:sid] b") == b"a [REDACTED] b"
    assert any_placeholder(b"[REDACTED]") == b"[REDACTED]"


@pytest.mark.parametrize(
    ("name", "other", "punycode"),
    [
        ("straße.test", "strasse.test", "xn--strae-oqa.test"),
        ("ςα.test", "σα.test", "xn--mxa7a.test"),
    ],
)
def test_a_host_is_its_own_also_where_an_older_rule_made_it_another(
    name: str, other: str, punycode: str
) -> None:
    """Browsers, Go and requests follow IDNA 2008."""
    assert url_key(f"https://{name}/") == url_key(f"https://{punycode}/")
    assert url_key(f"https://{name}/") != url_key(f"https://{other}/")
    assert url_key(f"https://Bücher.{name}/").startswith("https://xn--bcher-kva.xn--")
