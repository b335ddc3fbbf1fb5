"""What the origin answers: an ``Ask`` in, an ``Answer`` out. No I/O.

Every route is a function named by the first part of the path. Query parameters
set its details, so a test says what it needs in the URL.
"""

import asyncio
import gzip
import hashlib
import http
import itertools
import json
import zlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

import brotli
from backports import zstd

from origin import frames
from packages import built

HeaderList = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Ask:
    """A whole request. ``target`` is path and query as on the wire."""

    method: str
    target: str
    headers: HeaderList
    body: bytes
    protocol: str

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    def option(self, name: str, default: str) -> str:
        query = parse_qs(urlsplit(self.target).query, keep_blank_values=True)
        return query.get(name, [default])[-1]

    def header(self, name: bytes) -> str:
        found = [value for key, value in self.headers if key.lower() == name]
        return b", ".join(found).decode("latin-1")


@dataclass(frozen=True)
class Answer:
    """``parts`` are sent one by one with ``pause`` seconds before each but the first.

    ``sized``: say Content-Length, else chunked (HTTP/1.1) or until the end of the
    stream (HTTP/2). ``delay`` is slept before the head.
    """

    status: int = 200
    headers: HeaderList = ()
    parts: Sequence[bytes] = ()
    sized: bool = True
    delay: float = 0
    pause: float = 0
    reason: str | None = None
    trailers: HeaderList = ()
    until_close: bool = False
    #: Awaited before each part but the first, and before the end.
    gate: Callable[[], Awaitable[object]] | None = None
    #: The connection is reset behind the last part.
    aborts: bool = False
    #: How an answer that goes until the connection's end comes to it.
    end: str = ""

    @property
    def reason_bytes(self) -> bytes:
        if self.reason is not None:
            return self.reason.encode("latin-1")
        try:
            return http.HTTPStatus(self.status).phrase.encode()
        except ValueError:
            return b"Unknown"

    @property
    def length(self) -> int:
        """One that aborts had promised more."""
        return sum(len(part) for part in self.parts) + (100 if self.aborts else 0)

    @property
    def has_body(self) -> bool:
        return self.status >= 200 and self.status not in (204, 304)


class App:
    """The routes, and the one piece of state: a counter."""

    def __init__(self) -> None:
        self._count = itertools.count(1)
        self._gates: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(0)
        )

    def __call__(self, ask: Ask) -> Answer:
        name, _, rest = ask.path.lstrip("/").partition("/")
        route = ROUTES.get(name)
        if name == "counter":
            answer = _json({"count": next(self._count), "asked": ask.target})
        elif name == "ack":  # the client has what was sent; see /live
            self._gates[rest].release()
            answer = _text("ok\n")
        elif route is None:
            answer = _text(f"no route {ask.path}\n", status=404)
        else:
            answer = route(ask, rest)
            if gate := ask.option("gate", ""):
                answer = replace(answer, gate=self._gates[gate].acquire)
        headers = [(b"server", b"origin"), (b"x-protocol", ask.protocol.encode())]
        delay = float(ask.option("delay", "0"))
        return replace(answer, headers=[*headers, *answer.headers], delay=delay)


def _json(value: object, **fields: object) -> Answer:
    body = json.dumps(value, ensure_ascii=False).encode()
    return _typed(b"application/json", body, **fields)


def _text(text: str, **fields: object) -> Answer:
    return _typed(b"text/plain; charset=utf-8", text.encode(), **fields)


def _typed(kind: bytes, body: bytes, **fields: object) -> Answer:
    return replace(Answer(headers=[(b"content-type", kind)], parts=[body]), **fields)


def _more(answer: Answer, *headers: tuple[bytes, bytes]) -> Answer:
    return replace(answer, headers=[*answer.headers, *headers])


def json_(ask: Ask, rest: str) -> Answer:
    if ask.method in ("GET", "HEAD"):
        return _json({"hello": "wörld", "asked": ask.target})
    return _json({"method": ask.method, "body": ask.body.decode("utf-8", "replace")})


