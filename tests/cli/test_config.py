"""``mitmvcr config``, and options that do not come from the command line."""

import json
import sys
import tomllib

import pytest

from cli.helpers import answer, lines, write_cassette
from mitmvcr.options import BY_NAME, OPTIONS, Kind
from option_samples import SAMPLES

URL = "https://api.example.test/greeting"
FETCH = f"import urllib.request as u; print(u.urlopen('{URL}').read().decode())"
NOTHING = (sys.executable, "-c", "")


@pytest.fixture
def cassette(tmp_path):
    return write_cassette(tmp_path / "chat.yaml", answer(URL, b"hello"))


def config(cli, *words, **env):
    ran = cli("config", "--json", *words, env=env)
    assert (ran.returncode, ran.stderr) == (0, "")
    return json.loads(ran.stdout)


def test_every_option_is_shown_with_where_it_comes_from(cli, tmp_path):
    (tmp_path / "mitmvcr.toml").write_text("latency = 0.5\nkeep = ['jwt']")
    (tmp_path / "pyproject.toml").write_text("[tool.mitmvcr]\nspool = '2m'")
    shown = config(cli, "--keep", "x", MITMVCR_PORT="9")
    assert [*shown] == [option.name for option in OPTIONS]
    own, shared = tmp_path / "mitmvcr.toml", tmp_path / "pyproject.toml"
    told = {
        "latency": {"value": "0.5", "source": str(own)},
        "keep": {"value": ["jwt", "x"], "source": f"{own} + command line"},
        "spool": {"value": "2m", "source": str(shared)},
        "port": {"value": "9", "source": "MITMVCR_PORT"},
    }
    for name, value in shown.items():
        default = BY_NAME[name].default
        text = default if isinstance(default, str) else list(default)
        assert value == told.get(name, {"value": text, "source": "default"})


def test_in_ci_the_default_mode_is_another(cli):
    mode = {"value": "replay_only", "source": "CI is set"}
    assert config(cli, CI="true")["mode"] == mode
    given = config(cli, "-m", "once", CI="true")["mode"]
    assert given == {"value": "once", "source": "command line"}


def test_what_is_printed_can_be_a_file(cli, tmp_path):
    words = [
        word
        for option in OPTIONS
        if not option.flags and option.kind is not Kind.SWITCH
        for text in [SAMPLES[option.name]]
        for each in ([text] if isinstance(text, str) else text)
        for word in (option.word, each)
    ]
    ran = cli("config", *words, "--websocket", "--no-fail-on-miss", "--repeat-last")
    assert (ran.returncode, ran.stderr) == (0, "")
    printed = tomllib.loads(ran.stdout)
    assert printed["websocket"] is True
    (tmp_path / "mitmvcr.toml").write_text(ran.stdout)
    again = cli("config")
    assert tomllib.loads(again.stdout) == printed
    assert again.stdout.startswith("# Cassette\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\nmoed = 'x'", "mitmvcr.toml:2: moed: no such option; did you mean mode?"),
        (
            "latency = 'x'",
            "mitmvcr.toml:1: latency=x: use a factor of the recorded duration,"
            " as 0, 0.5 or 1",
        ),
        ("passthrough = '~~('", "mitmvcr.toml:1: passthrough=~~(: not a flow filter"),
        (
            "latency = \n",
            "mitmvcr.toml: not TOML: Invalid value (at line 1, column 11)",
        ),
        ("report = ['x.txt']", "mitmvcr.toml:1: report=x.txt: name a file.json"),
    ],
)
def test_a_wrong_file_is_one_line_and_125(cli, cassette, tmp_path, text, said):
    (tmp_path / "mitmvcr.toml").write_text(text)
    ran = cli("run", "--cassette", cassette, *NOTHING)
    assert (ran.returncode, ran.stdout) == (125, "")
    (line,) = ran.stderr.splitlines()
    assert line.startswith(f"mitmvcr: error: {said}")
    if "report" not in text and "passthrough" not in text:
        ran = cli("serve", "--cassette", cassette)
        assert (ran.returncode, ran.stderr) == (125, f"{line}\n")


def test_a_wrong_variable_is_one_line_and_125(cli, cassette):
    for name, said in {
        "MITMVCR_MOED": "MITMVCR_MOED: no such option; did you mean MITMVCR_MODE?",
        "MITMVCR_FSYNC": "MITMVCR_FSYNC=x: use each or close",
    }.items():
        ran = cli("run", "--cassette", cassette, *NOTHING, env={name: "x"})
        assert (ran.returncode, ran.stderr) == (125, f"mitmvcr: error: {said}\n")


