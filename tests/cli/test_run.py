"""``mitmvcr run`` as a process, on made-up hosts: a replay needs no DNS."""

import json
import os
import sys
from dataclasses import replace

import pytest

from cli.helpers import answer, lines, origin_of, write_cassette
from mitmvcr import cli as command_line

URL = "https://api.example.test/greeting"
FETCH = f"import urllib.request as u; print(u.urlopen('{URL}').read().decode())"
TRY = f"""
import urllib.request as u, urllib.error
try: u.urlopen('{URL}?other')
except urllib.error.HTTPError as e: print(e.code)
"""


@pytest.fixture
def cassette(tmp_path):
    return write_cassette(tmp_path / "chat.yaml", answer(URL, b"hello"))


@pytest.fixture
def way_out(cli, cassette):
    """To an origin that answers as the cassette."""
    with origin_of(cli, cassette) as found:
        yield found


def exits(code):
    return (sys.executable, "-c", f"raise SystemExit({code})")


def test_a_child_is_answered_from_the_cassette(cli, cassette):
    ran = cli(
        "run", "--cassette", cassette, "--mode", "replay_only", "--", *cli.python(FETCH)
    )
    assert (ran.returncode, ran.stdout) == (0, "hello\n")
    assert ran.stderr == (
        f"mitmvcr: cassette {cassette}, mode replay_only:"
        " recorded 0, replayed 1, missed 0, unused 0\n"
    )


def test_options_of_the_command_are_its_own_with_and_without_dashes(cli, cassette):
    code = "import sys; print(sys.argv[1:])"
    for dashes in ((), ("--",)):
        words = (sys.executable, "-c", code, "--mode", "x", "--", "-v")
        ran = cli("run", "--cassette", cassette, *dashes, *words)
        assert ran.stdout == "['--mode', 'x', '--', '-v']\n"


def test_stdin_and_stdout_are_the_child_s(cli, cassette):
    code = "import sys; sys.stdout.write(sys.stdin.read().upper())"
    ran = cli("run", "--cassette", cassette, *cli.python(code), stdin="abc")
    assert ran.stdout == "ABC"


def test_a_run_without_a_request_says_so(cli, cassette):
    ran = cli("run", "--cassette", cassette, "--allow-idle", *exits(0))
    warning, summary = lines(ran.stderr)
    assert warning.startswith("mitmvcr: nothing went through the proxy")
    assert summary.endswith("recorded 0, replayed 0, missed 0, unused 1")
    assert ran.returncode == 0


def test_a_miss_fails_a_child_that_passed(cli, cassette):
    ran = cli("run", "--cassette", cassette, *cli.python(TRY))
    assert (ran.returncode, ran.stdout) == (100, "424\n")
    assert lines(ran.stderr)[-1].endswith("missed 1, unused 1")


def test_a_remedy_is_spelled_as_it_was_started_in_headers_and_bodies_too(cli, cassette):
    code = f"""
import json, urllib.request as u, urllib.error
try: u.urlopen('{URL}?page=1')
except urllib.error.HTTPError as e:
    print(e.headers['X-Vcr-Miss-Reason'])
    print(json.load(e)['detail'])
"""
    ran = cli("run", "--cassette", cassette, *cli.python(code))
    assert ran.returncode == 100
    for text in (*ran.stdout.splitlines(), lines(ran.stderr)[0]):
        assert "--ignore-query page would let it match" in text
    assert "vcr_" not in ran.stdout + ran.stderr


def test_calls_home_do_not_fail_a_replay(cli, cassette):
    code = """
for host in ("packages.httpie.io/latest.json", "blocked.example.test"):
    try: u.urlopen(f"https://{host}")
    except urllib.error.HTTPError as e: print(e.code)
"""
    words = ("--cassette", cassette, "--block", "~d blocked.example.test")
    program = f"import urllib.error\n{FETCH}\n{code}"
    ran = cli("run", *words, "--report", "-", *cli.python(program))
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("hello\n403\n403\n")
    assert '"blocked": 2' in ran.stdout
    (summary,) = lines(ran.stderr)
    assert summary.endswith("replayed 1, missed 0, unused 0; 2 blocked")


