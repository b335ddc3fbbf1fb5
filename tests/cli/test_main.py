"""The command line as a whole."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.shell_completion import BashComplete

from cli.helpers import answer, write_cassette
from mitmvcr import __version__
from mitmvcr.cli import main
from mitmvcr.cli.app import app
from mitmvcr.cli.options import MayBeEmpty
from patience import PATIENCE


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
    ("words", "typed", "wanted"),
    [
        (["run", "--mode"], "replay_o", [("plain", "replay_only")]),
        (["run", "-m"], "rec", [("plain", "record_only"), ("plain", "record_once")]),
        (["run", "-c"], "cass", [("file", "cass")]),
        (["serve", "--cassettes"], "cass", [("dir", "cass")]),
        (["run", "--report"], "", [("file", "")]),
        (["run", "-c", "a.yaml", "--"], "./te", [("file", "./te")]),
        (["run", "pytest"], "tests/", [("file", "tests/")]),
        (["exec", "--"], "./te", [("file", "./te")]),
        (["run", "--latency"], "1", []),
        (["run", "--mode", "x", "--cassettes="], "", [("file", "")]),
    ],
)
def test_a_shell_completes_values_and_is_told_of_no_fault(words, typed, wanted, capsys):
    """An option without its value yet, as any that is being typed, was an error."""
    found = BashComplete(app, {}, "mitmvcr", "_").get_completions(words, typed)
    assert [(each.type, each.value) for each in found] == wanted
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("words", "typed", "wanted"),
    [
        (["run", "-c", "a.yaml", "--"], "pyt", ["pytest", "python3"]),
        (["run"], "pyt", ["pytest", "python3"]),
        (["exec", "--"], "pyte", ["pytest"]),
        (["run", "--"], "pyt[", [("file", "pyt[")]),
        (["run", "--"], "other", [("file", "other")]),
        (["run", "--"], "", [("file", "")]),
        (["run", "--", "cat"], "pyt", [("file", "pyt")]),
    ],
)
def test_a_shell_completes_the_program_that_is_run(
    words, typed, wanted, tmp_path, monkeypatch
):
    """As it does without 'mitmvcr run --' before it."""
    for folder, name, mode in (
        *(("one", "pytest", 0o755), ("two", "pytest", 0o755)),
        *(("two", "python3", 0o755), ("two", "pytext.txt", 0o644)),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).touch(mode)
    (tmp_path / "two" / "pytest-data").mkdir()
    places = ("one", "gone", "two")
    monkeypatch.setenv("PATH", os.pathsep.join(str(tmp_path / each) for each in places))
    found = BashComplete(app, {}, "mitmvcr", "_").get_completions(words, typed)
    expected = [each if isinstance(each, tuple) else ("plain", each) for each in wanted]
    assert [(each.type, each.value) for each in found] == expected


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("run --mode = rec", "record_only record_once"),
        ("run --mode =", "record_only replay_only replay_with_new_episodes"),
        ("run --mode rec", "record_only record_once"),
        ("run --cassette = ch", "-o default"),
        ("run --cassettes = ch", "-o dirnames"),
        ("run --mode = record_only --cassette a.yaml -m pass", "passthrough"),
        ("run --allow-id", "--allow-idle"),
        ("run -- env A = ''", "-o default"),
    ],
)
def test_bash_completes_a_value_in_the_word_of_its_option(
    words, wanted, tmp_path, capfd
):
    """Which it hands over in three; what followed was taken for the command to run."""
    assert main(["completion", "bash"]) == 0
    script = (
        f"{capfd.readouterr().out}\nset -u; COMP_WORDS=(mitmvcr {words});"
        "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); compopt() { told=$*; };"
        "told=; _mitmvcr_completion mitmvcr; echo $told ${COMPREPLY[@]}"
    )
    program = tmp_path / "mitmvcr"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mitmvcr "$@"\n')
    program.chmod(0o755)
    env = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    ran = subprocess.run(
        ["bash", "-c", script], env=env, capture_output=True, text=True, check=True
    )
    assert ran.stdout.startswith(wanted), ran.stderr


@pytest.mark.parametrize("words", [[], ["cassette"], ["git"]])
def test_a_list_of_commands_says_of_each_in_whole_words_what_it_does(words, capsys):
    main([*words, "--help"])
    _, _, told = capsys.readouterr().out.partition("Commands:\n")
    assert told
    assert [line for line in told.splitlines() if line.endswith("...")] == []


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
        (["ca"], "ca", 2),
        (["completion"], "completion", 2),
    ],
)
def test_a_value_too_many_or_too_few_names_the_command_too(
    words, command, code, capsys
):
    assert main(words) == code
    said = capsys.readouterr().err
    assert said.endswith(f" ('mitmvcr {command} --help' shows the usage)\n")
    assert (said.count("\n"), said.count("\t")) == (1, 0)


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)
        else:
            yield (*path, name)


def words_with_values(path: tuple[str, ...], *, may_be_empty: bool = True) -> list[str]:
    """All long words of a command's options that take a value."""
    command: Any = app
    for name in path:
        command = command.commands[name]
    params = command.get_params(click.Context(command))
    options = [each for each in params if isinstance(each, click.Option)]
    taking = [each for each in options if not each.is_flag]
    if not may_be_empty:
        taking = [each for each in taking if not isinstance(each, MayBeEmpty)]
    return [word for each in taking for word in each.opts if word[:2] == "--"]


