"""``mitmvcr cassette diff``, as a process and on a terminal."""

import json
from pathlib import Path

import pytest

from cli.helpers import Cli, on_a_terminal
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import writer

TOKEN = "ghp_" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bD1fG3hJ5"
URL = "https://api.example.com"


def met(path: str, answer: bytes, code: int = 200, **headers: str) -> Interaction:
    sent = {"Content-Type": ["application/json"]}
    sent |= {name: [value] for name, value in headers.items()}
    response = Response(body=answer, headers=sent, code=code, proto="HTTP/1.1")
    return Interaction(0, Request("GET", URL + path), response)


def put(path: Path, *held: Interaction) -> Path:
    path.write_bytes(writer.dumps(Cassette(held)))
    return path


@pytest.fixture
def one(tmp_path: Path) -> Path:
    same = met("/same", b'{"a":1}', Date="one")
    asked = Request("POST", URL + "/asked", body=b"count to 3")
    changed = Interaction(0, asked, Response(code=200))
    return put(tmp_path / "one.yaml", same, changed, met("/gone", b"{}"))


@pytest.fixture
def two(tmp_path: Path) -> Path:
    same = met("/same", b'{ "a": 1.0 }', Date="two")
    asked = Request("POST", URL + "/asked", body=b"count to 4")
    changed = Interaction(0, asked, Response(code=200))
    token = f'{{"token": "{TOKEN}", "red": "\\u001b[31m"}}'.encode()
    return put(tmp_path / "two.yaml", met("/new\x1b", token), changed, same)


def test_what_differs_is_printed_and_the_exit_code_is_that_of_diff(
    cli: Cli, one: Path, two: Path
):
    shown = cli("cassette", "diff", one, two)
    assert shown.returncode == 1
    lines = [" ".join(line.split()) for line in shown.stdout.splitlines()]
    assert lines == [
        "A B method status URL",
        rf"only in B - 0 GET 200 {URL}/new\x1b",
        f"changed 1 1 POST 200 {URL}/asked",
        f"only in A 2 - GET 200 {URL}/gone",
        f"same 0 2 GET 200 {URL}/same",
        "",
        f"A 1, B 1: POST {URL}/asked",
        "the requests do not match: a replay of one misses the other",
        'request body at byte 9: "count to 3" -> "count to 4"',
    ]
    end = "1 same, 1 changed, 1 only in A, 1 only in B"
    assert shown.stderr == f"mitmvcr: A {one}, B {two}: {end}\n"
    same = cli("cassette", "diff", one, one)
    assert same.returncode == 0
    assert "3 same, 0 changed" in same.stderr


def test_what_is_ignored_does_not_differ(cli: Cli, one: Path, two: Path):
    words = ("cassette", "diff", one, two, "--ignore-body", "[0-9]", "--json")
    shown = cli(*words)
    facts = json.loads(shown.stdout)
    assert (shown.returncode, facts["counts"]["same"]) == (1, 2)
    assert (facts["a"], facts["b"]) == (str(one), str(two))
    first, *_ = facts["interactions"]
    assert (first["outcome"], first["a"], first["b"]) == ("only in B", None, 0)


def test_many_differences_end_somewhere(cli: Cli, tmp_path: Path):
    pair = [
        put(tmp_path / f"{n}.yaml", met("/many", json.dumps([n] * 999).encode()))
        for n in (1, 2)
    ]
    shown = cli("cassette", "diff", *pair).stdout
    assert shown.splitlines()[-2:] == [
        "  response body[199]: 1 -> 2",
        "  ... and more",
    ]


def test_secrets_are_hidden_everywhere(cli: Cli, two: Path, tmp_path: Path):
    old = put(tmp_path / "old.yaml", met("/new\x1b", b'{"token": "none", "red": 1}'))
    page = tmp_path / "out.html"
    for words in ([], ["--json"], ["--html", page]):
        shown = cli("cassette", "diff", old, two, *words)
        assert shown.returncode == 1, shown.stderr
        assert TOKEN not in shown.stdout
        assert "\x1b" not in shown.stdout
    assert TOKEN not in page.read_text()
    assert "[REDACTED:" in page.read_text()
    assert shown.stderr.startswith(f"mitmvcr: {page}: A {old}, B {two}: 0 same")


def test_the_page_has_both_sides(cli: Cli, one: Path, two: Path, tmp_path: Path):
    page = tmp_path / "out.html"
    assert cli("cassette", "diff", one, two, "--html", page).returncode == 1
    data = page.read_text().split('id="data">')[1].split("</script>")[0]
    facts = json.loads(data)
    assert facts["sides"] == [str(one), str(two)]
    changed = facts["rows"][1]
    places = changed["places"]
    bodies = [facts["interactions"][at]["request"]["body"]["text"] for at in places]
    assert bodies == ["count to 3", "count to 4"]
    assert changed["place"] == places[-1]
    assert not changed["changes"]["matches"]
    assert len(facts["rows"][3]["places"]) == 1  # of equal ones one is enough


def test_on_a_terminal_it_goes_through_the_pager(cli: Cli, one: Path, two: Path):
    words = ("cassette", "diff", one, two)
    seen = on_a_terminal(cli, *words)
    assert "\x1b[31monly in A" in seen
    assert "…" in seen
    assert "\x1b" not in on_a_terminal(cli, *words, NO_COLOR="1")


def test_what_cannot_be_compared_is_one_line(cli: Cli, one: Path, tmp_path: Path):
    broken = tmp_path / "broken.yaml"
    broken.write_text("version: 2\ninteractions: x\n")
    found = cli("cassette", "diff", one, broken)
    assert found.returncode == 125
    assert found.stderr.startswith(f"mitmvcr: error: {broken}: ")
    assert len(found.stderr.splitlines()) == 1
    assert cli("cassette", "diff", one, tmp_path / "none.yaml").returncode == 2