def test_a_child_s_own_failure_is_told_before_a_miss(cli, cassette):
    ran = cli("run", "--cassette", cassette, *cli.python(TRY + "raise SystemExit(3)"))
    assert ran.returncode == 3


@pytest.mark.parametrize("code", [0, 1, 42, 255])
def test_the_exit_code_is_the_child_s(cli, cassette, code):
    words = ("--cassette", cassette, "--allow-idle", *exits(code))
    assert cli("run", *words).returncode == code


def test_a_command_that_is_not_there_is_127(cli, cassette):
    ran = cli("run", "--cassette", cassette, "no-such-command")
    assert ran.returncode == 127
    assert ran.stderr == "mitmvcr: error: no-such-command: command not found\n"


def test_a_cassette_in_the_command_s_place_is_told_where_it_goes(cli, cassette):
    for name, status in ((cassette, 126), ("a.yaml", 127), ("cassettes/a.yml", 127)):
        ran = cli("run", name, "--", "true")
        assert ran.returncode == status
        told = "is no command; a cassette goes behind --cassette"
        assert ran.stderr == f"mitmvcr: error: {name}: {told}\n"


@pytest.mark.parametrize("line", ["curl -s http://a.test/ | wc", "pytest -q", "x;y"])
def test_a_line_for_a_shell_in_one_word_is_told_how_to_write_it(cli, cassette, line):
    ran = cli("run", "--cassette", cassette, line)
    assert ran.returncode == 127
    assert ran.stderr == (
        f"mitmvcr: error: {line}: command not found; a line for a shell goes"
        f" as sh -c '{line}'\n"
    )


@pytest.mark.parametrize("word", ["TZ=UTC", "_A1="])
def test_a_variable_before_the_command_is_told_how_to_set_it(cli, cassette, word):
    ran = cli("run", "--cassette", cassette, word, "true")
    assert ran.returncode == 127
    assert ran.stderr == (
        f"mitmvcr: error: {word}: command not found; a variable goes before mitmvcr,"
        " or behind env\n"
    )


def test_a_command_that_cannot_be_executed_is_126(cli, cassette):
    program = cassette.with_suffix(".txt")
    program.touch()
    ran = cli("run", "--cassette", cassette, program)
    assert ran.returncode == 126
    told = "is not executable; make it so by chmod +x, or name what runs it before it"
    assert ran.stderr == f"mitmvcr: error: {program}: {told}\n"


def test_a_program_of_another_machine_is_126(cli, cassette, tmp_path):
    program = tmp_path / "program"
    program.write_bytes(b"\x7fELF nothing")
    program.chmod(0o755)
    ran = cli("run", "--cassette", cassette, program)
    assert ran.returncode == 126
    assert lines(ran.stderr) == [f"mitmvcr: error: {program}: Exec format error"]


@pytest.mark.parametrize(
    "words",
    [
        ("--mode", "no_such_mode"),
        ("--latency", "fast"),
        ("--passthrough", "~~~"),
        ("--no-proxy", "*"),
        ("--fsync", "never"),
        ("--save-failed", "perhaps"),
        ("--cassette", "."),
        ("--no-such-option",),
        ("--mode", "replay_only", "--cassette", "missing"),
    ],
)
def test_a_failure_of_ours_is_one_line_and_125(cli, cassette, words):
    ran = cli("run", "--cassette", cassette, *words, *exits(0))
    assert (ran.returncode, ran.stdout) == (125, "")
    (line,) = ran.stderr.splitlines()
    assert line.startswith("mitmvcr: error: ")
    assert words[-1] in line


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
@pytest.mark.parametrize("mode", ["replay_only", "record_once"])
def test_a_pipe_is_no_cassette_and_is_not_waited_for(cli, tmp_path, mode):
    os.mkfifo(tmp_path / "pipe.yaml")
    ran = cli("run", "--cassette", tmp_path / "pipe.yaml", "--mode", mode, *exits(0))
    assert ran.returncode == 125
    assert "pipe.yaml: is not a file: name another one" in ran.stderr


