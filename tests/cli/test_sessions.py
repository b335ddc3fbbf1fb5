"""A run with a cassette for each session: what it tells covers them all."""

import gzip
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from cli.helpers import Cli, answer, lines, write_cassette
from origin import Origin

URL = "http://api.example.test/"
#: Asks each PATH as the session NAME, where NAME:PATH is given.
CLIENT = """
import os, sys, urllib.error, urllib.request as u
place = os.environ["MITMVCR_PROXY_URL"].partition("//")[2]
for word in sys.argv[1:]:
    name, _, path = word.partition(":")
    user = f"{name}:x@" if name else ""
    opener = u.build_opener(u.ProxyHandler({"http": f"http://{user}{place}"}))
    try: print(opener.open("http://api.example.test/" + path).read().decode())
    except urllib.error.HTTPError as error: print(error.code)
"""


def asking(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-c", CLIENT, *words)


@pytest.fixture
def folder(cli: Cli) -> Path:
    """Two cassettes, and the default one."""
    folder = cli.cwd / "cassettes"
    (folder / "login").mkdir(parents=True)
    for name in ("login/ok", "other", "default"):
        write_cassette(folder / f"{name}.yaml", answer(URL + "a", name.encode()))
    return folder


def test_each_session_replays_its_cassette_and_one_line_sums_them_up(
    cli: Cli, folder: Path
) -> None:
    words = asking("login%2Fok:a", "other:a", ":a")
    ran = cli("run", "--cassettes", "cassettes", "-m", "replay", *words)
    assert (ran.returncode, ran.stdout) == (0, "login/ok\nother\ndefault\n")
    assert lines(ran.stderr) == [
        "mitmvcr: folder cassettes (3 cassettes), mode replay_only: recorded 0,"
        " replayed 3, missed 0, unused 0",
        "mitmvcr: default: 1 request named no session",
    ]


def test_what_holds_for_all_sessions_is_said_once(cli: Cli, folder: Path) -> None:
    """A suite has a thousand of them."""
    for name in ("login/ok", "other"):
        place = folder / f"{name}.yaml"
        assert (
            cli("cassette", "convert", place, "-o", "x", "--to", "vcrpy").returncode
            == 0
        )
        (cli.cwd / "x").replace(place)
    rules = ("--match", "method,url", "--ignore-body", "x")
    words = asking("login%2Fok:a", "other:a", ":a")
    ran = cli("run", "--cassettes", "cassettes", "-m", "replay", *rules, "--", *words)
    assert (ran.returncode, ran.stdout) == (0, "login/ok\nother\ndefault\n")
    assert lines(ran.stderr)[:2] == [
        "mitmvcr: cassettes: what is a cassette of vcrpy is replayed as it is, and not"
        " written",
        "mitmvcr: --ignore-body x: --match method,url compares no body: leave one of"
        " the two out",
    ]
    assert ran.stderr.count("leave one") == ran.stderr.count("as it is") == 1


@pytest.mark.parametrize("mode", ["replay_only", "record_once", "new_episodes"])
def test_a_compressed_cassette_is_that_of_its_session(
    cli: Cli, folder: Path, mode: str
) -> None:
    for name in ("login/ok", "other"):
        plain = folder / f"{name}.yaml"
        (folder / f"{name}.yaml.gz").write_bytes(gzip.compress(plain.read_bytes()))
        plain.unlink()
    words = asking("login%2Fok:a", "other:a", ":a")
    ran = cli("run", "--cassettes", "cassettes", "-m", mode, *words)
    assert (ran.returncode, ran.stdout) == (0, "login/ok\nother\ndefault\n")
    assert sorted(each.name for each in folder.rglob("*.*")) == [
        "default.yaml",
        "ok.yaml.gz",
        "other.yaml.gz",
    ]


OPENS = """
import json, os, sys, urllib.error, urllib.request as u
url = os.environ["MITMVCR_CONTROL_URL"] + "/sessions"
heads = {"Content-Type": "application/json", "X-Vcr-Control": "1"}
for each in sys.argv[1:]:
    wish = json.dumps({"cassette": each, "port": False}).encode()
    try:
        u.build_opener(u.ProxyHandler({})).open(u.Request(url, wish, heads))
    except urllib.error.HTTPError as error:
        print(error.code)
"""


@pytest.mark.parametrize(
    ("names", "others"), [("new", ""), ("new a b", ", and 2 others")]
)
def test_a_run_whose_sessions_could_not_begin_says_that_alone(
    cli: Cli, folder: Path, names: str, others: str
) -> None:
    """As those of a test framework's helper whose cassettes are missing: it says so,
    and nothing is wrong with any client."""
    words = (*cli.python(OPENS), *names.split())
    ran = cli("run", "--cassettes", "cassettes", "-m", "replay", *words)
    assert ran.returncode == 100
    count = len(names.split())
    assert ran.stdout == "409\n" * count
    told, summary = lines(ran.stderr)
    sessions = "1 session" if count == 1 else f"{count} sessions"
    assert told == (
        f"mitmvcr: {sessions} could not begin: cassettes/new.yaml: cassette not found,"
        " and mode replay_only never records: record it first with mode record_once"
        + others
    )
    assert "replayed 0" in summary


def test_misses_are_told_by_cassette_and_fail_the_run(cli: Cli, folder: Path) -> None:
    words = asking("login%2Fok:a", "other:b", "login%2Fok:c")
    reports = ("--report", "r.json", "--report", "r.xml")
    ran = cli("run", "--cassettes", "cassettes", "-m", "replay", *reports, *words)
    assert (ran.returncode, ran.stdout) == (100, "login/ok\n424\n424\n")
    told = [line for line in lines(ran.stderr) if "mitmvcr: missed in" in line]
    assert "no match for" not in ran.stderr
    assert [line.split(": ")[1:3] for line in told] == [
        ["missed in cassettes/login/ok.yaml", f"GET {URL}c"],
        ["missed in cassettes/other.yaml", f"GET {URL}b"],
    ]
    report = json.loads((cli.cwd / "r.json").read_text())
    assert report["counts"]["missed"] == 2
    assert report["requests_without_session"] == 0
    assert report["failed_sessions"] == ["login/ok", "other"]
    assert [
        (each["cassette"], each["counts"]["missed"], len(each["entries"]))
        for each in report["sessions"]
    ] == [("cassettes/login/ok.yaml", 1, 2), ("cassettes/other.yaml", 1, 2)]
    suites = ET.parse(cli.cwd / "r.xml").getroot()
    assert suites.get("failures") == "2"
    assert [each.get("name") for each in suites] == [
        "mitmvcr cassettes/login/ok.yaml",
        "mitmvcr cassettes/other.yaml",
    ]


def test_only_sessions_that_are_named_or_failed_are_recorded_anew(
    cli: Cli, folder: Path, origin: Origin
) -> None:
    for name in ("login/ok", "other", "default"):
        old = answer(f"{origin.http_url}/json", b"old")
        write_cassette(folder / f"{name}.yaml", old)
    before = contents(folder)
    program = CLIENT.replace(URL, f"{origin.http_url}/")

    def run(words: str, *asked: str) -> tuple[int, list[str]]:
        options = ("--include-localhost", "--report", "r.json", *words.split())
        client = (sys.executable, "-c", program, *asked)
        ran = cli("run", "--cassettes", "cassettes", *options, *client)
        return ran.returncode, ran.stdout.splitlines()

    new = '{"hello": "wörld", "asked": "/json"}'
    asked = ("login%2Fok:json", "other:json", ":json")
    assert run("--partial login/*", *asked) == (0, [new, "old", "old"])
    assert changed(folder, before) == ["login/ok.yaml"]
    # What the others lack is told, and a run can go by it.
    lacking = ("login%2Fok:json", "other:json?b", "never:json", ":json")
    code, got = run("--partial nobody", *lacking)
    assert (code, got) == (125, [new, "424", "400", "old"])
    report = json.loads((cli.cwd / "r.json").read_text())
    assert report["failed_sessions"] == ["never", "other"]
    before = contents(folder)
    assert run("--partial @r.json", *lacking) == (
        (0, [new, new.replace("json", "json?b"), new, "old"])
    )
    assert changed(folder, before) == ["never.yaml", "other.yaml"]
    before = contents(folder)
    origin.reset()
    assert run("--partial @r.json", *lacking)[0] == 0  # now none has failed
    assert changed(folder, before) == []
    assert origin.hits().requests == ()


@pytest.mark.parametrize(
    ("named", "asked", "is_told"),
    [
        ("log", ["login%2Fok:a"], True),
        ("log", [], False),  # that says something else
        ("log*,log", ["login%2Fok:a"], False),
    ],
)
def test_names_of_no_session_are_told(
    cli: Cli, folder: Path, named: str, asked: list[str], is_told: bool
) -> None:
    each = [word for name in named.split(",") for word in ("--partial", name)]
    ran = cli("run", "--cassettes", "cassettes", *each, *asking(*asked))
    told = (
        "mitmvcr: nothing was recorded anew: --partial names no session of this run. A"
        " session has its cassette's name in the folder, as login/ok"
    )
    assert (told in lines(ran.stderr)) is is_told


def contents(folder: Path) -> dict[str, bytes]:
    files = [each for each in folder.rglob("*") if each.is_file()]
    return {str(each.relative_to(folder)): each.read_bytes() for each in files}


def changed(folder: Path, before: dict[str, bytes]) -> list[str]:
    now = contents(folder)
    return sorted(each for each in now if now[each] != before.get(each))


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--partial", "a"), "--partial=a: is about sessions: name the folder"),
        (("--partial", "@no.json"), '--partial="@no.json": cannot be read: No such'),
        (
            ("--cassettes", "c", "--partial", "a", "--drop-unused"),
            "--drop-unused=yes: beside --partial it would change other cassettes too",
        ),
    ],
)
def test_what_cannot_be_recorded_in_part_is_one_line(
    cli: Cli, words: tuple[str, ...], line: str
) -> None:
    ran = cli("run", *words, "true")
    assert ran.returncode == 125
    assert f"mitmvcr: error: {line}" in lines(ran.stderr)[-1]


