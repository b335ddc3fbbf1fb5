"""``mitmvcr cassette scan`` and ``scrub``."""

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mitmvcr.cli import main
from mitmvcr.cli.commands import cassette
from mitmvcr.core.model import Cassette, Interaction, Layout, Request, Response
from mitmvcr.format import reader, writer

SECRET = "sk-proj-" + "Ab1" * 20


def write(path: Path, layout: Layout = "v4") -> Path:
    """One interaction that is clean, and one that is not; the value is in both."""
    first = Request(method="GET", url=f"https://h/{SECRET}/x", host="h")
    second = Request(
        method="POST",
        url="https://h/login?api_key=abcd-efgh-1",
        headers={"Authorization": ("Bearer abcdefgh-2",), "Accept": ("*/*",)},
        body=json.dumps({"note": SECRET}).encode(),
    )
    fine = Interaction(0, Request(method="GET", url="https://h/"), Response(code=200))
    bad = [
        Interaction(1, first, Response(code=200)),
        Interaction(2, second, Response()),
    ]
    path.write_bytes(writer.dumps(Cassette([fine, *bad]), layout))
    return path


def test_a_scan_tells_file_interaction_place_and_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "a.yaml")
    assert main(["cassette", "scan", str(tmp_path)]) == 1
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert [line.partition(": ")[2] for line in lines] == [
        "interaction 1, request.url: openai sk-p***",
        "interaction 2, request.headers.Authorization: authorization ***",
        "interaction 2, request.body: openai sk-p***",
        "interaction 2, request.url: api_key ***",
    ]
    number = int(lines[0].removeprefix(f"{path}:").partition(":")[0])
    assert "id: 1" in path.read_text().splitlines()[number - 1]
    assert SECRET not in said.out + said.err
    assert said.err == "mitmvcr: 1 cassette scanned, 4 secrets found\n"