@pytest.mark.parametrize(("code", "expected"), [(FETCH, 0), (TRY, 100)])
def test_a_run_whose_stderr_nobody_reads_comes_to_the_same(
    cli, cassette, tmp_path, code, expected
):
    read, write = os.pipe()
    os.close(read)
    report, receipt = tmp_path / "report.json", tmp_path / "receipt.json"
    words = ("--mode", "replay_only", "--report", report, "--receipt", receipt)
    command = ("run", "--cassette", cassette, *words, "--", *cli.python(code))
    with cli.start(*command, stderr=write) as ran:
        os.close(write)
        ran.communicate()
    assert ran.returncode == expected
    assert json.loads(report.read_text())["exit_status"] == 0
    assert receipt.exists()


_MANY = """
import sys, urllib.error, urllib.request as u
for each in range(int(sys.argv[1])):
    try: u.urlopen(f"http://api.example.test/many/{each}").read()
    except urllib.error.HTTPError: pass
"""


@pytest.mark.parametrize(
    ("count", "words"), [(13, ()), (13, ("--report", "r.json")), (60, ())]
)
def test_misses_that_are_not_shown_can_be_read_in_a_file(
    cli, cassette, tmp_path, count, words
):
    options = ("--cassette", cassette, "--mode", "replay_only", *words)
    ran = cli("run", *options, *cli.python(_MANY), str(count))
    (told,) = (each for each in lines(ran.stderr) if " others; " in each)
    _, _, rest = told.partition("; ")
    assert told.startswith(f"mitmvcr: and {'3' if count == 13 else 'at least 40'} oth")
    if count == 60:  # so many are not kept
        assert rest == "--report has them all"
        return
    place = tmp_path / rest.removesuffix(" has them all")
    assert (place.name == "r.json") == bool(words)
    assert all(f'/many/{each}"' in place.read_text() for each in range(count))


_RAW = """
import os, socket, urllib.parse
proxy = urllib.parse.urlsplit(os.environ["HTTP_PROXY"])
with socket.create_connection((proxy.hostname, proxy.port)) as line:
    url = "http://api.example.test/\u00fc?token=hunter2hunter2"
    line.sendall(f"GET {url} HTTP/1.1\\r\\nHost: api.example.test\\r\\n\\r\\n".encode())
    print(line.recv(12))
"""


@pytest.mark.parametrize("mode", ["record_only", "replay_only"])
def test_a_request_that_is_not_http_is_told_without_its_secrets(cli, cassette, mode):
    command = ("--mode", mode, "--allow-idle", "--", *cli.python(_RAW))
    ran = cli("run", "--cassette", cassette, *command)
    assert ran.stdout == "b'HTTP/1.1 400'\n"
    (line,) = (each for each in ran.stderr.splitlines() if " 400 " in each)
    assert line.startswith("mitmvcr: GET http://api.example.test/\\xc3\\xbc?token=")
    assert "percent-encode" in line
    assert "hunter2" not in ran.stderr


_RAW_LINE = """
import os, socket, sys, urllib.parse
proxy = urllib.parse.urlsplit(os.environ["HTTP_PROXY"])
with socket.create_connection((proxy.hostname, proxy.port)) as line:
    head = f"{sys.argv[1]} HTTP/1.1\\r\\nHost: api.example.test"
    line.sendall(f"{head}\\r\\n\\r\\n".encode())
    print(line.recv(12))
"""


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("GET http://me:hunter2@api.example.test/a", "http://api.example.test/a"),
        ("GET http://me:hun ter2@api.example.test/a", "http://api.example.test/a"),
        ("GET http://me:hun/ter2@api.example.test/a", "http://api.example.test/a"),
        ("GET me:hunter2@api.example.test/a", "api.example.test/a"),
        ("CONNECT me:hunter2@api.example.test:443", "api.example.test:443"),
    ],
)
@pytest.mark.parametrize("mode", ["record_only", "replay_only"])
def test_a_login_before_the_host_is_told_and_not_shown(
    cli, cassette, mode, asked, shown
):
    """RFC 9110, section 4.2.4: no client sends it, and mitmproxy refuses it."""
    command = ("--mode", mode, "--allow-idle", "--", *cli.python(_RAW_LINE), asked)
    ran = cli("run", "--cassette", cassette, *command)
    assert ran.stdout == "b'HTTP/1.1 400'\n"
    (line,) = (each for each in ran.stderr.splitlines() if " 400 " in each)
    assert line.startswith(f"mitmvcr: {asked.split()[0]} {shown} got 400 ")
    assert line.endswith("; have the client send them as Authorization")
    assert "ter2" not in ran.stderr