def test_a_name_that_is_none_fails_the_run(cli: Cli) -> None:
    ran = cli("run", "--cassettes", "cassettes", *asking("..%2Fa:a", "..%2Fa:a"))
    assert (ran.returncode, ran.stdout) == (125, "400\n400\n")
    line = "session \"../a\" leaves the folder with '..'; use a name as login/ok"
    assert f"mitmvcr: error: 2 requests had no session: {line}" in lines(ran.stderr)
    assert not list(cli.cwd.rglob("*.yaml"))


@pytest.mark.parametrize("words", [("--prove",), ("--receipt", "r.json")])
def test_what_is_about_one_cassette_is_refused(
    cli: Cli, words: tuple[str, ...]
) -> None:
    ran = cli("run", "--cassettes", "cassettes", *words, "true")
    assert ran.returncode == 125
    assert lines(ran.stderr) == [
        f"mitmvcr: error: --cassettes=cassettes: {words[0]} is about one cassette: use"
        " --cassette"
    ]


def test_a_strict_replay_that_nobody_came_to_fails(cli: Cli, folder: Path) -> None:
    words = ("run", "--cassettes", "cassettes", "-m", "replay")
    ran = cli(*words, *asking())
    assert ran.returncode == 100
    assert "nothing went through the proxy" in ran.stderr
    assert cli(*words, "--allow-idle", *asking()).returncode == 0


