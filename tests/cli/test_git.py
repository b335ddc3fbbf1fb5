"""``mitmvcr git``: the real git merges and compares cassettes by interaction."""

import os
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from cli.helpers import Cli
from mitmvcr.core.model import Cassette, Interaction
from mitmvcr.format import reader, writer
from patience import PATIENCE
from tools.making import met

#: With blanks, as people have them.
FOLDER = "my cassettes"
NAME = f"{FOLDER}/chat one.yaml"
TOKEN = "ghp_" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bD1fG3hJ5"


@dataclass
class Repository:
    path: Path
    environment: dict[str, str]

    def __call__(self, *words: str, ok: bool = True) -> str:
        done = subprocess.run(
            ["git", *words],
            cwd=self.path,
            env=self.environment,
            timeout=PATIENCE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert (done.returncode == 0) == ok, done.stdout
        return done.stdout

    def record(self, *held: Interaction, message: str = "record") -> None:
        file = self.path / NAME
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(writer.dumps(Cassette(held)))
        self("add", "--all")
        self("commit", "-qm", message)

    def branches(self, ours: list[Interaction], theirs: list[Interaction]) -> None:
        """Record on two branches, and stand on the first."""
        self("checkout", "-qb", "theirs")
        self.record(*theirs)
        self("checkout", "-q", "main")
        self.record(*ours)

    @property
    def held(self) -> list[Interaction]:
        return list(reader.load(self.path / NAME).interactions)

    @property
    def urls(self) -> list[str]:
        return [each.request.url.rpartition("/")[2] for each in self.held]


@pytest.fixture
def git(cli: Cli, tmp_path: Path) -> Repository:
    place = tmp_path / "a repository"
    place.mkdir()
    home = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    people = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com"}
    people |= {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com"}
    found = Repository(place, cli.environment(**home, **people))
    found("init", "-q", "-b", "main")
    return found


@pytest.fixture
def installed(git: Repository, cli: Cli) -> Repository:
    git.record(met("/base", b'{"a": 1}', day=1))
    done = Cli(cli.home, git.path)("git", "install")
    assert done.returncode == 0, done.stderr
    assert f"/{FOLDER}/**/*.y*ml.gz: commit it" in done.stderr
    git("add", "--all")
    git("commit", "-qm", "git")
    return git


def test_branches_merge_by_interaction(installed: Repository):
    """What differs is taken from both; of the same request the newer answer stays, and
    git says so."""
    base = installed.held
    one, other = met("/x", b"1", day=4), met("/x", b"2", day=3)
    installed.branches([*base, met("/ours"), one], [*base, other, met("/theirs")])
    said = installed("merge", "theirs")
    assert (
        f"mitmvcr: {NAME}: GET https://api.example.com/x: it was recorded twice, last"
        " at 2026-11-04 10:00:00+00:00; that of ours is kept"
    ) in said
    assert installed.urls == ["base", "ours", "x", "theirs"]
    assert installed.held[2].response.body == b"1"
    assert [each.id for each in installed.held] == [0, 1, 2, 3]
    assert installed("status", "--porcelain") == ""


def test_what_both_branches_began_is_merged_too(installed: Repository):
    (installed.path / NAME).unlink()
    installed("commit", "-qam", "gone")
    installed.branches([met("/ours")], [met("/theirs")])
    installed("merge", "-q", "theirs")
    assert installed.urls == ["ours", "theirs"]


def test_what_is_no_cassette_is_merged_as_text(installed: Repository):
    file = installed.path / NAME
    file.write_text("a: 1\nb: 2\n")
    installed("commit", "-qam", "text")
    installed("checkout", "-qb", "theirs")
    file.write_text("a: 2\nb: 2\n")
    installed("commit", "-qam", "two")
    installed("checkout", "-q", "main")
    file.write_text("a: 3\nb: 2\n")
    installed("commit", "-qam", "three")
    said = installed("merge", "theirs", ok=False)
    assert f"mitmvcr: {NAME}: merged as text: " in said
    assert "<<<<<<< ours\na: 3\n=======\na: 2\n>>>>>>> theirs\n" in file.read_text()


def test_cassettes_are_compared_by_interaction_without_their_secrets(
    installed: Repository,
):
    base = installed.held
    token = f'{{"token": "{TOKEN}"}}'.encode()
    installed.record(met("/new", b'{"b":[2]}'), *base, met("/token", token))
    shown = installed("show", "--format=")
    added = [line for line in shown.splitlines() if line.startswith("+")][1:]
    assert added[0] == "+GET https://api.example.com/new"
    assert "+  " in "\n".join(added)
    assert not any(line.startswith("-") for line in shown.splitlines()[4:])
    assert TOKEN not in shown
    assert "id: " not in shown
    (installed.path / NAME).write_text("no: cassette\n")
    assert "+no: cassette" in installed("diff")


def test_what_only_the_cassette_says_shows_in_a_diff(installed: Repository):
    """Whose turn it was, and what a test had made up: nothing was shown."""
    old = met("/a")
    asked = replace(old.request, variables={"seed": ("42",)})
    installed.record(old)
    installed.record(replace(old, request=asked))
    assert "+variables.seed: 42" in installed("show", "--format=")
    answer = replace(old.response, turns=(0, 1))
    installed.record(replace(old, response=answer))
    assert "+turns: 0 1" in installed("show", "--format=")


def test_to_uninstall_takes_it_all_back(installed: Repository, cli: Cli):
    inside = Cli(cli.home, installed.path)
    attributes = installed.path / ".gitattributes"
    attributes.write_text("*.png binary\n" + attributes.read_text())
    assert inside("git", "install", FOLDER).returncode == 0
    for end in ("", ".gz"):
        line = f'"/{FOLDER}/**/*.y*ml{end}" merge=mitmvcr diff=mitmvcr\n'
        assert line in attributes.read_text()
    assert inside("git", "install", NAME).returncode == 0
    assert f'"/{NAME}" merge=mitmvcr diff=mitmvcr\n' in attributes.read_text()
    for _ in range(2):
        assert inside("git", "uninstall").returncode == 0
        assert attributes.read_text() == "*.png binary\n"
        assert "mitmvcr" not in installed("config", "--list", "--local")
    attributes.unlink()
    inside("git", "install")
    inside("git", "uninstall")
    assert not attributes.exists()


def test_folders_that_come_later_are_known(git: Repository, cli: Cli):
    """Where a folder is named for cassettes, as each module of tests has one in it; of
    any other only the files of the same name."""
    held = writer.dumps(Cassette((met("/base"),)))
    for name in ("a/tests/cassettes/login/ok.yaml", "b/data/x.yaml"):
        file = git.path / name
        file.parent.mkdir(parents=True)
        file.write_bytes(held)
    Cli(cli.home, git.path)("git", "install")
    attributes = (git.path / ".gitattributes").read_text().splitlines()
    folders = [line.split()[0] for line in attributes if "merge=" in line]
    inner = "/a/tests/cassettes/**/*.y*ml"
    assert folders == [inner, f"{inner}.gz", "/b/data/*.yaml"]
    for name in ("later/deep.yaml", "later.yaml.gz"):
        said = git("check-attr", "merge", f"a/tests/cassettes/{name}")
        assert said.endswith(": mitmvcr\n")


def test_outside_a_repository_it_is_one_line(cli: Cli, tmp_path: Path):
    done = Cli(cli.home, tmp_path)("git", "install", env={"GIT_DIR": "/nowhere"})
    assert done.returncode == 125
    assert done.stderr.startswith("mitmvcr: error: git rev-parse: fatal: ")
    assert done.stderr.count("\n") == 1


def test_what_is_outside_the_repository_is_refused(git: Repository, cli: Cli):
    done = Cli(cli.home, git.path)("git", "install", cli.home)
    assert done.returncode == 125
    assert done.stderr.startswith(f"mitmvcr: error: {cli.home}: is outside ")
    assert "/cassettes/**/*.y*ml" in Cli(cli.home, git.path)("git", "install").stderr
    assert "Let git" in Cli(cli.home, git.path)("git").stdout
