"""Recordings of clients: Postman and nock; and requests as commands."""

import gzip
import shlex
from typing import Any

import pytest

from convert.samples import BINARY, URL, found_in, interaction, notes_of, only
from mitmvcr.convert import BY_NAME, Note, Variable, lines, write
from mitmvcr.core.model import Interaction


def collection(*items: Any, **more: Any) -> dict[str, Any]:
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    return {"info": {"name": "a", "schema": schema}, "item": [*items], **more}


def saved(request: Any, response: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = {
        "name": "ok",
        "originalRequest": request,
        "status": "Fine",
        "code": 200,
        "header": [{"key": "Content-Type", "value": "text/plain"}],
        "body": "hello",
        "responseTime": 12,
    }
    return {"name": "get", "request": request, "response": [answer | (response or {})]}


def test_an_answer_is_in_the_charset_of_its_media_type() -> None:
    kind = {"key": "Content-Type", "value": "text/plain; charset=latin1"}
    item = saved(URL, {"body": "gr\u00fc", "header": [kind]})
    assert only(found_in(collection(item), "postman")).response.body == b"gr\xfc"


def of_postman(request: Any, **more: Any) -> Interaction:
    folder = {"name": "folder", "item": [saved(request)]}
    return only(found_in(collection(folder, **more), "postman"))


def test_a_saved_response_is_an_interaction() -> None:
    one = of_postman({"method": "GET", "url": {"raw": URL}, "header": []})
    assert (one.request.method, one.request.url) == ("GET", URL)
    assert (one.response.status, one.response.body) == ("200 Fine", b"hello")
    assert one.response.duration == 12_000_000


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        (URL, URL),
        ("{{base}}/v1/items", URL),
        ("api.test/a", "http://api.test/a"),
        (
            {
                "raw": "{{base}}/:id/x?a=:id",
                "variable": [{"key": "id", "value": "7"}],
            },
            "https://api.test/7/x?a=:id",
        ),
    ],
)
def test_variables_are_put_in(url: Any, wanted: str) -> None:
    variables = [
        {"key": "base", "value": "{{scheme}}://api.test"},
        {"key": "scheme", "value": "https"},
        {"key": "scheme", "value": "ftp", "disabled": True},
    ]
    assert of_postman({"url": url}, variable=variables).request.url == wanted


OFF = {"key": "c", "value": "3", "disabled": True}


@pytest.mark.parametrize(
    ("parts", "wanted"),
    [
        (
            {
                "host": ["{{base}}"],
                "path": ["v1", ":id"],
                "query": [{"key": "a", "value": "1"}, {"key": "b", "value": None}, OFF],
                "variable": [{"key": "id", "value": "{{id}}"}],
            },
            "https://api.test/v1/7?a=1&b",
        ),
        (
            {
                "protocol": "http",
                "host": ["api", "test"],
                "port": "81",
                "path": [{"type": "string", "value": "v1"}, ""],
            },
            "http://api.test:81/v1/",
        ),
        (
            {"protocol": "http", "host": "api.test", "path": "/a/b"},
            "http://api.test/a/b",
        ),
        ({"protocol": "http", "host": "api.test", "query": [OFF]}, "http://api.test/"),
        (
            {
                "protocol": "http",
                "host": "api.test",
                "path": ["<a>", "'{b}`"],
                "query": [{"key": "c", "value": "<&#'{`}>"}],
            },
            "http://api.test/%3Ca%3E/'%7Bb%7D%60?c=%3C%26%23%27{`}%3E",
        ),
    ],
)
def test_a_url_may_be_in_parts_alone(parts: dict[str, Any], wanted: str) -> None:
    """Postman's own importer of OpenAPI writes no other."""
    variables = [
        {"key": "base", "value": "https://api.test"},
        {"key": "id", "value": "7"},
    ]
    assert of_postman({"url": parts}, variable=variables).request.url == wanted


def test_a_variable_that_names_itself_ends() -> None:
    variables = [{"key": "a", "value": "{{a}}b"}]
    found = found_in(
        collection(saved(f"{URL}/{{{{a}}}}"), variable=variables), "postman"
    )
    assert "{{a}} has no value" in notes_of(found)[0]


