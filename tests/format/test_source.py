"""Compressed cassettes, written and read by every part that does either."""

import gzip
import subprocess
from pathlib import Path

import pytest

from mitmvcr.core.errors import CassetteDamagedError
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import reader, writer
from mitmvcr.format.source import packed, unpacked
from mitmvcr.session import open_session
from mitmvcr.store.store import FileStore
from option_samples import parse_settings


def made(number: int) -> Interaction:
    response = Response(code=200, status="200 OK")
    return Interaction(number, Request("GET", f"http://h/{number}"), response)


def urls(path: Path) -> list[str]:
    """What gunzip and then our reader find in a file."""
    plain = subprocess.run(["gzip", "-dc", path], capture_output=True, check=True)
    found = reader.loads(plain.stdout, "x").interactions
    return [each.request.url for each in found]


def record(path: Path, mode: str, *numbers: int) -> None:
    session = open_session(parse_settings(cassette=str(path), mode=mode))
    for number in numbers:
        session.record(made(number))
    session.close()


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (b"BZh91AY", "is compressed with bzip2"),
        (b"\xfd7zXZ\x00", "is compressed with xz"),
        (b"\x28\xb5\x2f\xfd", "is compressed with zstd"),
        (b"\x04\x22\x4d\x18", "is compressed with lz4"),
        (b"PK\x03\x04", "is a zip archive"),
        (b"7z\xbc\xaf\x27\x1c", "is a 7z archive"),
    ],
)
def test_what_is_packed_otherwise_is_named(
    tmp_path: Path, start: bytes, words: str
) -> None:
    path = tmp_path / "a.yaml.x"
    path.write_bytes(start + b"rest")
    for read in (lambda: unpacked(start, "a.x"), FileStore(path).load):
        with pytest.raises(CassetteDamagedError) as caught:
            read()
        said = f"{words}, and only gzip is read: unpack it, or pack it with gzip"
        assert str(caught.value).endswith(said)
    assert path.read_bytes() == start + b"rest"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 9\n",
            "is a pointer of Git LFS's, and not the cassette itself: 'git lfs pull'",
        ),
        (b"/annex/objects/SHA256E-s9--4d7a.yaml\n", "git-annex's, .*: 'git annex get'"),
        (b"\0GITCRYPT\0abc", "is encrypted by git-crypt, .*: 'git-crypt unlock'"),
        (b"$ANSIBLE_VAULT;1.1;AES256\n6231\n", "Ansible's vault, .*: 'ansible-vault d"),
        (b"age-encryption.org/v1\n-> X25519 a\n", "by age, .*: 'age --decrypt'"),
        (b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n", "by age, .*: 'age --decrypt'"),
        (b"-----BEGIN PGP MESSAGE-----\n\nhQEM\n", "by OpenPGP, .*: 'gpg --decrypt'"),
    ],
)
def test_what_stands_for_a_cassette_is_named(
    tmp_path: Path, data: bytes, words: str
) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(data)
    with pytest.raises(CassetteDamagedError, match=words):
        FileStore(path).load()
    with pytest.raises(CassetteDamagedError, match=words):
        open_session(parse_settings(cassette=str(path), mode="record_once"))
    assert path.read_bytes() == data


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_a_conflict_of_a_merge_is_named_with_its_line(
    tmp_path: Path, place: int
) -> None:
    path = tmp_path / "a.yaml"
    record(path, "record_once", 0, 1, 2)
    lines = path.read_text().splitlines(keepends=True)
    starts = [0, *(at for at, line in enumerate(lines) if "- id:" in line)]
    at = starts[place]
    theirs = ["<<<<<<< ours\n", *lines[at : at + 1], "=======\n", lines[at]]
    path.write_text(
        "".join([*lines[:at], *theirs, ">>>>>>> theirs\n", *lines[at + 1 :]])
    )
    with pytest.raises(CassetteDamagedError, match="git left a conflict of a merge"):
        FileStore(path).load()
    with pytest.raises(CassetteDamagedError, match=f"line {at + 1}: git left a confl"):
        reader.loads(path.read_bytes(), "a.yaml")


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_conflict_is_named_where_an_interaction_is_read_alone(
    tmp_path: Path, number: int
) -> None:
    """As those of a large file are, each of which has one of git's marks here."""
    path = tmp_path / "a.yaml"
    record(path, "record_once", 0, 1, 2, 3)
    _, first, second, third, fourth = path.read_text().split("    - id: ")
    marks = "<<<<<<< ours\n", "=======\n", ">>>>>>> theirs\n"
    items = zip((first, second, third), marks, strict=True)
    parts = [part for item, mark in items for part in ("    - id: ", item, mark)]
    text = "".join(["---\nversion: 2\ninteractions:\n", *parts, "    - id: ", fourth])
    held = reader.loads(text.encode(), "a.yaml", lazy=True).interactions
    line = text[: text.index(marks[number])].count("\n") + 1
    said = f"a.yaml: line {line}, interaction {number}: git left a conflict of a merge"
    with pytest.raises(CassetteDamagedError, match=said):
        held[number]


