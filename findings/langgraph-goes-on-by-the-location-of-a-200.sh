#!/usr/bin/env bash
# Whether LangGraph's client goes on goes by the header Location of a 200, which HTTP gives no meaning there: with it
# a POST whose answer breaks off is followed by a GET of what the header says, without it the program gets an error.
# And of a stream that ends as it should, but without an event named "end", it then asks another URL how the run is,
# and by one word of that answer it asks for the rest of the stream, or takes what it has for all.
#
# Versions: langgraph-sdk 0.4.14, httpx 0.28.1 (CPython 3.11 to 3.13).
# Source: langgraph-sdk's langgraph_sdk/_async/http.py (request_reconnect, stream and _acheck_run, which cuts
# "/stream" off the Location to get the URL that it asks; after anything but "pending" and "running" it ends).
# Why it matters to a recorder: one header of an answer, which a recorder that keeps only those that matter leaves
# out, decides over requests to come; a stream that was recorded until the program left, or whose last event was cut
# off, is followed at a replay by a GET that nobody recorded. A 424 for that GET is passed over and half the events
# are all; a 503 makes it ask again five times.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check langgraph-sdk==0.4.14 httpx==0.28.1
cat > look.py <<'PY'
import asyncio
import http.server
import json
import threading
import warnings
from importlib.metadata import version

import httpx
from langgraph_sdk import get_client

warnings.simplefilter("ignore")
asked = []
RUN = "/threads/t/runs/r"
ENDS = b"event: end\ndata: null\n\n"


class Origin(http.server.BaseHTTPRequestHandler):
    """Answers a POST as the round says, and all that a GET asks for in full."""

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        since = self.headers.get("Last-Event-ID")
        asked.append(f"{self.command} {self.path.removeprefix('/threads/t/runs')}" + (f" since {since}" if since else ""))
        is_first, status, kind = self.command == "POST", 200, "application/json"
        if self.path == RUN:
            status, body = how if isinstance(how, tuple) else (200, json.dumps({"status": how}).encode())
        elif self.path.endswith("stream"):
            kind = "text/event-stream"
            body = b"id: 1\nevent: values\ndata: {}\n\n" if is_first else b"id: 2\nevent: values\ndata: {}\n\n"
            body += ENDS if ends or not is_first else b""
        else:
            body = b'{"is": "done"}'
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) + (5 if cut and is_first else 0)))
        if is_first and located:
            self.send_header("Location", f"{RUN}/{'stream' if self.path.endswith('stream') else 'join'}")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


async def wait():
    return await client.runs.wait("t", "assistant")


async def stream():
    return [part.event async for part in client.runs.stream("t", "assistant")]


async def look(call):
    asked.clear()
    try:
        said = await call()
    except httpx.HTTPError as error:
        said = type(error).__name__
    where = "a Location" if located else "no Location"
    about = "breaks off" if cut else "whole" if call is wait else f"whole, {'an' if ends else 'no'} end"
    print(f"{call.__name__}, {about}, {where}{f', {how}' if how else ''}: {', '.join(asked)}: {said}")


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
client = get_client(url=f"http://127.0.0.1:{origin.server_port}", api_key=None)
print("langgraph-sdk", version("langgraph-sdk"))


async def main():
    global cut, ends, how, located
    how, ends = None, False
    for call in (wait, stream):
        for cut in (False, True):
            for located in (False, True):
                if call is wait or cut or not located:
                    await look(call)
    cut, ends, located = False, True, True
    await look(stream)
    ends = False
    for how in ("success", "interrupted", "running", (424, b"{}"), (404, b"{}")):
        await look(stream)


asyncio.run(main())
PY
timeout 60 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
langgraph-sdk 0.4.14
wait, whole, no Location: POST /wait: {'is': 'done'}
wait, whole, a Location: POST /wait: {'is': 'done'}
wait, breaks off, no Location: POST /wait: RemoteProtocolError
wait, breaks off, a Location: POST /wait, GET /r/join: {'is': 'done'}
stream, whole, no end, no Location: POST /stream: ['values']
stream, breaks off, no Location: POST /stream: RemoteProtocolError
stream, breaks off, a Location: POST /stream, GET /r/stream since 1: ['values', 'values', 'end']
stream, whole, an end, a Location: POST /stream: ['values', 'end']
stream, whole, no end, a Location, success: POST /stream, GET /r: ['values']
stream, whole, no end, a Location, interrupted: POST /stream, GET /r: ['values']
stream, whole, no end, a Location, running: POST /stream, GET /r, GET /r/stream since 1: ['values', 'values', 'end']
stream, whole, no end, a Location, (424, b'{}'): POST /stream, GET /r: ['values']
stream, whole, no end, a Location, (404, b'{}'): POST /stream, GET /r: ['values']
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