@pytest.mark.parametrize(
    "asked",
    [
        "GET http://api.example.test:/a",
        "GET http://[::1]:/a",
        "GET http://api.example.test:99999/a",
        "GET http://api.example.test:8O80/a",
        f"GET http://api.example.test:{'9' * 5000}/a",
        "CONNECT api.example.test:",
        "CONNECT api.example.test",
    ],
)
def test_a_host_without_its_port_is_told_as_that(cli, cassette, asked):
    command = ("--mode", "replay_only", "--", *cli.python(_RAW_LINE), asked)
    ran = cli("run", "--cassette", cassette, "--allow-idle", *command)
    assert ran.stdout == "b'HTTP/1.1 400'\n"
    (line,) = (each for each in ran.stderr.splitlines() if " 400 " in each)
    assert "percent-encode" not in line
    assert line.endswith("; name one from 1 to 65535, or leave the colon out")


_ODD_HEAD = """
import os, socket, sys, urllib.parse
proxy = urllib.parse.urlsplit(os.environ["HTTP_PROXY"])
with socket.create_connection((proxy.hostname, proxy.port)) as line:
    url = "http://api.example.test/a?token=hunter2hunter2"
    head = f"POST {url} HTTP/1.1\\r\\nHost: api.example.test\\r\\n"
    line.sendall(f"{head}{sys.argv[1]}\\r\\n\\r\\n".encode())
    print(line.recv(12))
"""


@pytest.mark.parametrize(
    "header",
    [
        "Bad Name: x",
        "no colon in it",
        "Content-Length: 1\r\nTransfer-Encoding: chunked",
    ],
)
def test_a_request_whose_head_is_refused_is_told(cli, cassette, header):
    words = ("--mode", "record_only", "--")
    command = (*words, *cli.python(_ODD_HEAD), header)
    ran = cli("run", "--cassette", cassette, *command)
    assert ran.stdout == "b'HTTP/1.1 400'\n"
    (line,) = (each for each in ran.stderr.splitlines() if " 400 " in each)
    assert "got 400 from the proxy, and is neither recorded nor replayed: a " in line
    assert "hunter2" not in ran.stderr


def test_a_request_for_another_scheme_is_told(cli, cassette):
    code = _ODD_HEAD.replace("http://api", "ftp://api")
    command = ("--mode", "record_only", "--", *cli.python(code), "Accept: x")
    ran = cli("run", "--cassette", cassette, *command)
    (line,) = (each for each in ran.stderr.splitlines() if " 400 " in each)
    assert "a proxy is asked for URLs of http and https alone" in line
    assert "hunter2" not in ran.stderr


