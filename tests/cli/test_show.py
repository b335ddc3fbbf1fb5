"""``mitmvcr cassette show``, as a process and on a terminal."""

import json
from pathlib import Path

import pytest

from cli.helpers import Cli, on_a_terminal
from mitmvcr.core.frames import Frame
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import writer

TOKEN = "ghp_" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bD1fG3hJ5"


def answered(number: int, code: int, body: bytes, media: str = "text/plain", **more):
    url = f"https://api.example.com/items/{number}?page={number}"
    headers = {"Content-Type": [media]}
    request = Request(method="GET" if number else "POST", url=url, body=b"asked")
    response = Response(
        code=code,
        status=f"{code} It",
        body=body,
        headers=headers,
        proto="HTTP/2.0",
        duration=1_500_000_000,
        **more,
    )
    return Interaction(number, request, response)


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    frames = (Frame(True, 1_000_000, "text", b"hello"),)
    found = [
        answered(0, 200, b"data: one\n\ndata: two\n\n", "text/event-stream"),
        answered(1, 404, b"\x00\x01binary", "application/x-thing"),
        answered(2, 200, f'{{"token": "{TOKEN}"}}'.encode(), "application/json"),
        answered(3, 101, b"", websocket=frames),
        answered(4, 0, b"", failure="reset"),
        answered(5, 200, "\x1b[31mred\u202e".encode()),
    ]
    path = tmp_path / "chat.yaml"
    path.write_bytes(writer.dumps(Cassette(found)))
    return path


def test_a_table_comes_first(cli: Cli, cassette: Path):
    shown = cli("cassette", "show", cassette)
    lines = shown.stdout.splitlines()
    assert " ".join(lines[0].split()) == "id method status size time protocol URL"
    assert len(lines) == 7
    assert lines[1].split()[:4] == ["0", "POST", "200", "22"]
    assert "1.50 s" in lines[1]
    assert lines[1].endswith("https://api.example.com/items/0?page=0")
    assert lines[4].split()[1:3] == ["GET", "101"]
    assert "WebSocket" in lines[4]
    assert " reset " in lines[5]
    assert "\x1b" not in shown.stdout


def test_what_is_chosen_is_shown_whole(cli: Cli, cassette: Path):
    shown = cli("cassette", "show", cassette, "--id", "0", "--id", "1")
    assert shown.returncode == 0
    assert "#0 POST https://api.example.com/items/0?page=0" in shown.stdout
    assert "[events, 22 bytes, 2 events]" in shown.stdout
    assert "[1]\ntwo" in shown.stdout
    assert "00000000  00 01 62 69" in shown.stdout
    assert "..binary" in shown.stdout
    assert "2 of 6 interactions" in shown.stderr
    assert "items/2" not in shown.stdout
    sockets = cli("cassette", "show", cassette, "--id", "3", "--id", "4").stdout
    assert "-> client at 1ms text\nhello" in sockets
    assert "the exchange failed: reset" in sockets


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (["--status", "4xx"], [1]),
        (["--status", "200", "--url", "*items/2*"], [2]),
        (["--method", "post"], [0]),
        (["--url", "*nothing*"], []),
    ],
)
def test_choices_agree(cli: Cli, cassette: Path, words: list[str], ids: list[int]):
    shown = cli("cassette", "show", cassette, "--json", *words)
    assert [each["id"] for each in json.loads(shown.stdout)] == ids
    table = cli("cassette", "show", cassette, "--table", *words)
    assert len(table.stdout.splitlines()) == 1 + len(ids)


def test_a_url_with_brackets_is_itself(cli: Cli, tmp_path: Path):
    url = "https://api.example.com/items?page[number]=2"
    found = Interaction(0, Request(method="GET", url=url), Response(code=200))
    path = tmp_path / "pages.yaml"
    path.write_bytes(writer.dumps(Cassette([found])))
    shown = cli("cassette", "show", path, "--json", "--url", url)
    assert [each["url"] for each in json.loads(shown.stdout)] == [url]


def test_secrets_are_hidden_everywhere(cli: Cli, cassette: Path, tmp_path: Path):
    page = tmp_path / "out.html"
    for words in (["--id", "2"], ["--id", "2", "--json"], ["--html", str(page)]):
        shown = cli("cassette", "show", cassette, *words)
        assert shown.returncode == 0
        assert TOKEN not in shown.stdout
    assert TOKEN not in page.read_text()
    assert "[REDACTED:" in page.read_text()
    kept = cli("cassette", "show", cassette, "--id", "2", "--redact", "none")
    assert TOKEN in kept.stdout


def test_a_terminal_does_not_obey_what_was_recorded(cli: Cli, cassette: Path):
    shown = cli("cassette", "show", cassette, "--id", "5").stdout
    assert r"\x1b[31mred\u202e" in shown
    assert "\x1b" not in shown


def test_json_without_a_choice_is_the_table(cli: Cli, cassette: Path):
    rows = json.loads(cli("cassette", "show", cassette, "--json").stdout)
    assert len(rows) == 6
    assert "request" not in rows[0]


def test_on_a_terminal_it_is_coloured_and_goes_through_the_pager(
    cli: Cli, cassette: Path
):
    text = on_a_terminal(cli, "cassette", "show", cassette)
    assert "\x1b[33m404" in text
    assert "…" in text
    assert "\x1b" not in on_a_terminal(cli, "cassette", "show", cassette, NO_COLOR="1")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--id", "6"], "--id=6: use 0 to 5"),
        (["--status", "no"], "--status=no: use a code or a class: 404, 4xx"),
        (["--html", "no/such/folder/x.html"], "cannot be written"),
    ],
)
def test_bad_input_is_one_line(cli: Cli, cassette: Path, words: list[str], line: str):
    shown = cli("cassette", "show", cassette, *words)
    assert shown.returncode != 0
    assert line in shown.stderr
    assert len(shown.stderr.splitlines()) == 1


def test_what_is_no_cassette_is_said(cli: Cli, tmp_path: Path):
    path = tmp_path / "no.yaml"
    path.write_text("hello: there\n")
    shown = cli("cassette", "show", path)
    assert shown.returncode != 0
    assert "no.yaml" in shown.stderr
    empty = tmp_path / "empty.yaml"
    empty.write_bytes(writer.dumps(Cassette()))
    assert cli("cassette", "show", empty, "--id", "0").stderr.endswith(
        "--id=0: the cassette is empty\n"
    )
    assert len(cli("cassette", "show", empty).stdout.splitlines()) == 1
