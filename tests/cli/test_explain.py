"""``mitmvcr cassette explain``: the matcher, with nothing sent."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from cli.helpers import answer, write_cassette
from mitmvcr.cli import main

URL = "https://api.example.test/v1/chat"


def post(body: bytes):
    made = answer(URL, b"hello", "POST")
    kind = {"Content-Type": ["application/json"]}
    return replace(made, request=replace(made.request, body=body, headers=kind))


@pytest.fixture
def cassette(tmp_path):
    talk = b'{"messages":[{"content":"Hello"}]}'
    got = answer(f"{URL}?page=2", b"x")
    return write_cassette(tmp_path / "chat.yaml", post(talk), got)


def explain(cassette, capsys, *words):
    status = main(["cassette", "explain", str(cassette), *words])
    return status, *capsys.readouterr()


def test_a_request_that_would_match(cassette, capsys):
    status, out, err = explain(
        cassette.with_suffix(""),
        capsys,
        *("--url", URL, "--header", "Content-Type: application/json"),
        *("--body", '{"messages": [{"content": "Hello"}]}'),
    )
    assert (status, err) == (0, "")
    assert out == f"matches interaction 0: POST {URL}: 200 OK\n"


def test_one_that_would_not_and_where_it_differs(cassette, capsys):
    curl = f"curl {URL} -H 'content-type: application/json' -d @-"
    curl = curl.replace("@-", '\'{"messages":[{"content":"Hola"}]}\'')
    status, out, _ = explain(cassette, capsys, "--curl", curl)
    assert status == 1
    assert out.splitlines()[:4] == [
        f"no match for POST {URL}",
        "  interaction 0 (unused)",
        "      agree: method, url",
        '      body.messages[0].content: "Hola" was "Hello"',
    ]


def test_as_json(cassette, capsys, tmp_path):
    status, out, _ = explain(cassette, capsys, "--json", "--url", f"{URL}?page=3")
    facts = json.loads(out)
    assert (status, facts["match"]) == (1, False)
    difference = {"place": "query.page", "asked": '"3"', "recorded": '"2"'}
    assert facts["nearest"][0]["differ"] == [difference]
    status, out, _ = explain(cassette, capsys, "--json", "--url", f"{URL}?page=2")
    facts = json.loads(out)
    assert (status, facts["match"], facts["interaction"]) == (0, True, 1)


def test_it_matches_as_the_options_say_and_names_the_one_that_is_missing(
    cassette, capsys
):
    words = ("--url", f"{URL}?page=3")
    status, out, _ = explain(cassette, capsys, *words)
    assert status == 1
    assert "      --ignore-query page would let it match" in out.splitlines()
    assert explain(cassette, capsys, *words, "--ignore-query", "page")[0] == 0


def test_a_body_may_be_in_a_file(cassette, capsys, tmp_path):
    path = tmp_path / "body"
    path.write_bytes(b'{"messages":[{"content":"Hello"}]}')
    words = ("--method", "post", "--url", URL, "--body", f"@{path}")
    assert explain(cassette, capsys, *words)[0] == 0


def test_the_url_is_understood_as_the_proxy_would(cassette, capsys):
    url = "https://me:x@API.example.test:443/v1/chat?page=2#f"
    assert explain(cassette, capsys, "--url", url)[0] == 0


def test_an_empty_cassette_says_so(tmp_path, capsys):
    empty = write_cassette(tmp_path / "empty.yaml")
    status, out, _ = explain(empty, capsys, "--url", URL)
    assert status == 1
    assert out.splitlines()[1] == "  the cassette is empty"


def test_colours_may_be_forced(cassette, capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in explain(cassette, capsys, "--url", URL)[1]


def test_it_is_only_read(cassette, capsys):
    before = cassette.read_bytes()
    explain(cassette, capsys, "--url", URL)
    assert cassette.read_bytes() == before
    assert [path.name for path in cassette.parent.iterdir()] == ["chat.yaml"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "name a request: --url URL, or --curl 'curl ...'"),
        (("--url", "nowhere"), "--url=nowhere: it is not an http or https URL"),
        (("--url", "ftp://h/"), "--url=ftp://h/: it is not an http or https URL"),
        (("--url", "http://h:x/"), "--url=http://h:x/: "),
        (("--url", URL, "--header", "x"), "--header=x: write it as"),
        (("--url", URL, "--body", "@absent"), "--body=@absent: cannot be read: No"),
        (("--curl", "curl h", "--url", URL), "--curl=...: use it alone"),
        (("--curl", "curl http://..."), "--curl=http://...: ... can be no host; name"),
        (("--curl", "curl --proxy-header x h"), "--curl=--proxy-header: mitmvcr does"),
    ],
)
def test_wrong_use_is_one_line(cassette, capsys, words, told):
    status, out, err = explain(cassette, capsys, *words)
    assert (status, out) == (125, "")
    (line,) = err.splitlines()
    assert line.startswith(f"mitmvcr: error: {told}")


def test_a_cassette_that_is_not_there_is_one_line(tmp_path, capsys):
    status, _, err = explain(tmp_path / "none", capsys, "--url", URL)
    assert status == 125
    assert "none.yaml: cassette not found" in err


#: As where mitmproxy is not installed.
WITHOUT_MITMPROXY = """
import sys
sys.modules["mitmproxy"] = None
from mitmvcr.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("words", "status", "first"),
    [
        (("--url", f"{URL}?page=2"), 0, f"matches interaction 1: GET {URL}?page=2"),
        (("--curl", f"curl {URL}?page=3"), 1, f"no match for GET {URL}?page=3"),
        (("--match", "go-vcr", "--url", URL), 1, f"no match for GET {URL}"),
    ],
)
def test_it_needs_no_mitmproxy(cassette, words, status, first):
    line = [sys.executable, "-c", WITHOUT_MITMPROXY, "cassette", "explain"]
    done = subprocess.run(
        [*line, str(cassette), *words], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (status, "")
    assert done.stdout.startswith(first)
