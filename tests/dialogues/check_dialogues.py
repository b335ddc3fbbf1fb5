"""Real clients that make up ids, or that listen: recorded once, and replayed with the
servers gone, at once and by a test that takes longer. Each program is one process."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

import nodebuild
from patience import PATIENCE, read_line

HERE = Path(__file__).parent
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
MCP_PYTHON = os.environ["MITMVCR_MCP_PYTHON"]
SAID = {
    "graphql": '[[1,2,3],["hello you"]]',
    "socketio": "[8,10]",
    "mqtt": '"demo/x hello"',
    "signalr": "[4,6]",
    "jsonrpc": "[3,7]",
    "realtime": '["session.created","conversation.item.created",true,"response.done"]',
    "mcp": '["now","it is now"]',
    "resumed": '["after 400 ms","after 200 ms","after 100 ms"]',
    "eventsource": '"tick 1"',
    "watch": "2",
}
PROGRAMS = {
    "node": (("node", "clients.mjs"), [f"{k} {v}" for k, v in SAID.items()]),
    "mcp-client": ((MCP_PYTHON, HERE / "mcp_client.py"), ["now it is now"]),
    "mcp-session": ((MCP_PYTHON, HERE / "mcp_client.py"), ["now it is now"]),
    "mcp-resumed": ((MCP_PYTHON, HERE / "mcp_client.py"), ["now after 200 ms"]),
}


@contextmanager
def served(folder: Path) -> Iterator[dict[str, int]]:
    with subprocess.Popen(
        ["node", "server.mjs"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield json.loads(read_line(process, "the servers listened"))
        finally:
            process.kill()


def run(folder: Path, cassette: Path, mode: str, words: Sequence[object], longer: int):
    env = {k: v for k, v in os.environ.items() if k.lower() not in _PROXIES}
    env["LONGER"] = str(longer)
    options = ("-c", cassette, "-m", mode, "--include-localhost", "--websocket")
    command = (sys.executable, "-m", "mitmvcr", "run", *options, "--", *words)
    return subprocess.run(
        [*map(str, command)],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_is_replayed_whatever_its_ids_are_and_however_long_it_takes(
    name: str, tmp_path: Path
) -> None:
    folder = nodebuild.folder(HERE)
    command, said = PROGRAMS[name]
    cassette = tmp_path / "dialogues.yaml"
    with served(folder) as ports:
        more = {"node": [ports["rpc"]], "mcp-session": ["session"]}
        more["mcp-resumed"] = ["resumed"]
        words = [*command, ports["main"], *more.get(name, [])]
        recorded = run(folder, cassette, "record_only", words, 0)
    assert recorded.returncode == 0, recorded.stderr
    assert recorded.stdout.splitlines() == said
    for longer in (0, 2500):
        replayed = run(folder, cassette, "replay_only", words, longer)
        assert replayed.returncode == 0, replayed.stderr
        assert replayed.stdout.splitlines() == said
        assert "missed 0, " in replayed.stderr
        if longer:  # who ends at once may do so before it listens
            assert "missed 0, unused 0" in replayed.stderr
