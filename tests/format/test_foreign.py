"""Files of other recorders are named as what they are, not as broken ones of go-vcr."""

import json
from pathlib import Path

import pytest

from mitmvcr.core.errors import CassetteError
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import reader, writer
from mitmvcr.format.check import check
from mitmvcr.format.foreign import kind_of, what_it_is, why_not_written

PAIR = {"request": {"url": "/x", "method": "GET"}, "response": {"status": 200}}
VCRPY = """\
interactions:
- request:
    body: null
    headers: {Accept: ['*/*']}
    method: GET
    uri: https://api.test/x
  response:
    body: {string: hello}
    headers: {}
    status: {code: 200, message: OK}
version: 1
"""
RUBY = """\
---
http_interactions:
- request:
    method: get
    uri: http://h/
    body: {encoding: UTF-8, string: ''}
  response:
    status: {code: 200, message: OK}
recorded_with: VCR 2.0.0
"""
RUBY_1 = "---\n- !ruby/struct:VCR::HTTPInteraction\n  request: 1\n"
VCRPY_0 = "- request: !!python/object:vcr.request.Request\n    body: null\n"
JSON = {
    "vcrpy": {"version": 1, "interactions": [{"request": {"uri": "http://h/"}}]},
    "Ruby's VCR or of betamax": {
        "http_interactions": [],
        "recorded_with": "betamax/0.8",
    },
    "HTTP archive (HAR)": {"log": {"creator": {}, "entries": []}},
    "HTTP archive (HAR), of nobody": {"log": {"entries": [{"startedDateTime": ""}]}},
    "Hoverfly, older": {"data": {"pairs": [PAIR]}, "meta": {"schemaVersion": "v1"}},
    "Hoverfly": {"data": {"pairs": [PAIR], "globalActions": {}}, "meta": {}},
    "Azure's test proxy": {"Entries": [{"RequestUri": "https://h/"}]},
    "nock": [{"scope": "https://h:443", "method": "GET", "path": "/", "status": 200}],
    "google/test-server": {
        "recordID": "a",
        "interactions": [{"request": {"url": "/"}, "shaSum": "1a"}],
    },
    "Google's httpreplay": {
        "Initial": None,
        "Version": "0.2",
        "Converter": {"ClearHeaders": []},
        "Entries": [{"ID": "1", "Request": {}, "Response": {}}],
    },
    "Postman": {
        "info": {"name": "a", "schema": "https://schema.getpostman.com/a.json"},
        "item": [{"request": {}, "response": [{"status": "OK"}]}],
    },
    "WireMock": {"id": "1", **PAIR},
}
_HAR = "HTTP archive (HAR)"
FILES = {
    "vcrpy in YAML": ("vcrpy", VCRPY),
    "vcrpy with its version first": (
        "vcrpy",
        "version: 1\n" + VCRPY.removesuffix("version: 1\n"),
    ),
    "Ruby in YAML": ("Ruby's VCR or of betamax", RUBY),
    **{
        kind: (kind.partition(",")[0], json.dumps(value, indent=1))
        for kind, value in JSON.items()
    },
    **{
        f"{kind}, short": (kind.partition(",")[0], json.dumps(value))
        for kind, value in JSON.items()
    },
    "HAR, with a mark": ("HTTP archive", "\ufeff" + json.dumps(JSON[_HAR])),
    "vcrpy, with a mark": ("vcrpy", "\ufeff" + VCRPY),
    "Ruby's VCR 1": ("Ruby's VCR or of betamax", RUBY_1),
    "vcrpy 0": ("vcrpy", VCRPY_0),
    "flows": ("mitmproxy's flows", "3219:9:websocket;0:~8:response;"),
    "talkback": (
        "talkback",
        '{\n  meta: { host: "http://a" },\n  req: {},\n  res: {}\n}',
    ),
    "Proxay": (
        "Proxay",
        "http_interactions:\n  - request:\n      method: GET\n      path: /a?b=1\n"
        "      headers: {}\n    response:\n      status:\n        code: 200\n",
    ),
    "WARC": ("archive of the web", "WARC/1.0\r\nWARC-Type: warcinfo\r\n\r\n"),
    "a list of mappings": ("WireMock", json.dumps({"mappings": [PAIR]})),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_recorder_is_named(name: str, tmp_path: Path) -> None:
    kind, text = FILES[name]
    for lazy in (True, False):
        with pytest.raises(CassetteError) as caught:
            reader.loads(text.encode(), "a.yaml", lazy=lazy)
        assert kind in str(caught.value)
    (tmp_path / "a.yaml").write_text(text)
    (found,) = check(tmp_path / "a.yaml")
    assert kind in found.message
    assert found.message.endswith(
        "-o " + str(tmp_path / "a.govcr.yaml") + "' makes one"
    )
    if reader.is_format1(text.encode()):
        with pytest.raises(CassetteError, match=kind):
            reader.read_format1(text.encode(), "a.yaml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import { http } from 'msw'\nexport const a = [http.get('/')]", "MSW"),
        ("// mocks\nconst { rest } = require('msw/node')", "MSW"),
        ("const nock = require('nock')\nnock('https://h').get('/')", "nock"),
    ],
)
def test_handlers_are_code_and_cannot_be_converted(text: str, words: str) -> None:
    with pytest.raises(CassetteError) as caught:
        reader.loads(text.encode(), "a.js")
    wanted = (
        f"a.js: has handlers of {words}, and no cassette of go-vcr's: they are code"
    )
    assert str(caught.value).startswith(wanted)
    assert kind_of(f"body: |\n    {text}".encode()) == ""


