"""``mitmvcr run --prove`` and ``--receipt``: another run is the origin of what is
recorded, and replays it only once."""

import hashlib
import json
import sys
from dataclasses import replace

import pytest

from cli.helpers import answer, lines, origin_of, write_cassette
from leaving_out import leave_out
from mitmvcr.format import reader
from patience import PATIENCE, wait_until

URL = "https://api.example.test"
ASKS = f"import urllib.request as u\nget = lambda p: u.urlopen('{URL}' + p).read()\n"
#: Counts how often it was run, in a file.
COUNTS = """
import pathlib
place = pathlib.Path("count")
n = int(place.read_text()) if place.exists() else 0
place.write_text(str(n + 1))
"""
CONNECTS = """
import os, socket, urllib.parse
p = urllib.parse.urlsplit(os.environ["HTTPS_PROXY"])
socket.create_connection((p.hostname, p.port)).close()
"""


@pytest.fixture
def way_out(cli, tmp_path):
    """To an origin of these answers."""
    paths = ("/a", "/b", "/0", "/1")
    answers = [answer(f"{URL}{path}", path.encode()) for path in paths]
    with origin_of(cli, write_cassette(tmp_path / "outer.yaml", *answers)) as found:
        yield found


@pytest.fixture
def outer(cli, way_out):
    """Run mitmvcr with some program, on that origin."""

    def run(code, *options):
        words = ("run", "--cassette", "inner", "--prove", *options)
        return cli(*words, "--", *cli.python(ASKS + code), env=way_out)

    return run


def receipt(tmp_path):
    return json.loads((tmp_path / "r.json").read_text())


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def urls(path):
    found = reader.loads(path.read_bytes(), "x").interactions
    return [each.request.url.removeprefix(URL) for each in found]


def test_what_repeats_is_put_in_place(outer, tmp_path):
    ran = outer("print(get('/a'), get('/b'))", "--receipt", "r.json")
    assert (ran.returncode, ran.stdout) == (0, "b'/a' b'/b'\n"), ran.stderr
    # stdout has it once; the replays' is on stderr.
    assert ran.stderr.count("b'/a' b'/b'\n") == 2
    assert "mitmvcr: inner.yaml: proven by 2 replays" in lines(ran.stderr)
    assert urls(tmp_path / "inner.yaml") == ["/a", "/b"]
    assert not [*tmp_path.glob("inner.unproven*"), *tmp_path.glob("*.part")]
    found = receipt(tmp_path)
    assert (found["proven"], found["not_proven_because"]) == (True, [])
    assert (found["loaded"], found["played"], found["missed"]) == (2, 2, 0)
    assert [each["mode"] for each in found["proof"]["runs"]] == [
        "record_only",
        "replay_only",
        "replay_only",
    ]
    assert found["cassette"] == {
        "name": "inner.yaml",
        "sha256": digest(tmp_path / "inner.yaml"),
    }
    assert found["network"]["could_leave"] is None
    assert "--isolate" in found["network"]["because"]


#: Programs that run otherwise the next time, and what is told of them.
CHANGING = {
    "if not n: get('/a')": "replay 1: nothing went through the proxy",
    "get('/a')\nif not n: get('/b')": "replay 1: nothing asked for interaction 1 (GET",
    "get('/a')\nraise SystemExit(n > 1)": (
        "replay 2: the command ended with 1, and with 0 before"
    ),
}


@pytest.mark.parametrize("code", CHANGING)
def test_what_does_not_repeat_stays_beside(outer, tmp_path, code):
    old = write_cassette(tmp_path / "inner.yaml", answer(f"{URL}/old", b"kept"))
    before = old.read_bytes()
    ran = outer(COUNTS + code, "--mode", "record_only", "--receipt", "r.json")
    assert ran.returncode == 100, ran.stderr
    told = [x for x in lines(ran.stderr) if "not proven: " in x]
    assert told[0].startswith(f"mitmvcr: not proven: {CHANGING[code]}")
    assert (
        "mitmvcr: inner.yaml stays as it was; the recording is in"
        f" {tmp_path}/inner.unproven.yaml"
    ) in lines(ran.stderr)
    assert old.read_bytes() == before
    candidate = tmp_path / "inner.unproven.yaml"
    assert urls(candidate)[0] == "/a"
    assert not [*tmp_path.glob("*.part")]
    found = receipt(tmp_path)
    assert found["proven"] is False
    assert found["not_proven_because"][0].startswith(CHANGING[code])
    assert found["cassette"]["sha256"] == digest(candidate)


