"""Programs that print tokens as they come: live while recording, and in a replay."""

import itertools
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from end_to_end import clients
from end_to_end.pair import Pair
from end_to_end.proxy import Proxy, clean_environment
from leaving_out import leave_out
from origin import Origin
from origin.app import WORDS

HERE = Path(__file__).resolve().parent
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
}


def tokens(
    proxy: Proxy, ca: Path, name: str, base: str, query: str, ack: str = ""
) -> list[str]:
    done = subprocess.run(
        [clients.CLIENT_PYTHON, HERE / "llm_client.py", name, base, query, ack],
        env=clean_environment(**clients.environment(proxy.url, ca)),
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr + proxy.log
    return [token for token, _ in json.loads(done.stdout)]


@pytest.mark.parametrize("name", [*EXPECTED, "httpx-sse"])
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
    # What ends a stream is no token, so nobody acknowledges it.
    for _ in range(2):
        acknowledge(own_origin, key)
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


def acknowledge(origin: Origin, key: str) -> None:
    from end_to_end import live

    live.acknowledge(origin.http_url, key)


NODE = """
const [url] = process.argv.slice(2);
const http = require("http");
const proxy = new URL(process.env.HTTP_PROXY);
const ask = { host: proxy.hostname, port: proxy.port, path: url, method: "POST" };
http.request(ask, (answer) => {
  const parts = [];
  answer.on("data", (part) => parts.push(part.toString()));
  answer.on("end", () => process.stdout.write(JSON.stringify(parts)));
}).end("{}");
"""


def test_node_gets_event_by_event(pair: Pair, tmp_path: Path) -> None:
    if shutil.which("node") is None:
        leave_out("node is not installed")
    url = f"{pair.origin.http_url}/v1/chat/completions"
    script = tmp_path / "client.js"
    script.write_text(NODE)

    def run(mode: str, **options: object) -> list[str]:
        proxy = pair.mitmdump(pair.cassette, mode, **options).wait_until_listening()
        done = subprocess.run(
            ["node", script, url],
            env=clean_environment(HTTP_PROXY=proxy.url),
            capture_output=True,
            check=True,
            timeout=60,
        )
        assert proxy.stop() == 0, proxy.log
        return json.loads(done.stdout)

    live = run("record_only", vcr_record_chunks="yes")
    pair.origin.stop()
    assert len(live) > len(WORDS)
    assert "".join(run("replay_only")) == "".join(live)
    paced = run("replay_only", vcr_latency="1")
    assert "".join(paced) == "".join(live)
    assert len(paced) > 1
