"""Programs that print tokens as they come: live while recording, and in a replay."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest

import gobuild
import nodebuild
import warm
from end_to_end import cassettes, clients
from end_to_end.proxy import ROOT, Proxy, clean_environment
from origin import Origin
from origin.app import EVENTS, WORDS
from patience import PATIENCE, at_some_pace


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """One process for them all."""
    return mitmdump_kept


#: What a client of these takes a second to import.
EARLY = ("openai.resources.chat", "anthropic.resources.messages")
HERE = Path(__file__).resolve().parent
CLIENTS = HERE.parent / "clients"
PRELOAD = (
    ROOT / "addon" / "mitmvcr" / "cli" / "child" / "shims" / "node" / "preload.cjs"
)
KEYS = map("llm-{}".format, itertools.count())
OPENAI = [*WORDS, ""]
ANTHROPIC = [
    "<message_start>",
    "<content_block_start>",
    *WORDS,
    "<content_block_stop>",
    "<message_delta>",
    "<message_stop>",
]
EXPECTED = {
    "openai": OPENAI,
    "openai-async": OPENAI,
    "anthropic": ANTHROPIC,
    "anthropic-async": ANTHROPIC,
    "go openai": OPENAI,
    "node openai": OPENAI,
}


def command(name: str, ca: Path) -> tuple[list[object], dict[str, str]]:
    """A client's program, and what it needs in its environment."""
    language, _, way = name.rpartition(" ")
    if language == "go":
        return [gobuild.binary(CLIENTS / "gostream"), way], {}
    if language == "node":
        folder = nodebuild.folder(CLIENTS / "node")
        more = {"NODE_OPTIONS": f"--require {PRELOAD}", "NODE_EXTRA_CA_CERTS": str(ca)}
        return ["node", folder / "stream.mjs", way], more
    return [clients.CLIENT_PYTHON, HERE / "llm_client.py", way], {}


def tokens(
    proxy: Proxy, ca: Path, name: str, base: str, query: str, ack: str = ""
) -> list[str]:
    program, more = command(name, ca)
    environment = clients.environment(proxy.url, ca) | more
    if more and ack:  # past the proxy, which only Node has to be told
        environment["NO_PROXY"] = environment["no_proxy"] = ack.split("/")[2]
    done = warm.run(
        [*program, base, query, *([ack] if ack else [])],
        env=clean_environment(**environment),
        seconds=PATIENCE,
        python=clients.CLIENT_PYTHON,
        early=EARLY,
    )
    assert done.returncode == 0, done.stderr + proxy.log
    return [token for token, _ in json.loads(done.stdout)]


@pytest.mark.parametrize("name", [*EXPECTED, "httpx-sse", "go sse", "node sse"])
def test_a_client_sees_each_event_before_the_next_is_sent(
    mitmdump: Callable[..., Proxy],
    own_origin: Origin,
    proxy_ca: Path,
    tmp_path: Path,
    name: str,
) -> None:
    """The origin waits for the client, which would wait for ever if anything did not
    pass at once. Then the origin is gone."""
    base, key, cassette = f"{own_origin.https_url}/v1", next(KEYS), tmp_path / "a.yaml"
    proxy = mitmdump(cassette, "record_only", vcr_record_chunks="yes")
    ack = f"{own_origin.http_url}/ack/{key}"
    query = f"gate={key}&pause=0"
    proxy.wait_until_listening()
    live = tokens(proxy, proxy_ca, name, base, query, ack)
    assert live == EXPECTED.get(name, live)
    assert len(live) >= len(WORDS)
    assert proxy.stop() == 0, proxy.log
    own_origin.stop()
    for latency in ("0", "1"):
        proxy = mitmdump(cassette, "replay_only", vcr_latency=latency)
        proxy.wait_until_listening()
        assert tokens(proxy, proxy_ca, name, base, query) == live
        assert proxy.stop() == 0
        assert "replayed 1, missed 0, unused 0" in proxy.log


@pytest.mark.parametrize("name", ["go reads", "node reads"])
def test_and_one_by_one_in_a_replay(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path, name: str
) -> None:
    """Each read brings one event, as they are paced."""
    url = "https://api.test/v1/chat/completions?n=1"
    kind, events = EVENTS["sse"]
    item = cassettes.interaction(
        url,
        b"".join(events).decode(),
        method="POST",
        body="{}",
        headers={"Content-Type": [kind.decode()]},
    )
    item["response"] |= {
        "content_length": -1,
        "chunks": "0@100ms 16@400ms 32@800ms 48@1.2s",
    }
    cassette = cassettes.write(tmp_path / "a.yaml", item)

    def attempt(slower: float) -> None:
        proxy = mitmdump(cassette, "replay_only", vcr_latency=slower)
        proxy.wait_until_listening()
        found = tokens(proxy, proxy_ca, name, "https://api.test/v1", "n=1")
        assert proxy.stop() == 0
        assert [part.encode() for part in found] == events
        assert "replayed 1, missed 0, unused 0" in proxy.log

    at_some_pace(attempt)
