"""An answer of many megabytes leaves in pieces, and is the same to the last byte."""

import gzip
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from end_to_end import h2_client
from end_to_end.live import Curl, curl_environment
from end_to_end.proxy import ADDON, Proxy, settings
from end_to_end.test_streams_replay import _take_a_little
from end_to_end.wire import fetch
from mitmvcr.core.chunks import Chunk
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import writer
from patience import PATIENCE

MIB = 1 << 20


def numbered(size: int) -> bytes:
    """Return lines of nine digits that count up; quickly, since each worker does it."""
    thousand = b"".join(b"######%03d\n" % number for number in range(1000))
    wanted = range(size // len(thousand) + 1)
    lines = b"".join(thousand.replace(b"######", b"%06d" % n) for n in wanted)
    return lines[: size // 10 * 10]


VERSIONS = ["--http1.1", "--http2"]
#: No two lines are the same, so that none can be lost or change places.
TEXT = numbered(20 * MIB)
QUOTED = TEXT[: 6 * MIB].replace(b"\n", b"\t\xf0\x9f\x98\x80\n")[: 6 * MIB]
BINARY = bytes(range(256)) * (5 * MIB // 256) + TEXT[:MIB]
SHORT = TEXT[: 6 * MIB]
MARK = b"<TOKEN_OF_MINE>"
HOOKS = """
import dataclasses

def before_replay(interaction, request):
    if "//hook." in request.url:
        body = interaction.response.body.replace(b"000000007", b"SEVEN")
        response = dataclasses.replace(interaction.response, body=body)
        return dataclasses.replace(interaction, response=response)
"""
#: Another addon looks at what is answered, and says so in its head.
LOOKING = """
def response(flow):
    coding = flow.response.headers.get("content-encoding")
    flow.response.headers["x-seen"] = f"{len(flow.response.content)} {coding}"
"""


def answered(**more: object) -> Response:
    usual = Response(
        proto="HTTP/1.1",
        proto_major=1,
        proto_minor=1,
        content_length=-1,
        headers={"Content-Type": ["text/plain"]},
        code=200,
        status="200 OK",
        duration=1_000_000,
    )
    return replace(usual, **more)


ANSWERS = {
    "text": answered(body=TEXT),
    "quoted": answered(body=QUOTED),
    "binary": answered(body=BINARY),
    "one-line": answered(body=SHORT.replace(b"\n", b" ") + b"."),
    "json": answered(body=b'{"a": "it\'s ' + SHORT.replace(b"\n", b",") + b'"}'),
    "coded": answered(body=SHORT, uncompressed=True),
    "coded-binary": answered(body=BINARY, uncompressed=True),
    "packed": answered(
        body=gzip.compress(BINARY, 0),
        headers={"Content-Encoding": ["gzip"]},
    ),
    "chunks": answered(body=SHORT, chunks=(Chunk(0, 0), Chunk(5 * MIB, 1_000_000))),
    "events": answered(
        body=SHORT.replace(b"77\n", b"77\n\n"),
        headers={"Content-Type": ["text/event-stream"]},
    ),
    "events-coded": answered(
        body=SHORT.replace(b"77\n", b"77\n\n"),
        headers={"Content-Type": ["text/event-stream"]},
        uncompressed=True,
    ),
    "broken": answered(body=SHORT, content_length=len(SHORT) + 9, failure="truncated"),
    "secret": answered(body=SHORT + MARK + SHORT + MARK),
    "hook": answered(body=SHORT),
    "left": answered(body=TEXT + BINARY),
    "unread": answered(body=BINARY),
    "small": answered(body=b"small"),
}


class Player(NamedTuple):
    proxy: Proxy
    ca: Path

    def curl(self, url: str, *arguments: str, version: str) -> bytes:
        done = subprocess.run(
            ["curl", "-sS", "--suppress-connect-headers", version, *arguments, url],
            env=curl_environment(self.proxy.url, self.ca),
            capture_output=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr.decode() + self.proxy.log
        return done.stdout


def _interactions() -> Iterator[Interaction]:
    """Each answer for each version and scheme, and each of them once."""
    for name, response in ANSWERS.items():
        for scheme in "http", "https":
            request = Request(
                "GET",
                f"{scheme}://{name}.test/stream",
                headers={"Accept": ["*/*"], "Accept-Encoding": ["gzip"]},
            )
            proto = ("HTTP/2.0", 2, 0) if scheme == "https" else ("HTTP/1.1", 1, 1)
            major = dict(
                zip(("proto", "proto_major", "proto_minor"), proto, strict=True)
            )
            yield Interaction(0, request, replace(response, **major))
    for name in ("text", "head"):
        headers = {"Content-Length": [str(len(TEXT))]}
        method = "HEAD" if name == "head" else "GET"
        request = Request(method, f"http://{name}.test/twice")
        yield Interaction(0, request, answered(body=TEXT, headers=headers))


@pytest.fixture(scope="module")
def player(
    confdir: Path, proxy_ca: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Player]:
    folder = tmp_path_factory.mktemp("large")
    cassette = folder / "large.yaml"
    with cassette.open("wb") as file:
        file.writelines(writer.parts(Cassette([*_interactions()])))
    for name, script in (("hooks.py", HOOKS), ("looking.py", LOOKING)):
        (folder / name).write_text(script)
    options = {
        "confdir": confdir,
        "listen_host": "127.0.0.1",
        "listen_port": 0,
        "vcr_cassette": cassette,
        "vcr_mode": "replay_only",
        "vcr_hooks": folder / "hooks.py",
        "vcr_secret": "TOKEN_OF_MINE",
    }
    scripts = ["-s", str(ADDON), "-s", str(folder / "looking.py")]
    proxy = Proxy(
        [*scripts, *settings(options)],
        folder / "mitmdump.log",
        environment={"TOKEN_OF_MINE": "a-value-of-another-length"},
    )
    try:
        yield Player(proxy.wait_until_listening(), proxy_ca)
        assert "Traceback" not in proxy.log
        assert "error" not in proxy.log.lower()
    finally:
        proxy.kill()


def url_of(name: str, version: str) -> str:
    return f"{'https' if version == '--http2' else 'http'}://{name}.test/stream"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "name", ["text", "quoted", "binary", "one-line", "json", "chunks", "events"]
)
def test_it_is_what_was_recorded(player: Player, name: str, version: str) -> None:
    found = player.curl(url_of(name, version), version=version)
    assert found == ANSWERS[name].body


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["coded", "coded-binary", "packed", "events-coded"])
def test_a_client_that_takes_a_coding_gets_one(
    player: Player, name: str, version: str
) -> None:
    url = url_of(name, version)
    found = player.curl(url, "-i", "-H", "Accept-Encoding: gzip", version=version)
    head, _, body = found.partition(b"\r\n\r\n")
    assert b"content-encoding: gzip" in head.lower()
    if name == "packed":
        assert body == ANSWERS[name].body
        assert b"content-length: %d" % len(body) in head.lower()
    else:
        assert gzip.decompress(body) == ANSWERS[name].body
        assert b"content-length" not in head.lower()


def test_it_has_its_length_and_is_seen_by_other_addons(
    player: Player,
) -> None:
    """As it is recorded, whatever coding it leaves in."""
    url = "http://text.test/twice"
    found = fetch(player.proxy.url, player.ca, url)
    assert found.body == TEXT
    assert found.headers["content-length"] == str(len(TEXT))
    assert found.headers["x-seen"] == f"{len(TEXT)} None"


def test_a_head_has_no_body(player: Player) -> None:
    found = fetch(player.proxy.url, player.ca, "http://head.test/twice", "HEAD")
    assert (found.status, found.body) == (200, b"")
    assert found.headers["content-length"] == str(len(TEXT))


def test_an_http_1_0_client_gets_it_with_a_length(
    mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    request = Request("GET", "http://old.test/")
    item = Interaction(0, request, answered(body=SHORT, uncompressed=True))
    (tmp_path / "a.yaml").write_bytes(writer.dumps(Cassette([item])))
    proxy = mitmdump(tmp_path / "a.yaml", "replay_only").wait_until_listening()
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=PATIENCE) as plug:
        plug.sendall(b"GET http://old.test/ HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n")
        with plug.makefile("rb") as answer:
            head, _, body = answer.read().partition(b"\r\n\r\n")
    assert body == SHORT
    assert b"content-length: %d" % len(SHORT) in head.lower()
    assert b"content-encoding" not in head.lower()


@pytest.mark.parametrize("version", VERSIONS)
def test_what_needs_the_whole_body_has_it(player: Player, version: str) -> None:
    found = player.curl(url_of("secret", version), version=version)
    value = b"a-value-of-another-length"
    assert found == ANSWERS["secret"].body.replace(MARK, value)
    found = player.curl(url_of("hook", version), version=version)
    assert found == SHORT.replace(b"000000007", b"SEVEN")


@pytest.mark.parametrize("version", VERSIONS)
def test_one_that_broke_off_breaks_off_there(player: Player, version: str) -> None:
    environment = curl_environment(player.proxy.url, player.ca)
    with Curl(url_of("broken", version), environment, version=version) as client:
        assert client.read_all() == SHORT
        assert client.wait() != 0


@pytest.mark.parametrize("version", VERSIONS)
def test_a_client_that_leaves_has_used_nothing_up(player: Player, version: str) -> None:
    url = url_of("left", version)
    before = player.proxy.log.count("client disconnect")
    assert _take_a_little(player.proxy, url, version)
    while player.proxy.log.count("client disconnect") == before:
        player.proxy.wait_for_log("client disconnect")
    assert player.curl(url, version=version) == TEXT + BINARY
    done = subprocess.run(
        ["curl", "-sS", version, "-o", "/dev/null", "-w", "%{http_code}", url],
        env=curl_environment(player.proxy.url, player.ca),
        capture_output=True,
        timeout=PATIENCE,
    )
    assert done.stdout == b"424"


def test_a_stream_that_is_not_read_holds_up_no_other(player: Player) -> None:
    """Of the same connection: its client makes room for 64 KiB of each stream."""
    host = "unread.test"
    with h2_client.connected(player.proxy.port, player.ca, host) as client:
        client.make_room(8 * MIB)
        stream = client.ask("/stream")
        other = client.ask("/nowhere")
        assert client.answer(other).status == 424
        assert not client.answers[stream].ended
        client.reset(stream)
        assert client.answer(client.ask("/nowhere")).status == 424
    found = player.curl("https://unread.test/stream", version="--http2")
    assert found == BINARY


def test_a_pace_is_kept(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path
) -> None:
    """No times are compared: the first part came alone, so something was waited for."""
    chunks = (Chunk(0, 0), Chunk(5 * MIB, 2_000_000_000))
    item = Interaction(
        0, Request("GET", "http://paced.test/"), answered(body=SHORT, chunks=chunks)
    )
    (tmp_path / "a.yaml").write_bytes(writer.dumps(Cassette([item])))
    proxy = mitmdump(tmp_path / "a.yaml", "replay_only", vcr_latency="1")
    environment = curl_environment(proxy.wait_until_listening().url, proxy_ca)
    with Curl("http://paced.test/", environment) as client:
        client.read_until(lambda received: len(received) == 5 * MIB)
        assert client.read_all() == SHORT
    assert proxy.stop() == 0
    assert "replayed 1, missed 0, unused 0" in proxy.log


def test_what_has_left_is_let_go(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path
) -> None:
    """No body is reached by anything any more when its answer has left."""
    counting = tmp_path / "counting.py"
    counting.write_text(
        "import gc\n"
        "from mitmproxy import http\n"
        "def request(flow):\n"
        "    if flow.request.path == '/count':\n"
        "        gc.collect()\n"
        "        found = [each for each in gc.get_objects()\n"
        "            if isinstance(each, http.Response)\n"
        "            and len(each.raw_content or b'') > 1 << 20]\n"
        "        flow.response = http.Response.make(200, str(len(found)).encode())\n"
    )
    items = [
        Interaction(n, Request("GET", f"http://go.test/{n}"), answered(body=SHORT))
        for n in range(3)
    ]
    (tmp_path / "a.yaml").write_bytes(writer.dumps(Cassette(items)))
    arguments = ("-s", counting)
    proxy = mitmdump(tmp_path / "a.yaml", "replay_only", *arguments)
    proxy.wait_until_listening()
    for number in range(3):
        url = f"http://go.test/{number}"
        assert fetch(proxy.url, proxy_ca, url).body == SHORT
    assert fetch(proxy.url, proxy_ca, "http://go.test/count").body == b"0"
