"""Writes two cassettes to be compared, and one of messages: two.py FOLDER."""

import json
import sys
from pathlib import Path

from mitmvcr.core.frames import Frame
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import writer

HOSTILE = """"><img src=x onerror="document.title='owned'"><b id=owned>"""


def _made(path, body, media="application/json", code=200, **headers):
    request = Request("GET", f"https://api.example.com{path}", "HTTP/1.1", 1, 1)
    status = "404 Not Found" if code == 404 else "200 OK"
    found = {
        "Content-Type": [media],
        **{name: [each] for name, each in headers.items()},
    }
    data = body if isinstance(body, bytes) else body.encode()
    return Interaction(
        0,
        request,
        Response(
            proto="HTTP/1.1",
            body=data,
            headers=found,
            status=status,
            code=code,
            duration=1_000_000,
        ),
    )


def _text(changed):
    lines = [f"line {n}" for n in range(60)]
    lines[30] = changed
    return "\n".join(lines)


def _json(price):
    return json.dumps({"id": 7, "items": [{"name": "ink", "price": price}], "ok": True})


ONE = [
    _made("/users/1", _json(12.5), Date="Mon, 02 Nov 2026 10:00:00 GMT"),
    _made("/orders", _json(12.5), ETag='"a"'),
    _made("/notes.txt", _text("it was so"), "text/plain"),
    _made("/gone", "{}"),
    _made("/missing", "{}"),
    _made("/hostile", HOSTILE + "1", "text/html", **{"X-Hostile": HOSTILE + "1"}),
    _made("/large", "x" * 200_000 + "\n1", "text/plain"),
]
TWO = [
    _made("/users/1", _json(12.50), Date="Tue, 03 Nov 2026 10:00:00 GMT"),
    _made("/orders", _json(13.0), ETag='"b"'),
    _made("/notes.txt", _text("now it is thus"), "text/plain"),
    _made("/missing", '{"error": "not found"}', code=404),
    _made("/hostile", HOSTILE + "2", "text/html", **{"X-Hostile": HOSTILE + "2"}),
    _made("/large", "x" * 200_000 + "\n2", "text/plain"),
    _made("/new", '{"new": true}'),
]

FRAMES = (
    Frame(True, 1_000_000, "text", b'{"hello": 1}'),
    Frame(False, 2_000_000, "binary", b"\x00\xff"),
)
SOCKET = Interaction(
    0,
    Request("GET", "https://api.example.com/socket", "HTTP/1.1", 1, 1),
    Response(
        proto="HTTP/1.1", code=101, status="101 Switching Protocols", websocket=FRAMES
    ),
)
GRPC = _made(
    "/grpc", b"\0\0\0\0\x03\x08\x01\x10\0\0\0\0\x02\x08\x07", "application/grpc"
)
MESSAGES = [SOCKET, GRPC]

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for name, held in (("one", ONE), ("two", TWO), ("messages", MESSAGES)):
    (folder / f"{name}.yaml").write_bytes(writer.dumps(Cassette(held)))
