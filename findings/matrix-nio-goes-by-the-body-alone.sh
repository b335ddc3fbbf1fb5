#!/usr/bin/env bash
# matrix-nio, the usual client of Matrix for Python, goes by the body and not by the status: a 403 or a 424 whose body
# has an event_id is a message that was sent, and a 200 or a 400 whose body says M_LIMIT_EXCEEDED is asked again,
# without an end; the status counts where it is 429. Each message has a random id in its URL, a PUT, which its repeats
# share.
#
# Versions: matrix-nio 0.26.0, aiohttp as it comes with it (CPython 3.11 to 3.13).
# Source: matrix-nio's nio/client/async_client.py (_send: 429, or an error response whose status_code, which is the
# body's errcode, is M_LIMIT_EXCEEDED; max_limit_exceeded is None; room_send makes the id of uuid4) and
# nio/responses.py (from_dict, which takes what fits the schema).
# Why it matters to a recorder: no two runs ask for the same URL, and a match that leaves the last part of the path
# out takes one message's answer for another's. A "not recorded" that repeats the nearest answer's body is a message
# sent; a 429 waits for the milliseconds in its body, or for five seconds, whatever Retry-After says.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check matrix-nio==0.26.0
cat > look.py <<'PY'
import asyncio
import http.server
import json
import threading
import time
from importlib.metadata import version

from nio import AsyncClient

asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked.append(self.path)
        status, said = answer if len(asked) <= times else (200, {"event_id": "$granted"})
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Retry-After", "9")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("matrix-nio", version("matrix-nio"))
slowly = {"errcode": "M_LIMIT_EXCEEDED", "error": "slowly", "retry_after_ms": 100}


async def main():
    global answer, times
    client = AsyncClient(f"http://127.0.0.1:{origin.server_port}", "@user:example.com")
    client.access_token = "example"
    urls = set()
    for answer, times in (
        ((200, {"event_id": "$sent"}), 9),
        ((403, {"event_id": "$sent"}), 9),
        ((424, {"event_id": "$sent"}), 9),
        ((424, {"errcode": "M_UNKNOWN", "error": "no"}), 9),
        ((429, slowly), 6),
        ((400, slowly), 6),
        ((200, slowly), 6),
        ((429, {}), 1),
    ):
        asked.clear()
        begun = time.monotonic()
        said = await client.room_send("!room:example.com", "m.room.message", {"msgtype": "m.text", "body": "hi"})
        took = "five seconds" if 5 <= time.monotonic() - begun < 8 else "at once"
        urls.update(asked)
        told = getattr(said, "event_id", "")
        print(*answer, f"{len(asked)} requests for {len(set(asked))} URL, {took}: {type(said).__name__} {told}")
    print(f"8 equal messages have {len(urls)} URLs")
    await client.close()


asyncio.run(main())
PY
timeout 60 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
matrix-nio 0.26.0
200 {'event_id': '$sent'} 1 requests for 1 URL, at once: RoomSendResponse $sent
403 {'event_id': '$sent'} 1 requests for 1 URL, at once: RoomSendResponse $sent
424 {'event_id': '$sent'} 1 requests for 1 URL, at once: RoomSendResponse $sent
424 {'errcode': 'M_UNKNOWN', 'error': 'no'} 1 requests for 1 URL, at once: RoomSendError 
429 {'errcode': 'M_LIMIT_EXCEEDED', 'error': 'slowly', 'retry_after_ms': 100} 7 requests for 1 URL, at once: RoomSendResponse $granted
400 {'errcode': 'M_LIMIT_EXCEEDED', 'error': 'slowly', 'retry_after_ms': 100} 7 requests for 1 URL, at once: RoomSendResponse $granted
200 {'errcode': 'M_LIMIT_EXCEEDED', 'error': 'slowly', 'retry_after_ms': 100} 7 requests for 1 URL, at once: RoomSendResponse $granted
429 {} 2 requests for 1 URL, five seconds: RoomSendResponse $granted
8 equal messages have 8 URLs
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
