"""``mitmvcr fix``: what the misses of the last run named is written down."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cli.helpers import Cli, answer, lines, write_cassette
from mitmvcr.cli import main
from mitmvcr.cli.commands.fix import NoReportError, fix
from mitmvcr.config_writing import file_for

URL = "https://api.example.test"
NONE = (
    "mitmvcr: no miss is known of the last run in this folder: there is nothing to fix"
)
ASKS = f"import urllib.request as u\nu.urlopen('{URL}/a?ts=2').read()\n"


def miss(*options: str, same_used: int = 0) -> dict[str, object]:
    differ = [
        {"place": "query.ts", "asked": '"2"', "recorded": '"1"', "looks": "a time"}
    ]
    near = {"options": options, "differ": differ}
    request = {"method": "GET", "url": f"{URL}/a", "body": ""}
    return {
        "reason": "it differs",
        "request": request,
        "same_used": same_used,
        "nearest": [] if same_used else [near],
    }


def report(place: Path, *misses: object, cassette: str = "") -> Path:
    entries = [{"miss": each} for each in misses] + [{"outcome": "replayed"}]
    place.write_text(json.dumps({"cassette": cassette, "entries": entries}))
    return place


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MITMVCR_HOME", str(tmp_path / "home"))


def test_what_the_last_run_missed_matches_when_it_is_fixed(
    cli: Cli, tmp_path: Path
) -> None:
    cassette = write_cassette(tmp_path / "c.yaml", answer(f"{URL}/a?ts=1", b"a"))
    words = ("run", "-m", "replay_only", "-c", cassette, "--", *cli.python(ASKS))
    assert cli(*words).returncode == 1
    ran = cli("fix", "--yes")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == [
        "ignore_query = [",
        f"  # GET {URL}/a?ts=2",
        '  # query.ts: "2" was "1"',
        "  'ts',",
        "]",
    ]
    assert f"mitmvcr: {tmp_path / 'mitmvcr.toml'}: 1 rule written" in lines(ran.stderr)
    assert cli(*words).returncode == 0
    ran = cli("fix", "--yes")
    assert (ran.returncode, ran.stdout, lines(ran.stderr)) == (0, "", [NONE])


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("-m", "replay_only", "-c", "absent.yaml", "--", "true"), "absent.yaml: "),
        (("-m", "often", "--", "true"), "--mode=often: use one of "),
        (("--", "no-such-program"), "no-such-program: command not found"),
    ],
)
def test_a_run_that_did_not_start_has_not_missed_nothing(
    cli: Cli, words: tuple[str, ...], why: str
) -> None:
    assert lines(cli("fix").stderr) == [NONE]
    failed = cli("run", *words)
    assert failed.returncode in (125, 127)
    ran = cli("fix")
    (line,) = lines(ran.stderr)
    assert ran.returncode == 125
    assert line.startswith("mitmvcr: error: the last run failed, so that nothing is")
    assert f"known of misses ({why}" in line
    assert line.endswith("): run it again, or name a report")
    assert cli("run", "--allow-idle", "--", "true").returncode == 0
    assert lines(cli("fix").stderr) == [NONE]


def test_one_rule_serves_several_misses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two = miss("vcr_ignore_query=ts"), miss("vcr_ignore_query=ts", "vcr_match=-vary")
    place = report(tmp_path / "r.json", *two, miss(same_used=1))
    assert fix(place, yes=False) == 0
    shown = capsys.readouterr()
    assert shown.out.count("'ts'") == 1
    assert "match = '-vary'" in shown.out
    assert "allow_repeats = 'last'" in shown.out
    assert "nothing is written without --yes" in shown.err
    assert not file_for(tmp_path).exists()
    assert fix(place, yes=True) == 0
    assert "match = '-vary'" in file_for(tmp_path).read_text()


def test_what_no_option_helps_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = report(tmp_path / "r.json", miss(), miss("vcr_nonsense=1"))
    assert fix(place, yes=True) == 100
    assert capsys.readouterr().err.count("no option helps GET") == 2


def test_what_would_make_one_of_two_requests_is_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held = [answer(f"{URL}/a?q={word}", b"a") for word in ("one", "two")]
    cassette = write_cassette(tmp_path / "c.yaml", *held)
    place = report(
        tmp_path / "r.json", miss("vcr_ignore_query=q"), cassette=str(cassette)
    )
    assert fix(place, yes=True) == 100
    said = capsys.readouterr().err
    assert "--ignore-query q is not written: interactions 0 and 1 of" in said
    place = report(
        tmp_path / "r.json", miss("vcr_ignore_query=ts"), cassette=str(cassette)
    )
    assert fix(place, yes=True) == 0


def posts(place: Path, *bodies: str) -> Path:
    held = []
    for body in bodies:
        one = answer(f"{URL}/a", b"a", method="POST")
        sent = replace(one.request, body=body.encode(), content_length=len(body))
        held.append(replace(one, request=sent))
    return write_cassette(place, *held)


def test_another_way_to_match_makes_no_two_requests_one_either(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cassette = posts(tmp_path / "c.yaml", "one", "two")
    option = "vcr_match=method,url"
    place = report(tmp_path / "r.json", miss(option), cassette=str(cassette))
    assert fix(place, yes=True) == 100
    said = capsys.readouterr().err
    assert "--match method,url is not written: interactions 0 and 1 of" in said
    assert not file_for(tmp_path).exists()


def test_a_rule_holds_for_all_cassettes_of_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is written for all of them."""
    parts = [
        {"cassette": str(posts(tmp_path / "a.yaml", "x")), "entries": []},
        {"cassette": str(posts(tmp_path / "b.yaml", "one", "two")), "entries": []},
    ]
    parts[0]["entries"] = [{"miss": miss("vcr_match=method,url")}]
    place = tmp_path / "r.json"
    place.write_text(json.dumps({"sessions": parts}))
    assert fix(place, yes=True) == 100
    assert f"of {tmp_path / 'b.yaml'} would be one" in capsys.readouterr().err


