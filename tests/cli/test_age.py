"""``run --max-age``, and what reports say of age and of tokens."""

import json
import os
import time
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path
from xml.etree import ElementTree as ET

from cli.helpers import Cli, answer, lines, write_cassette
from mitmvcr.core.model import Interaction

URL = "https://llm.example.test/v1/chat"
USAGE = b'{"usage": {"prompt_tokens": 1200, "completion_tokens": 300}}'
FETCH = f"import urllib.request as u; u.urlopen('{URL}').read()"


def old(body: bytes, days: float) -> Interaction:
    met = answer(URL, body)
    date = formatdate(time.time() - days * 86400, usegmt=True)
    headers = {**met.response.headers, "Date": [date]}
    return replace(met, response=replace(met.response, headers=headers))


def test_an_old_cassette_is_told_of_once_and_may_fail(cli: Cli, tmp_path: Path) -> None:
    cassette = write_cassette(tmp_path / "c.yaml", old(USAGE, 400), old(USAGE, 399))
    words = ("run", "-c", cassette, "--mode", "replay_only", "--max-age")
    warned = cli(*words, "30d", "--", *cli.python(FETCH))
    assert warned.returncode == 0
    told = [line for line in lines(warned.stderr) if "was recorded" in line]
    assert len(told) == 1
    assert f"{cassette} was recorded 400 days ago (" in told[0]
    remedy = (
        "by its Date), longer ago than --max-age; --mode record_only records it anew"
    )
    assert remedy in told[0]
    failed = cli(*words, "30d", "--fail-on-age", "--", *cli.python(FETCH))
    assert failed.returncode == 100
    young = cli(*words, "500d", "--fail-on-age", "--", *cli.python(FETCH))
    assert young.returncode == 0
    assert "was recorded" not in young.stderr


def test_to_fail_on_age_where_none_is_given_is_refused(cli: Cli) -> None:
    ran = cli("run", "--fail-on-age", "--", *cli.python(FETCH))
    assert ran.returncode == 125
    assert "error: --fail-on-age=yes: it needs --max-age" in ran.stderr


def test_an_age_may_be_given_where_a_file_says_what_follows(cli: Cli) -> None:
    """As in CI alone: what a project says once is for runs without one too."""
    (cli.cwd / "mitmvcr.toml").write_text("fail_on_age = true\n")
    ran = cli("run", "-c", "a.yaml", "--", *cli.python("print('ran')"))
    assert (ran.returncode, ran.stdout) == (0, "ran\n"), ran.stderr


def test_an_age_is_not_by_a_date_that_cannot_be_true(cli: Cli, tmp_path: Path) -> None:
    words = ("--mode", "replay_only", "--max-age", "30d", "--fail-on-age", "--")
    ahead, unset = old(USAGE, -400), old(USAGE, 365 * 50)  # a clock that was never set
    for number, false in enumerate((ahead, unset)):
        cassette = write_cassette(tmp_path / f"{number}.yaml", false, old(USAGE, 40))
        ran = cli("run", "-c", cassette, *words, *cli.python(FETCH))
        assert ran.returncode == 100
        assert f"{cassette} was recorded 40 days ago (" in ran.stderr
        write_cassette(cassette, false)
        ran = cli("run", "-c", cassette, *words, *cli.python(FETCH))
        assert ran.returncode == 0, ran.stderr
        os.utime(cassette, (1_600_000_000, 1_600_000_000))
        ran = cli("run", "-c", cassette, *words, *cli.python(FETCH))
        assert ran.returncode == 100
        assert "(2020-09-13T12:26:40Z, by its file)" in ran.stderr
    slow = write_cassette(tmp_path / "slow.yaml", old(USAGE, -0.5))
    os.utime(slow, (1_600_000_000, 1_600_000_000))
    ran = cli("run", "-c", slow, *words, *cli.python(FETCH))
    assert ran.returncode == 0, ran.stderr


def test_reports_have_the_oldest_and_the_tokens_that_a_replay_saved(
    cli: Cli, tmp_path: Path
) -> None:
    cassette = write_cassette(tmp_path / "c.yaml", old(USAGE, 40), old(b"{}", 40))
    names = [tmp_path / f"r.{kind}" for kind in ("json", "xml", "html")]
    reports = [word for name in names for word in ("--report", name)]
    words = ("run", "-c", cassette, "--mode", "replay_only", *reports, "--")
    ran = cli(*words, *cli.python(f"{FETCH}; {FETCH}"))
    assert ran.returncode == 0, ran.stderr
    saved = "saved by replay: 1,500 tokens of 1 call"
    assert f"mitmvcr: {saved}" in lines(ran.stderr)
    as_json = json.loads(names[0].read_text())
    assert as_json["spend"] == {"saved": {"calls": 1, "input": 1200, "output": 300}}
    (oldest,) = as_json["oldest"]
    assert (oldest["cassette"], oldest["source"]) == (str(cassette), "Date")
    assert round(oldest["days"]) == 40
    properties = ET.parse(names[1]).findall(".//property")
    found = {each.attrib["name"]: each.attrib["value"] for each in properties}
    assert found["saved_tokens"] == "1500"
    assert found["saved_calls"] == "1"
    assert found["recorded_at"] == oldest["recorded_at"]
    page = names[2].read_text()
    assert saved in page
    assert "was recorded 40 days ago" in page
