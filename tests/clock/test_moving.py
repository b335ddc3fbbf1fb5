"""An answer of a year ago, as it would come today."""

import gzip
import hashlib
import json
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode

import pytest

from mitmvcr.clock.moving import Move, as_of, recorded_at
from mitmvcr.clock.times import moved
from mitmvcr.core.chunks import Chunk
from mitmvcr.core.model import Headers, Interaction, Request, Response

AT = 1_732_798_800  # 2024-11-28 13:00:00
YEAR = 365 * 86400
DATE, TODAY = "Thu, 28 Nov 2024 13:00:00 GMT", "Fri, 28 Nov 2025 13:00:00 GMT"
JSON = "application/json"


def answer(body: bytes = b"", kind: str = JSON, **more: str) -> Interaction:
    headers: Headers = {"Date": [DATE], "Content-Type": [kind]}
    named = {name.replace("_", "-").title(): [value] for name, value in more.items()}
    response = Response(
        code=200, body=body, content_length=len(body), headers={**headers, **named}
    )
    return Interaction(0, Request(url="https://a.test/x"), response)


def move(*, fakes: bool = True) -> Move:
    return Move(AT, YEAR, moved, fakes)


def body_of(body: bytes | str, kind: str = JSON) -> str:
    data = body if isinstance(body, bytes) else body.encode()
    return move().interaction(answer(data, kind)).response.body.decode()


def jwt(claims: str, signature: str = "c2lnbmF0dXJlc2lnbmF0dXJl") -> str:
    def coded(text: str) -> str:
        return urlsafe_b64encode(text.encode()).decode().rstrip("=")

    head = coded('{"alg":"RS256"}')
    return f"{head}.{coded(claims)}.{signature}"


def claims_of(token: str) -> str:
    return urlsafe_b64decode(token.split(".")[1] + "==").decode()


def test_when_an_answer_came_is_its_date_and_its_age() -> None:
    assert recorded_at(answer().response) == AT
    assert recorded_at(answer(age="60").response) == AT + 60
    assert recorded_at(answer(age="old").response) == AT
    assert recorded_at(answer(age="9" * 5000).response) == AT
    assert recorded_at(Response()) is None


@pytest.mark.parametrize(
    ("name", "value", "later"),
    [
        ("Date", DATE, TODAY),
        ("Expires", DATE, TODAY),
        ("Last-Modified", "Wed, 01 Jan 2014 00:00:00 GMT", None),
        ("Retry-After", DATE, TODAY),
        ("X-RateLimit-Reset", f"{AT + 60}", f"{AT + YEAR + 60}"),
        ("Set-Cookie", f"a=b; Expires={DATE}; Path=/", f"a=b; Expires={TODAY}; Path=/"),
        (
            "Location",
            "https://s3.test/k?X-Amz-Date=20241128T130000Z&X-Amz-Expires=60",
            "https://s3.test/k?X-Amz-Date=20251128T130000Z&X-Amz-Expires=60",
        ),
    ],
)
def test_a_time_in_a_header_moves(name: str, value: str, later: str | None) -> None:
    found = move().interaction(answer(**{name.replace("-", "_"): value}))
    said = {key.lower(): each for key, each in found.response.headers.items()}
    assert said[name.lower()] == [later or "Thu, 01 Jan 2015 00:00:00 GMT"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Expires", "Thu, 01 Jan 1970 00:00:00 GMT"),
        ("Expires", "-1"),
        ("Retry-After", "120"),
        ("Set-Cookie", "a=; expires=Thu, 01-Jan-1970 00:00:00 GMT"),
        ("Set-Cookie", "a=b; expires=Tue, 19 Jan 2038 03:14:07 GMT"),
        ("X-Other", DATE),
    ],
)
def test_what_nobody_means_stays(name: str, value: str) -> None:
    found = move().interaction(answer(**{name.replace("-", "_"): value}))
    said = {key.lower(): each for key, each in found.response.headers.items()}
    assert said[name.lower()] == [value]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f'{{"exp": {AT + 60}}}', f'{{"exp": {AT + YEAR + 60}}}'),
        (f'{{"exp":{AT}.5}}', f'{{"exp":{AT + YEAR}.5}}'),
        (f'{{"expires_on": "{AT}"}}', f'{{"expires_on": "{AT + YEAR}"}}'),
        (f'{{"expiry_date": {AT}123}}', f'{{"expiry_date": {AT + YEAR}123}}'),
        (
            '{"Expiration":"2024-11-28T14:00:00Z"}',
            '{"Expiration":"2025-11-28T14:00:00Z"}',
        ),
        (f'{{"expires_at": "{DATE}"}}', f'{{"expires_at": "{TODAY}"}}'),
        (f'{{"a": "{{\\"exp\\":{AT}}}"}}', f'{{"a": "{{\\"exp\\":{AT + YEAR}}}"}}'),
        ("?se=2024-11-28T14%3A00%3A00Z&sig=x", "?se=2025-11-28T14%3A00%3A00Z&sig=x"),
        ("?se=2024-11-28T14:00:00z&a", "?se=2025-11-28T14:00:00z&a"),
        (
            "?se=2024-11-28%2014%3A00%3A00%2B05%3A45&a",
            "?se=2025-11-28%2014%3A00%3A00%2B05%3A45&a",
        ),
        (
            f"&amp;Expires={AT}&amp;Signature=x",
            f"&amp;Expires={AT + YEAR}&amp;Signature=x",
        ),
    ],
)
def test_a_time_in_a_body_moves(before: str, after: str) -> None:
    assert body_of(before) == after


