"""``mitmvcr cassette``."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.helpers import answer, write_cassette
from mitmvcr.cli import main
from mitmvcr.cli.commands import cassette
from mitmvcr.cli.tools.paths import find_cassettes
from mitmvcr.store.store import FileStore


@dataclass(frozen=True)
class Problem:
    path: Path
    is_error: bool

    def __str__(self) -> str:
        return f"{self.path}:7: something is odd"


@pytest.fixture
def finds(monkeypatch):
    """Names of files that a check finds problems in, and whether they are errors."""
    found: dict[str, bool] = {}

    def check(path: Path) -> list[Problem]:
        return [Problem(path, found[path.name])] if path.name in found else []

    monkeypatch.setattr(cassette, "check", check)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.yaml", "a.yml", "deep/c.yaml", "notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return tmp_path


def test_a_folder_stands_for_all_cassettes_in_it(folder):
    names = [path.name for path in find_cassettes([folder, folder / "b.yaml"])]
    assert names == ["a.yml", "b.yaml", "c.yaml"]


def test_a_file_that_is_named_is_checked_whatever_its_name(folder):
    assert find_cassettes([folder / "notes.txt"]) == [folder / "notes.txt"]


def test_sound_cassettes_are_silent_on_stdout(folder, finds, capsys):
    assert main(["cassette", "check", str(folder)]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "mitmvcr: 3 cassettes checked, 0 problems\n"


@pytest.mark.parametrize("is_error", [False, True])
def test_a_problem_is_a_line_and_an_error_a_failure(folder, finds, capsys, is_error):
    finds["b.yaml"] = is_error
    assert main(["cassette", "check", str(folder)]) == int(is_error)
    out, err = capsys.readouterr()
    assert out == f"{folder / 'b.yaml'}:7: something is odd\n"
    assert err == "mitmvcr: 3 cassettes checked, 1 problem\n"


def test_a_damaged_cassette_is_found(tmp_path, capsys):
    damaged = write_cassette(tmp_path / "chat.yaml", answer("https://a.test/", b"x"))
    damaged.write_text(damaged.read_text().replace("code: 200", "code: two"))
    assert main(["cassette", "check", str(tmp_path)]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{damaged}:")
    assert "response.code" in line


def test_a_path_that_is_not_there_is_a_wrong_use(capsys):
    assert main(["cassette", "check", "/no/such/file"]) == 2
    assert "/no/such/file" in capsys.readouterr().err


def test_a_recording_that_was_cut_off_is_put_in_place(tmp_path, capsys):
    journal = tmp_path / "chat.yaml.part"
    write_cassette(journal, answer("https://api.example.test/", b"hello"))
    assert main(["cassette", "recover", str(tmp_path / "chat")]) == 0
    assert len(FileStore(tmp_path / "chat.yaml").load().interactions) == 1
    assert "1 interaction recovered" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["explain", "recover"])
def test_a_folder_is_said_to_be_one_of_the_argument(command, tmp_path, capsys):
    assert main(["cassette", command, str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    remedy = f"is a folder; name a file in it, as {tmp_path}/chat.yaml"
    assert f"Invalid value for 'CASSETTE': {tmp_path}: {remedy} (" in line
    assert main(["cassette", command, ""]) == 2
    assert "'CASSETTE': name a file, as cassettes/chat" in capsys.readouterr().err


def test_whose_equal_requests_were_is_said_not_to_be_known(tmp_path, capsys):
    journal, url = tmp_path / "chat.yaml.part", "https://api.example.test/me"
    write_cassette(journal, answer(url, b"ann"), answer(url, b"bea"))
    assert main(["cassette", "recover", str(tmp_path / "chat")]) == 0
    said = capsys.readouterr().err
    assert "chat.yaml: 1 request was answered in different ways. If it was for" in said
    write_cassette(journal, answer(url, b"ann"), answer(f"{url}/2", b"bea"))
    assert main(["cassette", "recover", str(tmp_path / "other")]) == 125
    assert main(["cassette", "recover", "--replace", str(tmp_path / "chat")]) == 0
    assert "in different ways" not in capsys.readouterr().err


def test_a_recording_that_was_not_saved_may_replace_the_cassette(tmp_path, capsys):
    for name in ("chat.yaml", "chat.yaml.part"):
        write_cassette(tmp_path / name, answer(f"https://{name}/", b"hello"))
    path = tmp_path / "chat.yaml"
    assert main(["cassette", "recover", "--replace", str(path)]) == 0
    (one,) = FileStore(path).load().interactions
    assert one.request.url == "https://chat.yaml.part/"


def test_nothing_to_recover_is_one_line(tmp_path, capsys):
    cassette = write_cassette(tmp_path / "chat.yaml")
    assert main(["cassette", "recover", str(cassette)]) == 125
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"mitmvcr: error: {cassette}.part: ")
