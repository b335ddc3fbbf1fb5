"""The clients: ``python clients.py NAME`` makes the requests given on standard input.

Each is the real library or program, sent to the proxy by nothing but its environment
(HTTPS_PROXY and the CA variables), as a user's program is. What it saw comes back as
JSON: a list of :class:`Seen` as dicts. Programs are run as they are, and libraries in
processes that have imported them: see ``warm``.
"""

import asyncio
import base64
import json
import os
import ssl
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

#: mitmproxy pins what clients need too, so they may have an environment of their own.
CLIENT_PYTHON = os.environ.get("MITMVCR_CLIENT_PYTHON", sys.executable)

Pairs = list[tuple[str, str]]
IDENTITY = ("Accept-Encoding", "identity")


@dataclass(frozen=True)
class Ask:
    """A request. ``compressed``: let the client ask for encodings as it does."""

    method: str
    url: str
    headers: Pairs = field(default_factory=list)
    body: bytes | None = None
    compressed: bool = False
    follow: bool = False


@dataclass(frozen=True)
class Seen:
    """What came back: ``body`` is what the library hands to its caller."""

    status: int
    reason: str
    protocol: str
    headers: Pairs
    body: bytes
    history: list[tuple[int, str]] = field(default_factory=list)
    trailers: Pairs = field(default_factory=list)


def run_curl(asks: Sequence[Ask], version: str, **how: object) -> list[Seen]:
    """``how``: ``env`` and ``within``, as ``run`` has them."""
    with tempfile.TemporaryDirectory() as folder:
        return [_curl(ask, version, Path(folder), **how) for ask in asks]


def _curl(
    ask: Ask,
    version: str,
    folder: Path,
    env: Mapping[str, str],
    within: Sequence[str] = (),
) -> Seen:
    head, body = folder / "head", folder / "body"
    body.write_bytes(b"")
    command = [*within, "curl", "-sS", version, "--suppress-connect-headers"]
    command += ["-D", str(head), "-o", str(body)]
    command += ["-I"] if ask.method == "HEAD" else ["-X", ask.method]
    command += ["--compressed"] if ask.compressed else []
    command += ["-L"] if ask.follow else []
    for name, value in ask.headers:
        command += ["-H", f"{name}: {value}"]
    command += [] if ask.body is None else ["--data-binary", "@-"]
    subprocess.run([*command, ask.url], input=ask.body or b"", check=True, env=env)
    blocks, trailers = _curl_heads(head.read_bytes().decode("latin-1"))
    *earlier, (protocol, status, reason, headers) = blocks
    history = [
        (code, value)
        for _, code, _, pairs in earlier
        for name, value in pairs
        if name.lower() == "location"
    ]
    content = b"" if ask.method == "HEAD" else body.read_bytes()
    return Seen(status, reason, protocol, headers, content, history, trailers)


def _curl_heads(text: str) -> tuple[list[tuple[str, int, str, Pairs]], Pairs]:
    """Heads of final responses, and what follows the last head's blank line."""
    blocks: list[tuple[str, int, str, Pairs]] = []
    trailers: Pairs = []
    within = False
    for line in text.split("\r\n"):
        if not within and line.startswith("HTTP/"):
            protocol, code, reason = [*line.split(" ", 2), ""][:3]
            blocks.append((protocol, int(code), reason.strip(), []))
            within = True
        elif not line:
            within = False
        else:
            name, _, value = line.partition(":")
            pairs = blocks[-1][3] if within else trailers
            pairs.append((name, value.strip()))
    return [block for block in blocks if block[1] >= 200], trailers


def run_requests(asks: Sequence[Ask]) -> list[Seen]:
    import requests

    with requests.Session() as session:
        return [_requests(session, ask) for ask in asks]


def _requests(session: object, ask: Ask) -> Seen:
    headers = dict([] if ask.compressed else [IDENTITY])
    with session.request(
        ask.method,
        ask.url,
        headers=headers | dict(ask.headers),
        data=ask.body,
        allow_redirects=ask.follow,
    ) as answer:
        return Seen(
            answer.status_code,
            answer.reason,
            {11: "HTTP/1.1", 10: "HTTP/1.0"}[answer.raw.version],
            [(name, value) for name, value in answer.raw.headers.iteritems()],
            answer.content,
            [(hop.status_code, hop.headers["Location"]) for hop in answer.history],
        )


def run_httpx(asks: Sequence[Ask], http2: bool) -> list[Seen]:
    import httpx

    with httpx.Client(http2=http2, timeout=100) as client:
        return [_httpx(client, ask) for ask in asks]