@pytest.mark.parametrize("path", [*commands(app)], ids=" ".join)
def test_an_option_without_its_value_does_not_take_what_follows_for_it(
    path, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "execv", None)  # this process is not to become a proxy
    for word in words_with_values(path):
        assert main([*path, word, "--", "true"]) == (125 if path == ("run",) else 2)
        (line,) = capsys.readouterr().err.splitlines()
        told = f"mitmvcr: error: {word} needs a value, and '--' follows: write {word} "
        assert line.startswith(told)
        assert f"('mitmvcr {' '.join(path)} --help' shows the usage)" in line
    assert os.listdir(tmp_path) == []


def test_most_commands_have_such_options():
    assert sum(bool(words_with_values(path)) for path in commands(app)) > 20


@pytest.mark.parametrize(
    "words",
    [
        ["--cassette", "a.yaml", "--mode", "--", "true"],
        ["--cassette=a.yaml", "--mode", "--cassette", "true"],
        ["-c", "a.yaml", "--mode", "--cassette=a.yaml", "true"],
        ["--no-fail-on-miss", "--mode", "-c", "true"],
        ["--mode", "--help"],
        ["--mode"],
        ["--cassette=", "--mode"],
    ],
)
def test_what_follows_may_be_any_option_that_the_command_has_or_nothing(words, capsys):
    assert main(["run", *words]) == 125
    assert "error: --mode needs a value, and " in capsys.readouterr().err


def test_a_value_may_look_like_an_option_and_so_may_the_command_s_own(capsys):
    words = ["--match=--", "--match", "-range", "--mode", "x", "sh", "--mode", "--"]
    assert main(["run", *words]) == 125
    assert "error: --mode=x: use one of" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "-c=a.yaml", "true"), "-c needs a value, and '=a.yaml' follows"),
        (("run", "--mode=", "true"), "--mode has no value: use one of record_only, "),
        (("run", "--mode", " ", "true"), "--mode has no value: use one of "),
        (("run", "--set", "", "true"), "--set has no value: use NAME=VALUE"),
        (("run", "--", ""), "'': the command is empty; name a "),
        (("exec", ""), "'': the command is empty; name a "),
        (
            ("cassette", "explain", "a.yaml", "--body", "", "--url="),
            "--url needs a val",
        ),
        (("cassette", "trim", "."), "say what 'trim' cuts: --longest SIZE, or --drop"),
        (("cassette", "prune", "."), "nothing says what the tests ask for: name the "),
        (("cassette", "diff", ".", "."), ".: holds no cassette; name another folder"),
        (("cassette", "convert", "."), ".: holds no recording; name another folder"),
    ],
)
def test_a_word_that_lacks_something_is_told_in_a_sentence(
    words, told, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert main(words) in (2, 125, 127)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"mitmvcr: error: {told}")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("path", [*commands(app)], ids=" ".join)