NO_COMMAND = {
    "mountebank": '{"imposters": [{"port": 1, "protocol": "http", "stubs": []}]}',
    "mountebank, one imposter": '{"protocol": "http", "port": 1, "stubs": []}',
    "MockServer": '[{"httpRequest": {"path": "/"}, "httpResponse": {"body": "x"}}]',
    "Pact": json.dumps({"consumer": {}, "provider": {}, "interactions": [PAIR]}),
    "Insomnia": '{"_type": "export", "__export_format": 4, "resources": []}',
    "Insomnia 5": "type: collection.insomnia.rest/5.0\nname: x\n",
    "ExVCR": '[{"request": {"request_body": "", "options": []}, "response": {}}]',
    "PHP-VCR": (
        "\n-\n    request:\n        method: GET\n    response:\n"
        "        status:\n            http_version: '1.1'\n"
    ),
    "Keploy": "version: api.keploy.io/v1beta1\nkind: Http\nspec: {}\n",
    "responses": "responses:\n- response:\n    body: a\n    method: GET\n",
    "httpmock": "when:\n  path: /a\n  method: GET\nthen:\n  status: 200\n---\nwhen: {}",
    "placebo": '{"status_code": 200, "data": {"ResponseMetadata": {}}}',
    "OpenAPI": "openapi: 3.0.0\ninfo: {title: x}\npaths: {}\n",
    "OpenAPI, JSON": '{"openapi": "3.1.0", "info": {}, "paths": {}}',
    "OpenAPI, older": '{"swagger": "2.0", "info": {}, "paths": {}}',
    "rpcreplay": "RPCReplay\0\0\0",
    "packets": "\xd4\xc3\xb2\xa1\x02\x00",
    "packets, newer": "\x0a\x0d\x0d\x0a\x1c\x00",
}


@pytest.mark.parametrize("name", NO_COMMAND)
def test_what_no_command_reads_is_named_too(name: str, tmp_path: Path) -> None:
    data = NO_COMMAND[name].encode("latin-1")
    with pytest.raises(CassetteError) as caught:
        reader.loads(data, "a.yaml")
    said = str(caught.value)
    kind = name.partition(",")[0].removesuffix(" 5")
    assert kind in said
    assert said.endswith("'s: no command reads it, so record what its tests ask for")
    assert len(said.splitlines()) == 1
    (tmp_path / "a.yaml").write_bytes(data)
    (found,) = check(tmp_path / "a.yaml")
    assert said.endswith(found.message)


CUT = "was the file cut short, or a line indented otherwise?"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\n", "not a cassette: no mapping with version and interactions"),
        ('{"a": {}}', "not a cassette: no mapping with version and interactions"),
        ("{}", "not a cassette: no mapping with version and interactions"),
        ("version: 2\n", f"there is no `interactions`: {CUT}"),
        ("interactions: []\n", f"there is no `version`: {CUT}"),
    ],
)
def test_only_what_has_a_part_of_a_cassette_may_be_cut_short(
    text: str, words: str
) -> None:
    with pytest.raises(CassetteError) as caught:
        reader.loads(text.encode(), "a.yaml")
    assert str(caught.value).endswith(words)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": {"request": {}, "response": {"status": 1}}}',
        '[{"request": {}, "response": {"status": 1}}]',
        '{"request": {}, "response": {"status": 1}',
        json.dumps({**PAIR, "startedDateTime": "2026-11-20T10:00:00Z"}),
        json.dumps({**PAIR, "request": {"url": "/", "method": {"name": "GET"}}}),
        '{"a": {"scope": 1, "method": 1, "path": 1, "status": 1}}',
    ],
)
def test_names_within_a_file_do_not_make_it_one(text: str) -> None:
    assert kind_of(text.encode()) == ""


@pytest.mark.parametrize("text", ["{}", "[1]", "a: 1", "interactions:\n", '{"a":{}}'])
def test_what_nobody_is_known_to_write_is_a_broken_cassette(text: str) -> None:
    with pytest.raises(CassetteError) as caught:
        reader.loads(text.encode(), "a.yaml")
    assert "makes one" not in str(caught.value)


@pytest.mark.parametrize("layout", ["v4", "v3"])
@pytest.mark.parametrize("cut", [0, 5])
def test_one_that_holds_such_a_file_is_go_vcrs(layout: str, cut: int) -> None:
    bodies = [text.encode() for _, text in FILES.values()]
    held = [
        Interaction(n, Request("POST", "http://h/", body=body), Response(body=body))
        for n, body in enumerate(bodies)
    ]
    data = writer.dumps(Cassette(held), layout)  # type: ignore[arg-type]
    assert kind_of(data[: len(data) - cut]) == ""


def test_what_no_command_converts_is_not_to_be_moved_away_for_that() -> None:
    for kind in ("msw", "pact"):
        assert why_not_written(kind, "a.yaml") == what_it_is(kind, "a.yaml")
    told = why_not_written("vcrpy", "a.yaml")
    assert "move it away to record anew" in told
    assert "convert a.yaml -o a.yaml'" in told
    assert "convert a.json -o a.govcr.yaml'" in why_not_written("har", "a.json")