def headers(ask: Ask, rest: str) -> Answer:
    """The request's headers, as they arrived."""
    seen = [
        [key.decode("latin-1"), value.decode("latin-1")] for key, value in ask.headers
    ]
    return _json({"headers": seen})


def sse(ask: Ask, rest: str) -> Answer:
    """``n`` server-sent events, each in a write of its own, then ``[DONE]``."""
    events = [f'data: {{"token": {n}}}\n\n' for n in range(int(ask.option("n", "4")))]
    parts = [event.encode() for event in [*events, "data: [DONE]\n\n"]]
    pause = float(ask.option("pause", "0"))
    kind = [(b"content-type", b"text/event-stream; charset=utf-8")]
    return Answer(headers=kind, parts=parts, sized=False, pause=pause)


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.compress,
    "zstd": zstd.compress,
    "gzip": lambda body: gzip.compress(body, mtime=0),
    "deflate": zlib.compress,
}


def encoded(ask: Ask, rest: str) -> Answer:
    """Encoded as ``/encoded/NAME`` if the client accepts that, or with ``force=1``;
    ``behind`` follows it."""
    accepted = {
        item.partition(";")[0].strip()
        for item in ask.header(b"accept-encoding").lower().split(",")
    }
    answer = _json({"text": "täxt " * 200, "asked": rest})
    vary = (b"vary", b"accept-encoding")
    if rest not in accepted and ask.option("force", "0") != "1":
        return _more(answer, vary)
    body = ENCODERS[rest](b"".join(answer.parts)) + ask.option("behind", "").encode()
    answer = replace(answer, parts=[body], sized=ask.option("sized", "1") == "1")
    return _more(answer, vary, (b"content-encoding", rest.encode()))


def binary(ask: Ask, rest: str) -> Answer:
    return _typed(b"application/octet-stream", bytes(range(256)) * 4)


#: Each status leads to the next, the last to /json.
REDIRECTS = {"301": "302", "302": "303", "303": "307", "307": "308", "308": ""}


def redirect(ask: Ask, rest: str) -> Answer:
    further = REDIRECTS[rest]
    target = f"/redirect/{further}" if further else "/json?redirected=1"
    answer = _text("moved\n", status=int(rest))
    return _more(answer, (b"location", target.encode()))


def cookies(ask: Ask, rest: str) -> Answer:
    answer = _text(f"got {ask.header(b'cookie')}\n")
    return _more(
        answer,
        (b"set-cookie", b"a=1; Path=/; Secure"),
        (b"set-cookie", b'b="two, three"; HttpOnly'),
        (b"set-cookie", b"c=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"),
    )


def repeated(ask: Ask, rest: str) -> Answer:
    values = [(b"x-repeat", b"b"), (b"x-repeat", b"a"), (b"x-repeat", b"a, c")]
    return _more(_text("repeated\n"), *values, (b"x-empty", b""))


def odd(ask: Ask, rest: str) -> Answer:
    """Names in a case nobody expects (HTTP/1.1 only), a value that is not ASCII."""
    if ask.protocol == "HTTP/2":
        return _more(_text("odd\n"), (b"x-odd-case", b"1"), (b"x-latin", b"caf\xe9"))
    return _more(_text("odd\n"), (b"x-oDD-CaSe", b"1"), (b"X-LATIN", b"caf\xe9"))


def status(ask: Ask, rest: str) -> Answer:
    code = int(rest)
    if code in (204, 304):
        return Answer(status=code, headers=[(b"etag", b'"x"')])
    return _json({"status": code}, status=code)


def slow(ask: Ask, rest: str) -> Answer:
    return _json({"slow": ask.option("delay", "0")})


EVENTS = {
    "sse": (b"text/event-stream", [b'data: {"n": %d}\n\n' % n for n in range(4)]),
    "ndjson": (b"application/x-ndjson", [b'{"n": %d}\n' % n for n in range(4)]),
    "grpc": (b"application/grpc", [b"\0\0\0\0\1%d" % n for n in range(4)]),
    "mixed": (
        b"multipart/x-mixed-replace; boundary=frame",
        [b"--frame\r\n\r\n%d\r\n" % n for n in range(4)],
    ),
    "unsized": (b"text/plain", [b"part %d\n" % n for n in range(4)]),
}


