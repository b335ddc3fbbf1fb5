"""``mitmvcr refresh`` as a process, against an API that changes."""

import difflib
import gzip
import hashlib
import json
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from xml.etree import ElementTree as ET

import pytest

from cli.helpers import Cli, answer, lines, write_cassette
from cli.served import served
from mitmvcr.cli.refresh import rounds
from mitmvcr.cli.refresh.asking import Asker, NotAskedError, _told_to_wait
from mitmvcr.cli.refresh.reports import Refreshed, Result, status_of
from mitmvcr.cli.tools.files import locked
from mitmvcr.core.model import Interaction, Request
from mitmvcr.drift import Drift, Tier
from mitmvcr.format import reader
from origin.certs import CertFiles
from origin.process import Origin
from patience import PATIENCE
from tools.making import met

HOUR, YEAR = 3600, 31_536_000


def now() -> int:
    return int(time.time())


CLIENT = """
import sys, urllib.request as u
opener = u.build_opener(u.ProxyHandler({"http": sys.argv[1]}))
for path in sys.argv[3:]:
    opener.open(u.Request(sys.argv[2] + path, headers={"Accept": "application/json"}))
"""


def md5(body: bytes) -> str:
    return b64encode(hashlib.md5(body).digest()).decode()


#: Answers with a checksum: one that can be restated, and one that cannot.
SUMS = {
    "/summed": ("Content-MD5", md5),
    "/odd": ("X-Amz-Checksum-XxHash64", lambda body: f"{len(body)}"),
}


