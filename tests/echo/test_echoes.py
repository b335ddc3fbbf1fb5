"""What a client made up and its response repeats: found, and put in place again."""

import gzip
import json
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

import pytest

from mitmvcr.codings import CodingError
from mitmvcr.core.chunks import Chunk
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.echo.earlier import EchoFinder
from mitmvcr.echo.places import MOST, Place, values
from mitmvcr.echo.restating import LiveValues

#: In base64 the first needs padding and the second none.
OLD, NEW = "r-1b4e28ba-2fa1-41d2-883f-0016d3cca427", "urn:uuid:6fa459ea-ee8a-4ca4-894e"
JSON = {"Content-Type": ["application/json"]}
LINES = {"Content-Type": ["application/x-ndjson"]}


def post(value: object) -> Request:
    return Request("POST", "https://h/", body=json.dumps(value).encode(), headers=JSON)


def batch(*ids: object) -> Request:
    lines = "".join(f'{{"id":{json.dumps(each)}}}\n' for each in ids)
    return Request("POST", "https://h/", body=lines.encode(), headers=LINES)


def get(query: str, **headers: str) -> Request:
    named = {name.replace("_", "-"): [value] for name, value in headers.items()}
    return Request("GET", f"https://h/p?{query}", headers=named)


def recorded(
    request: Request, body: bytes | str = b"", headers: Mapping[str, Sequence[str]] = {}
) -> Interaction:
    body = body.encode() if isinstance(body, str) else body
    response = Response(body=body, headers=headers, content_length=len(body), code=200)
    return EchoFinder().with_echoes(Interaction(0, request, response))


def answered(met: Interaction, live: Request) -> Response:
    return LiveValues().restated(met, live).response


# Places


def test_a_place_is_written_and_read_again() -> None:
    for place in (
        Place("query", "a.b"),
        Place("json", "$.a[0]"),
        Place("form", "x", 2),
    ):
        assert Place.of(str(place)) == place
    assert Place.of("rubbish") == Place("rubbish")
    assert Place.of("a#b.c") == Place("a", "c")


MULTIPART = (
    b'--bb\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\nx\r\n'
    b"--bb\r\nContent-Disposition: form-data\r\n\r\n\xff\r\n--bb--\r\n"
)


#: A number with as many digits as an object id.
BIG = 123456789012345678901234
#: What a float holds of it.
MOMENT = 1764288531.123456789


@pytest.mark.parametrize(
    ("media", "body", "found"),
    [
        (
            "application/json",
            b'{"a": [1, {"b c": null}], "t": true}',
            {"json.$.a[0]": 1, 'json.$.a[1]["b c"]': None, "json.$.t": True},
        ),
        ("application/json", b"[1764288531.123456789]", {"json.$[0]": MOMENT}),
        (
            "application/x-www-form-urlencoded",
            b"a=1&a=2",
            {"form.a": "1", "form#1.a": "2"},
        ),
        (
            "application/xml",
            b'<a x="1"><b>t</b><b>u</b> </a>',
            {"xml./a@x": "1", "xml./a/b": "t", "xml#1./a/b": "u"},
        ),
        (
            "application/x-ndjson",
            b'{"id": 1}\n\n{"id": 123456789012345678901234, "s": "{\\"a\\": 2}"}\n',
            {"json.$.id": 1, "json#1.$.id": BIG, "json.$.s.a": 2},
        ),
        ("application/x-ndjson", b'{"id": 1}\n{"id', {"text.": '{"id": 1}\n{"id'}),
        ("application/xml", b"<a", {"text.": "<a"}),
        ("text/plain", b"hello", {"text.": "hello"}),
        ("image/png", b"\x89\xff", {}),
        ("application/grpc", b"\0\0\0\0\0", {}),
        (
            "multipart/form-data; boundary=bb",
            MULTIPART,
            {"boundary.": "bb", "filename.a": "f", "part.a": "x", "filename.1": ""},
        ),
        ("multipart/form-data; boundary=bb", b"--bb", {"text.": "--bb"}),
        ("text/plain", b"x" * (MOST + 1), {}),
    ],
)
def test_values_are_found_by_place(
    media: str, body: bytes, found: dict[str, object]
) -> None:
    request = Request("POST", "not a URL", body=body, headers={"Content-Type": [media]})
    all_of_them = {str(place): value for place, value in values(request).items()}
    assert all_of_them.pop("header.content-type") == media
    assert all_of_them == found


