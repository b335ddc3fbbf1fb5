"""What cannot work ends at once: one line, exit code not 0, nothing left running."""

from collections.abc import Callable
from pathlib import Path

import pytest

from end_to_end import cassettes
from end_to_end.cassettes import interaction
from end_to_end.proxy import Proxy

Start = Callable[..., Proxy]


def complaint(proxy: Proxy) -> str:
    """The one line it ends with."""
    code = proxy.wait()
    assert code != 0, proxy.log
    assert "Traceback" not in proxy.log, proxy.log
    lines = [line for line in proxy.log.splitlines() if "error" in line.lower()]
    assert len(lines) == 1, proxy.log
    return lines[0]


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    first = interaction("https://api.test/a", "first answer")
    second = interaction("https://api.test/b", "second answer")
    return cassettes.write(tmp_path / "sound.yaml", first, second)


@pytest.mark.parametrize(
    ("option", "value", "remedy"),
    [
        ("vcr_mode", "recrod", "did you mean record?"),
        ("vcr_mode", "", "record_once"),
        ("vcr_allow_repeats", "sometimes", "all"),
        ("vcr_latency", "fast", "0.5"),
        ("vcr_latency", "-1", "0.5"),
        ("vcr_latency", "nan", "0.5"),
        ("vcr_passthrough", "~~(", "filter"),
    ],
)
def test_a_wrong_value_names_the_option_and_the_remedy(
    mitmdump: Start, sound: Path, option: str, value: str, remedy: str
) -> None:
    before = sound.read_bytes()
    line = complaint(mitmdump(**{"vcr_cassette": sound, option: value}))
    assert option in line
    assert remedy in line
    assert sound.read_bytes() == before


def test_a_wrong_value_ends_it_whatever_order_the_options_have(
    mitmdump: Start, tmp_path: Path
) -> None:
    proxy = mitmdump(vcr_mode="recrod", vcr_cassette=tmp_path / "new.yaml")
    assert "vcr_mode" in complaint(proxy)
    assert not (tmp_path / "new.yaml").exists()


@pytest.mark.parametrize("name", ["vcr_cassete", "vcr_", "vcr_record_mode"])
def test_an_unknown_option_is_not_passed_over(
    mitmdump: Start, sound: Path, name: str
) -> None:
    line = complaint(mitmdump(sound, "replay_only", **{name: "x"}))
    assert name in line
    assert "vcr_cassette" in line


def test_a_cassette_that_is_a_folder(mitmdump: Start, tmp_path: Path) -> None:
    line = complaint(mitmdump(tmp_path, "record_once"))
    assert str(tmp_path) in line
    assert "vcr_cassette" in line


def test_a_replay_needs_a_cassette_to_be_named(mitmdump: Start) -> None:
    assert "vcr_cassette" in complaint(mitmdump(None, "replay_only"))


def test_a_missing_cassette(mitmdump: Start, tmp_path: Path) -> None:
    missing = tmp_path / "folder" / "missing.yaml"
    line = complaint(mitmdump(missing, "replay_only"))
    assert str(missing) in line
    assert "record" in line
    assert not missing.parent.exists()


FORMAT_1 = """---
version: 1
interactions:
- request:
    body: ""
    form: {}
    headers: {}
    url: https://api.test/
    method: GET
  response:
    body: "x"
    headers: {}
    status: 200 OK
    code: 200
    duration: ""
"""


def _cut(text: str, at: str) -> bytes:
    """The text up to the last place of ``at``."""
    head, found, _ = text.rpartition(at)
    assert found
    return head.encode()


DAMAGE: dict[str, Callable[[str], bytes]] = {
    "empty": lambda text: b"",
    "only white space": lambda text: b"\n\n",
    "only the head": lambda text: b"---\nversion: 2\n",
    "garbage": lambda text: bytes(range(256)) * 8,
    "nul bytes": lambda text: b"\0" * 4096,
    "not a cassette": lambda text: b"hello: world\n",
    "a list": lambda text: b"- 1\n- 2\n",
    "cut in a key": lambda text: _cut(text, "onse:\n"),
    "cut before the response": lambda text: _cut(text, "  response:"),
    "cut before the code": lambda text: _cut(text, "    code:"),
    "cut in a quoted body": lambda text: text.replace(
        "body: second answer", 'body: "second answer'
    ).encode(),
    "a tab": lambda text: text.replace("  response:", "\tresponse:").encode(),
    "a wrong type": lambda text: text.replace("code: 200", "code: fine").encode(),
    "format 1": lambda text: FORMAT_1.encode(),
    "format 3": lambda text: text.replace("version: 2", "version: 3").encode(),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_cassette_is_told_and_never_touched(
    mitmdump: Start, sound: Path, damage: str
) -> None:
    """Two modes at once, in two processes: one that reads, and one that would write."""
    damaged = DAMAGE[damage](sound.read_text())
    sound.write_bytes(damaged)
    modes = ["replay_only", "replay_with_new_episodes"]
    for proxy in [mitmdump(sound, mode) for mode in modes]:
        line = complaint(proxy)
        assert str(sound) in line
    assert sound.read_bytes() == damaged
    assert list(sound.parent.glob("sound*")) == [sound]


def test_record_once_does_not_take_a_damaged_cassette_for_none(
    mitmdump: Start, sound: Path
) -> None:
    sound.write_bytes(b"")
    assert str(sound) in complaint(mitmdump(sound, "record_once"))
    assert sound.read_bytes() == b""


def test_format_1_is_named_with_what_converts_it(mitmdump: Start, sound: Path) -> None:
    sound.write_text(FORMAT_1)
    line = complaint(mitmdump(sound, "replay_only"))
    assert "format 1" in line
    assert "convert" in line


@pytest.mark.parametrize("mode", ["record_once", "record_only"])
@pytest.mark.parametrize("kind", ["a file where a folder is needed", "read only"])
def test_a_folder_that_cannot_be_written(
    mitmdump: Start, tmp_path: Path, mode: str, kind: str
) -> None:
    """Even root cannot write into either."""
    (tmp_path / "file").write_text("in the way")
    folder = tmp_path / "file" if kind.startswith("a file") else Path("/proc/self")
    target = folder / "new.yaml"
    assert str(target) in complaint(mitmdump(target, mode))
    assert (tmp_path / "file").read_text() == "in the way"


def test_without_a_cassette_it_starts_and_says_that_nothing_is_recorded(
    mitmdump: Start,
) -> None:
    proxy = mitmdump().wait_until_listening()
    proxy.wait_for_log("vcr_cassette")
    assert proxy.stop() == 0