def _deflate(wbits: int) -> Callable[[Sequence[bytes]], list[bytes]]:
    def encode(parts: Sequence[bytes]) -> list[bytes]:
        state = zlib.compressobj(wbits=wbits)
        return [state.compress(part) + state.flush(zlib.Z_SYNC_FLUSH) for part in parts]

    return encode


def _brotli(parts: Sequence[bytes]) -> list[bytes]:
    state = brotli.Compressor()
    return [state.process(part) + state.flush() for part in parts]


def _zstd(parts: Sequence[bytes]) -> list[bytes]:
    state = zstd.ZstdCompressor()
    block = state.FLUSH_BLOCK
    return [state.compress(part, block) for part in parts]


def _members(
    encode: Callable[[bytes], bytes],
) -> Callable[[Sequence[bytes]], Sequence[bytes]]:
    """A gzip member, or a zstd frame, for each part."""
    return lambda parts: [encode(part) for part in parts]


STEPPED: dict[str, Callable[[Sequence[bytes]], Sequence[bytes]]] = {
    "": lambda parts: parts,
    "gzip": _deflate(31),
    "br": _brotli,
    "zstd": _zstd,
    "deflate": _deflate(15),
    "deflate-bare": _deflate(-15),
    "gzip-members": _members(ENCODERS["gzip"]),
    "zstd-frames": _members(ENCODERS["zstd"]),
    "gzip, br": lambda parts: _brotli(_deflate(31)(parts)),
}


def live(ask: Ask, rest: str) -> Answer:
    """Four events of a kind, each when the client said at /ack/GATE that it has the one
    before. ``n``: as many, then ``end`` (done, abort)."""
    kind, events = EVENTS[rest]
    coding = ask.option("coding", "")
    events = events[: int(ask.option("n", "4"))]
    if ask.option("done", "0") == "1":
        events = [*events, b"data: [DONE]\n\n"]
    headers = [(b"content-type", kind)]
    if coding:
        headers.append((b"content-encoding", coding.partition("-")[0].encode()))
    # The codings are flushed behind each part and never finished, as some servers do.
    return Answer(
        headers=headers,
        parts=STEPPED[coding](events),
        sized=ask.option("sized", "0") == "1",
        pause=float(ask.option("pause", "0")),
        aborts=ask.option("abort", "0") == "1",
    )


WORDS = ["One", ",", " two", ",", " three", ".", " Ünd", " so", " on", "."]


def _event(data: object, name: str = "") -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data)}\n\n".encode()


def _openai_events() -> list[bytes]:
    chunk = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1700000000,
        "model": "gpt-x",
    }
    deltas = [{"role": "assistant", "content": word} for word in WORDS]
    events = [
        {**chunk, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
        for delta in deltas
    ]
    last = {"index": 0, "delta": {}, "finish_reason": "stop"}
    return [*map(_event, [*events, {**chunk, "choices": [last]}]), b"data: [DONE]\n\n"]


def _anthropic_events() -> list[bytes]:
    usage = {"input_tokens": 5, "output_tokens": 1}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "content": []}
    message |= {"model": "claude-x", "stop_reason": None, "usage": usage}
    block = {"type": "text", "text": ""}
    deltas = [
        {"index": 0, "delta": {"type": "text_delta", "text": word}} for word in WORDS
    ]
    ends = {"stop_reason": "end_turn", "stop_sequence": None}
    told = [
        ("message_start", {"message": message}),
        ("content_block_start", {"index": 0, "content_block": block}),
        *(("content_block_delta", delta) for delta in deltas),
        ("content_block_stop", {"index": 0}),
        ("message_delta", {"delta": ends, "usage": usage}),
        ("message_stop", {}),
    ]
    return [_event({"type": name, **data}, name) for name, data in told]