@pytest.mark.parametrize("mode", ["record_only", "replay_only"])
def test_a_request_that_is_refused_is_told_though_its_client_ends_at_once(
    cli, cassette, mode
):
    """The session is not prepared by then, and the run ends."""
    words = ("--mode", mode, "--allow-idle", "--")
    code = f"{_ODD_HEAD}    os._exit(0)\n"
    command = (*words, *cli.python(code), "Content-Length: x")
    ran = cli("run", "--cassette", cassette, *command)
    (line,) = (each for each in lines(ran.stderr) if " 400 " in each)
    assert "state one length" in line


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("mode=upstream:http://me:hunter2@127.0.0.1:1", "mode=upstream:http://***@127"),
        ("mode=upstream:me:hunter2@127.0.0.1:1", "mode=upstream:***@127.0.0.1:1: "),
        ("mode=reverse:https://me:hunt@hunter2@127.0.0.1:1", "mode=reverse:https://*"),
        ("upstream_auth=hunter2", "upstream_auth=...: "),
        ("upstream_aut=me:hunter2", "upstream_aut=...: mitmproxy has no such option;"),
    ],
)
def test_a_login_in_an_option_of_mitmproxys_is_told_and_not_shown(
    cli, cassette, given, shown
):
    ran = cli("run", "--cassette", cassette, "--set", given, *exits(0))
    assert ran.returncode == 125
    (line,) = lines(ran.stderr)
    assert line.startswith(f"mitmvcr: error: --set={shown}")
    assert "hunter2" not in line


def test_a_mode_that_mitmproxy_does_not_know_is_told_in_its_words(cli, cassette):
    ran = cli("run", "--cassette", cassette, "--set", "mode=socks5@99999", *exits(0))
    (line,) = lines(ran.stderr)
    assert line.startswith("mitmvcr: error: --set=mode=socks5@99999: Invalid proxy")


def test_no_command_is_a_failure_of_ours(cli, cassette):
    ran = cli("run", "--cassette", cassette)
    assert ran.returncode == 125
    assert len(ran.stderr.splitlines()) == 1


def test_a_damaged_cassette_is_left_as_it_is(cli, tmp_path):
    damaged = tmp_path / "damaged.yaml"
    damaged.write_text("version: 2\ninteractions: [")
    ran = cli("run", "--cassette", damaged, *exits(0))
    assert ran.returncode == 125
    assert damaged.read_text() == "version: 2\ninteractions: ["


def test_in_ci_nothing_is_recorded(cli, tmp_path):
    ran = cli("run", "--cassette", "new", *exits(0), env={"CI": "true"})
    assert ran.returncode == 125
    assert "new.yaml: cassette not found" in ran.stderr
    assert not (tmp_path / "new.yaml").exists()


def test_in_ci_a_mode_that_is_given_is_kept(cli):
    words = ("--cassette", "new", "--mode", "record_once")
    ran = cli("run", *words, *exits(0), env={"CI": "true"})
    assert ran.returncode == 0


@pytest.mark.parametrize("value", ["", "0", "false"])
def test_ci_may_be_switched_off(cli, value):
    ran = cli("run", "--cassette", "new", *exits(0), env={"CI": value})
    assert ran.returncode == 0


def test_without_a_cassette_the_command_names_it(cli, tmp_path):
    program = tmp_path / "my test.sh"
    program.write_text("#!/bin/sh\necho $MITMVCR_CASSETTE\n")
    program.chmod(0o755)
    ran = cli("run", program)
    expected = tmp_path / "cassettes" / "my_test.sh.yaml"
    assert ran.stdout == f"{expected}\n"
    assert f"using {os.path.join('cassettes', 'my_test.sh.yaml')}" in ran.stderr


def test_the_files_of_the_run_are_ours_alone_and_gone_afterwards(cli, cassette):
    code = (
        "import os, json, stat; b = os.environ['SSL_CERT_FILE'];"
        "f = os.path.dirname(b); print(json.dumps([f, os.stat(f).st_mode & 0o777]))"
    )
    ran = cli("run", "--cassette", cassette, *cli.python(code))
    folder, mode = json.loads(ran.stdout)
    assert mode == 0o700
    assert not os.path.exists(folder)


def test_a_folder_with_spaces_for_temporary_files_will_do(cli, cassette, tmp_path):
    folder = tmp_path / "my own temp"
    folder.mkdir()
    words = ("run", "--cassette", cassette, *cli.python(FETCH))
    assert cli(*words, env={"TMPDIR": str(folder)}).stdout == "hello\n"
    assert not list(folder.iterdir())