def test_not_all_values_of_a_huge_list_are_looked_at() -> None:
    assert len(values(post(list(range(5000))))) == 2000


# Finding


@pytest.mark.parametrize(
    ("request_", "body", "found"),
    [
        (post({"id": OLD}), f'{{"id": "{OLD}"}}', ("json.$.id",)),
        (post({"id": 7}), '{"id": 7}', ("json.$.id",)),
        (post([{"id": 7}]), '[{"id": 7}]', ("json.$[0].id",)),
        (post({"id": 7}), '{"id": 8}', ()),
        (batch(7, 8), '{"id": 8}\n{"id": 7}\n', ("json.$.id", "json#1.$.id")),
        (batch(OLD, "abc-12"), OLD, ("json.$.id",)),
        (get("name=job-1795876173-ac1f"), "job-1795876173-ac1f", ("query.name",)),
        (
            Request("POST", "https://h/", body=f'421["sum",{{"id":"{OLD}"}}]'.encode()),
            f'431["{OLD[2:]}"]',
            ("piece.0",),
        ),
        (get(f"run={OLD}"), OLD, ("query.run",)),
        (get("state=abcd"), "abcd", ("query.state",)),
        (get("", X_Request_Id=OLD), OLD, ("header.x-request-id",)),
        (get("", User_Agent=OLD), OLD, ()),
        (get(f"run={OLD}"), b64encode(OLD.encode()), ("query.run",)),
        (get(f"run={OLD}"), "other", ()),
        (get("model=gpt-4o-mini"), "gpt-4o-mini", ()),
        (get("day=2026-11-28"), "2026-11-28", ()),
        (get("state=[REDACTED:state]"), "[REDACTED:state]", ()),
        (get("nonce=<API_KEY>"), "<API_KEY>", ()),
        (get(f"text=a {OLD}"), f"a {OLD}", ()),
        (post({"flag": True, "none": None}), "true null", ()),
        (post({"n": 1764288531123456}), "1764288531123456", ("json.$.n",)),
    ],
)
def test_what_is_made_up_and_repeated_is_found(
    request_: Request, body: str | bytes, found: tuple[str, ...]
) -> None:
    assert recorded(request_, body).request.echoes == found


def test_a_boundary_is_one() -> None:
    headers = {"Content-Type": ["multipart/form-data; boundary=bb-12345"]}
    body = MULTIPART.replace(b"bb", b"bb-12345")
    request = Request("POST", "https://h/", body=body, headers=headers)
    assert "boundary." in recorded(request, "type bb-12345").request.echoes


def token(claims: object, signature: str = "c2ln") -> str:
    head = urlsafe_b64encode(b'{"alg":"RS256"}').decode().rstrip("=")
    body = urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"{head}.{body}.{signature}"


def test_what_a_token_repeats_is_found() -> None:
    met = recorded(get("nonce=abcdefgh"), token({"nonce": "abcdefgh"}))
    assert met.request.echoes == ("query.nonce",)


def test_what_stands_in_a_coding_is_found() -> None:
    coded = {"Content-Encoding": ["gzip"]}
    met = recorded(get(f"a={OLD}"), gzip.compress(OLD.encode()), coded)
    assert met.request.echoes == ("query.a",)
    broken = Response(body=b"no gzip", headers=coded)
    large = Response(body=OLD.encode() + b"x" * MOST)
    for response in (broken, large):
        met = Interaction(0, get(f"a={OLD}"), response)
        assert EchoFinder().with_echoes(met) is met


# Restating