@pytest.mark.parametrize("mark", ["<<<<<<< ours\n", ">>>>>>> theirs\n"])
def test_half_a_conflict_is_none(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "a.yaml"
    record(path, "record_once", 0)
    with pytest.raises(CassetteDamagedError, match="not YAML"):
        reader.loads(path.read_bytes() + mark.encode(), "a.yaml")


@pytest.mark.parametrize("name", ["a.yaml.gz", "b.yml.gz", "C.YAML.GZ"])
def test_it_is_recorded_extended_and_replayed(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    record(path, "record_once", 0, 1)
    assert urls(path) == ["http://h/0", "http://h/1"]
    record(path, "new_episodes", 2)
    assert urls(path) == ["http://h/0", "http://h/1", "http://h/2"]
    record(path, "record_only", 3)
    assert urls(path) == ["http://h/3"]
    assert [each.name for each in tmp_path.iterdir()] == [name]
    session = open_session(parse_settings(cassette=str(path), mode="replay_only"))
    assert (session.loaded, session.notice) == (1, None)


def test_the_same_recording_is_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.yaml.gz", "b.yaml.gz"):
        record(tmp_path / name, "record_only", 0, 1)
    one, other = (tmp_path / n for n in ("a.yaml.gz", "b.yaml.gz"))
    assert one.read_bytes() == other.read_bytes()


def test_a_recording_that_was_left_is_recovered(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml.gz"
    record(path, "record_only", 0)
    store = FileStore(path)
    store.begin()
    store.append(made(1))
    store.leave()
    assert FileStore(path).recover() == 1
    assert urls(path) == ["http://h/0", "http://h/1"]


def test_one_of_others_is_read_in_several_members_or_not_compressed_at_all(
    tmp_path: Path,
) -> None:
    data = writer.dumps(Cassette([made(0), made(1)]))
    for name, held in {
        "members.yaml.gz": gzip.compress(data[:99]) + gzip.compress(data[99:]),
        "plain.yaml.gz": data,
        "packed.yaml": gzip.compress(data),
    }.items():
        (tmp_path / name).write_bytes(held)
        assert reader.read_bytes(tmp_path / name) == data
        path = str(tmp_path / name)
        assert open_session(parse_settings(cassette=path, mode="replay")).loaded == 2


@pytest.mark.parametrize("cut", [5, -4, -20])
def test_a_damaged_one_is_told_and_left(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "a.yaml.gz"
    path.write_bytes(gzip.compress(writer.dumps(Cassette([made(0)])))[:cut])
    before = path.read_bytes()
    for mode in ("replay_only", "record_only"):
        with pytest.raises(CassetteDamagedError, match="is not a complete gzip file"):
            open_session(parse_settings(cassette=str(path), mode=mode))
    assert path.read_bytes() == before


def test_a_remote_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MITMVCR_HOME", str(tmp_path / "home"))
    store = FileStore("memory://packed/a.yaml.gz")
    store.begin()
    store.append(made(0))
    store.publish()
    raw = store._place.raw()
    assert raw[:2] == b"\x1f\x8b"
    assert gzip.decompress(raw) == writer.dumps(Cassette([made(0)]))
    assert len(store.load().interactions) == 1


def test_parts_are_compressed_as_one() -> None:
    data = b"".join(packed("a.gz", b"a", [b"b", b"c"], b""))
    assert unpacked(data, "a.gz") == b"abc"
    assert b"".join(packed("a.yaml", b"a", [b"b"])) == b"ab"


@pytest.mark.parametrize("name", ["chat.json", "chat.har", "chat.v2", "chat.yaml.zst"])
def test_another_extension_is_told(tmp_path: Path, name: str) -> None:
    path = str(tmp_path / name)
    session = open_session(parse_settings(cassette=path, mode="record"))
    extension = path[path.rindex(".") :]
    assert f"{name} is YAML whatever {extension} says: name it" in session.notice
    session.close()