def test_two_ways_to_match_are_not_one_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ways = miss("vcr_match=method,url"), miss("vcr_match=-vary")
    assert fix(report(tmp_path / "r.json", *ways), yes=True) == 100
    said = capsys.readouterr().err
    assert "--match -vary is not written: another miss wants method,url" in said
    assert "match = 'method,url'" in file_for(tmp_path).read_text()


def test_no_rule_is_written_for_what_is_not_compared_then(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The next run would say that it has no effect."""
    both = miss("vcr_ignore_body=b [0-9]+"), miss("vcr_match=method,url")
    assert fix(report(tmp_path / "r.json", *both), yes=True) == 0
    shown = capsys.readouterr()
    assert "ignore_body" not in shown.out
    assert "1 rule written" in shown.err


def test_a_rule_is_explained_by_its_own_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = miss("vcr_ignore_json=$.user=", "vcr_ignore_query=ts", "vcr_ignore_body=x")
    differ = [
        {"place": place, "asked": "2", "recorded": "1"}
        for place in ("query.ts", "body.user", "body.users")
    ]
    one["nearest"][0]["differ"] = differ  # type: ignore[index]
    fix(report(tmp_path / "r.json", one), yes=False)
    told = [each for each in capsys.readouterr().out.splitlines() if " was " in each]
    assert told == [
        "  # body.user: 2 was 1",
        "  # query.ts: 2 was 1",
        *(f"  # {each['place']}: 2 was 1" for each in differ),
    ]


def test_a_recording_of_another_recorder_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    posts(tmp_path / "c.yaml", "one", "two")
    place = tmp_path / "c.har"
    assert main(["cassette", "convert", "c.yaml", "-o", "c.har"]) == 0
    what = report(
        tmp_path / "r.json", miss("vcr_match=method,url"), cassette=str(place)
    )
    assert fix(what, yes=True) == 100
    assert "would be one" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text", ["[]", "{", '{"entries": [{"miss": 1}]}', "{}", "[" * 200_000]
)
def test_what_is_no_report_is_an_error(tmp_path: Path, text: str) -> None:
    place = tmp_path / "r.json"
    place.write_text(text)
    with pytest.raises(NoReportError, match="is not a report of a run"):
        fix(place, yes=True)
    with pytest.raises(NoReportError, match="there is no such file"):
        fix(tmp_path / "none.json", yes=True)
    with pytest.raises(NoReportError, match="cannot be read"):
        fix(tmp_path, yes=True)