def test_each_miss_is_told_with_its_cause(outer, tmp_path):
    code = COUNTS + "\ntry: get(f'/{n}')\nexcept OSError: pass"
    ran = outer(code, "--receipt", "r.json")
    assert ran.returncode == 100
    assert "missed: GET https://api.example.test/1: " in ran.stderr
    (miss,) = receipt(tmp_path)["misses"]
    assert miss["request"]["url"] == f"{URL}/1"
    assert miss["nearest"][0]["differ"][0]["recorded"] == "/0"


def test_a_run_that_was_not_intercepted_proves_nothing(outer, tmp_path):
    ran = outer("print('hello')", "--receipt", "r.json")
    assert (ran.returncode, ran.stdout) == (100, "hello\n")
    assert "not proven: nothing went through the proxy" in ran.stderr
    assert not (tmp_path / "inner.yaml").exists()
    found = receipt(tmp_path)
    assert (found["proven"], found["intercepted"]) == (False, False)
    assert "nothing is known of the run" in found["not_proven_because"][0]


def test_an_exit_status_that_repeats_is_passed_on(outer, tmp_path):
    ran = outer("get('/a')\nraise SystemExit(3)")
    assert ran.returncode == 3
    assert urls(tmp_path / "inner.yaml") == ["/a"]


def test_new_episodes_are_proven_with_the_old_ones(outer, tmp_path):
    old = answer(f"{URL}/old", b"kept")
    kept = write_cassette(tmp_path / "inner.yaml", old, answer(f"{URL}/a", b"a"))
    ran = outer("get('/a'), get('/b')", "--mode", "replay_with_new_episodes")
    assert ran.returncode == 0, ran.stderr
    assert urls(kept) == ["/old", "/a", "/b"]


def test_a_cassette_that_is_there_is_proven_as_it_stands(cli, tmp_path):
    cassette = write_cassette(tmp_path / "chat.yaml", answer(f"{URL}/a", b"a"))
    words = ("run", "--cassette", cassette, "--prove", "--receipt", "r.json")
    ran = cli(*words, *cli.python(ASKS + "get('/a')"))
    assert ran.returncode == 0, ran.stderr
    assert receipt(tmp_path)["proven"]
    ran = cli(*words, *cli.python(ASKS + COUNTS + "get('/a' if n else '/b')"))
    assert ran.returncode == 1  # the command's own


def test_each_run_has_its_input_from_a_file(cli, tmp_path):
    cassette = write_cassette(tmp_path / "chat.yaml", answer(f"{URL}/a", b"a"))
    (tmp_path / "input").write_text("/a")
    code = ASKS + "import sys; get(sys.stdin.read())"
    with open(tmp_path / "input") as source:
        words = ("run", "--cassette", cassette, "--prove", *cli.python(code))
        process = cli.start(*words, stdin=source)
        _, told = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, told


def test_a_replay_that_was_not_intercepted_is_told_once(cli, tmp_path):
    cassette = write_cassette(tmp_path / "chat.yaml", answer(f"{URL}/a", b"a"))
    words = ("run", "--cassette", cassette, "--prove", "--receipt", "r.json")
    ran = cli(*words, *cli.python("print('hello')"))
    assert (ran.returncode, ran.stdout) == (100, "hello\n")
    told = [each for each in lines(ran.stderr) if "not proven" in each]
    assert told == ["mitmvcr: not proven: nothing went through the proxy"]


def test_who_comes_and_asks_nothing_proves_nothing(cli, tmp_path):
    cassette = write_cassette(tmp_path / "chat.yaml", answer(f"{URL}/a", b"a"))
    words = ("run", "--cassette", cassette, "--prove", "--receipt", "r.json")
    ran = cli(*words, *cli.python(CONNECTS))
    assert ran.returncode == 100
    told = "a client connected to the proxy, but none of its requests was answered"
    assert f"mitmvcr: not proven: {told}" in lines(ran.stderr)
    assert "nothing went through" not in ran.stderr
    assert receipt(tmp_path)["intercepted"] is True