def _httpx(client: object, ask: Ask) -> Seen:
    headers = [] if ask.compressed else [IDENTITY]
    answer = client.request(
        ask.method,
        ask.url,
        headers=[*headers, *ask.headers],
        content=ask.body,
        follow_redirects=ask.follow,
    )
    return Seen(
        answer.status_code,
        answer.reason_phrase if answer.http_version == "HTTP/1.1" else "",
        answer.http_version,
        [(k.decode("latin-1"), v.decode("latin-1")) for k, v in answer.headers.raw],
        answer.content,
        [(hop.status_code, hop.headers["Location"]) for hop in answer.history],
    )


def run_aiohttp(asks: Sequence[Ask]) -> list[Seen]:
    return asyncio.run(_aiohttp_all(asks))


async def _aiohttp_all(asks: Sequence[Ask]) -> list[Seen]:
    import aiohttp

    context = ssl.create_default_context()
    connector = aiohttp.TCPConnector(ssl=context)
    async with aiohttp.ClientSession(trust_env=True, connector=connector) as session:
        return [await _aiohttp(session, ask) for ask in asks]


async def _aiohttp(session: object, ask: Ask) -> Seen:
    headers = _aiohttp_encodings() if ask.compressed else [IDENTITY]
    async with session.request(
        ask.method,
        ask.url,
        headers=[*headers, *ask.headers],
        data=ask.body,
        allow_redirects=ask.follow,
    ) as answer:
        return Seen(
            answer.status,
            answer.reason,
            f"HTTP/{answer.version.major}.{answer.version.minor}",
            [(k.decode("latin-1"), v.decode("latin-1")) for k, v in answer.raw_headers],
            await answer.read(),
            [(hop.status, hop.headers["Location"]) for hop in answer.history],
        )


def _aiohttp_encodings() -> Pairs:
    """aiohttp 3.14 asks for br with any brotli but decodes it with 1.2 or newer only,
    and mitmproxy 11 keeps brotli at 1.1."""
    import brotli

    new = hasattr(brotli.Decompressor(), "can_accept_more_data")
    return [] if new else [("Accept-Encoding", "gzip, deflate")]


CURL = {"curl-h1": "--http1.1", "curl-h2": "--http2"}
LIBRARIES: dict[str, Callable[[Sequence[Ask]], list[Seen]]] = {
    "requests": run_requests,
    "httpx-h1": lambda asks: run_httpx(asks, http2=False),
    "httpx-h2": lambda asks: run_httpx(asks, http2=True),
    "aiohttp": run_aiohttp,
}
CLIENTS = (*CURL, *LIBRARIES)
#: What these import in the end, and ``ws_client.py``.
EARLY = (
    *("aiohttp", "brotli", "h2.connection", "httpx", "requests"),
    *("websockets.asyncio.client", "websockets.sync.client"),
)


def environment(proxy_url: str, ca_file: Path) -> dict[str, str]:
    """What sends a client to the proxy and makes it trust it."""
    proxies = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
    trusts = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
    return {
        **dict.fromkeys(proxies, proxy_url),
        **dict.fromkeys(trusts, str(ca_file)),
        "NO_PROXY": "",
        "no_proxy": "",
    }


def run(
    name: str,
    asks: Sequence[Ask],
    environment: dict[str, str],
    within: Sequence[str] = (),
) -> list[Seen]:
    """Run a client in a process of its own."""
    if name in CURL:
        return run_curl(asks, CURL[name], env=environment, within=within)
    import warm  # not there in the process of a client

    done = warm.run(
        [CLIENT_PYTHON, __file__, name],
        given=dump(asks),
        seconds=300,
        env=environment,
        within=within,
        python=CLIENT_PYTHON,
        early=EARLY,
    )
    if done.returncode:
        raise AssertionError(f"{name} failed:\n{done.stderr}")
    return [Seen(**fields) for fields in load(done.stdout)]


def dump(values: Sequence[Ask] | Sequence[Seen]) -> str:
    """Bytes become {"base64": ...}."""
    return json.dumps([asdict(value) for value in values], default=_base64)


def _base64(value: object) -> dict[str, str]:
    assert isinstance(value, bytes), value
    return {"base64": base64.b64encode(value).decode()}


def load(text: str) -> list[dict[str, object]]:
    return json.loads(text, object_hook=_from_base64)


def _from_base64(value: dict[str, object]) -> object:
    return base64.b64decode(value["base64"]) if "base64" in value else value


if __name__ == "__main__":
    warnings.simplefilter("error")
    wanted = [Ask(**fields) for fields in load(sys.stdin.read())]
    sys.stdout.write(dump(LIBRARIES[sys.argv[1]](wanted)))