@pytest.mark.parametrize(
    "spelled",
    [
        lambda value: json.dumps({"id": value, "of": [value]}),
        lambda value: f"https://h/callback?state={quote(value, safe='')}&b=1",
        lambda value: b64encode(value.encode()).decode(),
        lambda value: urlsafe_b64encode(value.encode()).decode().rstrip("="),
        lambda value: b64encode(
            b'{"a": "' + value.encode() + b'", "b": "??>>"}'
        ).decode(),
        lambda value: f"id: 1\ndata: {json.dumps({'id': value})}\n\ndata: [DONE]\n\n",
        lambda value: f"<input value='{value}'>",
        lambda value: value.encode().hex(),
    ],
)
def test_the_live_value_stands_where_the_recorded_one_stood(spelled) -> None:
    met = recorded(get(f"run={OLD}"), f"{OLD} {spelled(OLD)}")
    live = get(f"run={quote(NEW)}")
    assert answered(met, live).body.decode() == f"{NEW} {spelled(NEW)}"


def test_escapes_are_written_as_they_were() -> None:
    old, new = "urn:uuid:1b4e28ba-2fa1", "urn:uuid:6fa459ea-ee8a"
    met = recorded(get(f"state={old}"), f"{old} {quote(old)} {quote(old).lower()}")
    met = replace(met, request=replace(met.request, echoes=("query.state",)))
    found = answered(met, get(f"state={new}")).body.decode()
    assert found == f"{new} {quote(new)} {quote(new).lower()}"


@pytest.mark.parametrize(
    ("media", "written"),
    [
        ("application/json", '\\"a<b-12345'),
        ("text/html; charset=utf-8", "&quot;a&lt;b-12345"),
        ("text/plain", '"a<b-12345'),
    ],
)
def test_what_a_body_cannot_hold_is_escaped(media: str, written: str) -> None:
    met = recorded(get(f"run={OLD}"), f"[{OLD}]", {"Content-Type": [media]})
    found = answered(met, get("run=%22a%3Cb-12345"))
    assert found.body.decode() == f"[{written}]"


def test_an_unknown_coding_stays_as_it_is() -> None:
    met = recorded(get(f"a={OLD}"), OLD, {"Content-Encoding": ["rot13"], "X": [OLD]})
    found = answered(met, get(f"a={NEW}"))
    assert found.headers["X"] == [NEW]


def test_nothing_changes_where_the_values_are_the_same() -> None:
    met = recorded(get(f"run={OLD}"), OLD)
    assert LiveValues().restated(met, get(f"run={OLD}")) is met
    assert LiveValues().restated(met, get("other=1")) is met
    hidden = replace(met, request=replace(get("run=[REDACTED]"), echoes=("query.run",)))
    assert LiveValues().restated(hidden, get(f"run={NEW}")) is hidden


def test_numbers_and_short_texts_change_under_their_own_name_alone() -> None:
    body = '{"jsonrpc": "2.0", "id": 7, "result": {"count": 7, "ids": [7]}}\n{"ID":7}'
    met = recorded(post({"id": 7}), body)
    found = answered(met, post({"id": 12345})).body.decode()
    assert found == body.replace('"id": 7', '"id": 12345').replace(
        '"ID":7', '"ID":12345'
    )
    met = recorded(post({"id": "a7b8"}), '{"id": "a7b8", "of": "a7b8"}')
    found = answered(met, post({"id": "xyz"})).body
    assert found == b'{"id": "xyz", "of": "a7b8"}'


def test_values_that_have_moved_on_by_one_change_once() -> None:
    """A client that counts has the second one's recorded id in its first request."""
    for old, new in (([1, 2], [2, 3]), ([OLD, NEW], [NEW, OLD])):
        sent = [[{"id": each, "method": "m"} for each in ids] for ids in (old, new)]
        back = [json.dumps([{"id": each} for each in ids]) for ids in (old, new)]
        response = answered(recorded(post(sent[0]), back[0]), post(sent[1]))
        assert response.body == back[1].encode()
        answer = "".join(f'{{"id":{json.dumps(each)}}}\n' for each in reversed(old))
        response = answered(recorded(batch(*old), answer), batch(*new))
        assert response.body.splitlines() == batch(*new).body.splitlines()[::-1]