def test_passthrough_has_nothing_to_prove(cli):
    ran = cli("run", "--cassette", "x", "--prove", "-m", "passthrough", "true")
    assert ran.returncode == 125
    assert "--prove=yes: there is nothing to prove in mode passthrough" in ran.stderr


def test_an_interrupted_recording_is_not_run_again(outer, tmp_path):
    code = COUNTS + "\nget('/a')\nimport os, signal\nos.kill(os.getppid(), 15)\n"
    code += "import time; time.sleep(100)"
    ran = outer(code)
    assert ran.returncode == 128 + 15
    assert "not proven: the recording was interrupted" in ran.stderr
    assert (tmp_path / "count").read_text() == "1"
    assert not (tmp_path / "inner.yaml").exists()
    assert urls(tmp_path / "inner.unproven.yaml") == ["/a"]


def test_nobody_else_records_the_cassette_meanwhile(cli, way_out, tmp_path):
    waits = "while not pathlib.Path(f'go-{n}').exists(): time.sleep(0.02)"
    code = f"get('/a')\nimport time\npathlib.Path(f'at-{{n}}').touch()\n{waits}"
    program = cli.python(ASKS + COUNTS + code)
    words = ("run", "--cassette", "inner", "--prove", *program)
    with cli.start(*words, env=cli.environment(**way_out)) as process:
        for run in range(3):
            wait_until("the run", (tmp_path / f"at-{run}").exists)
            ran = cli("run", "-c", "inner", "-m", "record", "true")
            (tmp_path / f"go-{run}").touch()
            assert ran.returncode == 125
            assert "is being recorded already by" in ran.stderr
        _, told = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, told


def test_a_receipt_of_a_replay_is_what_it_proves(cli, tmp_path):
    met = answer(f"{URL}/a", b"a")
    dated = {"Date": ["Sat, 01 Jan 2022 00:00:00 GMT"], "Age": ["60"]}
    headers = {**met.response.headers, **dated}
    met = replace(met, response=replace(met.response, headers=headers))
    cassette = write_cassette(tmp_path / "chat.yaml", met)
    words = ("run", "--cassette", cassette, "--receipt", "r.json")
    assert cli(*words, *cli.python(ASKS + "get('/a')")).returncode == 0
    found = receipt(tmp_path)
    assert (found["proven"], found["proof"]) == (True, None)
    assert found["versions"].keys() == {"mitmvcr", "mitmproxy", "python", "system"}
    assert found["clock"]["recorded_at"] == "2022-01-01T00:01:00+00:00"
    assert cli(*words, "--allow-idle", *cli.python("pass")).returncode == 0
    assert receipt(tmp_path)["proven"] is False
    assert cli(*words, *cli.python(ASKS + "get('/z')")).returncode == 1
    because = receipt(tmp_path)["not_proven_because"]
    assert because == ["the command ended with 1", "requests had no match: 1"]


@pytest.mark.parametrize("place", ["r.txt", ".", "chat.yaml/r.json"])
def test_a_receipt_that_cannot_be_written_is_refused_at_the_start(cli, tmp_path, place):
    write_cassette(tmp_path / "chat.yaml")
    ran = cli("run", "-c", "chat", "--receipt", place, *cli.python("print(1)"))
    assert (ran.returncode, ran.stdout) == (125, "")
    assert f"--receipt={place}: " in ran.stderr


@pytest.mark.parametrize("allowed", [False, True])
def test_with_isolation_it_is_known_that_nothing_could_leave(cli, tmp_path, allowed):
    if sys.platform != "linux":
        leave_out("network namespaces are Linux's")
    cassette = write_cassette(tmp_path / "chat.yaml", answer(f"{URL}/a", b"a"))
    words = ("run", "--cassette", cassette, "--isolate", "--receipt", "r.json")
    more = ("--isolate-allow", "9") if allowed else ("--prove",)
    ran = cli(*words, *more, *cli.python(ASKS + "get('/a')"))
    assert ran.returncode == 0, ran.stderr
    network = receipt(tmp_path)["network"]
    assert network["could_leave"] is allowed
    assert ("--isolate-allow 127.0.0.1:9" in network["because"]) is allowed
    assert network["tried_to_leave"] == {}