def test_a_project_says_once_what_its_runs_have_in_common(cli, cassette, tmp_path):
    (tmp_path / ".git").mkdir()
    lines_ = ["cassette = 'chat.yaml'", "mode = 'replay_only'", "fail_on_unused = true"]
    (tmp_path / "mitmvcr.toml").write_text("\n".join(lines_))
    inner = tmp_path / "inner"
    inner.mkdir()
    ran = type(cli)(cli.home, inner)("run", *cli.python(FETCH))
    assert (ran.returncode, ran.stdout) == (0, "hello\n")
    assert lines(ran.stderr) == [
        f"mitmvcr: cassette {cassette}, mode replay_only:"
        " recorded 0, replayed 1, missed 0, unused 0"
    ]
    idle = ("run", "--allow-idle")
    assert cli(*idle, *NOTHING).returncode == 100
    assert cli(*idle, "--no-fail-on-unused", *NOTHING).returncode == 0


def test_a_file_without_redaction_is_announced(cli, cassette, tmp_path):
    (tmp_path / "mitmvcr.toml").write_text("redact = 'none'")
    ran = cli("run", "--cassette", cassette, *NOTHING)
    assert "mitmvcr: --redact none: secrets are written to" in ran.stderr


@pytest.mark.parametrize("behind", [("--cassette", "x"), ("--cassette=x",)])
def test_an_option_behind_the_command_is_told_to_be_the_commands(cli, behind):
    ran = cli("run", "--allow-idle", *cli.python("pass"), *behind)
    said = "no --cassette is given: using cassettes/"
    assert said in ran.stderr
    assert "; what stands behind the command is the command's own\n" in ran.stderr


def test_a_run_within_a_run_does_not_take_the_outer_cassette(cli, cassette, tmp_path):
    mitmvcr = (sys.executable, "-m", "mitmvcr")
    inner = (*mitmvcr, "run", "--mode", "record_only", "--", *cli.python(FETCH))
    ran = cli("run", *inner, env={"MITMVCR_CASSETTE": str(cassette)})
    assert ran.stdout == "hello\n", ran.stderr
    assert (
        f"cassette {cassette}, mode record_once: recorded 0, replayed 1" in ran.stderr
    )
    assert "no --cassette is given: using cassettes/" in ran.stderr
    assert "recorded 1, replayed 0" in ran.stderr


SAYS_MODE = "import os; print(os.environ.get('MITMVCR_RUN_MODE'))"


@pytest.mark.parametrize(
    ("words", "env", "said"),
    [
        (["-m", "none"], {}, "replay_only"),
        ([], {"MITMVCR_MODE": "none"}, "replay_only"),
        ([], {}, "None"),
        ([], {"CI": "1"}, "None"),
        ([], {"MITMVCR_RUN_MODE": "record_only"}, "None"),
    ],
)
def test_a_command_knows_the_mode_that_its_run_was_given(
    cli, cassette, tmp_path, words, env, said
):
    """Helpers of test frameworks go by it, before what their files say."""
    (tmp_path / "mitmvcr.toml").write_text("mode = 'new_episodes'")
    run = ("run", "-c", cassette, "--allow-idle", *words, "--", *cli.python(SAYS_MODE))
    assert cli(*run, env=env).stdout == f"{said}\n"


def test_a_command_within_mitmvcr_exec_knows_the_mode_of_its_run(cli, cassette):
    inner = (sys.executable, "-m", "mitmvcr", "exec", "--", *cli.python(SAYS_MODE))
    run = ("run", "-c", cassette, "-m", "record_only", "--allow-idle", "--", *inner)
    assert cli(*run).stdout == "record_only\n"


def test_the_tools_for_cassettes_have_the_options_of_the_project(
    cli, cassette, tmp_path
):
    asked = ("cassette", "explain", cassette, "--url", f"{URL}?page=2")
    assert cli(*asked).returncode == 1
    assert cli("cassette", "scan", cassette).returncode == 0
    (tmp_path / "mitmvcr.toml").write_text(
        "ignore_query = 'page'\nredact_regex = ['hello']"
    )
    assert cli(*asked).returncode == 0
    found = cli("cassette", "scan", cassette)
    assert (found.returncode, "response.body" in found.stdout) == (1, True)
    assert cli("cassette", "scrub", cassette).returncode == 0
    assert "hello" not in cassette.read_text()


def test_serve_takes_its_cassette_and_port_from_the_project(cli, cassette, tmp_path):
    assert cli("serve").returncode == 2
    (tmp_path / "mitmvcr.toml").write_text("cassette = 'chat.yaml'\nport = 0")
    ran = cli("serve")
    assert ran.returncode == 125
    assert "mitmvcr.toml:2: port=0: use a port, from 1 to 65535" in ran.stderr
