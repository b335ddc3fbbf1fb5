"""A recording of another recorder in place of a cassette: replayed, never written."""

import gzip
from pathlib import Path

import pytest

from convert.samples import RICH, interaction
from mitmvcr.convert import BY_NAME, Found, write
from mitmvcr.core.errors import CassetteError
from mitmvcr.core.model import Request
from mitmvcr.core.modes import Mode, Replay
from mitmvcr.format import foreign
from mitmvcr.options import Settings
from mitmvcr.session import Session, interactions_of, open_session


def saved(path: Path, name: str = "vcrpy") -> Path:
    data = write([interaction()], BY_NAME[name]).data
    path.write_bytes(data if isinstance(data, bytes) else b"".join(data))
    return path


def opened(path: Path, mode: Mode = Mode.REPLAY_ONLY) -> Session:
    return open_session(Settings(cassette=path, mode=mode))


def answers(session: Session) -> bytes:
    decision = session.plan(Request("GET", interaction().request.url))
    assert isinstance(decision, Replay)
    return decision.interaction.response.body


@pytest.mark.parametrize("mode", [Mode.REPLAY_ONLY, Mode.RECORD_ONCE])
@pytest.mark.parametrize("name", ["vcrpy", "har", "ruby-vcr"])
def test_it_is_replayed(tmp_path: Path, name: str, mode: Mode) -> None:
    path = saved(tmp_path / "a.txt", name)
    before = path.read_bytes()
    session = opened(path, mode)
    assert answers(session) == b"hello\n"
    words = foreign.KINDS[name]
    wanted = f"{path} is {words}: it is replayed as it is, and not written"
    command = f"'mitmvcr cassette convert {path} -o {tmp_path / 'a.govcr.yaml'}'"
    more = f"; {command} says what has no place in a cassette"
    assert session.notice == wanted + ("" if name == "vcrpy" else more)
    session.close()
    assert [*tmp_path.iterdir()] == [path]
    assert path.read_bytes() == before


def test_a_folder_of_sessions_says_it_for_all_of_a_kind(tmp_path: Path) -> None:
    """What is lost is said for each."""
    settings = Settings(cassette=saved(tmp_path / "a.yaml"), dir=tmp_path)
    session = open_session(settings._replace(mode=Mode.REPLAY_ONLY))
    what = f"{tmp_path}: what is a cassette of vcrpy is replayed as it is"
    assert (session.notice, session.common) == (None, [f"{what}, and not written"])
    har = settings._replace(cassette=saved(tmp_path / "b.har", "har"))
    session = open_session(har._replace(mode=Mode.REPLAY_ONLY))
    assert "says what has no place in a cassette" in str(session.notice)
    assert session.common == []


def test_what_a_replay_would_hold_can_be_had(tmp_path: Path) -> None:
    (held,) = interactions_of(saved(tmp_path / "a.yaml"))
    assert held.response.body == b"hello\n"


def test_a_compressed_one_is_too(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.yaml")
    path.write_bytes(gzip.compress(path.read_bytes()))
    assert answers(opened(path)) == b"hello\n"


def test_what_cannot_be_replayed_is_counted(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.yaml")
    path.write_text(path.read_text().replace("https://", "ftp://"))
    session = opened(path)
    assert session.notice is not None
    assert "not written, 1 of its interactions are left out; " in session.notice


@pytest.mark.parametrize("mode", [Mode.RECORD_ONLY, Mode.REPLAY_WITH_NEW_EPISODES])
def test_a_mode_that_records_is_refused(tmp_path: Path, mode: Mode) -> None:
    """A test asks for it by its name, so it is one where it stands."""
    path = saved(tmp_path / "a.yaml")
    before = path.read_bytes()
    with pytest.raises(CassetteError) as caught:
        opened(path, mode)
    assert str(caught.value) == (
        f"{path}: is a cassette of vcrpy, which is replayed and never written: move it"
        f" away to record anew; 'mitmvcr cassette convert {path} -o {path}' makes a"
        " cassette of it"
    )
    assert path.read_bytes() == before
    assert [*tmp_path.iterdir()] == [path]
    archive = saved(tmp_path / "a.har", "har")
    with pytest.raises(CassetteError, match=r"a\.har -o .*/a\.govcr\.yaml' makes a"):
        opened(archive, mode)


def test_it_is_not_written_without_what_nothing_asked_for(tmp_path: Path) -> None:
    session = opened(saved(tmp_path / "a.yaml"))
    with pytest.raises(CassetteError, match="cassette of vcrpy"):
        session.store.replace(())


def test_flows_are_read_where_mitmproxy_is(tmp_path: Path) -> None:
    path = tmp_path / "a.mitm"
    path.write_bytes(b"3219:9:websocket;0:~8:response;")

    def flows(data: bytes, found: Found) -> None:
        found.add(interaction())

    with pytest.raises(CassetteError, match="mitmproxy's flows"):
        opened(path)
    settings = Settings(cassette=path, mode=Mode.REPLAY_ONLY)
    assert answers(open_session(settings, flows)) == b"hello\n"


def test_handlers_are_refused_in_each_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.js"
    path.write_text("import { http } from 'msw'\n")
    for mode in (Mode.REPLAY_ONLY, Mode.RECORD_ONLY):
        with pytest.raises(CassetteError, match="they are code"):
            opened(path, mode)


def test_a_cassette_of_go_vcr_is_one_whatever_its_bodies_hold(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.yaml", "go-vcr")
    assert opened(path).notice is None
    path.write_bytes(b"\x1f\x8bno gzip")
    with pytest.raises(CassetteError, match="gzip"):
        opened(path)


def test_all_that_a_har_can_hold_can_be_opened(tmp_path: Path) -> None:
    data = write(RICH, BY_NAME["har"]).data
    assert isinstance(data, bytes)
    path = tmp_path / "a.har"
    path.write_bytes(data)
    assert len(opened(path).deck) == len(RICH)
