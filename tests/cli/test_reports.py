"""What a run tells when it has ended: in words, in reports and by its exit code."""

import json
import os
import re
import sys
from xml.etree import ElementTree as ET

import pytest

from cli.helpers import answer, lines, write_cassette
from mitmvcr.store.store import FileStore
from mitmvcr.tools.using import Use, does_fit, read_report

URL = "http://api.example.test/"
#: A client that tolerates refusals.
CLIENT = """
import sys, urllib.request as u, urllib.error
for url in sys.argv[1:]:
    try: u.urlopen(url).read()
    except urllib.error.HTTPError as e: pass
"""


def asking(*paths: str) -> tuple[str, ...]:
    return (sys.executable, "-c", CLIENT, *(URL + path for path in paths))


def exits(code: int) -> tuple[str, ...]:
    return (sys.executable, "-c", f"raise SystemExit({code})")


@pytest.fixture
def cassette(tmp_path):
    interactions = [answer(f"{URL}{n}", b"x") for n in ("one", "two?page=2")]
    return write_cassette(tmp_path / "chat.yaml", *interactions)


@pytest.fixture
def run(cli, cassette):
    def go(*words, env=None):
        return cli("run", "--cassette", cassette, *words, env=env)

    return go


def urls(cassette) -> list[str]:
    held = FileStore(cassette).load().interactions
    return [each.request.url.removeprefix(URL) for each in held]


# In words


def test_misses_are_told_at_the_end_each_once(run):
    ran = run(*asking("two?page=3", "two?page=3", "one"))
    assert ran.returncode == 100
    missed, summary = lines(ran.stderr)
    assert missed == (
        f"mitmvcr: missed: GET {URL}two?page=3 (2 times): the nearest is"
        f" interaction 1 (unused): GET {URL}two?page=2;"
        ' query.page: "3" was "2"; --ignore-query page would let it match'
    )
    assert summary.endswith("replayed 1, missed 2, unused 1")


def test_what_no_option_helps_is_told_how_to_be_recorded(run):
    *_, missed, remedy, _ = lines(run(*asking("four?x=1", "five")).stderr)
    assert missed.startswith(f"mitmvcr: missed: GET {URL}five: ")
    assert remedy == (
        "mitmvcr: --mode replay_with_new_episodes records what is new,"
        " --mode record_only all of it"
    )