def test_what_nothing_asked_for_counts_in_the_sessions_that_began(
    cli: Cli, folder: Path
) -> None:
    more = [answer(URL + path, b"x") for path in ("a", "b")]
    write_cassette(folder / "other.yaml", *more)
    words = ("run", "--cassettes", "cassettes", "--fail-on-unused")
    ran = cli(*words, *asking("other:a", "login%2Fok:a"))
    assert ran.returncode == 100
    where = "cassettes/other.yaml: interaction 1"
    assert f"mitmvcr: unused in {where}: GET {URL}b" in lines(ran.stderr)
    assert "mitmvcr: folder cassettes (2 cassettes), mode" in ran.stderr
    assert cli(*words, "--drop-unused", *asking("other:a")).returncode == 0
    assert cli(*words, *asking("other:a")).returncode == 0


#: Opens sessions w1, w2 ... of the cassette "other", each by its own number, and asks
#: PATH of each, as workers of a suite do that play parts of one cassette.
WORKERS = """
import json, os, sys, urllib.error, urllib.request as u
url = os.environ["MITMVCR_CONTROL_URL"]
head = {"X-Vcr-Control": "1", "Content-Type": "application/json"}
direct = u.build_opener(u.ProxyHandler({}))
for number, path in enumerate(sys.argv[1:], 1):
    wish = json.dumps({"cassette": "other", "name": f"w{number}"}).encode()
    opened = direct.open(u.Request(url + "/sessions", wish, head, method="POST"))
    proxy = u.ProxyHandler({"http": json.load(opened)["proxy_url"]})
    if path != "-":
        try: u.build_opener(proxy).open("http://api.example.test/" + path).read()
        except urllib.error.HTTPError as error: print(error.code)
"""


def working(*paths: str) -> tuple[str, ...]:
    return (sys.executable, "-c", WORKERS, *paths)


