"""``mitmvcr serve``."""

import fcntl
import json
import os
import pty
import re
import signal
import socket
import subprocess
import termios
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cli.helpers import Cli, answer, seen_on, write_cassette
from end_to_end.cassettes import interaction, write
from mitmvcr.cli.child import authorities
from mitmvcr.cli.commands.serve import _HOME, ServeOptions, proxy_arguments
from option_samples import parse_settings
from patience import PATIENCE, read_line, wait_for_port
from ports import free_port

URL = "https://api.example.test/greeting"


@contextmanager
def serving(
    cli: Cli, *words: str | Path, **more: object
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    port = free_port()
    process = cli.start("serve", "--port", str(port), *words, **more)
    try:
        yield process, port
    finally:
        process.kill()
        process.communicate()


def fetch(url: str, port: int, ca: Path, user: str = "") -> str:
    proxy = f"http://{user}127.0.0.1:{port}"
    command = ["curl", "-sS", "--noproxy", "", "--proxy", proxy, "--cacert", ca, url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout


#: Signals its own process, and then takes an hour.
LOADS = """
import os, signal, time
os.kill(os.getpid(), signal.{})
for _ in range(36_000):
    time.sleep(0.1)
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("mode", ["replay_only", "record_only"])
def test_a_signal_while_a_cassette_loads_ends_it_at_once(cli, tmp_path, name, mode):
    cassette = write_cassette(tmp_path / "chat.yaml", answer(URL, b"hello"))
    before = cassette.read_bytes()
    (tmp_path / "hooks.py").write_text(LOADS.format(name))
    words = ("--cassette", cassette, "--mode", mode, "--hooks", "hooks.py")
    with serving(cli, *words) as (served, _):
        out, err = served.communicate(timeout=PATIENCE)
    assert served.returncode == 128 + getattr(signal, name)
    assert "Traceback" not in out + err
    assert "point a client" not in err
    assert cassette.read_bytes() == before
    assert not [*tmp_path.glob("*.part*")]


def test_ctrl_c_while_it_is_imported_ends_it_without_a_traceback(cli, tmp_path):
    """Of the program that it becomes: it is sent where mitmproxy is imported."""
    cassette = write_cassette(tmp_path / "chat.yaml", answer(URL, b"hello"))
    (tmp_path / "sitecustomize.py").write_text(SENDS)
    paths = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    env = cli.environment(PYTHONPATH=paths)
    words = ("--cassette", cassette, "--mode", "replay_only")
    with serving(cli, *words, env=env, fresh=True) as (served, _):
        out, err = served.communicate(timeout=PATIENCE)
    assert (served.returncode, out, err) == (-signal.SIGINT, "", "")


#: Sends the signal where the program that 'serve' becomes imports its first module.
SENDS = """
import signal, sys
class Sends:
    def find_spec(self, name, path=None, target=None):
        if name == "mitmproxy.tools":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Sends())
"""


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has no SIGHUP")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_terminal_that_goes_away_ends_it_and_it_saves(cli, tmp_path, workers):
    """It was killed, and what it had recorded was left for 'cassette recover'."""
    cassette = tmp_path / "chat.yaml"
    words = ("--cassette", cassette, "--write-empty", "--workers", workers)
    with serving(cli, *words, stderr=subprocess.STDOUT) as (served, _):
        # Its port is open before a worker has begun.
        assert any("point a client" in line for line in served.stdout)
        served.send_signal(signal.SIGHUP)
        out, _ = served.communicate(timeout=PATIENCE)
    assert served.returncode == 0, out
    assert [each.name for each in tmp_path.glob("chat*")] == ["chat.yaml"]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_real_terminal_that_closes_ends_it_and_it_says_that_it_saved(
    cli, tmp_path, workers
):
    """Nobody can be told any more; mitmproxy ends with status 1 when it tries to."""
    cassette = tmp_path / "chat.yaml"
    words = ("--cassette", cassette, "--write-empty", "--workers", workers)
    ours, theirs = pty.openpty()

    def take_terminal() -> None:
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

    more = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    more |= {"start_new_session": True, "preexec_fn": take_terminal}
    with serving(cli, *words, **more) as (served, _):
        os.close(theirs)
        shown = b""
        while b"let it trust" not in shown or b"listening" not in shown:
            shown += os.read(ours, 4096)
        os.close(ours)
        assert served.wait(PATIENCE) == 0, shown
    assert [each.name for each in tmp_path.glob("chat*")] == ["chat.yaml"]


def test_a_client_that_is_pointed_at_it_is_answered(cli, home, tmp_path):
    cassette = write_cassette(tmp_path / "chat.yaml", answer(URL, b"hello"))
    words = ("--cassette", cassette, "--mode", "replay_only", "--keep", "typo")
    with serving(cli, *words) as (served, port):
        wait_for_port(port)
        ca = home / "mitmproxy-ca-cert.pem"
        missed = fetch(URL + "?page=2", port, ca)
        assert "--ignore-query page would let it match" in missed
        missed = json.loads(fetch(f"{URL}?page=1", port, ca))["detail"]
        assert fetch(URL, port, ca) == "hello"
        served.send_signal(signal.SIGINT)
        out, err = served.communicate(timeout=PATIENCE)
    assert "--ignore-query page would let it match" in missed
    assert "--keep typo: nothing is hidden under this name" in out
    assert "vcr_" not in out + missed
    assert served.returncode == 0
    assert err.splitlines()[:2] == [
        f"mitmvcr: point a client at http://127.0.0.1:{port}",
        f"mitmvcr: and let it trust {ca}",
    ]


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        ("socks5", "point a client at socks5://127.0.0.1:{port}"),
        (
            "reverse:http://127.0.0.1:9@{other}",
            "point a client at http://127.0.0.1:{other}",
        ),
        ("regular@{other}", "point a client at http://127.0.0.1:{other}"),
        ("regular@0.0.0.0:{other}", "point a client at http://127.0.0.1:{other}"),
        ("dns@{other}", "let clients trust"),
    ],
)
def test_where_to_go_is_where_it_listens(cli, mode, told):
    port, other = free_port(), free_port()
    words = ("--cassette", "new", "--port", str(port), "--", "--mode")
    words = ("serve", *words, mode.format(other=other))
    served = cli.start(*words, stderr=subprocess.STDOUT, text=False)
    try:
        line = read_line(served, "it said where it is").decode()
    finally:
        served.kill()
        served.communicate()
    assert line.startswith(f"mitmvcr: {told.format(port=port, other=other)}")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--listen-port", "9"], "--listen-port: use --port"),
        (["-q", "-p9"], "-p9: use --port"),
        (["--listen-host=::1"], "--listen-host=::1: use --host"),
        (["-n"], "-n: a client needs a proxy that listens"),
        (["--no-server"], "--no-server: a client needs a proxy that listens"),
        (
            ["--set", "confdir=/x"],
            "--set confdir=/x: mitmvcr sets that itself; it has an option of its own"
            " for it",
        ),
        (
            ["--set=vcr_mode=replay_only"],
            "--mode replay_only: mitmvcr sets that itself; it has an option of its own"
            " for it",
        ),
    ],
)
def test_what_mitmvcr_sets_itself_is_not_set_behind_its_back(cli, words, told):
    ran = cli("serve", "--cassette", "new", "--port", str(free_port()), "--", *words)
    assert ran.returncode == 125
    assert ran.stderr == f"mitmvcr: error: {told}\n"


def test_the_web_interface_takes_arguments_of_its_own(cli):
    web = free_port()
    extra = ("--", "--no-web-open-browser", "--web-port", str(web))
    with serving(cli, "--cassette", "new", "--ui", "web", *extra) as (_, port):
        wait_for_port(port)
        wait_for_port(web)


def test_a_busy_port_is_one_line(cli):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        ran = cli("serve", "--cassette", "new", "--port", str(port))
    assert ran.returncode == 125
    assert ran.stderr == (
        f"mitmvcr: error: cannot listen on 127.0.0.1:{port}:"
        " address already in use; choose --port\n"
    )


def test_an_address_of_another_machine_is_one_line(cli):
    ran = cli("serve", "--cassette", "a.yaml", "--host", "192.0.2.1")
    assert ran.stderr.startswith("mitmvcr: error: cannot listen on 192.0.2.1:8080: ")
    assert ran.stderr.endswith("; choose --host\n")


def test_an_option_that_cannot_be_had_is_spelled_as_it_was_typed(cli):
    """mitmproxy, which it has become, knows it by another name."""
    port, api = str(free_port()), "0.0.0.0:1"
    ran = cli("serve", "--cassette", "a.yaml", "--port", port, "--control", api)
    assert ran.returncode == 125
    assert ran.stderr.startswith(f"mitmvcr: error: --control {api}: others reach")
    assert ran.stderr.count("\n") == 1


def test_the_console_wants_a_terminal(cli):
    ran = cli("serve", "--cassette", "a.yaml", "--ui", "console")
    assert ran.returncode == 125
    assert ran.stderr == (
        "mitmvcr: error: --ui console needs a terminal: leave it out, or use --ui web\n"
    )


def test_a_command_is_not_taken_for_a_filter(cli):
    words = ("serve", "--cassette", "new", "--port", str(free_port()), "--")
    ran = cli(*words, "git", "status")
    assert ran.returncode == 125
    assert ran.stderr == (
        "mitmvcr: error: git: 'serve' runs no command: 'mitmvcr run -- git' or, with a"
        " proxy that runs, 'exec' does\n"
    )


@pytest.mark.parametrize(
    "words", [("on",), ("on", "--", "--anticache"), ("--anticache",)]
)
def test_what_does_not_follow_the_dashes_is_not_taken_for_a_filter(cli, words):
    """As the value of a switch: mitmproxy then showed no flow, and nothing said why."""
    ran = cli("serve", "--cassette", "new", "--websocket", *words)
    assert ran.returncode == 2
    assert re.fullmatch(r"mitmvcr: error: .*(on|--anticache).*\n", ran.stderr)


@pytest.mark.parametrize("command", ["serve", "start"])
@pytest.mark.parametrize("more", [(), ("--host", "0.0.0.0"), ("--workers", "2")])
def test_the_control_api_has_a_port_of_its_own(cli, command, more):
    if (command, more[:1]) == ("start", ("--workers",)):
        more = ()
    port = str(free_port())
    ran = cli(command, "--cassettes", "d", "--port", port, "--control", port, *more)
    assert ran.returncode == 125
    assert (
        f"mitmvcr: error: --control={port}: is the proxy's own port, which serves the"
        " API under /_vcr/ too: choose another, or 0 for any\n"
    ) in ran.stderr


def test_an_address_that_this_machine_has_not_is_one_line(cli):
    ran = cli("serve", "--cassette", "new", "--host", "no such host")
    assert ran.returncode == 125
    assert ran.stderr.startswith("mitmvcr: error: cannot listen on no such host:8080: ")
    assert ran.stderr.endswith("; choose --host\n")


@pytest.mark.parametrize(
    "words",
    [("--mode", "no_such"), ("--latency", "-1"), ("--host", "no such host")],
)
def test_a_wrong_value_is_one_line(cli, words):
    ran = cli("serve", "--cassette", "new", "--port", str(free_port()), *words)
    assert ran.returncode == 125
    assert re.fullmatch(r"mitmvcr: error: .*\n", ran.stderr)


@pytest.mark.parametrize("more", [(), ("--workers", "2"), ("--attached",)])
@pytest.mark.parametrize("text", [None, "version: 2\ninteractions: ["])
def test_a_cassette_that_cannot_be_used_is_told_before_where_to_go(cli, more, text):
    if text is not None:
        (cli.cwd / "c.yaml").write_text(text)
    words = ("-c", "c.yaml", "-m", "replay_only", "--port", str(free_port()), *more)
    served, ran = cli("serve", *words), cli("run", *words[:4], "--", "true")
    assert served.returncode == ran.returncode == 125
    assert "mitmvcr: error: c.yaml: " in served.stderr
    assert {*served.stderr.splitlines()} == {*ran.stderr.splitlines()}


def test_it_ends_with_the_program_that_has_started_it(cli, tmp_path):
    """That holds its stdin, and reads one line of its stdout."""
    words = ("serve", "--cassettes", "new", "--attached")
    with cli.start(*words, stdin=subprocess.PIPE, text=False) as served:
        facts = json.loads(read_line(served, "it said where it is"))
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(facts["control_url"] + "/health") as answer:
            assert json.load(answer)["folder"] == str(cli.cwd / "new")
        assert os.getpgid(served.pid) == served.pid
        served.stdin.close()
        assert served.wait(PATIENCE) == 0
        assert (served.stdout.read(), served.stderr.read()) == (b"", b"")


def test_a_client_that_stays_connected_is_no_error_at_the_end(cli):
    """Python 3.11 took its task for one that failed, in 16 lines after each suite."""
    words = ("serve", "--cassettes", "new", "--attached")
    with cli.start(*words, stdin=subprocess.PIPE, text=False) as served:
        url = json.loads(read_line(served, "it said where it is"))["control_url"]
        headers = {"X-Vcr-Control": "1", "Content-Type": "application/json"}
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(
            f"{url}/sessions", b'{"cassette": "one", "mode": "record_only"}', headers
        )
        with opener.open(request) as answer:
            port = json.load(answer)["port"]
        with (
            socket.create_server(("127.0.0.1", 0)) as origin,
            socket.create_connection(("127.0.0.1", port)) as client,
        ):
            client.sendall(
                b"GET http://127.0.0.1:%d/ HTTP/1.1\r\nHost: a\r\n\r\n"
                % origin.getsockname()[1]
            )
            with origin.accept()[0] as asked:
                asked.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
                assert client.recv(4096).startswith(b"HTTP/1.1 204 ")
                served.stdin.close()
                assert served.wait(PATIENCE) == 0
        assert b"Traceback" not in served.stderr.read()


@pytest.mark.parametrize("more", [(), ("--workers", "2")])
def test_what_a_suite_is_strict_about_is_not_for_the_proxy(cli, more):
    """PYTHONWARNINGS=error ended it with a traceback: mitmproxy's libraries warn."""
    env = cli.environment(PYTHONWARNINGS="error")
    words = ("--cassettes", "new", "--control", str(free_port()), *more)
    with serving(cli, *words, env=env) as (served, port):
        wait_for_port(port)
        served.send_signal(signal.SIGTERM)
        _, err = served.communicate(timeout=PATIENCE)
    assert "Traceback" not in err


@pytest.mark.parametrize("command", ["run", "start"])
def test_nor_for_what_else_runs_one(cli, command):
    env = {"PYTHONWARNINGS": "error"}
    words = (
        ("run", "--", "true")
        if command == "run"
        else ("start", "--port", f"{free_port()}")
    )
    ran = cli(words[0], "-c", "a.yaml", *words[1:], env=env)
    if command == "start":
        cli("stop", env=env)
    assert (ran.returncode, "Warning" in ran.stderr) == (0, False), ran.stderr


def test_a_helper_does_not_record_beside_the_run_around_it(cli, tmp_path):
    """It would, since a run with one cassette has no control API."""
    env = {"MITMVCR_PROXY_URL": "http://127.0.0.1:1"}
    ran = cli("serve", "--cassettes", "new", "--attached", env=env)
    assert (ran.returncode, ran.stdout) == (125, "")
    assert ran.stderr == (
        "mitmvcr: error: a run with one cassette is around this: give it --cassettes"
        " DIR instead of --cassette FILE, so that each test has its own\n"
    )


def test_an_interpreter_that_does_not_find_the_package_by_itself_is_helped():
    assert (Path(_HOME) / "mitmvcr" / "cli").is_dir()


def test_one_that_is_attached_may_lead_a_session(cli):
    """As a program starts it that detaches what it starts: it ended at once."""
    words = ("serve", "--cassettes", "new", "--attached")
    alone = {"stdin": subprocess.PIPE, "start_new_session": True, "text": False}
    with cli.start(*words, **alone) as served:
        assert "control_url" in json.loads(read_line(served, "it said where it is"))
        assert os.getsid(served.pid) == served.pid
        served.stdin.close()
        assert served.wait(PATIENCE) == 0


def test_one_that_is_attached_only_replays_in_ci(cli):
    """A miss names options as the API has them."""
    write(
        cli.cwd / "new" / "there.yaml",
        interaction("http://api.test/json?page=1"),
    )
    words = ("serve", "--cassettes", "new", "--attached")
    env = cli.environment(CI="true")
    with cli.start(*words, stdin=subprocess.PIPE, text=False, env=env) as served:
        url = json.loads(read_line(served, "it said where it is"))["control_url"]
        headers = {"X-Vcr-Control": "1", "Content-Type": "application/json"}
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

        def call(method, path, wish):
            request = urllib.request.Request(url + path, wish, headers, method=method)
            with opener.open(request) as answer:
                return json.load(answer)

        with pytest.raises(urllib.error.HTTPError, match="409") as refused:
            call("POST", "/sessions", b'{"cassette": "missing"}')
        assert "missing.yaml" in json.load(refused.value)["detail"]
        proxies = {
            "http": call("POST", "/sessions", b'{"cassette": "there"}')["proxy_url"]
        }
        client = urllib.request.build_opener(urllib.request.ProxyHandler(proxies))
        with pytest.raises(urllib.error.HTTPError, match="424"):
            client.open("http://api.test/json?page=2")
        (miss,) = call("DELETE", "/sessions/there", b"")["misses"]
        assert miss["reason"].endswith("; ignore_query=['page'] would let it match")
        served.stdin.close()
        assert served.wait(PATIENCE) == 0


@pytest.mark.parametrize("asks", [False, True])
def test_cassettes_that_nothing_was_asked_in_are_told_at_the_end(cli, asks):
    """As where a test asks a server of this machine, which its client reaches without
    the proxy: nothing is recorded, and the next replay finds no cassette."""
    for name in ("one", "two"):
        write(cli.cwd / "new" / f"{name}.yaml", interaction("http://api.test/json"))
    words = ("serve", "--cassettes", "new", "--attached")
    with cli.start(*words, stdin=subprocess.PIPE, text=False) as served:
        url = json.loads(read_line(served, "it said where it is"))["control_url"]
        headers = {"X-Vcr-Control": "1", "Content-Type": "application/json"}
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for name in ("one", "two"):
            wish = json.dumps({"cassette": name}).encode()
            request = urllib.request.Request(f"{url}/sessions", wish, headers)
            with opener.open(request) as answer:
                place = json.load(answer)["proxy_url"]
        if asks:
            proxies = urllib.request.ProxyHandler({"http": place})
            urllib.request.build_opener(proxies).open("http://api.test/json").close()
        served.stdin.close()
        assert served.wait(PATIENCE) == 0
        said = served.stderr.read().decode()
    told = "mitmvcr: tests opened 2 cassettes, and nothing went through the proxy: "
    assert said.startswith(told) is not asks
    assert ("MITMVCR_INCLUDE_LOCALHOST=yes" in said) is not asks


def test_of_what_broke_off_it_is_not_said_that_nothing_came(cli):
    """As where the origin's authority is private: that alone is told."""
    words = ("serve", "--cassettes", "new", "--attached")
    with cli.start(*words, stdin=subprocess.PIPE, text=False) as served:
        url = json.loads(read_line(served, "it said where it is"))["control_url"]
        headers = {"X-Vcr-Control": "1", "Content-Type": "application/json"}
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(
            f"{url}/sessions", b'{"cassette": "one"}', headers
        )
        with opener.open(request) as answer:
            proxies = {"http": json.load(answer)["proxy_url"]}
        client = urllib.request.build_opener(urllib.request.ProxyHandler(proxies))
        with pytest.raises(urllib.error.HTTPError, match="502"):
            client.open("http://127.0.0.1:1/json")
        served.stdin.close()
        assert served.wait(PATIENCE) == 0
        said = served.stderr.read().decode()
    assert "broke off and is not recorded" in said
    assert "nothing went through" not in said


@pytest.mark.parametrize(
    "sent",
    [
        b"GET http://a.test/?token=%s\xe9 x HTTP/1.1\r\n\r\n",
        b"GET http://a.test/ HTTP/1.1\r\nAuthorization Bearer %s\r\n\r\n",
        b"GET http://a.test/?token=%s",
    ],
    ids=["line", "header", "half a head"],
)
def test_what_cannot_be_read_is_not_shown_whole(cli, tmp_path, sent):
    """mitmproxy's own notes repeat what came."""
    secret = b"tok-0123456789"
    with serving(cli, "--cassette", "new") as (served, port):
        wait_for_port(port)
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(sent % secret)
            line.shutdown(socket.SHUT_WR)
            while line.recv(4096):
                pass
        served.terminate()
        out, err = served.communicate(timeout=PATIENCE)
    assert secret.decode() not in out + err
    assert "(not shown)" in out
    is_whole = sent.endswith(b"\r\n")
    assert ("got 400 from the proxy, and is neither" in out) is is_whole


def test_workers_print_no_flows_unless_they_are_asked_to():
    def detail(**options: Any) -> list[str]:
        made = ServeOptions(ui="dump", host="::1", port=9, **options)
        texts = proxy_arguments(made, parse_settings(cassette="c"), Path("/home"), {})
        return [each for each in texts if each.startswith("flow_detail=")]

    assert detail() == []
    assert detail(workers=2) == ["flow_detail=0"]
    assert detail(workers=2, set=("flow_detail=1",)) == [
        "flow_detail=0",
        "flow_detail=1",
    ]


def test_all_options_are_handed_on(monkeypatch):
    monkeypatch.setattr(authorities, "_FILES", {"cafile": ()})  # this machine's own
    options = ServeOptions(ui="dump", host="::1", port=9, set=("http2=false",))
    settings = parse_settings(
        cassette="c",
        mode="once",
        allow_repeats="all",
        latency="0.5",
        passthrough=("~d a", "~d b"),
        match="method,path",
        ignore_query=["ts,utm_*="],
        hooks=__file__,
        headers="minimal",
        keep=["jwt"],
        secret=["A_B"],
    )
    home, inherited = Path("/home"), {"SSL_CERT_FILE": "/roots.pem"}
    rest = proxy_arguments(options, settings, home, inherited)
    assert rest[:4] == ["--listen-host", "::1", "--listen-port", "9"]
    assert rest[4:] == [
        *("--set", "confdir=/home"),
        *("--set", "vcr_cassette=c.yaml"),
        *("--set", "vcr_dir="),
        *("--set", "vcr_mode=record_once"),
        *("--set", "vcr_allow_repeats=all"),
        *("--set", "vcr_layout=v4"),
        *("--set", "vcr_view=go"),
        *("--set", "vcr_match=method,path"),
        *("--set", "vcr_ignore_query=ts"),
        *("--set", "vcr_ignore_query=utm_*="),
        *("--set", "vcr_echo=auto"),
        *("--set", f"vcr_hooks={__file__}"),
        *("--set", "vcr_redact=default"),
        *("--set", "vcr_headers=accept,content-type,user-agent"),
        *("--set", "vcr_keep=jwt"),
        *("--set", "vcr_secret=A_B"),
        *("--set", "vcr_latency=0.5"),
        *("--set", "vcr_retry_after=0"),
        *("--set", "vcr_time=off"),
        *("--set", "vcr_record_chunks=no"),
        *("--set", "vcr_record_errors=no"),
        *("--set", "vcr_partial=keep"),
        *("--set", "vcr_websocket=no"),
        *("--set", "vcr_spool=1048576"),
        *("--set", "vcr_fsync=close"),
        *("--set", "vcr_write_empty=no"),
        *("--set", "vcr_keep_volatile=no"),
        *("--set", "vcr_save_failed=yes"),
        *("--set", "vcr_idle_timeout=30m"),
        *("--set", "vcr_passthrough=~d a"),
        *("--set", "vcr_passthrough=~d b"),
        *("--set", "vcr_ignore_preset=packages,telemetry"),
        *("--set", "vcr_lane=auto"),
        *("--set", "vcr_control="),
        *("--set", "vcr_upstream_ca="),
        *("--set", "vcr_insecure_upstream=no"),
        *("--set", "vcr_client_cert="),
        *("--set", "ssl_verify_upstream_trusted_ca=/roots.pem"),
        *("--set", "http2=false"),
    ]


def test_the_console_replays(cli, home, tmp_path):
    """mitmproxy's own interface, which needs a terminal."""
    cassette = write_cassette(tmp_path / "chat.yaml", answer(URL, b"hello"))
    terminal, screen = pty.openpty()
    termios.tcsetwinsize(screen, (40, 120))
    # Somebody has to read what it draws.
    reader = threading.Thread(target=seen_on, args=[terminal], daemon=True)
    reader.start()
    port = free_port()
    words = ("--cassette", cassette, "--mode", "replay_only", "--ui", "console")
    process = cli.start(
        *("serve", "--port", str(port), *words),
        stdin=screen,
        stdout=screen,
        stderr=screen,
        env=cli.environment(TERM="xterm"),
    )
    try:
        wait_for_port(port)
        assert fetch(URL, port, home / "mitmproxy-ca-cert.pem") == "hello"
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
        os.close(screen)
        reader.join(PATIENCE)