def llm(ask: Ask, rest: str) -> Answer:
    """As the APIs of OpenAI and Anthropic stream, an event every 50 ms."""
    openai = rest == "chat/completions"
    return Answer(
        headers=[(b"content-type", b"text/event-stream; charset=utf-8")],
        parts=_openai_events() if openai else _anthropic_events(),
        sized=False,
        pause=float(ask.option("pause", "0.05")),
    )


def chunked(ask: Ask, rest: str) -> Answer:
    """No length known beforehand."""
    parts = [b"one ", b"two ", b"three\n"]
    kind = [(b"content-type", b"text/plain")]
    return Answer(headers=kind, parts=parts, sized=False)


def until_close(ask: Ask, rest: str) -> Answer:
    """HTTP/1.1: neither length nor chunks; the end of the connection is the end.
    ``end``: how that comes (reset; silent, without a close_notify of TLS's)."""
    answer = replace(_text("until the end\n"), sized=False, until_close=True)
    return replace(answer, end=ask.option("end", ""))


def big(ask: Ask, rest: str) -> Answer:
    size = int(ask.option("n", "1000"))
    block = hashlib.sha256(str(size).encode()).digest()
    return _typed(b"application/octet-stream", (block * (size // 32 + 1))[:size])


def reason(ask: Ask, rest: str) -> Answer:
    return _text("fine\n", reason="Quite All Right", status=int(rest or "200"))


def empty(ask: Ask, rest: str) -> Answer:
    return Answer(headers=[(b"content-type", b"text/plain")])


def trailers(ask: Ask, rest: str) -> Answer:
    """Trailers on HTTP/2 only: those of HTTP/1.1 break mitmproxy's connection."""
    ends = [(b"x-checksum", b"abc"), (b"grpc-status", b"0")]
    answer = replace(_text("trailers follow\n"), sized=False)
    return replace(answer, trailers=ends if ask.protocol == "HTTP/2" else ())


def websocket(ask: Ask, rest: str) -> Answer:
    return _text("no websockets here\n", status=400)


def upload(ask: Ask, rest: str) -> Answer:
    digest = hashlib.sha256(ask.body).hexdigest()
    return _json({"length": len(ask.body), "sha256": digest})


def repo(ask: Ask, rest: str) -> Answer:
    """As a web server without git has a repository of one commit."""
    if rest == "HEAD":
        return _text("ref: refs/heads/main\n")
    return _text("a" * 40 + "\trefs/heads/main\n")


POM = """<project><modelVersion>4.0.0</modelVersion><groupId>a</groupId>
<artifactId>parent</artifactId><version>1</version><packaging>pom</packaging></project>
"""


def maven(ask: Ask, rest: str) -> Answer:
    """As a repository of one project, without its checksums."""
    if rest.endswith(".pom"):
        return _typed(b"text/xml", POM.encode())
    return _text("no such file\n", status=404)


def packages(ask: Ask, rest: str) -> Answer:
    """As the registries of pip, npm and cargo have one package, if this is api.test."""
    base = "https://api.test"
    sites = built.simple() | built.npm(base) | built.cargo(base)
    served = sites.get(ask.path)
    if served is None:
        return _text("no such file\n", status=404)
    return _typed(served.kind.encode(), served.body)


SAID = "One, two, three. Ünd so on."


def gemini(ask: Ask, rest: str) -> Answer:
    """As Google's API answers generateContent."""
    content = {"role": "model", "parts": [{"text": SAID}]}
    return _json({"candidates": [{"content": content, "finishReason": "STOP"}]})


def cohere(ask: Ask, rest: str) -> Answer:
    message = {"role": "assistant", "content": [{"type": "text", "text": SAID}]}
    return _json({"id": "c1", "finish_reason": "COMPLETE", "message": message})


def chats(ask: Ask, rest: str) -> Answer:
    """As an API that speaks as OpenAI's does, whole."""
    message = {"role": "assistant", "content": SAID}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    facts = {"id": "1", "object": "chat.completion", "created": 1, "model": "x"}
    return _json({**facts, "choices": [choice], "usage": usage})


def rpc(ask: Ask, rest: str) -> Answer:
    """Echo a message, as gRPC (HTTP/2) and Connect have it; thrice where it streams."""
    kind = ask.header(b"content-type")
    answer = _typed(kind.encode(), ask.body)
    if end := frames.rpc_end(kind):
        return replace(answer, parts=[ask.body] * 3 + [end], sized=False, pause=0.02)
    if not kind.startswith("application/grpc"):
        return answer
    return replace(answer, sized=False, trailers=[(b"grpc-status", b"0")])


def mcp(ask: Ask, rest: str) -> Answer:
    """As an MCP server over streamable HTTP, without a stream of its own."""
    if ask.method != "POST":
        return _text("no stream\n", status=405)
    asked = json.loads(ask.body)
    if "id" not in asked:
        return replace(_text(""), status=202)
    if asked["method"] == "initialize":
        result: object = {
            "protocolVersion": asked["params"]["protocolVersion"],
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "origin", "version": "1"},
        }
    else:
        tool = {"name": "count", "inputSchema": {"type": "object"}}
        result = {"tools": [tool]}
    return _json({"jsonrpc": "2.0", "id": asked["id"], "result": result})


async def _never() -> None:
    """Wait until the client leaves."""
    await asyncio.Event().wait()


def pods(ask: Ask, rest: str) -> Answer:
    """As Kubernetes' API lets a client watch pods: two events, then it ends; what comes
    behind the second, in a stream that stays open."""
    resumed = ask.option("resourceVersion", "") == "2"
    kinds = ["DELETED"] if resumed else ["ADDED", "MODIFIED"]
    parts = []
    for place, kind in enumerate(kinds, 3 if resumed else 1):
        facts = {"name": "a", "resourceVersion": str(place)}
        pod = {"kind": "Pod", "apiVersion": "v1", "metadata": facts}
        parts.append(json.dumps({"type": kind, "object": pod}).encode() + b"\n")
    answer = _typed(b"application/json", b"", parts=parts, sized=False)
    return replace(answer, gate=_never) if resumed else answer


def docker(ask: Ask, rest: str) -> Answer:
    """As Docker tells of its events, until the client leaves."""
    actor = {"ID": "c1", "Attributes": {"image": "alpine"}}
    events = [
        json.dumps({"Type": "container", "Action": action, "Actor": actor}).encode()
        for action in ("create", "start")
    ]
    body = b"\r\n".join([*events, b""])
    return _typed(b"application/json", body, sized=False, gate=_never)


def bedrock(ask: Ask, rest: str) -> Answer:
    """As a model of Amazon's talks, each word in an event of its own."""
    deltas = [{"contentBlockIndex": 0, "delta": {"text": word}} for word in WORDS]
    parts = [
        frames.amazon("messageStart", {"role": "assistant"}),
        *(frames.amazon("contentBlockDelta", delta) for delta in deltas),
        frames.amazon("contentBlockStop", {"contentBlockIndex": 0}),
        frames.amazon("messageStop", {"stopReason": "end_turn"}),
    ]
    kind = b"application/vnd.amazon.eventstream"
    return _typed(kind, b"", parts=parts, sized=False, pause=0.02)


Route = Callable[[Ask, str], Answer]

ROUTES: dict[str, Route] = {
    "json": json_,
    "maven": maven,
    **dict.fromkeys(("simple", "files", "index", "dl", built.NAME), packages),
    "v1beta": gemini,
    "v2": cohere,
    "whole": chats,
    "mcp": mcp,
    "api": pods,
    "v1.44": docker,
    "model": bedrock,
    "echo.Echo": rpc,
    "headers": headers,
    "sse": sse,
    "encoded": encoded,
    "binary": binary,
    "redirect": redirect,
    "cookies": cookies,
    "repeated": repeated,
    "odd": odd,
    "status": status,
    "slow": slow,
    "chunked": chunked,
    "live": live,
    "v1": llm,
    "until-close": until_close,
    "big": big,
    "reason": reason,
    "empty": empty,
    "trailers": trailers,
    "websocket": websocket,
    "upload": upload,
    "repo.git": repo,
}