def test_an_option_of_a_command_alone_takes_no_empty_text(
    path, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "execv", None)
    for word in words_with_values(path, may_be_empty=False):
        for words in ([f"{word}="], [word, ""]):
            assert main([*path, *words, "a"]) == 2
            (line,) = capsys.readouterr().err.splitlines()
            told = f"mitmvcr: error: {word} needs a value, and nothing follows: write "
            assert line.startswith(told)
    assert os.listdir(tmp_path) == []


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


@pytest.mark.parametrize(
    "words", [("cassette", "show", "c.yaml"), ("ca", "path"), ("config",), ("--help",)]
)
def test_a_pipe_that_nobody_reads_ends_a_command_as_sigpipe_does(words, cli):
    write_cassette(cli.cwd / "c.yaml", answer("http://h/", b""))
    reads, writes = os.pipe()
    os.close(reads)
    try:
        with cli.start(*words, stdout=writes) as process:
            assert process.stderr is not None
            told = process.stderr.read()
            assert process.wait(PATIENCE) == 128 + signal.SIGPIPE
    finally:
        os.close(writes)
    assert "Traceback" not in told
    assert "Exception" not in told
    assert "error" not in told


def test_nothing_is_imported_before_ctrl_c_is_listened_for():
    """What 'python -m mitmvcr' imports before its first line."""
    start = (
        "import sys, os, signal; before = {*sys.modules}; import mitmvcr;"
        "print(*sorted({*sys.modules} - before))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", start], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == ["mitmvcr"]


@pytest.mark.parametrize(("ignored", "code"), [(False, 130), (True, 0)])
def test_ctrl_c_while_it_is_imported_ends_it_without_a_traceback(ignored, code):
    """The signal comes in the middle of the imports, sent by one of them."""
    start = (
        "import signal, sys\n"
        f"if {ignored}: signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "class Sends:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'mitmvcr.cli': signal.raise_signal(signal.SIGINT)\n"
        "sys.meta_path.insert(0, Sends())\n"
        "sys.argv = ['mitmvcr', '--version']\n"
        "from mitmvcr.__main__ import entry\n"
        "entry()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", start], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (code, "")
    assert bool(ran.stdout) is ignored


@pytest.mark.parametrize(
    ("word", "group"), [("explain", "cassette"), ("install", "git")]
)
def test_a_command_of_a_group_is_found_without_it(
    capsys: pytest.CaptureFixture[str], word: str, group: str
) -> None:
    assert main([word, "a.yaml"]) == 2
    said = capsys.readouterr().err
    assert f"No such command '{word}'. Did you mean 'mitmvcr {group} {word}'?" in said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("--cassette", "a.yaml", "--", "true"),
            "No such option '--cassette'. Did you mean 'mitmvcr run --cassette'?",
        ),
        (
            ("--mode=record_only", "true"),
            "No such option '--mode'. Did you mean 'mitmvcr run --mode'?",
        ),
        (("--", "true"), "No such command 'true'. Did you mean 'mitmvcr run -- true'?"),
        (("true", "-x"), "No such command 'true'. Did you mean 'mitmvcr run -- true'?"),
    ],
)
def test_who_forgets_run_is_told(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    assert main(words) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("words", [("--casette", "a"), ("no-such",), ("git", "true")])
def test_run_is_named_only_where_it_would_do(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert main(words) == 2
    assert "mitmvcr run" not in capsys.readouterr().err