@pytest.mark.parametrize(
    "body",
    [
        f'{{"amount": {AT}}}',
        '{"exp": 0}',
        '{"exp": 1000000000}',
        f'{{"exp": {AT}e3}}',
        '{"expires_at": null, "exp": "never"}',
        '{"expiresAt": "2034-11-28T14:00:00Z"}',
        '{"exp": "eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.x"}',
    ],
)
def test_another_number_stays(body: str) -> None:
    assert body_of(body) == body


def test_an_element_of_xml_moves() -> None:
    before = "<C><Expiration>2024-11-28T14:00:00Z</Expiration><exp> </exp></C>"
    assert body_of(before, "text/xml") == before.replace("2024", "2025")


def test_a_stream_of_events_moves_and_keeps_its_chunks() -> None:
    met = answer(b'data: {"exp": %d}\n\ndata: x\n\n' % AT, "text/event-stream")
    chunks = (Chunk(0, 0), Chunk(26, 5))
    object.__setattr__(met.response, "chunks", chunks)
    found = move().interaction(met).response
    assert found.body == b'data: {"exp": %d}\n\ndata: x\n\n' % (AT + YEAR)
    assert found.chunks == chunks


def test_a_token_is_made_again_with_a_signature_of_zeros() -> None:
    claims = f'{{"iss":"a","exp":{AT + 60},"iat": {AT},"x":{AT}}}'
    token = jwt(claims)
    moving = move()
    met = answer(f'{{"id_token": "{token}"}}'.encode())
    new = json.loads(moving.interaction(met).response.body)["id_token"]
    assert claims_of(new) == (
        f'{{"iss":"a","exp":{AT + YEAR + 60},"iat": {AT + YEAR},"x":{AT}}}'
    )
    assert new.split(".")[2] == "A" * 24
    assert moving.remade == 1
    assert moving.pairs[token] == new


@pytest.mark.parametrize(
    "token",
    ["eyJ is no token", jwt('{"iss":"nobody"}'), "eyJhbGciOiJIUzI1NiJ9.eyJ_____a.c2ln"],
)
def test_a_token_without_times_stays(token: str) -> None:
    assert body_of(token, "text/plain") == token


def test_a_fake_that_the_redaction_moves_stays() -> None:
    token = jwt(f'{{"iat":{AT}}}', "A" * 43)
    met = answer(token.encode(), "text/plain")
    assert move(fakes=False).interaction(met).response.body == token.encode()
    assert move().interaction(met).response.body != token.encode()


