"""The project's first cassette, recorded by a Go program, answers a Python one."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from end_to_end import clients
from end_to_end.proxy import ROOT, Proxy, clean_environment
from end_to_end.watch import Spy
from patience import PATIENCE

CASSETTE = ROOT / "cassettes" / "examples" / "openai_count_to_three_streaming.yaml"
CLIENT = Path(__file__).resolve().parent / "openai_client.py"


@pytest.mark.parametrize("mode", ["replay_only", "record_once"])
def test_the_openai_package_streams_a_chat_completion_offline(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path, mode: str
) -> None:
    spy = Spy(tmp_path)
    before = CASSETTE.read_bytes()
    proxy = mitmdump(CASSETTE, mode, *spy.arguments, environment=spy.environment)
    proxy.wait_until_listening()
    environment = clients.environment(proxy.url, proxy_ca)
    done = subprocess.run(
        [clients.CLIENT_PYTHON, CLIENT],
        env=clean_environment(**environment, OPENAI_API_KEY="dummy"),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr + proxy.log
    got = json.loads(done.stdout)
    assert len(got["tokens"]) > 20, "it came as a stream"
    text = "".join(got["tokens"])
    assert text.startswith("Sure! Here is the counting from 1 to 3 in Spanish")
    assert text.splitlines()[-3:] == ["1. Uno", "2. Dos", "3. Tres"]
    assert got["total_tokens"] == 51
    assert spy.attempts() == []
    assert proxy.stop() == 0
    assert CASSETTE.read_bytes() == before