@pytest.mark.parametrize(
    ("body", "sent", "kind"),
    [
        ({"mode": "raw", "raw": "{{v}}"}, b"1", None),
        (None, b"", None),
        (
            {
                "mode": "urlencoded",
                "urlencoded": [
                    {"key": "a b", "value": "{{v}}"},
                    {"key": "c", "value": "d", "disabled": True},
                ],
            },
            b"a+b=1",
            ["application/x-www-form-urlencoded"],
        ),
        (
            {"mode": "graphql", "graphql": {"query": "{a}"}},
            b'{"query":"{a}"}',
            ["application/json"],
        ),
        (
            {
                "mode": "graphql",
                "graphql": {
                    "query": "query Q { a }",
                    "operationName": "Q",
                    "variables": '{"x": {{v}}.0}',
                },
            },
            b'{"query":"query Q { a }","operationName":"Q","variables":{"x": 1.0}}',
            ["application/json"],
        ),
        (
            {"mode": "graphql", "graphql": {"query": "{a}", "variables": {"x": 1}}},
            b'{"query":"{a}","variables":{"x":1}}',
            ["application/json"],
        ),
        (
            {"mode": "graphql", "graphql": {"query": "{a}", "variables": " "}},
            b'{"query":"{a}"}',
            ["application/json"],
        ),
    ],
)
def test_what_postman_sends(body: Any, sent: bytes, kind: list[str] | None) -> None:
    request = {"method": "POST", "url": URL, "body": body, "header": "X: {{v}}\n\n"}
    one = of_postman(request, variable=[{"key": "v", "value": "1"}])
    assert one.request.body == sent
    assert one.request.headers.get("Content-Type") == kind


def test_a_header_of_its_own_stays() -> None:
    header = [{"key": "content-type", "value": "a/{{v}}"}]
    body = {"mode": "graphql", "graphql": {}}
    request = {"method": "POST", "url": URL, "header": header, "body": body}
    one = of_postman(request, variable=[{"key": "v", "value": "b"}])
    assert one.request.headers == {"Content-Type": ["a/b"]}


def test_what_is_no_interaction_is_said() -> None:
    data = collection(
        {"name": "empty", "request": URL, "response": []},
        saved({"method": "POST", "url": URL, "body": {"mode": "file"}}),
        saved(URL, {"originalRequest": None, "cookie": [1]}),
        auth={"type": "bearer"},
    )
    found = found_in(data, "postman")
    assert notes_of(found) == [
        "auth: a cassette has no place for it",
        "item empty: has no saved response, so it is left out",
        "interaction 0: request.body: is absent: the collection has none of mode file",
        "interaction 1: response.cookie: a cassette has no place for it",
    ]
    assert [each.request.method for each in found.interactions] == ["POST", "GET"]
    assert found.interactions[1].request.url == URL


# nock


def nocked(**changes: Any) -> Interaction:
    item = {
        "scope": "https://api.test:443",
        "method": "POST",
        "path": "/v1/items?a=1",
        "body": {"a": 1},
        "status": 200,
        "response": {"b": [2]},
        "rawHeaders": ["Content-Type", "application/json", "Set-Cookie", "a=1"],
        "responseIsBinary": False,
    }
    item = {n: each for n, each in (item | changes).items() if each is not ...}
    return only(found_in([item], "nock"))


@pytest.mark.parametrize("scope", ["http://[", "http://a:b", "http://a:99999"])
def test_a_scope_that_is_no_url_is_said(scope: str) -> None:
    item = {"scope": scope, "method": "GET", "path": "/", "status": 200}
    (note,) = notes_of(found_in([item], "nock"))
    assert note.startswith(f"interaction 0: request.url: left out: {scope}/: ")


def test_a_recording_of_nock() -> None:
    one = nocked()
    assert one.request.url == f"{URL}?a=1"
    assert (one.request.body, one.response.body) == (b'{"a":1}', b'{"b":[2]}')
    assert one.response.headers["Set-Cookie"] == ["a=1"]


GZIP = gzip.compress(b"hello").hex()


def answered(
    response: str | None, length: str, kind: str = "text/plain"
) -> dict[str, Any]:
    headers = ["Content-Type", kind, "Content-Length", length]
    return {"response": response, "rawHeaders": headers}


@pytest.mark.parametrize(
    ("body", "headers", "sent"),
    [
        (None, {}, b"null"),
        (..., {}, b""),
        ("", {}, b""),
        ("a=1", {}, b"a=1"),
        ("x", {"content-type": "application/json"}, b'"x"'),
        # Bytes that are no text are in hex, and nothing says so.
        (BINARY.hex(), {}, BINARY),
        ("8950", {"content-type": "image/png"}, b"\x89\x50"),
        ("8950", {"content-type": "text/plain"}, b"8950"),
        ("8950", {"content-type": "application/json"}, b'"8950"'),
        ("8950", {"content-type": "a/b", "content-length": "4"}, b"8950"),
        ("8950", {"content-type": "text/plain", "content-length": "2"}, b"\x89\x50"),
        ("8950", {"content-length": "3"}, b"\x89\x50"),
        ("8950", {"content-type": "text/json", "content-encoding": "x"}, b"\x89\x50"),
        ("8A50", {}, b"8A50"),
        ("6869", {}, b"6869"),
    ],
)  # fmt: skip
def test_what_nock_was_sent(body: object, headers: dict[str, str], sent: bytes) -> None:
    assert nocked(body=body, reqheaders=headers).request.body == sent