def test_an_inherited_proxy_is_gone_through_and_inherited_roots_trusted(
    cli, cassette, tmp_path
):
    """The outer run replays, the inner one records what it got through the outer."""
    inner = (sys.executable, "-m", "mitmvcr", "run", "--cassette", "inner")
    ran = cli("run", "--cassette", cassette, *inner, "--", *cli.python(FETCH))
    assert ran.stdout == "hello\n", ran.stderr
    assert "going on through http://127.0.0.1:" in ran.stderr
    assert "hello" in (tmp_path / "inner.yaml").read_text()


@pytest.mark.parametrize("recorded", [True, False])
def test_a_command_that_failed_may_leave_the_cassette_as_it_was(
    cli, way_out, tmp_path, recorded
):
    options = ("--mode", "record_only", "--save-failed", "no")
    code = f"{FETCH if recorded else 'pass'}; raise SystemExit(3)"
    kept = write_cassette(tmp_path / "inner.yaml", answer(f"{URL}/old", b"kept"))
    before = kept.read_bytes()
    words = ("run", "--cassette", "inner", *options, *cli.python(code))
    ran = cli(*words, env=way_out)
    assert ran.returncode == 3
    assert kept.read_bytes() == before
    told = (
        "mitmvcr: what recorded inner.yaml has failed, so it stays as it was; the"
        f" recording is in {tmp_path}/inner.yaml.part: run 'mitmvcr cassette recover"
        " inner.yaml' to keep it; to record anew, delete the file"
    )
    assert (told in lines(ran.stderr)) is recorded
    assert (tmp_path / "inner.yaml.part").exists() is recorded
    if recorded:
        again = cli("run", *options[:2], "--cassette", "inner", *exits(0))
        assert again.returncode == 125
        assert "holds 1 interaction of a recording that was not saved" in again.stderr
        assert cli("cassette", "recover", "inner.yaml").returncode == 0


_MARK = """
import json, os, urllib.request as u
opener = u.build_opener(u.ProxyHandler({}))
url = os.environ["MITMVCR_CONTROL_URL"] + "/sessions/default/interactions/0/dropped"
headers = {"X-Vcr-Control": "1", "Content-Type": "application/json"}
opener.open(u.Request(url, b'{"dropped": true}', headers, method="PUT"))
raise SystemExit(3)
"""


def test_a_mark_in_a_recording_that_was_set_aside_is_told(cli, way_out, tmp_path):
    options = ("--mode", "record_only", "--save-failed", "no", "--control", "0")
    code = f"{FETCH}\n{_MARK}"
    ran = cli("run", "-c", "inner", *options, *cli.python(code), env=way_out)
    assert ran.returncode == 3, ran.stderr
    assert (
        "mitmvcr: inner.yaml: 1 marked interaction not dropped, since the recording is"
        " not in place: mark what is to go again once it is"
    ) in lines(ran.stderr)
    assert (tmp_path / "inner.yaml.part").exists()


@pytest.mark.parametrize(
    "attack",
    [
        "os.replace(other, part)",
        "os.truncate(part, 9)",
        "shutil.copy(other, part)",
        "part.unlink()",
        "pathlib.Path(f'{part}.lock').unlink()",
    ],
)
def test_a_journal_that_somebody_changes_fails_the_run_and_is_rescued(
    cli, way_out, tmp_path, attack
):
    (tmp_path / "other").write_text("somebody else's")
    places = "part, other = pathlib.Path('inner.yaml.part'), pathlib.Path('other')"
    code = f"import os, pathlib, shutil\n{places}\n{FETCH}\n{attack}"
    words = ("run", "--cassette", "inner", *cli.python(code))
    ran = cli(*words, env=way_out)
    assert ran.returncode == 125
    assert ran.stdout == "hello\n"
    rescued = tmp_path / "inner.yaml.rescued-1"
    (line,) = [x for x in lines(ran.stderr) if x.startswith("mitmvcr: error: ")]
    assert "inner.yaml: cannot be written: " in line
    where = f"; the recording is in {rescued}: run 'mitmvcr cassette recover inn"
    assert where in line
    assert ran.stderr.count(where) == 1
    assert not (tmp_path / "inner.yaml").exists()
    words = ("cassette", "recover", "inner.yaml", "--from", rescued)
    recovered = cli(*words)
    assert recovered.returncode == 0
    assert "inner.yaml: 1 interaction recovered" in recovered.stderr
    ran = cli("run", "--cassette", "inner", *cli.python(FETCH))
    assert (ran.returncode, ran.stdout) == (0, "hello\n")


