#!/usr/bin/env bash
# How many requests an MCP client for Python sends goes by the clock: where the server ends the
# stream that it offers, the client opens it anew each second for as long as the session lasts,
# though it has a limit of two attempts; and behind the first call of each tool it sends a
# tools/list that no program asked for, and that takes a number, so that the next call has another.
#
# Versions: mcp 2.3.0 (CPython 3.11 to 3.13); the server speaks the protocol 2025-06-18.
# Source: mcp/client/streamable_http.py (handle_get_stream: MAX_RECONNECTION_ATTEMPTS counts
# failures alone, and an end without an error sets it back) and mcp/client/session.py (the result of a
# tool is checked by its output schema, which is fetched if it is not known). The protocol,
# "Streamable HTTP", lets either side end the stream at any time.
# Why it matters to a recorder: a stream that was open all the time when it was recorded ends at once
# when it is replayed, unless it is held open, and then each further second of the replay asks
# for what no cassette has. The number of a message is a part of its body, so that a program
# that lists its tools first sends other bodies for the same calls.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check mcp==2.3.0
cat > look.py <<'PY'
import asyncio
import http.server
import importlib.metadata
import json
import threading

from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

asked = []
RESULTS = {
    "initialize": {
        "protocolVersion": "2025-06-18",
        "capabilities": {"tools": {}},
        "serverInfo": {"name": "origin", "version": "1"},
    },
    "tools/call": {"content": [{"type": "text", "text": "done"}]},
    "tools/list": {"tools": [{"name": each, "inputSchema": {"type": "object"}} for each in "ab"]},
}


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def say(self, status, kind=None, body=b""):
        self.send_response(status)
        self.send_header("Mcp-Session-Id", "one")
        if kind is not None:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        asked.append("GET")
        self.say(200, "text/event-stream", b": nothing to say\n\n")

    def do_DELETE(self):
        asked.append("DELETE")
        self.say(200)

    def do_POST(self):
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if "id" not in message:
            return self.say(202)
        asked.append(f"{message['id']} {message['method']}")
        answer = {"jsonrpc": "2.0", "id": message["id"], "result": RESULTS[message["method"]]}
        self.say(200, "application/json", json.dumps(answer).encode())

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
URL = f"http://127.0.0.1:{origin.server_port}/mcp"


async def program(seconds, listed):
    async with streamable_http_client(URL) as streams, ClientSession(*streams[:2]) as session:
        await session.initialize()
        if listed:
            await session.list_tools()
        await session.call_tool("a", {})
        await session.call_tool("a", {})
        await asyncio.sleep(seconds)


def run(seconds, listed=False):
    asked.clear()
    asyncio.run(asyncio.wait_for(program(seconds, listed), 60))
    return list(asked)


print("mcp", importlib.metadata.version("mcp"))
first = run(0)
print("two calls:", *(f"[{each}]" for each in first if each not in ("GET", "DELETE")))
listed = run(0, listed=True)
print("listed before:", *(f"[{each}]" for each in listed if each not in ("GET", "DELETE")))
counts = {seconds: run(seconds).count("GET") for seconds in (1.5, 5.5)}
print("the stream was opened", "; ".join(f"{n} times in {s} s" for s, n in counts.items()))
plain = [each for each in first if each not in ("GET", "DELETE")]
if plain != ["1 initialize", "2 tools/call", "3 tools/list", "4 tools/call"]:
    raise SystemExit("the behaviour has changed: another order")
if [each for each in listed if each not in ("GET", "DELETE")] != [
    "1 initialize",
    "2 tools/list",
    "3 tools/call",
    "4 tools/call",
]:
    raise SystemExit("the behaviour has changed: it lists its tools otherwise")
if not 3 < counts[5.5] > counts[1.5]:
    raise SystemExit("the behaviour has changed: it does not ask by the clock")
PY
timeout 100 venv/bin/python look.py
