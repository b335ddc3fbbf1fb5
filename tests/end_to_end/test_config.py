"""What the environment and files say counts for mitmdump with the addon too."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from end_to_end import cassettes
from end_to_end.cassettes import interaction
from end_to_end.proxy import Proxy

Start = Callable[..., Proxy]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    cassettes.write(folder / "a.yaml", interaction("http://api.test/a", "recorded"))
    return folder


def fetch(proxy: Proxy, url: str) -> tuple[str, str]:
    command = ["curl", "-sS", "--noproxy", "", "--proxy", proxy.url]
    done = subprocess.run(
        [*command, "-w", "\n%{http_code}", url],
        capture_output=True,
        text=True,
        check=True,
    )
    body, _, code = done.stdout.rpartition("\n")
    return code, body


def test_a_project_chooses_the_cassette_and_what_matches(
    mitmdump: Start, project: Path
) -> None:
    lines = "cassette = 'a.yaml'\nmode = 'replay_only'\nignore_query = ['ts']"
    (project / "mitmvcr.toml").write_text(lines)
    (project / "inner").mkdir()
    proxy = mitmdump(
        cwd=project / "inner",
        environment={"MITMVCR_ALLOW_REPEATS": "all"},
        vcr_ignore_query="page",
    ).wait_until_listening()
    assert fetch(proxy, "http://api.test/a?ts=1&page=2") == ("200", "recorded")
    assert fetch(proxy, "http://api.test/a") == ("200", "recorded")
    assert fetch(proxy, "http://api.test/b")[0] == "424"
    assert proxy.stop() == 0


def test_set_wins_over_the_project(mitmdump: Start, project: Path) -> None:
    (project / "mitmvcr.toml").write_text("mode = 'record_only'\ncassette = 'b.yaml'")
    proxy = mitmdump(project / "a.yaml", "replay_only", cwd=project)
    assert fetch(proxy.wait_until_listening(), "http://api.test/a")[1] == "recorded"
    assert proxy.stop() == 0
    assert not (project / "b.yaml").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("moed = 'x'", "mitmvcr.toml:1: moed: no such option; did you mean mode?"),
        ("mode =\n", "mitmvcr.toml: not TOML: Invalid value (at line 1, column 7)"),
        ("passthrough = '~~('", "mitmvcr.toml:1: passthrough=~~(: not a flow filter"),
        ("mode = 'x'", "mitmvcr.toml:1: mode=x: use one of record_only"),
    ],
)
def test_a_wrong_file_ends_it_before_it_listens(
    mitmdump: Start, project: Path, text: str, said: str
) -> None:
    (project / "mitmvcr.toml").write_text(text)
    proxy = mitmdump(project / "a.yaml", cwd=project)
    assert proxy.wait() == 1
    _, line = proxy.log.splitlines()  # below "Loading script"
    assert line.startswith(f"mitmvcr: error: {said}")
