"""The variables of a run, for a proxy that goes on: printed, and given to a command."""

import json
import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cli.helpers import clean_environment, need
from mitmvcr.cli import main
from mitmvcr.cli.commands.exec import changes, written
from mitmvcr.cli.report.status import NOT_FOUND, OWN_FAILURE

ODD = 'it\'s a "$HOME" \\ `x` path'


@pytest.fixture
def port() -> Iterator[int]:
    """Where something listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server.getsockname()[1]


@pytest.fixture(autouse=True)
def _ours(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*os.environ]:
        if name.lower().endswith("_proxy") or name.startswith("MITMVCR_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("MITMVCR_HOME", str(home))


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["env", *words]) == 0
    return capsys.readouterr().out


def test_what_is_printed_is_what_a_shell_reads(capsys, port, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks5://corp")
    text = printed(capsys, "--port", str(port))
    script = f"{text}\n{shlex.quote(sys.executable)} -c '{DUMP}'"
    shell = ["sh", "-ec", script]
    ran = subprocess.run(shell, capture_output=True, text=True, check=True)
    seen = json.loads(ran.stdout)
    assert seen["HTTPS_PROXY"] == f"http://127.0.0.1:{port}"
    assert Path(seen["SSL_CERT_FILE"]).read_text().startswith("-----BEGIN CERT")
    assert "ALL_PROXY" not in seen
    assert "MITMVCR_CASSETTE" not in seen


DUMP = "import json, os; print(json.dumps(dict(os.environ)))"


def test_json_has_a_null_for_what_is_to_go(capsys, port, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks5://corp")
    said = json.loads(printed(capsys, "--shell", "json", "--port", str(port)))
    assert said["ALL_PROXY"] is None
    assert said["NO_PROXY"] == "localhost,127.0.0.1,::1"
    assert "HOME" not in said  # it is as it was


@pytest.mark.parametrize(
    ("shell", "line", "gone"),
    [
        ("sh", f"export A={shlex.quote(ODD)}", "unset B"),
        ("fish", "set -gx A 'it\\'s a \"$HOME\" \\\\ `x` path'", "set -e B"),
        ("powershell", "$Env:A = 'it''s a \"$HOME\" \\ `x` path'", "$Env:B = $null"),
        ("github", f"A={ODD}", "B="),
    ],
)
def test_each_shell_has_its_quotes(shell, line, gone):
    assert written({"A": ODD, "B": None}, shell) == f"{line}\n{gone}\n"


def test_only_what_changes_is_printed():
    before, after = {"A": "1", "B": "2", "C": "3"}, {"A": "1", "B": "4", "D": "5"}
    assert changes(before, after) == {"B": "4", "C": None, "D": "5"}


def test_nothing_listens(capsys):
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        free = server.getsockname()[1]
    for words in (["env"], ["exec"]):
        command = [] if words == ["env"] else ["true"]
        assert main([*words, "--port", str(free), *command]) == OWN_FAILURE
        out, err = capsys.readouterr()
        assert out == ""
        assert f"nothing listens on 127.0.0.1:{free}" in err
        assert "'mitmvcr start' starts a proxy" in err


def test_within_a_run_its_proxy_is_meant(capsys, port, monkeypatch):
    monkeypatch.setenv("MITMVCR_PROXY_URL", f"http://127.0.0.1:{port}")
    assert f"HTTPS_PROXY=http://127.0.0.1:{port}" in printed(capsys)


def test_a_command_is_given_them_and_its_exit_code_is_ours(home, port, tmp_path):
    code = f"{DUMP}; raise SystemExit(7)"
    ours = [sys.executable, "-m", "mitmvcr", "exec", "--port", str(port)]
    ran = subprocess.run(
        [*ours, "--", sys.executable, "-c", code],
        env=clean_environment(home),
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 7, ran.stderr
    assert json.loads(ran.stdout)["https_proxy"] == f"http://127.0.0.1:{port}"


def test_a_command_that_is_not_there(capsys, port):
    assert main(["exec", "--port", str(port), "no-such-command"]) == NOT_FOUND
    assert capsys.readouterr().err == (
        "mitmvcr: error: no-such-command: command not found\n"
    )


def test_hosts_can_go_past_it(capsys, port):
    words = ["--port", str(port), "--shell", "github", "--include-localhost"]
    assert "\nNO_PROXY=db.test\n" in printed(capsys, *words, "--no-proxy", "db.test")


@pytest.mark.parametrize("kind", ["path", "bundle", "jks", "p12"])
def test_the_authority_has_its_forms(capsys, home, kind):
    assert main(["ca", kind]) == 0
    file = Path(capsys.readouterr().out.removesuffix("\n"))
    begins = {"jks": b"\xfe\xed\xfe\xed", "p12": b"0"}.get(kind, b"-----BEGIN CERT")
    assert file.read_bytes().startswith(begins)
    assert b"PRIVATE KEY" not in file.read_bytes()


def test_a_bundle_has_the_systems_roots_too(capsys):
    sizes = {}
    for kind in ("path", "bundle"):
        main(["ca", kind])
        sizes[kind] = Path(capsys.readouterr().out.strip()).read_text().count("BEGIN")
    assert sizes["path"] == 1 < sizes["bundle"]


def test_java_reads_the_store(capsys, tmp_path):
    from shutil import which

    tool = which("keytool")
    need("keytool", tool)
    main(["ca", "jks"])
    out, err = capsys.readouterr()
    assert err == "mitmvcr: its password is changeit\n"
    command = [tool, "-list", "-storepass", "changeit", "-keystore", out.strip()]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout
    assert "trustedCertEntry" in ran.stdout


def test_a_store_that_was_not_copied_is_an_error(capsys, tmp_path, monkeypatch, home):
    (tmp_path / "mitmproxy-ca.pem").write_bytes(
        (home / "mitmproxy-ca.pem").read_bytes()
    )
    monkeypatch.setenv("MITMVCR_HOME", str(tmp_path))
    assert main(["ca", "p12"]) == OWN_FAILURE
    assert "mitmproxy-ca-cert.p12 is not there" in capsys.readouterr().err
