"""A secret that shows late is found in what a killed recorder left."""

import base64
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mitmvcr.cli import main
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.store.store import FileStore

SECRET = "x9y8z7w6-v5u4/t3"
CODED = base64.b64encode(b"..." + SECRET.encode() + b"...").decode()
RECORDER = f"""
import os, signal, sys
from pathlib import Path
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.core.modes import Mode
from mitmvcr.options import Settings
from mitmvcr.session import open_session
session = open_session(Settings(cassette=Path(sys.argv[1]), mode=Mode.RECORD_ONLY))
late = b'{{"access_token": "{SECRET}"}}'
for body in (b'hello', b'note: {SECRET}; {CODED}', late, b'z'):
    url = "https://h/?n={SECRET}" if body == b"hello" else "https://h/"
    session.record(Interaction(0, Request("GET", url), Response(code=200, body=body)))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """Return the cassette of a recorder that was killed."""
    cassette = tmp_path / "chat.yaml"
    done = subprocess.run([sys.executable, "-c", RECORDER, str(cassette)], check=False)
    assert done.returncode == -signal.SIGKILL
    return cassette


def test_recover_takes_out_what_showed_late(killed: Path) -> None:
    journal, notes = (
        killed.with_name(f"chat.yaml.{end}") for end in ("part", "part.late")
    )
    assert SECRET.encode() in journal.read_bytes()
    assert os.stat(notes).st_mode & 0o777 == 0o600
    written = notes.read_bytes()
    for text in (SECRET, CODED, "x9y8z7w6"):
        assert text.encode() not in written
    assert main(["cassette", "recover", str(killed)]) == 0
    recorded = killed.read_bytes()
    assert b"x9y8z7w6" not in recorded
    assert CODED[8:20].encode() not in recorded
    bodies = [each.response.body for each in FileStore(killed).load().interactions]
    assert bodies[0] == b"hello"
    assert bodies[1].startswith(b"note: [REDACTED:access_token]; ")
    assert bodies[2:] == [b'{"access_token": "[REDACTED:access_token]"}', b"z"]
    assert sorted(each.name for each in killed.parent.iterdir()) == ["chat.yaml"]


#: What the last request is authorized with is left out, and stands in an answer.
SHOWN_BY_A_HEADER = f"""
{RECORDER.rpartition("for body")[0]}
key = {{"X-Api-Key": ["{SECRET}"]}}
for body, headers in ((b'note: {SECRET};', {{}}), (b'z', key)):
    request = Request("GET", "https://h/", headers=headers)
    session.record(Interaction(0, request, Response(code=200, body=body)))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_scan_of_a_journal_knows_what_showed_late(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cassette = tmp_path / "chat.yaml"
    command = [sys.executable, "-c", SHOWN_BY_A_HEADER, str(cassette)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    journal = str(tmp_path / "chat.yaml.part")
    assert main(["cassette", "scan", journal]) == 1
    found = capsys.readouterr().out
    assert "interaction 0, response.body: x-api-key ***" in found
    assert main(["cassette", "scan", "--redact", "none", journal]) == 0
    notes = tmp_path / "chat.yaml.part.late"
    notes.unlink()
    assert main(["cassette", "scan", journal]) == 0
    notes.mkdir()
    assert main(["cassette", "scan", journal]) == 1
    assert str(notes) in capsys.readouterr().err


def test_notes_go_when_a_recording_ends_or_begins(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "a.yaml")
    notes = tmp_path / "a.yaml.part.late"
    store.note([(b"x1y2z3w4v5", b"<A>")])
    assert not notes.exists(), "nothing is recorded"
    for end in (store.publish, store.leave):
        notes.write_bytes(b"of another one")
        store.begin()
        assert not notes.exists()
        store.append(Interaction(0, Request(url="http://h/"), Response(code=200)))
        store.note([(b"x1y2z3w4v5", b"<A>")])
        store.note([(b"q1w2e3r4t5", b"<B>")])
        assert notes.read_bytes()[16:].count(b"\n") == 2  # behind the salt
        end()
        assert not notes.exists()
