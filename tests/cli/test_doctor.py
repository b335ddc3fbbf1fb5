"""What the doctor finds: clients that come or do not, and what gets in the way."""

import json
import shutil
import stat
import sys
from pathlib import Path

import certifi
import pytest

from cli.helpers import CLIENT_PYTHON, Cli, need
from mitmvcr.cli.doctor.clients import CLIENTS, RUNTIMES
from mitmvcr.cli.doctor.command import program_of
from mitmvcr.cli.doctor.layers import layers_of
from mitmvcr.cli.doctor.trial import version_in
from mitmvcr.cli.report.status import DISAGREED, NOT_FOUND, USAGE

PYTHON_VERSION = ".".join(map(str, sys.version_info[:3]))
CURL = shutil.which("curl")


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_the_clients_of_a_command_are_tried_and_no_others(cli: Cli, tmp_path):
    """A program of a Python is tried with the libraries of that Python."""
    pytest_of_it = script(tmp_path / "bin" / "pytest", f"#!{CLIENT_PYTHON}\n")
    ran = cli("doctor", "--json", pytest_of_it, "tests")
    found = json.loads(ran.stdout)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert found["command"]["python"] == CLIENT_PYTHON
    went = {each["name"]: each for each in found["clients"]}
    names = ["urllib", "requests", "httpx", "aiohttp", "urllib3"]
    assert {*went} == {"pip", *(f"Python {name}" for name in names)}
    for each in went.values():
        assert each["path"] == CLIENT_PYTHON
        assert each["trusted"] == each["installed"], each
    assert went["Python urllib"]["version"] == PYTHON_VERSION
    assert went["pip"]["trusted"]
    assert found["well"]
    assert found["between"] == []
    assert ran.stderr == ""


@pytest.mark.parametrize(
    ("word", "path"),
    [
        ("env/bin/python", "/usr/bin:/bin"),
        ("env/bin/pytest", "/usr/bin:/bin"),
        ("./env/bin/pytest", "/usr/bin:/bin"),
        ("python3", "env/bin:/usr/bin:/bin"),
        ("pytest", "env/bin:/usr/bin:/bin"),
    ],
)
def test_a_program_is_found_from_the_folder_it_is_named_in(
    cli: Cli, tmp_path, word, path
):
    """Each client runs in a folder of its own, where such a path leads nowhere."""
    (tmp_path / "env").mkdir()
    script(tmp_path / "env" / "bin" / "pytest", "#!env/bin/python\n")
    for name in ("python", "python3"):
        (tmp_path / "env" / "bin" / name).symlink_to(CLIENT_PYTHON)
    ran = cli("doctor", "--json", word, "tests", env={"PATH": path})
    clients = json.loads(ran.stdout)["clients"]
    assert ran.returncode == 0, ran.stdout + ran.stderr
    folder = tmp_path / "env" / "bin"
    assert clients
    assert {Path(each["path"]).parent for each in clients} == {folder}


@pytest.mark.parametrize(
    ("spoils", "went"),
    [
        ('exec "$CURL" --noproxy "*" "$@"', "did not reach the proxy"),
        ('exec "$CURL" --cacert "$OTHER" "$@"', "refused the authority"),
    ],
)
def test_a_client_that_is_spoiled_is_named_with_its_remedy(
    cli: Cli, tmp_path, spoils, went
):
    need("curl", CURL)
    script(tmp_path / "bin" / "curl", f"#!/bin/sh\n{spoils}\n")
    path = f"{tmp_path}/bin:/usr/bin:/bin"
    env = {"PATH": path, "CURL": CURL, "OTHER": certifi.where()}
    ran = cli("doctor", "curl", "https://example.com", env=env)
    assert ran.returncode == DISAGREED, ran.stdout + ran.stderr
    rows = [line for line in ran.stdout.splitlines() if line.startswith("curl ")]
    assert rows[0].endswith(f"HTTPS_PROXY, CURL_CA_BUNDLE  {went}")
    assert f"\n1 {went}\n" in ran.stdout
    remedy = "--isolate --transparent" if "not" in went else "MITMVCR_CA_BUNDLE"
    assert remedy in ran.stdout


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("#!/bin/sh\necho 'shim: curl: no version is set' >&2\nexit 127\n", "is set"),
        ("#!/nowhere/sh\n", "No such file"),
        ("#!/bin/sh\nkill -9 $$\n", "ended with -9"),
    ],
    ids=["a shim of nothing", "no interpreter", "it crashes"],
)
def test_a_client_that_cannot_be_started_at_all_is_told_apart(
    cli: Cli, tmp_path, text, reason
):
    """The variables of a run have nothing to do with it."""
    curl = script(tmp_path / "bin" / "curl", text)
    path = f"{tmp_path}/bin:/usr/bin:/bin"
    ran = cli("doctor", "curl", "https://example.com", env={"PATH": path})
    assert ran.returncode == DISAGREED, ran.stdout + ran.stderr
    told, remedy = ran.stdout.splitlines()[-3:-1]
    assert told.startswith("curl: cannot be started: ")
    assert reason in told
    assert f"{curl} does not start without mitmvcr either" in remedy
    assert ran.stdout.endswith("\n1 cannot be started\n")


def test_one_that_a_variable_of_a_run_keeps_from_starting_is_no_such_client(
    cli: Cli, tmp_path
):
    text = '#!/bin/sh\n[ -z "$MITMVCR_PROXY_URL" ] || exit 1\necho curl 1.2.3\n'
    script(tmp_path / "bin" / "curl", text)
    path = f"{tmp_path}/bin:/usr/bin:/bin"
    ran = cli("doctor", "curl", "https://example.com", env={"PATH": path})
    assert "curl: did not reach the proxy: it ended with 1" in ran.stdout
    assert "compare with 'mitmvcr env'" in ran.stdout