def test_for_people_it_is_short_and_coloured_in_a_pipe_plain(run):
    words = asking("two?page=3")
    plain = run(*words).stderr
    forced = run(*words, env={"FORCE_COLOR": "1"}).stderr
    short = run(*words, env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stderr
    assert "\x1b" not in plain
    assert "\x1b[" in forced
    assert re.sub(r"\x1b\[\d*m", "", forced) == short
    assert short.splitlines()[:-1] == [
        "mitmvcr: 1 request had no match:",
        f"  GET {URL}two?page=3",
        f"    nearest is interaction 1 (unused): GET {URL}two?page=2",
        '      query.page: "3" was "2"',
        "      --ignore-query page would let it match",
    ]


def test_a_used_up_one_is_told_by_its_reason(run):
    ran = run(*asking("one", "one"), env={"FORCE_COLOR": "1", "NO_COLOR": "1"})
    told = ran.stderr.splitlines()[-2]
    assert told == (
        "    recorded once, and all used up by earlier requests;"
        " --repeat-last would let it match"
    )


def test_a_run_through_which_nothing_went_says_how_to_tell(run):
    (warning, _) = lines(run(*exits(0)).stderr)
    for hint in ("HTTPS_PROXY", "NO_PROXY=localhost,127.0.0.1,::1", "curl"):
        assert hint in warning
    warning, _ = lines(run("--include-localhost", *exits(0)).stderr)
    assert "NO_PROXY" not in warning
    assert "--include-localhost" not in warning


# By the exit code


def test_a_miss_may_be_let_pass(run):
    ran = run("--no-fail-on-miss", *asking("other"))
    assert ran.returncode == 0
    assert "missed 1" in ran.stderr


def test_the_unused_fail_a_run_only_on_request(run):
    assert run(*asking("one")).returncode == 0
    ran = run("--fail-on-unused", *asking("one"))
    assert ran.returncode == 100
    assert lines(ran.stderr)[0] == (
        f"mitmvcr: unused: interaction 1: GET {URL}two?page=2"
    )
    assert run("--fail-on-unused", *asking("one", "two?page=2")).returncode == 0


def test_the_unused_are_not_told_of_when_the_command_failed(run):
    ran = run("--fail-on-unused", *exits(3))
    assert ran.returncode == 3
    assert "unused: " not in ran.stderr


def test_many_unused_are_not_all_told(cli, tmp_path):
    many = [answer(f"{URL}{n}", b"x") for n in range(25)]
    cassette = write_cassette(tmp_path / "many.yaml", *many)
    words = ("--cassette", cassette, "--fail-on-unused")
    ran = cli("run", *words, *asking("0"))
    assert len([line for line in lines(ran.stderr) if "unused: " in line]) == 10
    assert "and 14 others" in ran.stderr


# Dropped


def test_the_unused_are_dropped_after_a_run_that_went_well(run, cassette):
    ran = run("--drop-unused", "--fail-on-unused", *asking("one"))
    assert ran.returncode == 0, ran.stderr
    assert f"{cassette}: 1 unused interaction dropped" in ran.stderr
    assert urls(cassette) == ["one"]
    again = run("--drop-unused", *asking("one"))
    assert "interactions dropped" not in again.stderr


@pytest.mark.parametrize(
    ("paths", "why"),
    [(["one", "other"], "requests had no match"), ([], "nothing was replayed")],
)
def test_they_stay_where_it_is_not_known_what_is_wanted(run, cassette, paths, why):
    before = cassette.read_bytes()
    ran = run("--drop-unused", "--fail-on-unused", *asking(*paths))
    assert ran.returncode == 100
    assert f"the unused interactions stay in {cassette}: {why}" in ran.stderr
    assert cassette.read_bytes() == before


def test_they_stay_when_the_command_failed(run, cassette):
    before = cassette.read_bytes()
    client = CLIENT + "raise SystemExit(3)"
    ran = run("--drop-unused", sys.executable, "-c", client, URL + "one")
    assert ran.returncode == 3
    assert cassette.read_bytes() == before


def test_a_cassette_that_cannot_be_rewritten_is_a_failure_of_ours(run, cassette):
    code = f"import os; os.truncate({str(cassette)!r}, 0)"
    ran = run("--drop-unused", sys.executable, "-c", CLIENT + code, URL + "one")
    assert ran.returncode == 125
    assert f"mitmvcr: error: {cassette}: " in ran.stderr
    assert cassette.read_bytes() == b""


# Reports


def test_a_json_report_has_an_entry_for_each(run, tmp_path):
    ran = run("--report", tmp_path / "new" / "r.json", *asking("one", "two?page=3"))
    assert ran.returncode == 100
    report = json.loads((tmp_path / "new" / "r.json").read_text())
    assert report["version"] == 1
    assert (report["mode"], report["exit_status"]) == ("record_once", 0)
    assert report["counts"] == {
        "recorded": 0,
        "replayed": 1,
        "missed": 1,
        "unused": 1,
        "passed_through": 0,
        "blocked": 0,
        "not_recorded": 0,
    }
    replayed, missed, unused = report["entries"]
    assert replayed["url"] == f"{URL}one"
    assert (replayed["interaction"], replayed["status"]) == (0, 200)
    assert 0 < replayed["seconds"] < 10
    assert missed["miss"]["nearest"][0]["interaction"] == 1
    assert missed["seconds"] > 0
    assert (unused["outcome"], unused["interaction"]) == ("unused", 1)
    assert unused["seconds"] is None


def test_a_recording_is_reported_with_its_own_duration(cli, tmp_path, origin):
    client = (sys.executable, "-c", CLIENT, f"{origin.http_url}/json")
    words = ("--cassette", "new", "--include-localhost", "--report", "r.json")
    assert cli("run", *words, *client).returncode == 0
    (entry,) = json.loads((tmp_path / "r.json").read_text())["entries"]
    assert (entry["outcome"], entry["interaction"]) == ("recorded", 0)
    (held,) = FileStore(tmp_path / "new.yaml").load().interactions
    assert entry["seconds"] == round(held.response.duration / 1e9, 6)
    (use,) = read_report((tmp_path / "r.json").read_bytes(), "r")
    assert use == Use("r", "new.yaml", {0: ("GET", f"{origin.http_url}/json")}, "")
    assert does_fit(use, [held])


def test_on_stdout_a_report_follows_the_command_s_own_output(run):
    code = f"{CLIENT}\nprint('from the command')"
    ran = run("--report", "-", sys.executable, "-c", code, URL + "one")
    first, rest = ran.stdout.split("\n", 1)
    assert first == "from the command"
    assert json.loads(rest)["counts"]["replayed"] == 1


def test_several_reports_may_be_asked_for_and_come_also_after_a_failure(run, tmp_path):
    client = CLIENT + "raise SystemExit(3)"
    words = ("--report", "a.json", "--report", "b.xml", "--report", "a.json")
    ran = run(*words, sys.executable, "-c", client, URL + "two?page=3")
    assert ran.returncode == 3
    assert json.loads((tmp_path / "a.json").read_text())["exit_status"] == 3
    assert ET.parse(tmp_path / "b.xml").getroot().tag == "testsuites"


UNWRITABLE = [
    *("report.txt", ".", "taken/r.json", "report", "folder.json", "dangling.json"),
    "long" * 70 + ".json",
]


@pytest.mark.parametrize("target", UNWRITABLE)
@pytest.mark.parametrize("mode", ["replay_only", "compare"])
def test_a_report_that_cannot_be_written_is_refused_at_once(
    run, tmp_path, target, mode
):
    (tmp_path / "taken").write_text("")
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "dangling.json").symlink_to(tmp_path / "none" / "r.json")
    ran = run("--mode", mode, "--report", target, *exits(0))
    assert ran.returncode == 125
    (line,) = ran.stderr.splitlines()
    assert line.startswith(f"mitmvcr: error: --report={target}: ")