@pytest.fixture
def shared(folder: Path) -> Path:
    """A cassette with three interactions."""
    answers = [answer(URL + path, path.encode()) for path in ("a", "b", "c")]
    return write_cassette(folder / "other.yaml", *answers)


def test_what_another_session_of_the_cassette_asked_for_is_used(
    cli: Cli, shared: Path
) -> None:
    """Workers play parts of one cassette; and a session that is opened again in
    another mode, as the suite's own, has two accounts."""
    words = (
        "run",
        "--cassettes",
        "cassettes",
        "--fail-on-unused",
        "--report",
        "r.json",
    )
    ran = cli(*words, "--report", "r.json", *working("-", "a", "b", "c"))
    assert ran.returncode == 0, ran.stderr
    assert lines(ran.stderr) == [
        "mitmvcr: folder cassettes (1 cassette), mode record_once: recorded 0,"
        " replayed 3, missed 0, unused 0",
    ]
    report = json.loads((cli.cwd / "r.json").read_text())
    assert [each["counts"]["unused"] for each in report["sessions"]] == [0, 0, 0, 0]


def test_a_session_that_was_asked_for_nothing_counts_no_cassette(cli: Cli) -> None:
    """As the suite's own in most suites: no file of it is written."""
    ran = cli("run", "--cassettes", "cassettes", *working("-"))
    assert "mitmvcr: folder cassettes (0 cassettes), mode" in ran.stderr


def test_what_no_session_of_the_cassette_asked_for_is_unused_once(
    cli: Cli, shared: Path
) -> None:
    ran = cli("run", "--cassettes", "cassettes", "--fail-on-unused", *working("a", "c"))
    assert ran.returncode == 100
    unused = [line for line in lines(ran.stderr) if " unused in " in line]
    where = "cassettes/other.yaml: interaction 1"
    assert unused == [f"mitmvcr: unused in {where}: GET {URL}b"]
    assert lines(ran.stderr)[-1].endswith("unused 1")


def test_only_what_no_session_of_the_cassette_asked_for_is_dropped(
    cli: Cli, shared: Path
) -> None:
    words = ("run", "--cassettes", "cassettes", "--drop-unused")
    ran = cli(*words, *working("-", "a", "c"))
    assert ran.returncode == 0, ran.stderr
    assert "mitmvcr: cassettes/other.yaml: 1 unused interaction dropped" in ran.stderr
    text = shared.read_text()
    assert [f"url: {URL}{path}\n" in text for path in "abc"] == [True, False, True]


def test_nothing_is_dropped_where_one_session_of_the_cassette_missed(
    cli: Cli, shared: Path
) -> None:
    before = shared.read_bytes()
    words = ("run", "--cassettes", "cassettes", "--drop-unused", "--fail-on-unused")
    ran = cli(*words, *working("a", "nowhere"))
    why = "requests had no match"
    assert f"the unused interactions stay in cassettes/other.yaml: {why}" in ran.stderr
    assert shared.read_bytes() == before


def test_what_a_failed_command_recorded_is_left_beside_each_cassette(cli: Cli) -> None:
    """No name server knows the origin: the failure is recorded."""
    program = CLIENT + "\nraise SystemExit(3)"
    client = (sys.executable, "-c", program, "one:a", "two:a")
    words = ("--save-failed", "no", "--record-errors", "--include-localhost")
    ran = cli("run", "--cassettes", "cassettes", *words, *client)
    assert ran.returncode == 3
    told = [line for line in lines(ran.stderr) if "stays as it was" in line]
    assert len(told) == 2
    assert not list(cli.cwd.rglob("*.yaml"))
    assert len(list(cli.cwd.rglob("*.yaml.*"))) == 2


def test_the_command_gets_the_folder_as_a_fact(cli: Cli) -> None:
    show = "import os; print(os.environ['MITMVCR_DIR'], os.environ['MITMVCR_CASSETTE'])"
    ran = cli("run", "--cassettes", "cassettes", *cli.python(show))
    assert ran.stdout == f"{cli.cwd / 'cassettes'} \n"