def test_what_is_as_of_another_time_keeps_its_tokens() -> None:
    token = jwt(f'{{"exp":{AT + 60}}}')
    body = f'{{"expires_at": {AT + 60}, "token": "{token}"}}'
    new = as_of(answer(body.encode()), AT, AT - YEAR).response.body.decode()
    assert new == body.replace(f"{AT + 60},", f"{AT + 60 - YEAR},")


def test_a_compressed_body_is_moved_in_its_coding() -> None:
    plain = b'{"exp": %d}' % AT
    met = answer(gzip.compress(plain), content_encoding="gzip", content_length="9")
    found = move().interaction(met).response
    assert json.loads(gzip.decompress(found.body)) == {"exp": AT + YEAR}
    assert found.headers["Content-Length"] == [str(len(found.body))]
    assert found.content_length == len(found.body)


def test_a_length_that_was_never_right_stays() -> None:
    met = answer(b'{"exp": %d}' % AT)
    object.__setattr__(met.response, "content_length", -1)
    assert move().interaction(met).response.content_length == -1


def test_a_digest_is_made_right() -> None:
    def digest(body: bytes) -> str:
        return b64encode(hashlib.md5(body).digest()).decode()

    body = b'{"exp": %d}' % AT
    found = move().interaction(answer(body, content_md5=digest(body))).response
    assert found.headers["Content-Md5"] == [digest(found.body)]
    assert found.body != body


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        # By google-crc32c and by awscrt, of the body and of the moved one.
        ("x_amz_checksum_crc32c", "/n7sYA==", "XKJIFA=="),
        ("x_amz_checksum_crc64nvme", "mqG5SkG0EAM=", "l6vOlY9fHd8="),
        (
            "x_goog_hash",
            "crc32c=/n7sYA==,md5=vRsv5eq6xrkx9pQaayxX4w==",
            "crc32c=XKJIFA==,md5=FBupz0DSdG9NOA6Dd4O1QA==",
        ),
    ],
)
def test_a_checksum_of_an_object_store_is_made_right(
    name: str, old: str, new: str
) -> None:
    moving = move()
    more = {name: old, "x_amz_checksum_type": "FULL_OBJECT"}
    met = answer(b'{"exp": %d}' % AT, **more)
    found = moving.interaction(met).response
    assert found.body == b'{"exp": %d}' % (AT + YEAR)
    assert found.headers[name.replace("_", "-").title()] == [new]
    assert moving.left == ""


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"content_encoding": "rot13"}, "coding"),
        ({"x_amz_checksum_xxhash3": "x"}, "checksum"),
        ({"x_oss_hash_crc64ecma": "1"}, "checksum"),
        ({"x_ms_content_crc64": "x"}, "checksum"),
        ({"docker_content_digest": "its own"}, "address"),
        ({"content_range": "bytes 0-9/20"}, "part"),
    ],
)
def test_a_body_that_cannot_move_stays_and_says_why(
    more: dict[str, str], why: str
) -> None:
    body = b'{"exp": %d}' % AT
    if why == "address":
        own = hashlib.sha256(body).hexdigest()
        more = {"docker_content_digest": f"sha256:{own}"}
    met = answer(body, **more)
    if why == "part":
        object.__setattr__(met.response, "code", 206)
    moving = move()
    found = moving.interaction(met).response
    assert found.body == body
    assert found.headers["Date"] == [TODAY]
    assert why in moving.left


def test_what_holds_no_time_is_the_same() -> None:
    bare = Interaction(0, Request(), Response(body=b"x", headers={"A": ["b"]}))
    assert move().interaction(bare) is bare
    image = answer(b'{"exp": %d}' % AT, "image/png")
    assert move().interaction(image).response.body is image.response.body


def test_what_was_recorded_now_is_the_same() -> None:
    met = answer(b'{"exp": %d}' % AT)
    assert Move(AT, 0, moved).interaction(met) is met
