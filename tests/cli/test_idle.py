"""A strict replay that nothing was asked of: the command went past the proxy, or would
not speak to it. Each command is a real client."""

import json
import socket
import sys
import threading
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest

from cli.helpers import answer, lines, write_cassette
from cli.tunnels import fake_proxy
from leaving_out import leave_out

URL = "https://api.example.test/greeting"
NOTHING = (sys.executable, "-c", "pass")
#: Reads no proxy variable, as Python's own low-level client does not.
DIRECT = """
import http.client, sys
c = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=30)
c.request("GET", "/")
print(c.getresponse().read().decode())
"""
#: Goes to the proxy, trusts only its own roots, and shrugs.
DISTRUSTS = f"""
import ssl, urllib.error, urllib.request as u
try: u.urlopen("{URL}", context=ssl.create_default_context(cadata=None, cafile=None))
except urllib.error.URLError as e: print("failed")
"""
CONNECTS = """
import os, socket, urllib.parse
p = urllib.parse.urlsplit(os.environ["HTTPS_PROXY"])
socket.create_connection((p.hostname, p.port)).close()
"""


@pytest.fixture
def cassette(tmp_path):
    return write_cassette(tmp_path / "chat.yaml", answer(URL, b"hello"))


@pytest.fixture
def canary() -> Iterator[int]:
    """A server that no proxy variable sends to the proxy; the port."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                taken, _ = listening.accept()
            except OSError:
                return
            with taken:
                taken.recv(65536)
                taken.sendall(b"HTTP/1.0 200 OK\r\n\r\nlive")

    thread = threading.Thread(target=serve)
    thread.start()
    yield listening.getsockname()[1]
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()


@pytest.mark.parametrize("mode", ["replay_only", "record_once"])
def test_a_client_that_goes_past_the_proxy_fails_a_strict_replay(
    cli, cassette, canary, mode
):
    words = ("--cassette", cassette, "--mode", mode, *cli.python(DIRECT), str(canary))
    ran = cli("run", *words)
    assert (ran.returncode, ran.stdout) == (100, "live\n")
    told, summary = lines(ran.stderr)
    assert told.startswith("mitmvcr: nothing went through the proxy: ")
    assert "--isolate" in told
    assert "--allow-idle" in told
    assert summary.endswith("replayed 0, missed 0, unused 1")


def test_who_has_asked_for_localhost_hears_which_clients_never_send_it(cli, cassette):
    words = ("--cassette", cassette, "--allow-idle")
    told = lines(cli("run", *words, *NOTHING).stderr)[0]
    assert "--include-localhost" in told
    assert "Go, Ruby and Java" not in told
    told = lines(cli("run", *words, "--include-localhost", *NOTHING).stderr)[0]
    assert "Go, Ruby and Java never send localhost to a proxy" in told


@pytest.mark.parametrize(
    ("url", "past", "more", "remedy"),
    [
        ("http://127.0.0.1:8070/a", "127.0.0.1", [], "say --include-localhost"),
        ("https://u@localhost/a", "localhost", [], "say --include-localhost"),
        ("http://[::1]:8070/a", "::1", [], "say --include-localhost"),
        (
            "https://api.test/a",
            "api.test",
            ["--no-proxy", "x.test,api.test"],
            "leave it out of --no-proxy",
        ),
    ],
)
def test_a_cassette_whose_hosts_go_past_the_proxy_says_why_nothing_came(
    cli, tmp_path, url, past, more, remedy
):
    """It was recorded with --include-localhost, and is replayed without."""
    cassette = write_cassette(tmp_path / "chat.yaml", answer(url, b"hello"))
    ran = cli("run", "--cassette", cassette, *more, *NOTHING)
    assert ran.returncode == 100
    told = lines(ran.stderr)[0]
    assert told == (
        f"mitmvcr: nothing went through the proxy: {cassette} is of {past}, which the"
        f" command reaches without it: {remedy}"
    )


def test_a_cassette_of_which_a_host_is_reached_by_the_proxy_says_nothing_of_it(
    cli, tmp_path
):
    both = answer("http://localhost/a", b"hello"), answer(URL, b"hello")
    cassette = write_cassette(tmp_path / "chat.yaml", *both)
    told = lines(cli("run", "--cassette", cassette, *NOTHING).stderr)[0]
    assert "the command made no request, or talks to hosts that go past it" in told


def test_it_may_be_allowed_and_is_told_all_the_same(cli, cassette):
    ran = cli("run", "--cassette", cassette, "--allow-idle", *NOTHING)
    assert ran.returncode == 0
    assert lines(ran.stderr)[0].startswith("mitmvcr: nothing went through the proxy")


def test_the_command_s_own_failure_is_passed_on(cli, cassette):
    ran = cli("run", "--cassette", cassette, *cli.python("raise SystemExit(3)"))
    assert ran.returncode == 3


@pytest.mark.parametrize("code", [126, 127])
def test_a_command_that_its_shell_did_not_find_has_said_why(cli, cassette, code):
    words = ("run", "--cassette", cassette, "--mode", "replay_only")
    ran = cli(*words, "sh", "-c", f"exit {code}")
    assert ran.returncode == code
    assert "nothing went through the proxy" not in ran.stderr
    ran = cli(*words, "sh", "-c", "exit 2")
    assert ran.returncode == 2
    assert "nothing went through the proxy" in ran.stderr, "make has it for all"


def test_who_was_interrupted_knows_why_nothing_came(cli, cassette):
    signals = "import os, signal; os.kill(os.getppid(), signal.SIGTERM); signal.pause()"
    words = ("run", "--cassette", cassette, "--mode", "replay_only")
    ran = cli(*words, *cli.python(signals))
    assert ran.returncode == 143
    assert "nothing went through the proxy" not in ran.stderr


@pytest.mark.parametrize(
    "mode", ["record_only", "replay_with_new_episodes", "passthrough"]
)
def test_where_something_may_be_recorded_it_is_only_told(cli, cassette, mode):
    ran = cli("run", "--cassette", cassette, "--mode", mode, *NOTHING)
    assert ran.returncode == 0
    assert "nothing went through the proxy" in ran.stderr


@pytest.mark.parametrize(
    ("words", "is_named"),
    [
        (["--mode", "record_only"], True),
        (["--mode", "record_only", "--isolate"], True),
        (["--mode", "record_only", "--isolate", "--transparent"], False),
        (["--mode", "passthrough"], False),
        (["--allow-idle"], False),
    ],
)
def test_what_records_a_client_that_knows_of_no_proxy_is_named_where_it_would_help(
    cli, cassette, words, is_named
):
    if "--isolate" in words and sys.platform != "linux":
        leave_out("network namespaces are Linux's")
    told = lines(cli("run", "--cassette", cassette, *words, *NOTHING).stderr)[0]
    assert told.startswith("mitmvcr: nothing went through the proxy: ")
    assert (
        "--isolate --transparent records a client that reads neither" in told
    ) == is_named


def test_a_cassette_that_holds_nothing_expects_nothing(cli, tmp_path):
    empty = write_cassette(tmp_path / "empty.yaml")
    assert cli("run", "--cassette", empty, *NOTHING).returncode == 0


def test_whoever_came_to_the_proxy_was_seen(cli, cassette):
    ran = cli("run", "--cassette", cassette, *cli.python(CONNECTS))
    assert ran.returncode == 0
    assert "nothing went" not in ran.stderr


def test_a_client_that_refuses_the_ca_is_named_for_what_it_is(cli, cassette):
    # Python's own variable for it would have it trust us.
    code = f"import os; os.environ.pop('SSL_CERT_FILE')\n{DISTRUSTS}"
    code = f"import os; os.environ.pop('SSL_CERT_DIR', 0)\n{code}"
    ran = cli("run", "--cassette", cassette, *cli.python(code))
    assert (ran.returncode, ran.stdout) == (100, "failed\n")
    assert "nothing went through" not in ran.stderr
    (told,) = [line for line in lines(ran.stderr) if "refused" in line]
    assert "certificate for api.example.test: let" in told
    assert "MITMVCR_CA_FILE" in told


def test_a_client_that_refuses_the_ca_once_and_is_answered_then_has_passed(
    cli, cassette
):
    code = f"""
