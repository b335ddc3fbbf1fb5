"""Writes a cassette: many.py FILE COUNT [BYTES of each body]."""

import json
import sys
from pathlib import Path

from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import writer


def _made(number: int, size: int) -> Interaction:
    body = json.dumps({"number": number, "text": "x" * size}).encode()
    url = f"https://api.example.com/items/{number}"
    headers = {"Content-Type": ["application/json"]}
    request = Request("GET", url, "HTTP/1.1", 1, 1, host="api.example.com")
    response = Response(
        proto="HTTP/2.0",
        proto_major=2,
        content_length=len(body),
        body=body,
        headers=headers,
        status="404 Not Found" if number % 100 == 99 else "200 OK",
        code=404 if number % 100 == 99 else 200,
        duration=1_000_000 * (1 + number % 50),
    )
    return Interaction(number, request, response)


path, count, size = Path(sys.argv[1]), int(sys.argv[2]), int((*sys.argv, "20")[3])
path.parent.mkdir(parents=True, exist_ok=True)
path.write_bytes(writer.dumps(Cassette([_made(n, size) for n in range(count)])))
