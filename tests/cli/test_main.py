"""The command line as a whole."""

import subprocess
import sys

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
