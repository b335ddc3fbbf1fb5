"""A cassette of the kinds of traffic that real ones hold, always the same."""

import json
import random
from collections.abc import Callable, Mapping

from mitmvcr.core.model import Interaction, Request, Response

MIB = 1024 * 1024
_TEXT = (
    "the quick brown fox jumps over a lazy dog and then it says that every user of"
    " the service may ask for more of those items when it is done with the first page"
)
_WORDS = _TEXT.split()
Make = Callable[[random.Random], bytes]


def _prose(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(_WORDS, k=words))


def _value(chance: random.Random, items: int = 7) -> list[dict[str, object]]:
    return [
        {
            "id": f"{chance.getrandbits(64):016x}",
            "created": chance.randrange(1_600_000_000, 1_700_000_000),
            "name": _prose(chance, 3),
            "score": round(chance.random(), 6),
            "text": f'She said: "{_prose(chance, 12)}"\n',
            "tags": chance.sample(_WORDS, 3),
            "parent": None,
        }
        for _ in range(items)
    ]


def _json(chance: random.Random) -> bytes:
    return json.dumps(_value(chance)).encode()


def _pretty(chance: random.Random) -> bytes:
    return json.dumps(_value(chance, 6), indent=2).encode()


def _sse(chance: random.Random, end: str = "\n") -> bytes:
    number = f"chatcmpl-{chance.getrandbits(64):016x}"
    events = []
    for word in _prose(chance, 16).split():
        delta = [{"index": 0, "delta": {"content": f" {word}"}, "finish_reason": None}]
        event = {"id": number, "object": "chat.completion.chunk", "choices": delta}
        events.append(f"data: {json.dumps(event)}{end}{end}")
    return "".join(events).encode()


def _sse_crlf(chance: random.Random) -> bytes:
    return _sse(chance, "\r\n")


def _html(chance: random.Random) -> bytes:
    rows = [
        f'  <li class="item">\n    <a href="/p/{chance.getrandbits(32)}">'
        f"{_prose(chance, 5)}</a> &amp; {_prose(chance, 6)}\n\n  </li>\n"
        for _ in range(16)
    ]
    return f"<!DOCTYPE html>\n<ul>\n{''.join(rows)}</ul>\n".encode()


def _binary(chance: random.Random) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + chance.randbytes(1700)


def _text(chance: random.Random, more: str = "") -> bytes:
    return f"{_prose(chance, 30)}. {more}{_prose(chance, 8)}.\n".encode()


def _quoted(chance: random.Random) -> bytes:
    words = _prose(chance, 8)
    return f'{words}\t"{chance.choice(_WORDS)}" C:\\{words[:3]}\n'.encode()


def _emoji(chance: random.Random) -> bytes:
    return _text(chance, f"{chance.choice('😀🎉👍🚀💡🔥✨')} — it’s fine ")


def _separated(chance: random.Random) -> bytes:
    return _text(chance, "and\u2028then ")


def _bom(chance: random.Random) -> bytes:
    return f'{chance.getrandbits(32)},"{_prose(chance, 4)}"\r\n'.encode()


#: Kind -> its content type and a piece of it.
_KINDS: Mapping[str, tuple[str, Make]] = {
    "JSON": ("application/json", _json),
    "pretty JSON": ("application/json", _pretty),
    "SSE": ("text/event-stream", _sse),
    "HTML": ("text/html; charset=utf-8", _html),
    "binary": ("image/png", _binary),
    "form": ("application/json", _json),
}


def interactions(count: int) -> list[Interaction]:
    chance = random.Random(1)
    kinds = list(_KINDS)
    return [_interaction(n, kinds[n % len(kinds)], chance) for n in range(count)]


def _interaction(number: int, kind: str, chance: random.Random) -> Interaction:
    content_type, make = _KINDS[kind]
    url = f"https://api.example.com/v1/{kind.replace(' ', '-')}/{number}"
    form = {"grant_type": ["refresh"], "name": [_prose(chance, 2)]}
    headers = {
        "Accept": ["application/json"],
        "User-Agent": ["bench/1"],
        "X-Request": [str(number)],
    }
    body = f"grant_type=refresh&name={form['name'][0].replace(' ', '+')}".encode()
    is_form = kind == "form"
    request = Request(
        method="POST" if is_form else "GET",
        url=url if is_form else f"{url}?page={number}",
        proto="HTTP/1.1",
        proto_major=1,
        proto_minor=1,
        content_length=len(body) if is_form else 0,
        host="api.example.com",
        body=body if is_form else b"",
        form=form if is_form else {"page": [str(number)]},
        headers=headers,
    )
    return Interaction(number, request, _response(content_type, make(chance), chance))


def _response(content_type: str, body: bytes, chance: random.Random) -> Response:
    headers = {
        "Content-Type": [content_type],
        "Date": ["Wed, 21 Oct 2015 07:28:00 GMT"],
        "Etag": [f'W/"{chance.getrandbits(64):016x}"'],
        "Server": ["nginx"],
        "Set-Cookie": [f"session={chance.getrandbits(64):016x}; Path=/; HttpOnly"],
        "X-Request-Id": [f"req_{chance.getrandbits(64):016x}"],
    }
    return Response(
        proto="HTTP/2.0",
        proto_major=2,
        content_length=-1,
        uncompressed=True,
        body=body,
        headers=headers,
        status="200 OK",
        code=200,
        duration=chance.randrange(10**6, 10**9),
    )


def large() -> dict[str, bytes]:
    """Bodies of 1 MiB, by their kind."""
    made = {
        "one-line JSON": b"[" + _filled(lambda c: _json(c)[1:-1] + b", ") + b"0]",
        "pretty JSON": _pretty_mib(),
        "SSE": _filled(_sse),
        "SSE, CRLF": _filled(_sse_crlf),
        "quotes and tabs": _filled(_quoted),
        "text with emoji": _filled(_emoji),
        "CSV with a BOM": b"\xef\xbb\xbf" + _filled(_bom),
        "binary": random.Random(1).randbytes(MIB),
        "HTML": _filled(_html),
        "text with U+2028": _filled(_separated),
    }
    return made


def _filled(make: Make) -> bytes:
    """Whole pieces, up to 1 MiB."""
    chance, parts, size = random.Random(1), [], 0
    while size < MIB - 4096:
        parts.append(make(chance))
        size += len(parts[-1])
    return b"".join(parts)


def _pretty_mib() -> bytes:
    size = len(json.dumps(_value(random.Random(1), 100), indent=2)) / 100
    return json.dumps(_value(random.Random(1), int(MIB / size)), indent=2).encode()


def alone(body: bytes) -> Interaction:
    """One interaction with that body."""
    return Interaction(
        0,
        Request(method="GET", url="https://h.test/"),
        Response(body=body, code=200, status="200 OK"),
    )