def test_a_command_that_passed_saves_what_it_recorded(cli, way_out, tmp_path):
    words = ("--save-failed", "no", "--fsync", "each", *cli.python(FETCH))
    assert cli("run", "--cassette", "inner", *words, env=way_out).returncode == 0
    assert "hello" in (tmp_path / "inner.yaml").read_text()


def test_a_recording_of_nothing_may_write_an_empty_cassette(cli, tmp_path):
    words = ("--mode", "record_once", "--write-empty", *exits(0))
    assert cli("run", "--cassette", "new", *words).returncode == 0
    assert (tmp_path / "new.yaml").read_text().endswith("interactions: []\n")


HOLDS = """
import os, socket, sys
host, port = os.environ["HTTPS_PROXY"].removeprefix("http://").split(":")
held = socket.create_connection((host, int(port)))
held.sendall(b"CONNECT api.test:443 HTTP/1.1\\r\\nHost: api.test:443\\r\\n\\r\\n")
held.recv(99)
if os.fork() == 0:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    os.dup2(2, 1)
    held.recv(1)  # until the proxy is gone
"""


def test_nothing_is_said_after_the_summary_of_a_connection_that_is_held(cli, cassette):
    words = ("--cassette", cassette, "--mode", "replay_only", "--allow-idle")
    ran = cli("run", *words, *cli.python(HOLDS))
    assert ran.returncode == 0
    assert ran.stderr.splitlines() == [*lines(ran.stderr)]
    assert "unused" in lines(ran.stderr)[-1]


def test_what_ends_right_after_the_command_is_not_left_running(cli, cassette):
    """As Erlang's erl_child_setup."""
    words = ("--cassette", cassette, "--mode", "replay_only")
    later = "\nimport os; os.spawnlp(os.P_NOWAIT, 'sleep', 'sleep', '{}')"
    ran = cli("run", *words, *cli.python(FETCH + later.format("0.05")))
    assert "left these running" not in ran.stderr
    ran = cli("run", *words, *cli.python(FETCH + later.format("1")))
    assert "left these running: sleep 1 (" in ran.stderr


LEAVES = """
import os, socket, ssl
host, port = os.environ["HTTPS_PROXY"].removeprefix("http://").split(":")
raw = socket.create_connection((host, int(port)))
raw.sendall(b"CONNECT api.test:443 HTTP/1.1\\r\\nHost: api.test:443\\r\\n\\r\\n")
raw.recv(99)
ssl.create_default_context().wrap_socket(raw, server_hostname="api.test").close()
"""


def test_a_client_that_refuses_our_authority_is_told_of_once(cli, cassette, certs):
    """The log's line before has mitmproxy's words for it, which ours repeated."""
    client = ("curl", "-sS", "--cacert", certs.ca, "https://api.test/")
    ran = cli("run", "--cassette", cassette, "--mode", "replay_only", *client)
    said = "refused its certificate for api.test: let it trust the file that"
    assert said in ran.stderr


def test_a_client_that_leaves_after_the_handshake_may_refuse_our_authority(
    cli, cassette
):
    """As GnuTLS does under TLS 1.3."""
    words = ("--cassette", cassette, "--mode", "replay_only")
    ran = cli("run", *words, *cli.python(LEAVES))
    said = "refused its certificate for api.test (it left after the handshake"
    assert said in ran.stderr
    assert "on Linux --isolate adds it to the system's" in ran.stderr
    assert ran.returncode == 100


