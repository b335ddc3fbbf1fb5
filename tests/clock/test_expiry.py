"""What of a recorded answer has run out since."""

import pytest

from clock.test_moving import AT, DATE, YEAR, answer, jwt
from mitmvcr.clock.expiry import Expired, expired
from mitmvcr.core.model import Interaction

NOW = AT + YEAR
SOON = "Thu, 28 Nov 2024 14:00:00 GMT"
HOUR = AT + 3600


def found(met: Interaction, now: int = NOW) -> Expired | None:
    return expired(met.response, AT, now)


@pytest.mark.parametrize(
    ("headers", "name", "at"),
    [
        ({"expires": SOON}, "Expires", HOUR),
        ({"cache_control": "private, Max-Age=60"}, "Cache-Control", AT + 60),
        ({"cache_control": 's-maxage="60"'}, "Cache-Control", AT + 60),
        ({"set_cookie": f"a=b; Path=/; expires={SOON}"}, "Set-Cookie", HOUR),
        (
            {"location": f"https://s3.test/k?Expires={HOUR}&Signature=x"},
            "Expires",
            HOUR,
        ),
        ({"x_token": jwt(f'{{"exp":{HOUR}}}')}, "exp", HOUR),
    ],
)
def test_what_has_passed_in_headers_is_named(
    headers: dict[str, str], name: str, at: int
) -> None:
    met = answer(**headers)
    is_token = not headers.keys() & {"expires", "cache_control", "set_cookie"}
    assert found(met) == Expired(name, at, is_token=is_token)
    assert found(met, now=at - 1) is None


@pytest.mark.parametrize(
    ("body", "kind", "name"),
    [
        (f'{{"expires_on": "{HOUR}"}}', "application/json", "expires_on"),
        (f'{{"a": {{"expiry_date": {HOUR}000}}}}', "application/json", "expiry_date"),
        (
            "<Expiration>2024-11-28T14:00:00Z</Expiration>",
            "text/xml",
            "Expiration",
        ),
        (
            f'{{"id_token": "{jwt(f"""{{"exp":{HOUR}}}""")}"}}',
            "application/json",
            "exp",
        ),
        (
            '{"url": "https://s.test/k?X-Amz-Date=20241128T130000Z&X-Amz-Expires=60"}',
            "application/json",
            "X-Amz-Date",
        ),
        ('{"url": "https://b.test/k?se=2024-11-28T14%3A00%3A00Z"}', "text/plain", "se"),
    ],
)
def test_what_has_passed_in_bodies_is_a_token(body: str, kind: str, name: str) -> None:
    met = answer(body.encode(), kind)
    seen = found(met)
    assert seen is not None
    assert (seen.name, seen.is_token) == (name, True)
    assert found(met, now=AT + 30) is None


@pytest.mark.parametrize(
    "met",
    [
        answer(),
        answer(expires=DATE),  # not fresh when it came
        answer(expires="0"),
        answer(expires="Tue, 19 Jan 2038 03:14:07 GMT"),
        answer(cache_control="no-store, max-age=x"),
        answer(cache_control="max-age=0"),
        answer(set_cookie="a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"),
        answer(set_cookie=f"a=b; Expires={SOON}; Max-Age=3600"),  # by its own clock
        answer(x_ratelimit_reset=f"{HOUR}"),  # a limit's end is good
        answer(b'{"iat": 1732798800, "expires_on": "soon", "exp": 1732798800}'),
        answer(b'{"expires_on": 1532798800}'),
        answer(b"\xff\xfe", "image/png"),
        answer(jwt(f'{{"exp":{HOUR}}}', "A" * 40).encode(), "text/plain"),  # a fake
        answer(f"{jwt('{}')} eyJhbGciOiJ9.eyJhbGciOi.x".encode(), "text/plain"),
    ],
)
def test_what_has_not_passed_or_had_before_is_none(met: Interaction) -> None:
    assert found(met) is None


def test_what_a_token_says_counts_before_the_cache() -> None:
    met = answer(f'{{"exp": {HOUR}}}'.encode(), expires=SOON)
    assert found(met) == Expired("exp", HOUR, is_token=True)
    assert str(found(met)) == "exp, 2024-11-28T14:00:00Z"