def test_the_command_reaches_the_control_api(cli: Cli) -> None:
    program = """
import json, os, urllib.request as u
opener = u.build_opener(u.ProxyHandler({}))
def call(path, method="GET", **body):
    data = json.dumps(body).encode() if body else None
    headers = {"X-Vcr-Control": "1", "Content-Type": "application/json"}
    request = u.Request(os.environ["MITMVCR_CONTROL_URL"] + path, data, headers)
    request.method = method
    return json.load(opener.open(request))
made = call("/sessions", "POST", cassette="a/b", mode="record_only", write_empty="yes")
assert made["mode"] == "record_only"
print(call("/health")["sessions"], call("/sessions/a%2Fb", "DELETE")["cassette"])
"""
    ran = cli("run", "--cassettes", "cassettes", "--allow-idle", *cli.python(program))
    assert (ran.returncode, ran.stdout) == (0, "1 cassettes/a/b.yaml\n"), ran.stderr
    assert (cli.cwd / "cassettes" / "a" / "b.yaml").exists()


@pytest.mark.parametrize("ask", ["urllib", "http.client"])
def test_calls_of_the_control_api_are_no_traffic_of_the_command(cli: Cli, ask) -> None:
    """With localhost sent through the proxy they were recorded, and a replay, whose API
    has another port, missed each: no helper could open a session."""
    program = """
import http.client, os, sys, urllib.parse, urllib.request
url = os.environ["MITMVCR_CONTROL_URL"] + "/health"
if sys.argv[1] == "urllib":
    print(urllib.request.urlopen(url).status)
else:
    client = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc)
    client.request("GET", "/health")
    print(client.getresponse().status)
"""
    words = ("--cassettes", "cassettes", "--include-localhost", "--allow-idle")
    for mode in ("record_once", "replay_only"):
        ran = cli("run", *words, "--mode", mode, *cli.python(program), ask)
        assert (ran.returncode, ran.stdout) == (0, "200\n"), ran.stderr
        assert "recorded 0, replayed 0, missed 0" in ran.stderr
        assert not [*(cli.cwd / "cassettes").glob("*.yaml")]


def test_a_test_that_failed_is_recorded_anew_too(cli: Cli, folder: Path) -> None:
    """As whoever runs it says, with the end of its session."""
    program = """
import json, os, urllib.request as u
opener = u.build_opener(u.ProxyHandler({}))
def call(path, method="GET", **body):
    headers = {"X-Vcr-Control": "1", "Content-Type": "application/json"}
    url = os.environ["MITMVCR_CONTROL_URL"] + path
    try: opener.open(u.Request(url, json.dumps(body).encode(), headers, method=method))
    except u.HTTPError as error: print(json.load(error)["detail"])
call("/sessions", "POST", name="worker", cassette="login/ok")
call("/sessions/worker/cassette", "PUT", cassette="other", failed=True)
call("/sessions/worker/cassette", "PUT", cassette="default", failed=False)
call("/sessions/worker", "DELETE", failed=1)
call("/sessions/worker", "DELETE", filed=True)
call("/sessions/worker", "DELETE", failed=True)
"""
    words = ("--cassettes", "cassettes", "--allow-idle", "--report", "r.json")
    ran = cli("run", *words, *cli.python(program))
    assert ran.stdout.splitlines() == [
        "failed: is no switch: use true or false",
        "filed: is not a field of this: use failed",
    ]
    report = json.loads((cli.cwd / "r.json").read_text())
    assert report["failed_sessions"] == ["default", "login/ok"]


def test_what_the_docs_type_does_what_they_say(cli: Cli) -> None:
    page = (Path(__file__).parents[2] / "docs" / "sessions.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.M | re.S)
    *_, api, made, within = blocks
    *before, end = api.splitlines()
    port = "${MITMVCR_PROXY_URL##*:}"
    typed = [*before, made, end, within.replace("8080", port)]
    words = ("run", "--cassettes", "cassettes", "--allow-idle", "bash", "-ec")
    ran = cli(*words, "\n".join(typed))
    assert ran.returncode == 0, ran.stderr
    said = list(each_json(ran.stdout))
    opened, switched, first, second, ended, health, again = said
    assert opened["name"] == "worker1"
    assert switched["ended"]["cassette"] == "cassettes/login/ok.yaml"
    assert first == second == {"order_id": "7f3a", "seed": 42}
    assert ended["cassette"] == "cassettes/login/fails.yaml"
    assert health["status"] == "ok"
    assert again["proxy_url"].startswith("http://login%2Fok:x@127.0.0.1:")


def each_json(text: str) -> Iterator[dict[str, Any]]:
    decoder = json.JSONDecoder()
    while text := text.lstrip():
        found, end = decoder.raw_decode(text)
        text = text[end:]
        yield found


def test_a_folder_is_enough_to_serve(cli: Cli) -> None:
    served = cli("serve")
    assert served.returncode == 2
    assert "Name a cassette: --cassette FILE, or --cassettes DIR for many" in (
        served.stderr
    )