@pytest.mark.parametrize(
    ("output", "version"),
    [
        ("curl 7.88.1 (x86_64-pc-linux-gnu) libcurl/7.88.1", "7.88.1"),
        (
            "Picked up JAVA_TOOL_OPTIONS: -Dhttp.proxyHost=127.0.0.1\n"
            'openjdk version "17.0.15" 2025-04-15',
            "17.0.15",
        ),
        ("no number", ""),
    ],
)
def test_the_version_is_the_program_s_own(output, version):
    assert version_in(output) == version


def test_a_command_that_is_not_there_is_one_line(cli: Cli):
    ran = cli("doctor", "no-such-command")
    assert ran.returncode == NOT_FOUND
    assert ran.stderr == "mitmvcr: error: no-such-command: command not found\n"
    assert ran.stdout == ""
    ran = cli("doctor", "--jason")
    assert ran.returncode == USAGE
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("command", "names"),
    [
        (["pytest", "tests"], []),
        (["sudo", "pytest"], ["sudo"]),
        (["sudo", "-E", "pytest"], []),
        (["sudo", "-u", "me", "pytest"], ["sudo"]),
        (["env", "A=1", "tox"], ["tox"]),
        (["env", "-i", "pytest"], ["env"]),
        (["env", "A=1", "pytest"], []),
        (["/usr/bin/docker", "compose", "up"], ["docker"]),
        (["sh", "-c", "make build && docker run x"], ["docker"]),
        (["bash", "-lc", "cd a; (podman run x)"], ["podman"]),
        (["grep", "docker", "README"], []),
        (["timeout", "10", "ssh", "host", "make"], ["ssh"]),
        (["./gradlew", "test"], ["gradlew"]),
        (["./gradlew", "test", "--no-daemon"], []),
        (["bazel", "test", "//..."], ["bazel"]),
        (["bazel", "test", "--test_env=HTTPS_PROXY", "//..."], []),
        (["sh", "-c", "echo 'it does not end"], []),
    ],
)
def test_what_stands_between_is_seen_in_a_command(tmp_path, command, names):
    found = layers_of(command, tmp_path)
    assert [each.name for each in found] == names
    for each in found:
        assert each.what
        assert "{" not in each.remedy


def test_it_is_seen_in_a_script(tmp_path):
    text = "#!/usr/bin/env bash\n# docker run x\nset -e\ntime docker run x\n"
    ci = script(tmp_path / "ci.sh", text)
    for command in ([str(ci)], ["bash", str(ci)]):
        (found,) = layers_of(command, tmp_path)
        assert found.name == "docker"
        assert found.where == f"{command[0]}, line 4"
    wrapped = layers_of(["timeout", "9", "env", "A=1", "sh", str(ci)], tmp_path)
    assert [(each.name, each.where) for each in wrapped] == [("docker", "sh, line 4")]
    other = script(tmp_path / "ci.py", "#!/usr/bin/env python3\ndocker = 1\n")
    assert layers_of([str(other)], tmp_path) == []


@pytest.mark.parametrize(
    ("file", "text", "passes"),
    [
        ("tox.ini", "[testenv]\npass_env = *\n", True),
        ("tox.ini", "[testenv]\npassenv =\n    HOME\n    PYTHONPATH\n", True),
        ("tox.ini", "[testenv]\npassenv =\n    HOME\ndeps = PYTHONPATH\n", False),
        ("tox.ini", "[testenv]\npass_env = PIP_*\n", False),
        ("pyproject.toml", '[tool.tox]\npass_env = [\n "CI",\n "*",\n]\n', True),
        (".bazelrc", "test --test_env=HTTPS_PROXY\n", False),
    ],
)
def test_settings_can_let_the_variables_through(tmp_path, file, text, passes):
    (tmp_path / file).write_text(text)
    assert (layers_of(["tox"], tmp_path) == []) is passes
    is_bazel = file == ".bazelrc"
    assert (layers_of(["bazel", "test"], tmp_path) == []) is is_bazel


def test_a_program_says_whose_it_is(tmp_path):
    node = script(tmp_path / "jest", "#!/usr/bin/env -S node --no-warnings\n")
    assert program_of([str(node)]).runtime == "node"
    assert program_of(["env", "A=1", "-u", "B", str(node)]).runtime == "node"
    python = program_of([sys.executable, "-m", "pytest"])
    assert (python.runtime, python.python) == ("python", sys.executable)
    shell = program_of([str(script(tmp_path / "ci", "#!/bin/sh\n"))])
    assert (shell.runtime, shell.what) == ("", "what it runs is not known")
    text = program_of([str(script(tmp_path / "odd", "#!\n"))])
    assert text.runtime == ""
    built = tmp_path / "built"
    built.write_bytes(b"\x7fELF" + b"\0" * 100)
    assert program_of([str(built)]).runtime == "static"
    built.write_bytes(b"\x7fELF" + b"\0" * 100 + b"\xff Go buildinf:")
    assert "Transport has no Proxy" in program_of([str(built)]).what


def test_each_client_has_a_host_and_each_runtime_a_client():
    assert len({each.host for each in CLIENTS}) == len(CLIENTS)
    assert {*RUNTIMES.values()} == {each.runtime for each in CLIENTS}
