"""What is shown of a request has its secrets masked."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitmvcr.miss.masking import MASK, is_secret, masked, masked_text, masked_url
from mitmvcr.miss.report import Difference, Miss, Near
from mitmvcr.secrets.lists import HEADERS, NAMES, QUERY

SECRET = "s3cr3tvalue"


@pytest.mark.parametrize(
    "name",
    [
        *("authorization", "proxy-authorization", "x-api-key", "api-key"),
        *("x-goog-api-key", "x-auth-token", "x-amz-security-token"),
        *("token", "access_token", "accessToken", "client_secret", "password", "key"),
        *("API_KEY", "apikey", "openaiApiKey", "X-Amz-Signature", "Cookie", "sig"),
        *("session-id", "user.password"),
    ],
)
def test_a_name_of_a_secret_is_known(name: str) -> None:
    assert is_secret(name)


LISTED = [word for row in (*HEADERS, *NAMES) for word in row.names.split()]


@pytest.mark.parametrize("name", LISTED)
def test_a_name_that_a_recording_hides_is_known(name: str) -> None:
    assert is_secret(name)
    assert is_secret(name.title())


@pytest.mark.parametrize(
    "name", [*LISTED, *(word for row in QUERY for word in row.names.split())]
)
def test_a_parameter_that_a_recording_hides_is_masked(name: str) -> None:
    assert masked_url(f"https://h/?a=b&{name}={SECRET}") == f"https://h/?a=b&{name}=***"


@pytest.mark.parametrize(
    "name",
    [
        *("max_tokens", "token_type", "author", "design", "monkey", "sort_key", "page"),
        *("keyboard", "secretary", "", "passwords_changed"),
    ],
)
def test_a_name_like_one_is_not(name: str) -> None:
    assert not is_secret(name)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"https://h/a?token={SECRET}&b=2", "https://h/a?token=***&b=2"),
        (f"https://h/a?b=2&api_key={SECRET}#f", "https://h/a?b=2&api_key=***"),
        (f"https://me:{SECRET}@h/a", "https://h/a"),
        (f"https://me:a@{SECRET}@h/a", "https://h/a"),
        (f"/a?key={SECRET}", "/a?key=***"),
        (f"https://h/sk-{SECRET}/a", "https://h/***/a"),
        ("https://h/?token", "https://h/?token"),
        ("https://h/?token=", "https://h/?token="),
        ("https://h/?q=a@b", "https://h/?q=a@b"),
        ("*", "*"),
    ],
)
def test_a_url_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert masked_url(url) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f'{{"token": "{SECRET}", "a": 1}}', '{"token": "***", "a": 1}'),
        (f'{{"password":"a\\"{SECRET}"}}', '{"password":"***"}'),
        (f'"{{\\"token\\": \\"{SECRET}\\"}}"', '"{\\"token\\": \\"***\\"}"'),
        (f'"client_secret": "{SECRET}...', '"client_secret": "***"'),
        (f"a=1&client_secret={SECRET}&b=2", "a=1&client_secret=***&b=2"),
        (f"Authorization: Bearer {SECRET}", "Authorization: ***"),
        (f"it is sk-{SECRET} here", "it is *** here"),
        (f'AUTH=\n"token":"{SECRET}"', 'AUTH=\n"token":"***"'),
        (f'"auth":\n"token" : "{SECRET}"', '"auth":\n"token" : "***"'),
        (
            f'{{\\"auth\\":\\"token\\":\\"{SECRET}\\"}}',
            '{\\"auth\\":\\"token\\":\\"***\\"}',
        ),
        ('{"token":null,"auth":{"a":1}}', '{"token":null,"auth":{"a":1}}'),
        ('{"max_tokens":5,"author":"x"}', '{"max_tokens":5,"author":"x"}'),
    ],
)
def test_a_text_is_shown_without_its_secrets(text: str, shown: str) -> None:
    assert masked_text(text) == shown


@given(st.text())
def test_any_text_and_any_url_can_be_masked(text: str) -> None:
    plain = text.replace("#", "").replace("?", "")
    assert SECRET not in masked_text(f'{text}\n"token":"{SECRET}"')
    assert SECRET not in masked_url(f"http://h/{plain}?token={SECRET}")


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("query.token", MASK),
        ("body.auth[0].client_secret", MASK),
        ('body["api.key"]', MASK),
        ('body["api.kind"]', "abc"),
        ("body.password at character 50", MASK),
        ("header.Authorization", MASK),
        ("query.page", "abc"),
        ("query.", "abc"),
        ('body[""]', "abc"),
        ('body.a[""]', "abc"),
        ("body at byte 3", "abc"),
    ],
)
def test_a_difference_is_masked_by_its_place(place: str, shown: str) -> None:
    near = Near(0, "GET", "http://h/", False, (), (Difference(place, "abc", "absent"),))
    (found,) = masked(Miss("GET", "http://h/", "", (near,), 0, 1)).nearest[0].differ
    assert (found.place, found.asked) == (place, shown)
    assert found.recorded == "absent"


def test_no_part_of_a_miss_is_left_out() -> None:
    url = f"http://h/?token={SECRET}"
    text = f'{{"token":"{SECRET}"}}'
    differ = (
        Difference("url", url, url),
        Difference("body", text, text),
        Difference("query.token", SECRET, SECRET),
    )
    near = Near(0, "GET", url, False, ("method",), differ)
    shown = masked(Miss("GET", url, text, (near,), 0, 1))
    assert SECRET not in repr(shown)
    assert SECRET not in shown.reason
    assert shown.nearest[0].agree == ("method",)


@pytest.mark.parametrize(
    ("place", "asked", "recorded", "name"),
    [
        ("body.password", '"one"', '"two"', "password"),
        ("query.token", '"one"', '"two"', "token"),
        ("body at byte 10", '"signature=one"', '"signature=two"', "signature"),
        ("body line 3", '"a api_key: one"', '"a api_key: two"', "api_key"),
        ("body line 3", '"a pwd=x sig=one"', '"a pwd=x sig=two"', "sig"),
        ("body.text", '"sk-one11111111"', '"sk-two22222222"', "text"),
        ("url", "http://h/?a=1&token=one", "http://h/?a=1&token=two", "token"),
        ('body["client_secret"]', '"one"', '"two"', "client_secret"),
        ("header.authorization", '"Bearer a"', '"Bearer b"', "authorization"),
    ],
)
def test_a_difference_that_is_masked_says_so(
    place: str, asked: str, recorded: str, name: str
) -> None:
    found = Difference(place, asked, recorded, looks="looks like a UUID")
    near = Near(0, "GET", "http://h/", False, (), (found,))
    (shown,) = masked(Miss("GET", "http://h/", "", (near,), 0, 1)).nearest[0].differ
    assert str(shown) == f"{place}: they differ in a hidden value ({name})"
    (again,) = (
        masked(Miss("GET", "http://h/", "", (replace(near, differ=(shown,)),), 0, 1))
        .nearest[0]
        .differ
    )
    assert again == shown


def test_what_differs_elsewhere_too_is_shown() -> None:
    found = Difference("body line 1", '"a=1 token=one"', '"a=2 token=two"')
    near = Near(0, "GET", "http://h/", False, (), (found,))
    (shown,) = masked(Miss("GET", "http://h/", "", (near,), 0, 1)).nearest[0].differ
    assert str(shown) == 'body line 1: "a=1 token=***" was "a=2 token=***"'


def test_what_stands_in_the_place_of_a_secret_is_one_wherever_else_it_stands() -> None:
    """A replay may not have met it under its name yet."""
    path = Difference("path", "/l/tok-8f2c61d09b", "/l/[REDACTED:access_token]")
    text = Difference("body", '"by tok-8f2c61d09b, eu"', '"by [REDACTED:a-b], eu"')
    for differ in ((path,), (text,)):
        near = Near(0, "GET", "http://h/l/[REDACTED]", False, (), differ)
        asked = "http://h/l/tok-8f2c61d09b", "by tok-8f2c61d09b, eu"
        told = masked(Miss("GET", *asked, (near,), 0, 1))
        assert "tok-8f" not in repr(told)
        assert told.url == f"http://h/l/{MASK}"
        assert MASK in told.nearest[0].differ[0].asked


@pytest.mark.parametrize(
    ("asked", "recorded"),
    [
        ("/l/settings", "/l/[REDACTED:access_token]"),
        ("/l/tok-8f2c61d09b", "/l/tok-8f2c61d09c"),
        ("/k/tok-8f2c61d09b", "/l/[REDACTED:access_token]"),
    ],
)
def test_what_differs_from_a_secret_and_is_none_is_shown(
    asked: str, recorded: str
) -> None:
    near = Near(0, "GET", "http://h", False, (), (Difference("path", asked, recorded),))
    told = masked(Miss("GET", "http://h" + asked, "", (near,), 0, 1))
    assert (told.url, told.nearest[0].differ[0].asked) == ("http://h" + asked, asked)