def test_a_report_that_fails_in_the_end_keeps_none_of_the_others(run, tmp_path):
    code = "import os; os.mkdir('a.json')"
    words = ("--report", "a.json", "--report", "b.json")
    ran = run(*words, sys.executable, "-c", code)
    assert ran.returncode == 125
    told = "a.json: cannot be written: is a directory: choose another file"
    assert f"mitmvcr: error: {told}\n" in ran.stderr
    assert (tmp_path / "b.json").exists()


# GitHub Actions


def annotations(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("::")]


def test_on_github_misses_are_annotations_on_stderr(run, tmp_path):
    github = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(tmp_path)}
    summary = tmp_path / "summary.md"
    github["GITHUB_STEP_SUMMARY"] = str(summary)
    summary.write_text("# before\n")
    ran = run(*asking("two?page=3%25"), env=github)
    (line,) = annotations(ran.stderr)
    assert line.startswith(
        "::error file=chat.yaml,title=No recorded interaction matches::"
        f"GET {URL}two?page=3%2525: the nearest is interaction 1"
    )
    assert ran.stdout == ""
    assert summary.read_text().startswith("# before\n### mitmvcr: ")
    assert f"- `GET {URL}two?page=3%25: the nearest" in summary.read_text()


def test_on_github_a_miss_that_may_pass_is_a_warning(run):
    ran = run("--no-fail-on-miss", *asking("x"), env={"GITHUB_ACTIONS": "true"})
    assert annotations(ran.stderr)[0].startswith("::warning title=")


def test_without_a_miss_or_github_there_are_none(run):
    assert annotations(run(*asking("x")).stderr) == []
    ran = run(*asking("one"), env={"GITHUB_ACTIONS": "true"})
    assert annotations(ran.stderr) == []


def test_a_summary_that_cannot_be_written_is_said(run, tmp_path):
    github = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path)}
    ran = run(*asking("x"), env=github)
    assert ran.returncode == 100
    assert f"GITHUB_STEP_SUMMARY={tmp_path} cannot be written" in ran.stderr


def test_what_was_asked_cannot_make_a_second_command(run, cassette):
    outside = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": os.fspath("/elsewhere")}
    ran = run(*asking("%0A::set-output%20name=x::`y"), env=outside)
    (line,) = annotations(ran.stderr)
    assert line.startswith("::error title=")
