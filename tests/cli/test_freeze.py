"""``run --time freeze`` gives the command the recording's clock."""

import glob
import json
import os
import subprocess
import time
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

import pytest

from cli.helpers import CLIENT_PYTHON, Cli, answer, lines, need, write_cassette
from mitmvcr.cli import age
from mitmvcr.cli.child import frozen
from mitmvcr.core.modes import Mode
from mitmvcr.options import Settings

URL = "https://api.example.test/greeting"
#: Longer than a certificate lasts.
DAYS = 400
LIBRARY = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
PROGRAM = f"""
import json, os, time, urllib.request as u
began = time.monotonic()
time.sleep(0.01)
print(json.dumps(dict(
    body=u.urlopen("{URL}").read().decode(), now=time.time(),
    passed=time.monotonic() > began, at=os.environ.get("MITMVCR_RECORDED_AT"))))
"""


def cassette(folder: Path, days: float = DAYS) -> tuple[Path, int]:
    """Write one that was recorded so many days ago; return when."""
    folder.mkdir(parents=True, exist_ok=True)
    at = int(time.time() - days * 86400)
    met = answer(URL, b"hello")
    headers = {**met.response.headers, "Date": [formatdate(at, usegmt=True)]}
    met = replace(met, response=replace(met.response, headers=headers))
    return write_cassette(folder / "old.yaml", met), at


def test_a_command_has_the_recording_s_clock_and_trusts_the_proxy(
    cli: Cli, tmp_path: Path
) -> None:
    need("libfaketime", LIBRARY)
    old, at = cassette(tmp_path)
    words = ("--mode", "replay_only", "--time", "freeze", "--", CLIENT_PYTHON, "-c")
    ran = cli("run", "-c", old, *words, PROGRAM)
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert found["body"] == "hello"
    assert found["passed"]
    assert found["at"] == f"{age.Recorded(at, '').iso}"
    assert abs(found["now"] - at) < 3600
    assert "freeze" not in ran.stderr


def test_without_the_library_helpers_are_told_of_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old, at = cassette(tmp_path)
    settings = Settings(cassette=old, mode=Mode.REPLAY_ONLY, time="freeze")
    for name, value in (("_PLACES", ("/nowhere",)), ("sys.platform", "darwin")):
        with monkeypatch.context() as patch:
            patch.setattr(f"mitmvcr.cli.child.frozen.{name}", value)
            found = frozen.frozen(settings)
        assert found is not None
        expected = {"MITMVCR_RECORDED_AT": age.Recorded(at, "Date").iso}
        assert found.environment({}) == expected
        assert "apt install libfaketime" in capsys.readouterr().err


def test_what_was_preloaded_stays_so() -> None:
    clock = frozen.Frozen(age.Recorded(0, "Date"), 5, "/lib/fake.so")
    found = clock.environment({"LD_PRELOAD": "/lib/other.so"})
    assert found["LD_PRELOAD"] == "/lib/other.so:/lib/fake.so"
    assert clock.environment({})["LD_PRELOAD"] == "/lib/fake.so"
    assert found["FAKETIME"] == "-5"


def test_a_recording_has_today_s_clock(tmp_path: Path) -> None:
    old, _ = cassette(tmp_path)
    recording = Settings(cassette=old, time="freeze")
    for mode in (Mode.RECORD_ONLY, Mode.REPLAY_WITH_NEW_EPISODES):
        assert frozen.frozen(recording._replace(mode=mode)) is None
    assert frozen.frozen(recording._replace(time="off")) is None
    absent = recording._replace(cassette=tmp_path / "absent.yaml")
    assert frozen.frozen(absent) is None


def test_sessions_of_one_run_have_the_clock_of_the_last(
    cli: Cli, tmp_path: Path
) -> None:
    folder = tmp_path / "tapes"
    times = [cassette(folder / name, 400 - n / 100) for n, name in enumerate("abc")]
    settings = Settings(dir=folder, mode=Mode.REPLAY_ONLY, time="freeze")
    found = frozen.frozen(settings)
    assert found is not None
    assert found.recorded == age.Recorded(times[-1][1], "Date")
    other, _ = cassette(folder / "d", 399)
    ran = cli("run", "--cassettes", "tapes", "-m", "none", "--time", "freeze", "true")
    assert ran.returncode == 125
    (said,) = lines(ran.stderr)
    assert said.startswith("mitmvcr: error: --cassettes=tapes: tapes/a/old.yaml was")
    assert "a command has one clock: use --time shift, or --cassette FILE" in said
    other.unlink()
    for each, _ in times:
        each.unlink()
    assert frozen.frozen(settings) is None


def test_what_is_no_file_here_has_no_clock(cli: Cli) -> None:
    words = ("-c", "https://example.test/c.yaml", "--time", "freeze", "true")
    ran = cli("run", *words)
    assert ran.returncode == 125
    assert "--time freeze is about files here: use --cassette FILE" in ran.stderr


# How old it is


def test_a_cassette_is_as_old_as_its_date_or_git_or_its_file(tmp_path: Path) -> None:
    old, at = cassette(tmp_path)
    assert age.when_recorded(old) == age.Recorded(at, "Date")
    bare = write_cassette(tmp_path / "bare.yaml", answer(URL, b"x"))
    os.utime(bare, (1_600_000_000, 1_600_000_000))
    assert age.when_recorded(bare) == age.Recorded(1_600_000_000, "file")
    git = ["git", "-C", tmp_path, "-c", "user.name=a", "-c", "user.email=a@b.test"]
    when = {"GIT_COMMITTER_DATE": "2021-01-01T00:00:00Z"}
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "a"]):
        subprocess.run([*git, *words], check=True, env=os.environ | when)
    assert age.when_recorded(bare) == age.Recorded(1_609_459_200, "git")
    assert age.when_recorded(tmp_path / "absent.yaml") is None
    (tmp_path / "broken.yaml").write_text("version: 2\ninteractions: [")
    assert age.when_recorded(tmp_path / "broken.yaml") is None


def test_without_git_it_is_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = write_cassette(tmp_path / "bare.yaml", answer(URL, b"x"))
    monkeypatch.setenv("PATH", str(tmp_path))
    found = age.when_recorded(bare)
    assert found is not None
    assert found.source == "file"