def test_lines_of_json_that_were_recorded_as_a_text_are_read_as_one() -> None:
    met = recorded(batch(OLD, 1), f'{{"id": "{OLD}", "n": 1}}\n')
    assert met.request.echoes == ("json.$.id", "json#1.$.id")
    met = replace(met, request=replace(met.request, echoes=("piece.0",)))
    ours = NEW.rpartition(":")[2] + "-0016d3cca427"
    found = answered(met, batch(f"r-{ours}", 2)).body
    assert found == f'{{"id": "r-{ours}", "n": 1}}\n'.encode()


def test_what_an_answer_says_of_another_thing_is_not_the_requests_id() -> None:
    body = '{"id" : %d, "result": [{"id": 1, "n": "\\"}"}, {"id": 2}]}'
    call = {"method": "m", "params": {}}
    for each in (body, f"[{body}]", f"event: x\ndata: {body}\n\n"):
        met = recorded(post({"id": 1, **call}), each % 1)
        assert answered(met, post({**call, "id": 2})).body == (each % 2).encode()
    met = recorded(post({"id": 1}), '{"data": {"id": 1}}')  # it is no call
    assert answered(met, post({"id": 2})).body == b'{"data": {"id": 2}}'


def test_a_short_state_changes_in_a_url() -> None:
    location = {"Location": ["https://h/cb?code=abcd&state=abcd", "/abcd"]}
    met = recorded(get("state=abcd"), "", location)
    found = answered(met, get("state=efgh12")).headers["Location"]
    assert found == ["https://h/cb?code=abcd&state=efgh12", "/abcd"]


def test_headers_and_lengths_are_restated() -> None:
    met = recorded(get("", X_Request_Id=OLD), OLD, {"X-Request-Id": [OLD]})
    found = answered(met, get("", X_Request_Id=NEW))
    assert found.headers == {"X-Request-Id": [NEW]}
    assert found.content_length == len(NEW)
    unknown = replace(met, response=replace(met.response, content_length=-1))
    assert answered(unknown, get("", X_Request_Id=NEW)).content_length == -1


def test_a_token_is_made_anew_with_a_signature_of_zeros() -> None:
    met = recorded(
        get("nonce=abcdefgh"),
        json.dumps({"id_token": token({"nonce": "abcdefgh", "n": 1})}),
    )
    found = json.loads(answered(met, get("nonce=ijklmnopq")).body)["id_token"]
    assert found.endswith(".AAAA")
    claims = found.split(".")[1]
    assert json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4))) == {
        "nonce": "ijklmnopq",
        "n": 1,
    }
    other = recorded(get(f"nonce={OLD}"), f"{OLD} {token({'a': 1})}")
    assert token({"a": 1}) in answered(other, get(f"nonce={NEW}")).body.decode()


def test_a_body_in_a_coding_is_put_in_it_again() -> None:
    coded = {"Content-Encoding": ["gzip"]}
    met = recorded(get(f"a={OLD}"), gzip.compress(OLD.encode()), coded)
    met = replace(met, response=replace(met.response, chunks=(Chunk(0, 1),)))
    found = answered(met, get(f"a={NEW}"))
    assert gzip.decompress(found.body) == NEW.encode()
    assert found.chunks == ()


def test_chunks_begin_where_they_began() -> None:
    event = f'data: {{"id": "{OLD}"}}\n\n'
    met = recorded(get(f"a={OLD}"), event * 3)
    chunks = tuple(Chunk(len(event) * i, i * 1000) for i in range(3))
    met = replace(met, response=replace(met.response, chunks=chunks))
    found = answered(met, get("a=short-value-1"))
    size = len(event) - len(OLD) + len("short-value-1")
    assert found.chunks == tuple(Chunk(size * i, i * 1000) for i in range(3))
    within = (Chunk(0, 1), Chunk(20, 2), Chunk(len(event) * 3 - 1, 3))
    met = replace(met, response=replace(met.response, chunks=within))
    assert answered(met, get("a=s-v-1234")).chunks[0] == Chunk(0, 1)