import os, ssl, urllib.error, urllib.request as u
strict = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
try: u.urlopen("{URL}", context=strict)
except urllib.error.URLError: pass
print(u.urlopen("{URL}").read().decode())
"""
    ran = cli("run", "--cassette", cassette, *cli.python(code))
    assert (ran.returncode, ran.stdout) == (0, "hello\n"), ran.stderr


def test_reports_and_annotations_have_it_too(cli, cassette, tmp_path):
    words = ("--report", "r.json", "--report", "r.xml", *NOTHING)
    env = {"GITHUB_ACTIONS": "true"}
    ran = cli("run", "--cassette", cassette, *words, env=env)
    assert ran.returncode == 100
    assert "::error title=mitmvcr::nothing went through the proxy" in ran.stderr
    (found,) = json.loads((tmp_path / "r.json").read_text())["findings"]
    assert (found["kind"], found["fails"]) == ("idle", True)
    root = ET.parse(tmp_path / "r.xml").getroot()
    (failure,) = root.iter("failure")
    assert failure.get("type") == "idle"
    assert root.get("failures") == "1"


def test_what_does_not_fail_the_run_is_a_warning_and_skipped(cli, cassette, tmp_path):
    words = ("--allow-idle", "--report", "r.xml", *NOTHING)
    env = {"GITHUB_ACTIONS": "true"}
    ran = cli("run", "--cassette", cassette, *words, env=env)
    assert "::warning title=mitmvcr::nothing went" in ran.stderr
    root = ET.parse(tmp_path / "r.xml").getroot()
    assert root.get("failures") == "0"
    assert [e.get("type") for e in root.iter("skipped")] == ["unused", "idle"]


REGISTRY = "http://registry.npmjs.org/left-pad"
FETCH = """
import sys, urllib.error, urllib.request as u
try: print(u.urlopen(sys.argv[1]).status)
except urllib.error.HTTPError as e: print(e.code, e.headers["x-vcr-blocked"])
"""


def test_a_replay_that_only_fetched_packages_was_asked_for_nothing(cli, cassette):
    words = ("run", "-c", cassette, "-m", "replay", *cli.python(FETCH), REGISTRY)
    ran = cli(*words)
    assert ran.stdout == (
        f"403 GET {REGISTRY}: blocked: the package registry npm"
        " (--ignore-preset packages)\n"
    )
    told, summary = lines(ran.stderr)
    assert "nothing but what is blocked went through the proxy" in told
    assert summary.endswith("missed 0, unused 1; 1 blocked")
    assert ran.returncode == 100


def test_a_recording_of_packages_alone_says_so(cli, tmp_path):
    with fake_proxy() as proxy:
        env = {"HTTP_PROXY": proxy.url}
        ran = cli("run", "-c", "new", *cli.python(FETCH), REGISTRY, env=env)
    assert (ran.returncode, ran.stdout) == (0, "200\n")
    told, summary = lines(ran.stderr)[-2:]
    assert "nothing was recorded: 1 request went straight through" in told
    assert "--ignore-preset none records those too" in told
    assert summary.endswith(
        "recorded 0, replayed 0, missed 0, unused 0; 1 passed through"
    )


def test_a_recording_of_which_a_hook_keeps_nothing_says_so(cli, tmp_path):
    hooks = tmp_path / "hooks.py"
    hooks.write_text("def before_record(interaction): ...\n")
    with fake_proxy() as proxy:
        env = {"HTTP_PROXY": proxy.url}
        words = ("run", "-c", "new", "--hooks", hooks, *cli.python(FETCH))
        ran = cli(*words, "http://api.example.test/", env=env)
    assert (ran.returncode, ran.stdout) == (0, "200\n")
    (told, _) = lines(ran.stderr)[-2:]
    assert "1 request went straight through, as before_record returned None" in told