class Api(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    changed: ClassVar[bool] = False
    limits: ClassVar[int] = 0
    asked: ClassVar[list[str]] = []
    count: ClassVar[int] = 0

    def do_GET(self) -> None:
        kind = type(self)
        kind.count += 1
        kind.asked.append(
            f"{self.path} {self.headers.get('Authorization', '')}".strip()
        )
        if kind.limits:
            kind.limits -= 1
            return self.answer(429, {}, Retry_After="0")
        value: dict[str, Any] = {"id": 7, "name": "one", "seen": kind.count}
        if self.path == "/changes" and kind.changed:
            value = {"id": "7", "name": "one", "seen": kind.count, "colour": "red"}
        if self.path in ("/grows", *SUMS) and kind.changed:
            value["more"] = True
        if self.path == "/token":
            value["expires_at"] = now() + HOUR
            if kind.changed:
                value["token"] = {"expires_at": now() + HOUR, "name": f"{now()}"}
        if self.path == "/mine" and "t0ken" not in self.headers.get(
            "Authorization", ""
        ):
            return self.answer(401, {"error": "who?"})
        return self.answer(200, value)

    def answer(self, code: int, value: object, **more: str) -> None:
        body = json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Request-Id", f"r-{type(self).count}")
        if self.path in SUMS:
            name, sum_of = SUMS[self.path]
            self.send_header(name, sum_of(body))
        for name, each in more.items():
            self.send_header(name.replace("_", "-"), each)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def api() -> Iterator[str]:
    Api.changed, Api.limits, Api.asked = False, 0, []
    with served(ThreadingHTTPServer(("127.0.0.1", 0), Api)) as server:
        yield f"http://127.0.0.1:{server.server_port}"


def record(cli: Cli, cassette: Path, api: str, *paths: str) -> None:
    code = CLIENT.replace("sys.argv[1]", "__import__('os').environ['HTTP_PROXY']")
    words = ("--include-localhost", "--", *cli.python(code), "-", api, *paths)
    ran = cli("run", "-c", cassette, *words)
    assert ran.returncode == 0, ran.stderr


FAST = ("--rate", "1000")


def test_what_has_changed_is_told_and_alone_recorded_anew(
    cli: Cli, api: str, tmp_path: Path
) -> None:
    cassette = tmp_path / "c.yaml"
    record(cli, cassette, api, "/same", "/changes", "/grows")
    before = cassette.read_text()

    same = cli("refresh", *FAST, cassette)
    assert (same.returncode, same.stdout) == (0, ""), same.stderr
    assert lines(same.stderr)[-1] == (
        f"mitmvcr: {cassette}: 0 breaking, 0 dangerous, 0 additive, 3 volatile, 0 same,"
        " 0 not compared"
    )

    Api.changed, Api.limits = True, 1
    reports = [tmp_path / f"r.{kind}" for kind in ("json", "xml", "html", "md")]
    words = [word for each in reports for word in ("--report", each)]
    checked = cli("refresh", *FAST, *words, cassette)
    assert checked.returncode == 30, checked.stderr
    assert checked.stdout.splitlines() == [
        f"breaking: interaction 1, GET {api}/changes",
        "  breaking type-changed $.id: number -> string",
        "  additive key-new $.colour: string",
        f"additive: interaction 2, GET {api}/grows",
        "  additive key-new $.more: boolean",
    ]
    assert cassette.read_text() == before
    _look_at(reports, api)

    written = cli("refresh", *FAST, "--write", cassette)
    assert written.returncode == 30, written.stderr
    changes = difflib.unified_diff(
        before.splitlines(), cassette.read_text().splitlines(), n=0, lineterm=""
    )
    added = [line[1:].strip() for line in changes if line[:2] == "+ "]
    assert len(added) == 6, added  # twice a body, its two lengths, and no header else
    bodies = [each.response.body for each in reader.load(cassette).interactions]
    found = [json.loads(body) for body in bodies]
    assert found[0] == {"id": 7, "name": "one", "seen": 1}
    assert found[1] == {"id": "7", "name": "one", "seen": 2, "colour": "red"}
    assert found[2] == {"id": 7, "name": "one", "seen": 3, "more": True}
    again = cli("refresh", *FAST, cassette)
    assert again.returncode == 0, again.stdout


def _look_at(reports: list[Path], api: str) -> None:
    as_json, xml, page, request = (each.read_text() for each in reports)
    first, second, third = json.loads(as_json)["cassettes"][0]["interactions"]
    assert [each["outcome"] for each in (first, second, third)] == [
        *("volatile", "breaking", "additive")
    ]
    assert second["findings"][0] == {
        "tier": "breaking",
        "rule": "type-changed",
        "path": "$.id",
        "before": "number",
        "now": "string",
    }
    suite = ET.fromstring(xml).find("testsuite")
    assert suite is not None
    assert suite.attrib["failures"] == "1"
    assert suite.attrib["tests"] == "3"
    assert "type-changed $.id" in page
    assert f"| breaking | `type-changed` | `$.id` | `GET {api}/changes` |" in request


def test_a_checksum_is_that_of_what_is_written(
    cli: Cli, api: str, tmp_path: Path
) -> None:
    """What no checksum can be made for is recorded whole."""
    cassette = tmp_path / "c.yaml"
    record(cli, cassette, api, *SUMS)
    before = reader.load(cassette).interactions
    Api.changed = True
    ran = cli("refresh", cassette, *FAST, "--write")
    assert ran.returncode == 10, ran.stderr
    after = reader.load(cassette).interactions
    seen = [
        [json.loads(each.response.body)["seen"] for each in held]
        for held in (before, after)
    ]
    assert seen[0][0] == seen[1][0]
    assert seen[0][1] != seen[1][1]
    for each, (name, sum_of) in zip(after, SUMS.values(), strict=True):
        said = {n.lower(): v[0] for n, v in each.response.headers.items()}
        assert said[name.lower()] == sum_of(each.response.body)


def test_times_in_what_is_new_are_those_of_the_recording(
    cli: Cli, api: str, tmp_path: Path
) -> None:
    """A replay moves all times of an answer by the age of its Date, which stays."""
    cassette = tmp_path / "c.yaml"
    record(cli, cassette, api, "/token")
    text, at = cassette.read_text(), now() - YEAR
    (held,) = reader.load(cassette).interactions
    (was,) = held.response.headers["Date"]
    recorded = json.loads(held.response.body)["expires_at"]
    then = formatdate(at, usegmt=True)
    text = text.replace(was, then).replace(str(recorded), str(at + HOUR))
    cassette.write_text(text)
    Api.changed = True
    assert cli("refresh", *FAST, "--write", cassette).returncode == 10
    (held,) = reader.load(cassette).interactions
    found = json.loads(held.response.body)
    assert held.response.headers["Date"] == (then,)
    assert found["expires_at"] == at + HOUR
    assert abs(found["token"]["expires_at"] - (at + HOUR)) < PATIENCE
    assert int(found["token"]["name"]) > at + YEAR - 1


def test_an_origin_with_tls_and_a_packed_cassette_are_refreshed(
    cli: Cli, origin: Origin, certs: CertFiles, tmp_path: Path
) -> None:
    url = f"{origin.https_url}/json"
    cassette = tmp_path / "c.yaml.gz"
    words = ("-c", cassette, "--include-localhost", "--upstream-ca", certs.ca, "--")
    fetch = f"import urllib.request as u; print(u.urlopen('{url}').read().decode())"
    recorded = cli("run", *words, *cli.python(fetch))
    assert recorded.returncode == 0, recorded.stderr
    data = gzip.decompress(cassette.read_bytes())
    other = recorded.stdout.strip().encode()
    assert other in data
    old = data.replace(other, b"[]")
    cassette.write_bytes(gzip.compress(old))
    ran = cli("refresh", *FAST, "--upstream-ca", certs.ca, "--write", cassette)
    assert ran.returncode == 30, ran.stdout + ran.stderr
    assert "type-changed $: array -> object" in ran.stdout
    assert other in gzip.decompress(cassette.read_bytes())


def test_today_s_credentials_are_sent_and_hidden(
    cli: Cli, api: str, tmp_path: Path
) -> None:
    mine = answer(f"{api}/mine", b'{"id": 7, "name": "one", "seen": 0}')
    cassette = write_cassette(tmp_path / "c.yaml", mine)
    without = cli("refresh", *FAST, cassette)
    assert without.returncode == 125
    assert "the API answers 401: give today's credentials" in without.stdout
    header = ("--header", "Authorization: Bearer <TOKEN>", "--secret", "TOKEN")
    ran = cli("refresh", *FAST, *header, cassette, env={"TOKEN": "t0ken-of-today-1234"})
    assert "not compared" not in ran.stdout, ran.stdout
    assert Api.asked[-1] == "/mine Bearer t0ken-of-today-1234"


def test_only_safe_requests_are_sent_and_what_cannot_be_is_told(
    cli: Cli, api: str, tmp_path: Path
) -> None:
    cassette = write_cassette(
        tmp_path / "c.yaml",
        answer(f"{api}/post", b"{}", method="POST"),
        answer(f"{api}/hidden?key=[REDACTED:key]", b"{}"),
        answer("http://127.0.0.1:9/nobody", b"{}"),
    )
    ran = cli("refresh", *FAST, cassette)
    assert ran.returncode == 125
    assert Api.asked == []
    hidden, nobody = ran.stdout.splitlines()
    assert "key is hidden in it" in hidden
    assert "no answer" in nobody
    said = lines(ran.stderr)[-1]
    assert said.endswith(" 2 not compared; 1 not sent (POST: --method)")
    for words in (["--header", "nonsense"], ["--report", "r.txt"]):
        wrong = cli("refresh", *words, cassette)
        assert wrong.returncode != 0
        assert len(lines(wrong.stderr)) == 1, wrong.stderr


def test_a_command_that_runs_live_is_compared_with_its_cassette(
    cli: Cli, api: str, tmp_path: Path
) -> None:
    cassette = tmp_path / "c.yaml"
    record(cli, cassette, api, "/same", "/grows", "/left")
    before = cassette.read_bytes()
    code = CLIENT.replace("sys.argv[1]", "__import__('os').environ['HTTP_PROXY']")
    child = (*cli.python(code), "-", api, "/grows", "/same", "/new")
    words = ("run", "-c", cassette, "--mode", "compare", "--include-localhost", "--")
    Api.changed = True
    ran = cli(*words, *child)
    assert ran.returncode == 10, ran.stderr
    assert ran.stdout.splitlines() == [
        f"additive: interaction 1, GET {api}/grows",
        "  additive key-new $.more: boolean",
        f"not compared: interaction 2, GET {api}/left (the command did not ask for it)",
        f"not compared: interaction 2, GET {api}/new (the cassette holds no such"
        " request; the number is that of the run)",
    ]
    assert cassette.read_bytes() == before
    failed = cli(*words, *cli.python("raise SystemExit(3)"))
    assert failed.returncode == 3
    absent = cli("run", "-c", "absent.yaml", "--mode", "compare", "--", "true")
    assert absent.returncode == 125
    assert "--mode compare needs a cassette" in absent.stderr


def json_answer(url: str, value: object) -> Interaction:
    made = answer(url, json.dumps(value).encode())
    headers = {"Content-Type": ["application/json"]}
    return replace(made, response=replace(made.response, headers=headers))


def test_a_cassette_that_is_being_recorded_is_not_written(
    cli: Cli, api: str, tmp_path: Path
) -> None:
    cassette = write_cassette(tmp_path / "c.yaml", answer(f"{api}/same", b"{}"))
    with locked(cassette):
        ran = cli("refresh", "--write", cassette)
    assert ran.returncode == 125
    assert "is being recorded already" in ran.stderr
    assert Api.asked == []
    assert [each.name for each in tmp_path.iterdir() if "lock" in each.name] == []


def test_a_call_that_needs_http2_is_not_asked(
    cli: Cli, api: str, tmp_path: Path
) -> None:
    """gRPC, and what goes both ways; what says so names what does ask it."""
    Api.asked.clear()
    made = answer(f"{api}/t.T/Say", b"\0\0\0\0\0")

    def call(kind: str, **more: Any) -> Interaction:
        request = replace(made.request, headers={"Content-Type": [kind]})
        return replace(made, request=request, response=replace(made.response, **more))

    calls = [
        call("application/grpc+proto"),
        call("application/connect+proto", turns=(0, 1, 1)),
        call("application/grpc-web+proto"),
    ]
    write_cassette(tmp_path / "c.yaml", *calls)
    ran = cli("refresh", "c.yaml")
    assert ran.stdout.count("(it needs HTTP/2: run its client with --mode ") == 2
    assert lines(ran.stderr)[-1].endswith("2 not compared")
    assert {*Api.asked} == {"/t.T/Say"}


def test_a_suite_of_sessions_is_compared_cassette_by_cassette(
    cli: Cli, api: str, tmp_path: Path
) -> None:
    (tmp_path / "tapes").mkdir()
    grows = json_answer(f"{api}/grows", {"id": 1, "name": "x", "seen": 3})
    write_cassette(tmp_path / "tapes" / "login.yaml", grows)
    unchanged = answer(f"{api}/grows", b"", code=304)
    write_cassette(tmp_path / "tapes" / "other.yaml", unchanged)
    write_cassette(tmp_path / "tapes" / "left.yaml", grows)
    before = {each: each.read_bytes() for each in (tmp_path / "tapes").iterdir()}
    code = (
        "import os, sys; _, session, path = sys.argv[1].split(':')\n"
        "place = os.environ['HTTP_PROXY'].partition('//')[2]\n"
    )
    code += CLIENT.replace("sys.argv[1]", "f'http://{session}:x@{place}'")
    asked = "\n".join(
        f"sys.argv[1:] = [':{name}:', {api!r}, '/grows']\n{code}"
        for name in ("login", "other", "new")
    )
    Api.changed = True
    words = ("--cassettes", "tapes", "--include-localhost", "--report", "r.md")
    env = {"MITMVCR_MODE": "Compare"}  # it need not be typed
    ran = cli("run", *words, "--", *cli.python(f"import sys\n{asked}"), env=env)
    assert ran.returncode == 10, ran.stderr
    told = [line for line in lines(ran.stderr) if "breaking" in line]
    assert [line.split(": ")[1] for line in told] == [
        *("tapes/login.yaml", "tapes/new.yaml", "tapes/other.yaml")
    ]
    assert told[0].endswith(
        "0 dangerous, 1 additive, 0 volatile, 0 same, 0 not compared"
    )
    assert told[1].endswith("1 not compared")
    assert "(its answer cannot be compared)" in ran.stdout
    assert {each: each.read_bytes() for each in before} == before
    assert len([*(tmp_path / "tapes").iterdir()]) == 3
    assert "| additive | `key-new` |" in (tmp_path / "r.md").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--prove",), "--prove=yes: beside --mode compare nothing is kept"),
        (("--receipt", "r.json"), "--receipt=r.json: beside --mode compare"),
        (("--cassettes", "none"), "--cassettes=none: --mode compare needs a cassette"),
        (("--report", "r.txt"), "--report=r.txt: name a file.json"),
    ],
)
def test_what_has_no_meaning_beside_a_comparison_is_refused(
    cli: Cli, words: tuple[str, ...], said: str
) -> None:
    place = () if "--cassettes" in words else ("-c", "c.yaml")
    write_cassette(cli.cwd / "c.yaml", answer("http://127.0.0.1:9/", b"{}"))
    ran = cli("run", "--mode", "compare", *place, *words, "--", "true")
    assert ran.returncode not in (0, 10, 20, 30)
    assert said in ran.stderr
    assert len(lines(ran.stderr)) == 1


