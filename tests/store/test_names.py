"""Names of sessions become cassettes inside their folder, or are refused with a
reason."""

from contextlib import suppress
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mitmvcr.core.errors import UnusableValueError
from mitmvcr.store.names import cassette_of, name_of, session_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ok", "ok"),
        ("TestLogin%2Fok", "TestLogin/ok"),
        ("TestLogin/ok.yaml", "TestLogin/ok"),
        ("test_v1.2", "test_v1.2"),
        ("gr%C3%BC%C3%9Fe", "grüße"),
        ("gru\N{COMBINING DIAERESIS}ße", "grüße"),  # one file, whatever sent it
        ("a[1-x] b", "a[1-x] b"),
        ("console/com10", "console/com10"),
        ("x" * 200, "x" * 200),
        ("ok.yaml.yaml", "ok"),
    ],
)
def test_a_name_is_a_file_in_the_folder(text: str, name: str, tmp_path: Path) -> None:
    assert session_name(text) == name
    assert cassette_of(tmp_path, name) == tmp_path / f"{name}.yaml"
    assert name_of(tmp_path, str(tmp_path / f"{name}.yaml")) == name


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "has an empty part"),
        (".yaml", "has an empty part"),
        ("a//b", "has an empty part"),
        ("a/", "has an empty part"),
        ("..", "leaves the folder"),
        ("a/../../b", "leaves the folder"),
        ("%2e%2e/b", "leaves the folder"),
        ("..%2fb", "leaves the folder"),
        ("%252e%252e%252fb", "holds '%'"),
        ("/etc/passwd", "is an absolute path"),
        ("%2Fetc", "is an absolute path"),
        ("//host/share", "is an absolute path"),
        ("\\\\host\\share", "holds '\\\\'"),
        ("a\\..\\b", "holds '\\\\'"),
        ("C:/b", "holds ':'"),
        ("c:b", "holds ':'"),
        ("ok:stream", "holds ':'"),
        ("a%00b", "holds '\\x00'"),
        ("a\nb", "holds '\\n'"),
        ("a*", "holds '*'"),
        ("%ff", "is not UTF-8"),
        ("\udcff", "is not UTF-8"),
        (".git/hooks", "begins with a dot"),
        ("a/.", "begins with a dot"),
        ("a /b", "has a blank or a dot at the end"),
        ("a./b", "has a blank or a dot at the end"),
        (" a", "has a blank or a dot at the end"),
        ("CON", "is a device on Windows"),
        ("a/nul.txt", "is a device on Windows"),
        ("Com1.yaml", "is a device on Windows"),
        ("lpt².log", "is a device on Windows"),
        ("CONIN$", "is a device on Windows"),
        ("x" * 201, "longer than 200 bytes"),
        ("ü" * 101, "longer than 200 bytes"),
        ("a/" * 500 + "a", "longer than 1000 bytes"),
    ],
)
def test_what_is_no_name_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(UnusableValueError) as refused:
        session_name(text)
    line = str(refused.value)
    assert reason in line
    assert line.endswith("; use a name as login/ok")
    assert len(line.splitlines()) == 1
    assert line.isprintable()


def test_a_link_may_lead_about_in_the_folder_but_not_out_of_it(tmp_path: Path) -> None:
    root, outside = tmp_path / "cassettes", tmp_path / "outside"
    (root / "real").mkdir(parents=True)
    outside.mkdir()
    (root / "inside").symlink_to("real")
    (root / "out").symlink_to(outside)
    (root / "file.yaml").symlink_to(outside / "none.yaml")
    (tmp_path / "link").symlink_to(root)
    assert cassette_of(root, "inside/ok") == root / "inside" / "ok.yaml"
    assert cassette_of(tmp_path / "link", "ok") == tmp_path / "link" / "ok.yaml"
    for name in ("out/ok", "file"):
        with pytest.raises(UnusableValueError, match="a symbolic link leads out of"):
            cassette_of(root, name)


def test_a_cassette_that_was_compressed_stays_that_of_its_name(tmp_path: Path) -> None:
    for name in ("ok", "v1.2", "login/ok"):
        packed = tmp_path / f"{name}.yaml.gz"
        packed.parent.mkdir(exist_ok=True)
        packed.touch()
        assert cassette_of(tmp_path, name) == packed
        assert name_of(tmp_path, str(packed)) == name
        plain = tmp_path / f"{name}.yaml"
        plain.touch()
        assert cassette_of(tmp_path, name) == plain
    outside = tmp_path / "inside"
    outside.mkdir()
    (outside / "a.yaml.gz").symlink_to(tmp_path / "ok.yaml.gz")
    with pytest.raises(UnusableValueError, match="a symbolic link leads out of"):
        cassette_of(outside, "a")


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_no_name_leaves_the_folder_and_a_name_stays_one(text: str) -> None:
    with suppress(UnusableValueError):
        check(session_name(text))


def check(name: str) -> None:
    assert session_name(name) == name
    path = cassette_of(Path("/nowhere/at/all"), name)
    pure = PurePosixPath(str(path))
    assert pure.is_relative_to("/nowhere/at/all")
    assert ".." not in pure.parts
    assert pure.suffix == ".yaml"