@pytest.mark.parametrize(
    ("changes", "body"),
    [
        ({"response": BINARY.hex(), "responseIsBinary": True}, BINARY),
        ({"response": "no hex", "responseIsBinary": True}, b"no hex"),
        ({"response": [GZIP[:8], GZIP[8:]], "headers": {"Content-Encoding": "gzip"},
          "rawHeaders": None}, b"hello"),
        ({"response": ["x"], "rawHeaders": ["Content-Encoding", "gzip"]}, b'["x"]'),
        ({"response": [1], "rawHeaders": ["Content-Encoding", "gzip"]}, b"[1]"),
        ({"response": ["aa"]}, b'["aa"]'),
        ({"response": ""}, b""),
        # It keeps what JSON means, and a text is one of JSON's then.
        ({"response": "hello"}, b'"hello"'),
        ({"response": None}, b"null"),
        ({"response": False}, b"false"),
        ({"response": "123"}, b'"123"'),
        ({"response": '{"a": 1}'}, b'{"a": 1}'),
        (answered("hello", "7"), b'"hello"'),
        (answered("hello", "5", "application/json"), b"hello"),
        (answered("hello", "5"), b"hello"),
        (answered("", "2"), b'""'),
        (answered("", "0", "application/json"), b""),
        (answered("\u00e9", "8"), b'"\\u00e9"'),
        (answered("hello", "99"), b"hello"),
        (answered("hello", "99", "application/json"), b'"hello"'),
        (answered(None, "4"), b"null"),
        (answered(None, "0"), b""),
        (answered("", "2") | {"method": "HEAD"}, b""),
        (answered(None, "4") | {"method": "HEAD"}, b""),
        ({"response": ..., "rawHeaders": []}, b""),
    ],
)  # fmt: skip
def test_what_nock_answers(changes: dict[str, Any], body: bytes) -> None:
    assert nocked(**changes).response.body == body


@pytest.mark.parametrize(
    ("scope", "origin"),
    [
        ("http://api.test:80", "http://api.test"),
        ("http://api.test:8080", "http://api.test:8080"),
        ("https://api.test", "https://api.test"),
    ],
)
def test_a_usual_port_is_left_out(scope: str, origin: str) -> None:
    assert nocked(scope=scope).request.url == f"{origin}/v1/items?a=1"


# Commands


def script(name: str, **request: Any) -> str:
    data = write([interaction(request=request)], BY_NAME[name]).data
    assert isinstance(data, bytes)
    head, line = data.decode().splitlines()
    assert head == "#!/bin/sh"
    return line


def test_a_request_as_curl() -> None:
    words = shlex.split(script("curl", method="POST", body=b"it's"))
    assert words == [
        "curl", "--request", "POST", URL, "--header", "Accept: */*",
        "--header", "Content-Type:", "--data-binary", "it's",
    ]  # fmt: skip


def test_one_without_a_body_and_one_of_a_head() -> None:
    assert shlex.split(script("curl"))[:4] == ["curl", "--request", "GET", URL]
    assert shlex.split(script("curl", method="HEAD"))[:3] == ["curl", "--head", URL]
    headers = {"Content-Type": ("a/b",), "X-Empty": ("",)}
    words = shlex.split(script("curl", method="POST", headers=headers, body=b"a"))
    assert words[4:] == [
        "--header", "Content-Type: a/b", "--header", "X-Empty;", "--data-binary", "a",
    ]  # fmt: skip


@pytest.mark.parametrize("body", [BINARY, b"@file", b"a\0b"])
@pytest.mark.parametrize("name", ["curl", "httpie"])
def test_bytes_come_from_a_pipe(name: str, body: bytes) -> None:
    line = script(name, method="POST", body=body)
    assert line.startswith("printf %s ")
    assert ("--data-binary @-" in line) is (name == "curl")


def test_a_request_as_httpie() -> None:
    assert script("httpie") == f"http --ignore-stdin GET {URL} 'Accept:*/*'"
    headers = {"X": ("",)}
    line = script("httpie", method="POST", body=b"a b", headers=headers)
    assert line == f"http --ignore-stdin '--raw=a b' POST {URL} 'X;'"


def test_a_collection_says_which_of_its_variables_are_secrets() -> None:
    variables = [{"key": "a", "value": "1", "type": "secret"}, {"key": "b"}]
    found = found_in(collection(saved(URL), variable=variables), "postman")
    assert found.variables == [Variable("a", "1", True), Variable("b", "")]


def test_a_note_may_be_shown_in_other_words() -> None:
    (line,) = lines([Note(at, "request.url", "left out: k3y") for at in (1, 2)])
    assert str(line.shown(lambda text: text.replace("k3y", "***"))) == (
        "2 interactions (1, 2): request.url: left out: ***"
    )
