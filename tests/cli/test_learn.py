"""``mitmvcr learn``: a program whose requests vary, behind a loopback origin."""

import json
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest

from cli.helpers import Cli, lines

#: Sends a fresh id and today's date, then what the answer gave; prints whether the
#: answer repeats the id.
VARIES = """
import datetime, json, sys, urllib.request as u, uuid
base, fresh = sys.argv[1], str(uuid.uuid4())
body = {"id": fresh, "prompt": f"Be brief. Today is {datetime.date.today()}. Count."}
asked = u.Request(base + "/rpc", json.dumps(body).encode(), {"X-Id": fresh})
asked.add_header("Content-Type", "application/json")
found = json.load(u.urlopen(asked))
u.urlopen(base + "/items?cursor=" + found["cursor"]).read()
print(found["id"] == fresh)
"""
#: Asks for another thing each time.
WANDERS = """
import sys, time, urllib.request as u
u.urlopen(sys.argv[1] + "/things/" + "abcdefghij"[time.time_ns() % 10] + "x"
          * (time.time_ns() % 97)).read()
"""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer({"id": asked["id"], "cursor": uuid4().hex})

    def _answer(self, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def program(code: str, origin: str) -> tuple[str, ...]:
    return (
        "--include-localhost",
        "-c",
        "c.yaml",
        "--",
        sys.executable,
        "-c",
        code,
        origin,
    )


def test_what_varies_is_learned_proven_and_written(
    cli: Cli, tmp_path: Path, origin: str
) -> None:
    config = tmp_path / "mitmvcr.toml"
    config.write_text('# mine\nlatency = "0" # as it is\nignore_json = ["$.x"]\n')
    ran = cli("learn", "--yes", *program(VARIES, origin))
    assert ran.returncode == 0, ran.stderr
    shown = ran.stdout.splitlines()
    assert shown[0] == "True"
    assert "  '$.id='," in shown
    assert "  # json.$.id: made up, looks like a UUID" in shown
    assert any("is a date of this run" in each for each in shown)
    given = "# query.cursor: given by an earlier response: a replay gives it again"
    assert given in shown
    said = lines(ran.stderr)
    assert "mitmvcr: c.yaml: repeats, proven by 2 replays" in said
    assert f"mitmvcr: {config}: 2 rules written" in said
    written = config.read_text()
    assert written.startswith(
        '# mine\nlatency = "0" # as it is\nignore_json = ["$.x",\n'
    )
    assert "'$.id='" in written
    assert [each.name for each in tmp_path.iterdir() if each.suffix == ".yaml"] == [
        "c.yaml"
    ]


def test_what_no_rule_helps_is_named_and_nothing_is_written(
    cli: Cli, tmp_path: Path, origin: str
) -> None:
    ran = cli("learn", "--yes", *program(WANDERS, origin))
    assert ran.returncode == 100, ran.stderr
    assert "no rule helps here: interaction 0, GET http://127.0.0.1:" in ran.stderr
    assert not (tmp_path / "mitmvcr.toml").exists()


def test_nothing_is_learned_from_a_run_that_fails(cli: Cli, tmp_path: Path) -> None:
    ran = cli("learn", "-c", "c.yaml", "--", *cli.python("raise SystemExit(3)"))
    assert ran.returncode == 3
    said = "mitmvcr: the command failed: nothing is learned from a run that fails"
    assert said in lines(ran.stderr)


def test_nothing_is_learned_where_nothing_was_asked(cli: Cli) -> None:
    ran = cli("learn", "-c", "c.yaml", "--", *cli.python("pass"))
    assert ran.returncode == 100
    said = "mitmvcr: nothing was recorded: there is nothing to learn from"
    assert said in lines(ran.stderr)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--mode", "record_only"), "--mode=record_only: 'learn' chooses the mode"),
        (("--prove",), "--prove=yes: 'learn' proves the rules itself"),
        (("--cassettes", "d"), "--cassettes=d: 'learn' is about one cassette"),
    ],
)
def test_what_has_no_meaning_is_refused(
    cli: Cli, words: tuple[str, ...], said: str
) -> None:
    ran = cli("learn", *words, "--", *cli.python("pass"))
    assert ran.returncode != 0
    assert said in ran.stderr