def test_base64_that_is_no_text_stays() -> None:
    raw = b"\xff\xfe" + OLD.encode() + b"\xff" * 9
    met = recorded(get(f"a={OLD}"), f"{OLD} {b64encode(raw).decode()}")
    assert b64encode(raw) in answered(met, get(f"a={NEW}")).body


def test_a_coding_that_cannot_be_applied_keeps_the_body() -> None:
    coded = {"Content-Encoding": ["gzip"]}
    met = recorded(get(f"a={OLD}"), gzip.compress(OLD.encode()), coded)
    with pytest.MonkeyPatch.context() as patch:

        def fail(*_: object) -> bytes:
            raise CodingError("none here")

        patch.setattr("mitmvcr.echo.restating.encoded", fail)
        assert answered(met, get(f"a={NEW}")).body == met.response.body


def test_what_is_no_base64_is_no_token() -> None:
    met = recorded(get(f"run={OLD}"), f"{OLD} eyJhbGciOiJ.eyJh.x {'abcde' * 5}")
    assert NEW.encode() in answered(met, get(f"run={NEW}")).body


def test_chunks_that_would_begin_together_are_one() -> None:
    met = recorded(get(f"a={OLD}"), f"{OLD}xy")
    chunks = (Chunk(0, 1), Chunk(len(OLD), 2), Chunk(len(OLD) + 1, 3))
    met = replace(met, response=replace(met.response, chunks=chunks))
    found = answered(met, get("a="))
    assert [each.offset for each in found.chunks] == [0, 1]


def test_so_many_values_are_remembered() -> None:
    earlier = EchoFinder()
    for number in range(2100):
        value = f"{number:08x}-2fa1-41d2-883f-0016d3cca427"
        earlier.with_echoes(Interaction(0, get(f"run={value}"), Response()))
    late = Response(body=f"{2099:08x}-2fa1-41d2-883f-0016d3cca427".encode())
    assert earlier.with_echoes(Interaction(0, get(""), late)).request.echoes == ()
    assert earlier.repeated == ()
    soon = Response(body=f"{1:08x}-2fa1-41d2-883f-0016d3cca427".encode())
    assert earlier.with_echoes(Interaction(0, get(""), soon)).request.echoes
    unlike = Interaction(0, get("run=else-1b4e28ba-0"), Response())
    assert earlier.with_source(unlike) is unlike
    headers = {"Content-Type": ["multipart/form-data; boundary=bb-12345"]}
    body = MULTIPART.replace(b"bb", b"bb-12345")
    numbers = Request("POST", "https://h/", body=body, headers=headers)
    assert earlier.with_source(Interaction(0, numbers, Response())).request is numbers


def test_what_a_large_answer_repeats_is_found() -> None:
    body = f"{'x' * (1 << 17)} {OLD} 1048576"
    met = recorded(get(f"a={OLD}&b=1048576&c={NEW}"), body)
    assert met.request.echoes == ("query.a",)


def test_one_of_few_is_a_whole_word_of_the_later_response() -> None:
    earlier = EchoFinder()
    for value in ("a8f9c2d1e77b", "b7e8d3c2f199"):
        earlier.with_echoes(Interaction(0, get(f"run={value}"), Response()))
    within = Response(body=b"xa8f9c2d1e77b b7e8d3c2f199-")
    assert earlier.with_echoes(Interaction(0, get(""), within)).request.echoes == ()
    apart = Response(body=b"xa8f9c2d1e77b b7e8d3c2f199 a8f9c2d1e77b")
    assert earlier.with_echoes(Interaction(0, get(""), apart)).request.echoes
    assert set(earlier.repeated) == {b"a8f9c2d1e77b", b"b7e8d3c2f199"}