def test_only_a_run_compares(cli: Cli) -> None:
    ran = cli("serve", "--mode", "compare")
    assert ran.returncode != 0
    assert lines(ran.stderr) == [
        "mitmvcr: error: --mode=compare: only a run compares: mitmvcr run -m compare --"
        " COMMAND"
    ]


@pytest.mark.parametrize(
    ("status", "said", "seconds"),
    [
        (200, "5", None),
        (429, "5", 5.0),
        (503, "0", 0.0),
        (429, "", 1.0),
        (503, "soon", None),
        (503, "Sat, 01 Jan 2022 00:00:00 GMT", 0.0),
    ],
)
def test_retry_after_is_kept(status: int, said: str, seconds: float | None) -> None:
    assert _told_to_wait(status, {"retry-after": said}) == seconds


def test_retry_after_is_by_the_clock_of_the_api() -> None:
    said = {
        "retry-after": "Sat, 01 Jan 2022 00:00:07 GMT",
        "date": "Sat, 01 Jan 2022 00:00:00 GMT",
    }
    assert _told_to_wait(429, said) == 7.0
    ahead = {name: text.replace("2022", "2099") for name, text in said.items()}
    assert _told_to_wait(503, ahead) == 7.0


def test_an_api_that_wants_long_rest_is_left_alone(tmp_path: Path) -> None:
    class Resting(Asker):
        def _sent(self, request: Request) -> tuple[int, dict[str, str]]:
            return 429, {"retry-after": "600"}

    asker = Resting(0, tmp_path)
    with pytest.raises(NotAskedError, match=r"wants 600 s of rest \(429\)"):
        asker.ask(Request("GET", "http://127.0.0.1/"))


@pytest.mark.parametrize(
    ("tiers", "code"),
    [
        ((Tier.SAME, Tier.VOLATILE, None), 0),
        ((Tier.ADDITIVE, Tier.SAME), 10),
        ((Tier.ADDITIVE, Tier.DANGEROUS), 20),
        ((Tier.BREAKING, None), 30),
        ((None, None), 125),
        ((), 0),
    ],
)
def test_the_worst_change_decides_the_exit_code(
    tiers: tuple[Tier | None, ...], code: int
) -> None:
    results = [Result(at, "GET", "http://a/", tier) for at, tier in enumerate(tiers)]
    assert status_of([Refreshed("c.yaml", results)]) == code


def test_the_turns_of_a_call_are_those_of_its_new_messages():
    """Who asks again says all at once; a replay waited for messages that were gone."""
    one, two = b"\0\0\0\0\1a", b"\0\0\0\0\1b"
    old = met(answer=one + two, body=one, media="application/grpc", turns=(0, 1, 1, 2))
    live = met(answer=one, body=one, media="application/grpc")
    new = rounds._grafted(old, live, Drift(()))
    assert (new.response.body, new.response.turns) == (one, (0, 1, 2))
