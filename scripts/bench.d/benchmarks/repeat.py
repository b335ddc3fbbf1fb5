"""Requests with large bodies and many headers, as a session decides on them.

The figures are the time of one request in this process: read, looked up and made ready
to be answered.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import repeat
from pathlib import Path
from types import MappingProxyType

from harness.figures import Figure, Goal, Row, least
from harness.race import Bench, wall_ms

from mitmvcr.core.model import Cassette, Headers, Interaction, Request, Response
from mitmvcr.core.modes import Replay
from mitmvcr.format import writer
from mitmvcr.options import BY_NAME, settings_of
from mitmvcr.session import Session, open_session
from mitmvcr.view import responses
from mitmvcr.view.parts import Fields, PlainHeaders, PlainRequest
from mitmvcr.view.restore import to_wire

#: Of the sha256 of the body, and of what json.loads takes for it.
AGAIN, NEW, IGNORED = Goal("ratio", 2.0), Goal("ratio", 1.3), Goal("ratio", 2.0)
#: More than the same request with headers that stay; and in milliseconds.
VARYING, ANSWER = Goal("extra", 0.015), Goal("ours", 0.060)
_URL = "http://api.example.com/v1/chat"
_JSON = ((b"Content-Type", b"application/json"),)


def rows(bench: Bench) -> Iterator[Row]:
    rounds = bench.size(300, quick=60)
    for size in (1 << 16, 1 << 18):
        bodies = [_chat(size, number) for number in range(rounds // 4)]
        shown = f"{size >> 10} KiB of JSON"
        hashed = _least(partial(hashlib.sha256, bodies[0]) for _ in range(rounds))
        again = _asked(bench, bodies[:1], _copies(bodies[0], rounds), repeats="all")
        yield Row(f"{shown}, again", again, "sha256", hashed, AGAIN)
        loaded = _least(partial(json.loads, each) for each in bodies)
        new = _asked(bench, bodies, bodies)
        yield Row(f"{shown}, new each time", new, "json.loads", loaded, NEW)
        other = _asked(bench, bodies, [each.replace(b'", ', b'",') for each in bodies])
        yield Row(f"{shown}, spelled in another way", other, "json.loads", loaded)
    yield _ignored(bench, rounds // 6)
    yield from _headers(bench, rounds)


def _ignored(bench: Bench, rounds: int) -> Row:
    """580 KB in which each id is another one each time."""
    bodies = [_with_ids(number) for number in range(rounds)]
    loaded = _least(partial(json.loads, each) for each in bodies)
    ours = _asked(bench, bodies[:1], bodies, repeats="all", ignore_json=("$..id",))
    case = f"{len(bodies[0]) // 1000} KB, --ignore-json '$..id'"
    return Row(case, ours, "json.loads", loaded, IGNORED)


def _headers(bench: Bench, rounds: int) -> Iterator[Row]:
    stay = [(b"X-Header-%d" % n, b"value %d of many" % n) for n in range(50)]
    for name, beside in (("alone", []), ("beside 50", stay)):
        sent = [
            (*beside, (b"X-Request-Id", b"id-%08d" % number))
            for number in range(rounds)
        ]
        same, varying = (
            _asked(bench, [b""], [b""] * rounds, each, repeats="all")
            for each in ([sent[0]] * rounds, sent)
        )
        case = f"a header that varies, {name}"
        yield Row(case, varying, "it stays", same, VARYING)
        made = [
            (*each[:-1], (b"X-Request-Id", b"made-" + each[-1][1])) for each in sent
        ]
        same, varying = (
            _asked(bench, [b""] * rounds, [b""] * rounds, each, recorded_with=own)
            for each, own in (([sent[0]] * rounds, [sent[0]] * rounds), (sent, made))
        )
        yield Row(f"{case}, each once", varying, "it stays", same)
    many = {f"X-Header-{n}": [f"value {n} of many"] for n in range(200)}
    ours = _asked(bench, [b""], [b""] * rounds, answer=many, repeats="all")
    yield Row("200 response headers", ours, goal=ANSWER)


def _asked(
    bench: Bench,
    recorded: Sequence[bytes],
    asked: Iterable[bytes],
    headers: Iterable[Fields] | None = None,
    recorded_with: Iterable[Fields] | None = None,
    answer: Headers = MappingProxyType({"Content-Type": ["text/plain"]}),
    **options: str | tuple[str, ...],
) -> Figure:
    """Return what a request costs to a session that plays these bodies."""
    path = bench.folder / "repeat.yaml"
    sent = zip(recorded, recorded_with or repeat(_JSON), strict=False)
    path.write_bytes(writer.dumps(Cassette([_posted(*each, answer) for each in sent])))
    repeats = options.pop("repeats", "no")
    texts = {"cassette": str(path), "mode": "replay_only", "allow_repeats": repeats}
    with closing(_session(path, **(texts | options))) as session:
        pairs = zip(asked, repeat(_JSON) if headers is None else headers, strict=False)
        tasks = [partial(_ask, session, _request(each, own)) for each, own in pairs]
        return _least(tasks)


def _session(path: Path, **texts: str | tuple[str, ...]) -> Session:
    values = {BY_NAME[name]: text for name, text in texts.items()}
    return open_session(settings_of({o.name: o.read(t) for o, t in values.items()}))


def _ask(session: Session, request: PlainRequest) -> None:
    decision = session.plan(responses.to_request(request).request)
    assert isinstance(decision, Replay)
    to_wire(decision.interaction, request)


def _least(tasks: Iterable[Callable[[], object]]) -> Figure:
    return least([wall_ms(task) for task in tasks])


def _request(body: bytes, headers: Fields) -> PlainRequest:
    fields = PlainHeaders((*headers, (b"Content-Length", b"%d" % len(body))))
    path, proto = b"/v1/chat", b"HTTP/1.1"
    host = "api.example.com"
    return PlainRequest(host, 80, b"POST", b"http", b"", path, proto, fields, body)


def _posted(body: bytes, sent: Fields, headers: Headers) -> Interaction:
    said = {name.decode(): [value.decode()] for name, value in sent}
    request = Request("POST", _URL, body=body, headers=said)
    return Interaction(0, request, Response(code=200, status="200 OK", headers=headers))


def _copies(body: bytes, rounds: int) -> Iterator[bytes]:
    """Yield the same bytes, each time in a place of their own."""
    return (bytes(bytearray(body)) for _ in range(rounds))


def _chat(size: int, number: int) -> bytes:
    message = {"role": "user", "content": "tell me of a ship, and of its captain"}
    messages = [message | {"n": n} for n in range(size // 82)]
    return json.dumps({"model": f"storyteller-{number}", "messages": messages}).encode()


def _with_ids(number: int) -> bytes:
    kept = {"type": "message", "text": "of no importance", "tags": ["one", "two"]}
    items = [{"id": f"{number}-{n}", **kept} for n in range(5800)]
    return json.dumps({"id": number, "items": items}).encode()