def test_http2_that_cannot_be_read_is_no_refused_authority(cli, cassette):
    """A value may have no blank at its end there."""
    words = ("--cassette", cassette, "--mode", "new_episodes")
    curl = ("curl", "-sS", "--http2", "-H", "X-Token: hunter2hunter2 ", URL)
    ran = cli("run", *words, "--", *curl)
    assert ran.returncode not in (0, 100)
    (line,) = (each for each in ran.stderr.splitlines() if "surrounded by" in each)
    assert "is neither recorded nor replayed: it is not HTTP/2: " in line
    assert "hunter2" not in ran.stderr
    assert "certificate" not in ran.stderr


#: It ends its preface, and sends a frame that is none.
NO_FRAMES = """
import os, socket, ssl
host, port = os.environ["HTTPS_PROXY"].removeprefix("http://").split(":")
raw = socket.create_connection((host, int(port)))
name = "api.example.test"
raw.sendall(f"CONNECT {name}:443 HTTP/1.1\\r\\nHost: {name}:443\\r\\n\\r\\n".encode())
raw.recv(99)
context = ssl.create_default_context()
context.set_alpn_protocols(["h2"])
line = context.wrap_socket(raw, server_hostname=name)
preface = b"PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n"
line.sendall(preface + bytes([0, 0, 0, 4]) + bytes(14))
while line.recv(99):
    pass
"""


def test_a_replay_in_which_nothing_could_be_read_does_not_pass(cli, tmp_path):
    recorded = answer(URL, b"hello")
    response = replace(recorded.response, proto="HTTP/2.0", proto_major=2)
    recorded = replace(recorded, response=response)
    cassette = write_cassette(tmp_path / "chat.yaml", recorded)
    words = ("--cassette", cassette, "--mode", "replay_only")
    ran = cli("run", *words, *cli.python(NO_FRAMES))
    assert "it is not HTTP/2: " in ran.stderr
    assert "what was asked could not be read" in ran.stderr
    assert "certificate" not in ran.stderr
    assert ran.returncode == 100


#: It asks before it looks at the certificate, as lftp does.
ASKS_AND_LEAVES = """
import os, socket, ssl
host, port = os.environ["HTTPS_PROXY"].removeprefix("http://").split(":")
raw = socket.create_connection((host, int(port)))
raw.sendall(b"CONNECT api.test:443 HTTP/1.1\\r\\nHost: api.test:443\\r\\n\\r\\n")
raw.recv(99)
come, go = ssl.MemoryBIO(), ssl.MemoryBIO()
context = ssl.create_default_context()
tls = context.wrap_bio(come, go, server_hostname="api.test")
while True:
    try:
        tls.do_handshake()
        break
    except ssl.SSLWantReadError:
        raw.sendall(go.read())
        come.write(raw.recv(65536))
tls.write(b"GET /x HTTP/1.1\\r\\nHost: api.test\\r\\n\\r\\n")
raw.sendall(go.read())
raw.close()
"""


def test_a_client_that_leaves_as_it_asks_is_told_where_it_was_to_be_recorded(
    cli, tmp_path
):
    """It was 'recorded 0', without a reason."""
    words = ("--cassette", tmp_path / "new.yaml", "--set", "connection_strategy=lazy")
    ran = cli("run", *words, *cli.python(ASKS_AND_LEAVES))
    assert "mitmvcr: https://api.test/x broke off and is not recorded: " in ran.stderr
    assert lines(ran.stderr)[-1].endswith("; 1 not recorded")


def test_localhost_is_left_alone_unless_included(cli, cassette):
    code = "import os; print(repr(os.environ['NO_PROXY']))"
    words = ("run", "--cassette", cassette, "--no-proxy", ".corp.test")
    ran = cli(*words, *cli.python(code))
    assert ran.stdout == "'localhost,127.0.0.1,::1,.corp.test'\n"
    ran = cli(*words, "--include-localhost", *cli.python(code))
    assert ran.stdout == "'.corp.test'\n"


def test_an_unexpected_exception_is_one_line_too(monkeypatch, capsys):
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(command_line.app, "main", fail)
    assert command_line.main(["run", "x"]) == 125
    (line,) = capsys.readouterr().err.splitlines()
    assert "ZeroDivisionError: on purpose" in line
