"""What looks at cassettes looks at recordings of other recorders, too."""

import json
import re
from pathlib import Path

import pytest

from cli.helpers import Cli
from mitmvcr.cli.commands.cassette import scan_cassettes
from mitmvcr.format import foreign

OTHER = """\
interactions:
- request:
    body: null
    headers: {Accept: ['*/*'], Authorization: ['Bearer sk-proj-0123456789abcdefghij']}
    method: GET
    uri: https://api.test/x
  response:
    body: {string: hello}
    headers: {}
    status: {code: 200, message: OK}
version: 1
"""


def test_what_looks_at_a_cassette_looks_at_those_of_others(
    cli: Cli, tmp_path: Path
) -> None:
    one, two = tmp_path / "a.yaml", tmp_path / "b.yaml"
    one.write_text(OTHER)
    two.write_text(OTHER.replace("hello", "bye"))
    said = (
        f"mitmvcr: {one} is a cassette of vcrpy, read as it is: 1 interaction, and"
        " nothing else of it"
    )
    shown = cli("cassette", "show", one, "--id", "0")
    assert shown.returncode == 0
    assert "hello" in shown.stdout
    assert "0123456789" not in shown.stdout
    assert shown.stderr.splitlines()[0] == said
    differ = cli("cassette", "diff", one, two)
    assert differ.returncode == 1
    assert '"hello" -> "bye"' in differ.stdout
    assert said in differ.stderr
    scanned = cli("cassette", "scan", one)
    assert scanned.returncode == 1
    assert scanned.stdout.startswith(f"{one}:1: interaction 0, request.headers")
    assert "0123456789abcdefghij" not in scanned.stdout
    assert said in scanned.stderr


def test_what_is_left_out_of_one_is_counted(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(OTHER.replace("https://api", "ftp://api"))
    said = cli("cassette", "show", path).stderr
    assert "read as it is: 0 interactions, 1 left out, and nothing else of it" in said


def test_what_no_command_reads_is_said_to_be_so(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("openapi: 3.0.0\ninfo: {title: x}\npaths: {}\n")
    shown = cli("cassette", "show", path)
    assert shown.returncode == 125
    assert "is an OpenAPI document" in shown.stderr
    assert "no command reads it" in shown.stderr


@pytest.mark.parametrize("name", ["wm", "wm/mappings", "wm/mappings/"])
def test_wiremock_s_folder_is_converted_whole(
    cli: Cli, tmp_path: Path, name: str
) -> None:
    """Its mappings and their files are read together."""
    folder = tmp_path / "wm"
    (folder / "mappings").mkdir(parents=True)
    text = str(tmp_path) + "/" + name
    ran = cli("run", "--cassette", text, "--", "true")
    assert ran.returncode == 125
    command = f"mitmvcr cassette convert {folder} -o cassettes/chat.yaml"
    assert f"is a folder of WireMock's: '{command}' makes a cassette" in ran.stderr


def test_a_folder_of_that_name_is_no_other_s_where_it_has_no_mappings(
    cli: Cli, tmp_path: Path
) -> None:
    folder = tmp_path / "mappings"
    folder.mkdir()
    ran = cli("run", "--cassette", folder / "a", "--mode", "replay_only", "--", "true")
    assert "WireMock" not in ran.stderr


def test_what_lists_cassettes_lists_those_of_others(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(OTHER)
    rows = cli("cassette", "ls", "--json", "--secrets", tmp_path)
    assert rows.returncode == 0
    (row,) = json.loads(rows.stdout)
    assert (row["format"], row["count"], row["secrets"]) == ("vcrpy", 1, 1)
    assert row["hosts"] == {"api.test": 1}
    counted = cli("cassette", "stats", tmp_path)
    assert counted.returncode == 0
    assert "1 interaction" in counted.stdout


CHANGES = {
    "scrub": (),
    "sort": (),
    "check": (),
    "split": (),
    "merge": (),
    "trim": ("--longest", "3"),
    "rename-host": ("api.test", "b.test"),
}


@pytest.mark.parametrize("command", CHANGES)
def test_what_changes_cassettes_names_the_command_that_makes_one(
    cli: Cli, tmp_path: Path, command: str
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(OTHER)
    ran = cli("cassette", command, *CHANGES[command], path)
    assert ran.returncode != 0
    said = ran.stdout + ran.stderr
    assert "is a cassette of vcrpy" in said
    assert path.read_text() == OTHER
    (convert,) = re.findall(r"'mitmvcr (cassette convert [^']+)' makes one", said)
    assert cli(*convert.split()).returncode == 0
    made = tmp_path / "a.govcr.yaml"
    assert cli("cassette", command, *CHANGES[command], made).returncode == 0


def test_a_file_s_kind_is_asked_for_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes reading the file."""
    path = tmp_path / "a.yaml"
    path.write_text(OTHER)
    asked: list[bytes] = []
    kind_of = foreign.kind_of
    monkeypatch.setattr(
        foreign, "kind_of", lambda data: asked.append(data) or kind_of(data)
    )
    scan_cassettes([path], {}, form="text")
    assert len(asked) == 1
