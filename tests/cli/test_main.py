"""The command line as a whole."""

import subprocess
import sys
from pathlib import Path

import pytest

from mitmvcr import __version__
from mitmvcr.cli import main


def test_the_version_is_printed(cli):
    ran = cli("--version")
    assert (ran.returncode, ran.stdout) == (0, f"mitmvcr {__version__}\n")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["-h"],
        ["--help"],
        ["cassette"],
        ["run", "-h"],
        ["run", "--help"],
        ["serve", "--help"],
        ["cassette", "check", "--help"],
        ["cassette", "recover", "--help"],
    ],
)
def test_help_is_printed_without_loading_what_is_slow(words):
    code = (
        "import sys; from mitmvcr.cli import main; code = main(sys.argv[1:]);"
        "slow = {'mitmproxy', 'yaml', 'asyncio', 'ssl'} & {*sys.modules};"
        "sys.exit(code or str(slow) if slow else code)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("Usage: mitmvcr")


@pytest.mark.parametrize(
    "words",
    [["no-such-command"], ["--no-such-option"], ["cassette", "none"], ["serve"]],
)
def test_a_wrong_use_is_one_line_and_2(words, capsys):
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "--help" in err


@pytest.mark.parametrize(
    ("words", "command", "code"),
    [
        (["run", "--include-localhost=1", "true"], "run", 125),
        (["run", "--cassette"], "run", 125),
        (["learn", "--yes=1", "true"], "learn", 2),
        (["cassette", "ls", "--json=1"], "cassette ls", 2),
        (["fix", "--yes=1"], "fix", 2),
        (["cassette", "--help=1"], "cassette", 2),
    ],
)
def test_a_value_too_many_or_too_few_names_the_command_too(
    words, command, code, capsys
):
    assert main(words) == code
    assert f"('mitmvcr {command} --help' shows the usage)" in capsys.readouterr().err


_CLOSED = (
    "import os, sys; {}; os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)


@pytest.mark.parametrize("files", [(1,), (2,), (0, 1, 2)])
def test_a_program_whose_streams_are_closed_is_as_one_that_nobody_reads(
    files, cli, tmp_path
):
    close = ";".join(f"os.close({each})" for each in files)
    code = _CLOSED.format(close)
    inner = "import os; os.write(1, b'x'); os.write(2, b'y'); os.read(0, 1)"
    for words in (
        ("config",),
        ("run", "--cassette", tmp_path / "a.yaml", "--", *cli.python(inner)),
    ):
        ran = subprocess.run(
            [sys.executable, "-c", code, "-m", "mitmvcr", *map(str, words)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=cli.environment(),
            cwd=tmp_path,
            check=False,
        )
        assert ran.returncode == 0, ran
        assert b"Traceback" not in ran.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="it is Linux's")
@pytest.mark.parametrize("words", [["config"], ["cassette", "--help"]])
def test_a_disk_that_is_full_is_said_of_stdout(words, cli):
    with open("/dev/full", "wb") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "mitmvcr", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            env=cli.environment(),
            text=True,
            check=False,
        )
    assert ran.returncode == 125
    assert ran.stderr == (
        "mitmvcr: error: stdout: cannot be written: no space left on device\n"
    )
