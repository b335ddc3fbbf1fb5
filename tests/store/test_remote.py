"""Cassettes at a URL; a real server that speaks S3 is in ``end_to_end``."""

import builtins
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from mitmvcr.core.errors import (
    CassetteError,
    CassetteNotFoundError,
    CassetteWriteError,
)
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.core.modes import Mode
from mitmvcr.format import reader, writer
from mitmvcr.options import Settings
from mitmvcr.session import open_session
from mitmvcr.store.remote import RemotePlace, journal_place, shown
from mitmvcr.store.store import FileStore

URL = "memory://bucket/chat.yaml"


def made(number: int) -> Interaction:
    request = Request(method="GET", url=f"https://h/{number}")
    return Interaction(0, request, Response(code=200))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MITMVCR_HOME", str(tmp_path))
    yield tmp_path
    memory().rm("/", recursive=True)


def memory() -> Any:
    system = fsspec.filesystem("memory")
    system.pipe("/bucket/other", b"")
    return system


def urls(store: FileStore) -> list[str]:
    return [each.request.url for each in store.load().interactions]


def test_a_url_is_its_name() -> None:
    assert FileStore(URL).name == RemotePlace(URL).name == URL


def test_no_password_of_a_url_is_shown() -> None:
    """The name stands in each line, report and job summary."""
    store = FileStore("memory://me:x@y@bucket/chat.yaml")
    assert store.name == "memory://me:***@bucket/chat.yaml"
    with pytest.raises(CassetteError, match=r"^nosuch://me:\*\*\*@h/chat\.yaml: "):
        RemotePlace("nosuch://me:x1y2@h/chat.yaml")
    for url in ("s3://bucket/a:b@c.yaml", "sftp://me@h:22/chat.yaml"):
        assert shown(url) == url


def test_a_replay_does_not_ask_whether_it_has_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    memory().pipe("/bucket/chat.yaml", writer.dumps(Cassette([made(1)])))
    store = FileStore(URL)
    store.load()
    monkeypatch.setattr(RemotePlace, "state", None)
    assert not store.is_stale()


def test_the_journal_stays_here_and_is_a_sound_cassette() -> None:
    store = FileStore(URL)
    store.begin()
    store.append(made(1))
    part = journal_place(URL).with_name("chat.yaml.part")
    assert len(reader.load(part).interactions) == 1
    assert not FileStore(URL).exists()
    store.publish()
    assert urls(FileStore(URL)) == ["https://h/1"]
    assert not part.exists()
    assert memory().cat(URL) == writer.dumps(Cassette([made(1)]))


def test_two_urls_have_a_journal_each() -> None:
    assert journal_place("s3://a/chat.yaml") != journal_place("s3://b/chat.yaml")


def test_a_second_recorder_here_is_shut_out() -> None:
    store = FileStore(URL)
    store.begin()
    with pytest.raises(CassetteWriteError, match=f"^{URL}: is being recorded already"):
        FileStore(URL).begin()
    store.publish()


def test_what_another_machine_put_there_is_not_undone() -> None:
    store = FileStore(URL)
    assert not store.exists()
    store.begin()
    store.append(made(1))
    theirs = writer.dumps(Cassette([made(7), made(8)]))
    memory().pipe(URL, theirs)
    with pytest.raises(CassetteWriteError) as caught:
        store.publish()
    part = journal_place(URL).with_name("chat.yaml.part")
    assert str(caught.value) == (
        f"{URL}: cannot be written: was changed by somebody else since the recording"
        f" began; the recording is in {part}: run 'mitmvcr cassette recover {URL}'"
    )
    assert memory().cat(URL) == theirs
    assert FileStore(URL).recover() == 1
    assert urls(FileStore(URL)) == ["https://h/7", "https://h/8", "https://h/1"]


def test_errors_of_the_place_are_told_and_nothing_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Odd(Exception):
        """As botocore has many."""

    def fail(*_: object, **__: object) -> None:
        raise Odd("no such bucket")

    store, system = FileStore(URL), type(memory())
    store.begin()
    store.append(made(1))
    with monkeypatch.context() as patch:
        patch.setattr(system, "pipe_file", fail)
        with pytest.raises(
            CassetteWriteError, match="cannot be written: odd: no such bucket; the rec"
        ):
            store.publish()
        patch.setattr(system, "info", fail)
        with pytest.raises(CassetteError, match="cannot be read: odd: no such bucket"):
            FileStore(URL).exists()
    assert FileStore(URL).recover() == 1


def test_a_folder_is_no_cassette() -> None:
    memory().pipe(f"{URL}/inner", b"")
    with pytest.raises(CassetteError, match="is not a file: name another one"):
        FileStore(URL).exists()


def test_without_fsspec_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **more: Any) -> Any:
        if name == "fsspec":
            raise ImportError(name)
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(CassetteError) as caught:
        FileStore(URL)
    assert str(caught.value) == (
        f"{URL}: is a URL, and fsspec is not installed: pip install mitmvcr[remote]"
    )


@pytest.mark.parametrize(
    "url",
    [
        *("nonsense://a/b.yaml", "gs://bucket/chat.yaml"),
        *("ftp://127.0.0.1:9/a.yaml", "zip://a.yaml::none.zip"),  # they look at once
    ],
)
def test_a_place_that_fsspec_cannot_reach_is_told(url: str) -> None:
    with pytest.raises(CassetteError, match=f"^{url}: cannot be reached: "):
        FileStore(url)


def test_one_that_is_not_there_is_told_without_a_look_around() -> None:
    """No folder of its own is listed."""
    with pytest.raises(CassetteNotFoundError, match=r"with mode record_once$"):
        open_session(Settings(cassette=URL, mode=Mode.REPLAY_ONLY))