def test_what_cannot_be_read_is_not_counted_as_looked_through(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "a.yaml")
    broken = tmp_path / "b.yaml"
    broken.write_text("version: 2\ninteractions: [")
    assert main(["cassette", "scan", str(broken)]) == 1
    error, said = capsys.readouterr().err.splitlines()
    assert error.startswith(f"mitmvcr: error: {broken}: ")
    assert said == "mitmvcr: 0 cassettes scanned, 0 secrets found, 1 file not read"
    assert main(["cassette", "scan", "--format", "sarif", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    told = "1 cassette scanned, 4 secrets found, 1 file not read"
    assert err.endswith(f"mitmvcr: {told}\n")
    (run,) = json.loads(out)["runs"]
    assert len(run["results"]) == 4
    (made,) = run["invocations"]
    assert made["executionSuccessful"] is False
    (note,) = made["toolExecutionNotifications"]
    assert note["message"]["text"].startswith(f"{broken}: ")
    assert main(["cassette", "scrub", str(tmp_path)]) == 1
    told = "1 cassette looked through, 1 scrubbed, 1 file not read"
    assert capsys.readouterr().err.endswith(f"mitmvcr: {told}\n")


def test_what_a_scrub_cannot_write_is_no_file_that_was_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full, and a cassette that is being recorded."""
    first, busy = write(tmp_path / "a.yaml"), write(tmp_path / "b.yaml")

    def full(file: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with cassette.locked(busy):
        monkeypatch.setattr("mitmvcr.store.files.write_all", full)
        assert main(["cassette", "scrub", str(tmp_path)]) == 1
    *errors, said = capsys.readouterr().err.splitlines()
    assert errors[0] == (
        f"mitmvcr: error: {first}: cannot be written: no space left on device:"
        " free some space"
    )
    assert f"{busy}: is being recorded already by" in errors[1]
    assert said == (
        "mitmvcr: 2 cassettes looked through, 0 scrubbed, 2 with secrets not written"
    )
    assert SECRET in first.read_text()


def test_a_scan_in_sarif(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "a.yaml")
    assert main(["cassette", "scan", "--format", "sarif", str(path)]) == 1
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == ["api_key", "authorization", "openai"]
    assert {result["ruleId"] for result in run["results"]} == set(rules)
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == path.as_posix()
    assert place["region"]["startLine"] > 1


@pytest.mark.parametrize("layout", ["v4", "v3"])
def test_what_was_scrubbed_is_clean_and_laid_out_as_it_was(
    tmp_path: Path, layout: Layout
) -> None:
    path = write(tmp_path / "a.yaml", layout)
    path.chmod(0o640)
    assert main(["cassette", "scrub", str(path)]) == 0
    data = path.read_bytes()
    assert SECRET.encode() not in data
    assert b"abcdefgh-2" not in data
    assert path.stat().st_mode & 0o777 == 0o640
    cassette = reader.loads(data, "a.yaml")
    assert writer.dumps(cassette, layout) == data
    assert cassette.interactions[1].request.url == "https://h/[REDACTED:openai]/x"
    assert main(["cassette", "scan", str(path)]) == 0
    assert main(["cassette", "scrub", str(path)]) == 0
    assert path.read_bytes() == data


def test_what_is_kept_by_name_is_no_finding(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml")
    words = ["--keep", "openai,api_key", "--keep", "authorization"]
    assert main(["cassette", "scan", *words, str(path)]) == 0


def test_a_scrub_reads_again_only_what_has_changed_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which it knows once it has the lock."""
    path, read = write(tmp_path / "a.yaml"), list[bytes]()
    loads, locked = reader.loads, cassette.locked

    def counted(data: bytes, name: str) -> Cassette:
        read.append(data)
        return loads(data, name)

    monkeypatch.setattr(cassette.reader, "loads", counted)
    assert main(["cassette", "scrub", str(path)]) == 0
    assert len(read) == 1
    assert main(["cassette", "scan", str(path)]) == 0

    @contextmanager
    def late(at: Path) -> Iterator[None]:
        with locked(at):
            more = [*loads(path.read_bytes(), "a").interactions]
            late_one = Request(method="GET", url=f"https://h/{SECRET}/late")
            more.append(Interaction(3, late_one, Response(code=200)))
            path.write_bytes(writer.dumps(Cassette(more)))
            yield

    write(path)
    read.clear()
    monkeypatch.setattr(cassette, "locked", late)
    assert main(["cassette", "scrub", str(path)]) == 0
    assert len(read) == 2
    assert b"/late" in path.read_bytes()
    assert SECRET.encode() not in path.read_bytes()


@pytest.mark.parametrize("command", ["scan", "scrub"])
def test_a_damaged_cassette_is_told_and_the_others_are_done(
    tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.yaml").write_text("version: 2\ninteractions: [oops\n")
    write(tmp_path / "b.yaml")
    assert main(["cassette", command, str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "a.yaml: " in said
    assert "1 cassette " in said
    assert said.endswith(", 1 file not read\n")


def test_the_hook_for_pre_commit_runs_the_scan() -> None:
    hooks = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"
    assert "entry: mitmvcr cassette scan\n" in hooks.read_text()


def test_a_scan_and_a_scrub_find_what_a_test_made_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = {
        "note": (SECRET,),
        "api_key": ("abcd-efgh-1",),
        "order": ("json", json.dumps({"token": SECRET, "n": 1})),
        "seed": ("42",),
    }
    request = Request(method="GET", url="https://h/", variables=made)
    path = tmp_path / "a.yaml"
    path.write_bytes(writer.dumps(Cassette([Interaction(0, request, Response())])))
    assert main(["cassette", "scan", str(path)]) == 1
    said = capsys.readouterr()
    assert [line.partition(": ")[2] for line in said.out.splitlines()] == [
        "interaction 0, request.variables.api_key: api_key ***",
        "interaction 0, request.variables.note: openai sk-p***",
        "interaction 0, request.variables.order: token sk-p***",
    ]
    assert main(["cassette", "scrub", str(path)]) == 0
    assert main(["cassette", "scan", str(path)]) == 0
    (kept,) = reader.loads(path.read_bytes()).interactions
    assert kept.request.variables["seed"] == ("42",)
    assert SECRET not in path.read_text()


@pytest.mark.parametrize(
    ("name", "options", "kept"),
    [
        ("SHOP_API_KEY", [], "[REDACTED:SHOP_API_KEY]"),
        ("PET", ["--secret=PET"], "<PET>"),
    ],
)
def test_both_hide_what_is_in_the_environment_as_a_recording_does(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    options: list[str],
    kept: str,
) -> None:
    monkeypatch.setenv(name, "mypet-elephant-7")
    path = tmp_path / "a.yaml"
    response = Response(body=b"it is mypet-elephant-7")
    met = Interaction(0, Request(method="GET", url="https://h/"), response)
    path.write_bytes(writer.dumps(Cassette([met])))
    assert main(["cassette", "scan", *options, str(path)]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert f"interaction 0, response.body: {name} " in line
    assert "elephant" not in line
    assert main(["cassette", "scrub", *options, str(path)]) == 0
    assert main(["cassette", "scan", *options, str(path)]) == 0
    (found,) = reader.loads(path.read_bytes()).interactions
    assert found.response.body == f"it is {kept}".encode()


def test_a_value_that_would_be_found_everywhere_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PET", "m")
    assert main(["cassette", "scan", "--secret=PET", str(write(tmp_path / "a.yaml"))])
    assert "its value has fewer than 3 characters" in capsys.readouterr().err
