#!/usr/bin/env bash
# To join a room mautrix, on which Matrix's bridges for Python stand, posts five times within a hundred seconds where it is
# refused, whatever the status: a 403, by which a server says that one may not, a 404 and a 424 too. To leave the room or to
# say something it asks once. Each message is a PUT to a URL of its own, with the nanosecond of the clock in it.
#
# Versions: mautrix 0.21.1, aiohttp 3.14.5 (CPython 3.11).
# Source: mautrix/client/api/rooms.py (join_room: max_retries of four, ten seconds more each time, for any
# MatrixRequestError), mautrix/api.py (get_txn_id: time.time_ns).
# Why it matters to a recorder: a miss at a join is five misses, and a test hangs for a hundred seconds at the one thing that
# each program does first. The message's URL is another one in each run, so that a replay has to leave out of the comparison
# a part of a path which does not look like a number alone.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check mautrix==0.21.1 aiohttp==3.14.5
cat > look.py <<'PY'
import asyncio
import http.server
import json
import threading
from importlib.metadata import version

from mautrix.client import ClientAPI
from mautrix.types import EventType, TextMessageEventContent, MessageType

asked = []
answers = []
waits = []


class Home(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        said = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        asked.append((self.path, said))
        status = answers[min(len(asked), len(answers)) - 1]
        text = {"room_id": "!a:example.com", "event_id": "$b"}
        body = json.dumps(text if status == 200 else {"errcode": "M_FORBIDDEN", "error": "no"}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = answer

    def log_message(self, *_):
        pass


async def at_once(seconds, sleep=asyncio.sleep):
    waits.append(seconds)
    await sleep(0)


async def look(what, does, *given):
    asked.clear()
    waits.clear()
    answers[:] = given
    client = ClientAPI("@me:example.com", base_url=f"http://127.0.0.1:{home.server_port}", token="example")
    try:
        await does(client)
        end = "done"
    except Exception as error:
        end = type(error).__name__
    await client.api.session.close()
    print(f"{what}: {len(asked)} requests, waited {sum(waits)} s: {end}")


async def main():
    print("mautrix", version("mautrix"))
    asyncio.sleep = at_once

    async def join(client):
        await client.join_room("!a:example.com")

    async def leave(client):
        await client.leave_room("!a:example.com")

    async def say(client):
        await client.send_message("!a:example.com", TextMessageEventContent(msgtype=MessageType.TEXT, body="hello"))

    for status in (403, 404, 424, 500):
        await look(f"a room joined, {status}", join, status)
    await look("a room joined, 403 twice", join, 403, 403, 200)
    await look("a room left, 403", leave, 403)
    await look("a message, 403", say, 403)
    names = set()
    for _ in range(2):
        await look("a message, 200", say, 200)
        names.add(asked[0][0])
    print("two equal messages have", len(names), "URLs")


home = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Home)
threading.Thread(target=home.serve_forever, daemon=True).start()
asyncio.run(main())
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
mautrix 0.21.1
a room joined, 403: 5 requests, waited 100 s: MForbidden
a room joined, 404: 5 requests, waited 100 s: MForbidden
a room joined, 424: 5 requests, waited 100 s: MForbidden
a room joined, 500: 5 requests, waited 100 s: MForbidden
a room joined, 403 twice: 3 requests, waited 30 s: done
a room left, 403: 1 requests, waited 0 s: MForbidden
a message, 403: 1 requests, waited 0 s: MForbidden
a message, 200: 1 requests, waited 0 s: done
a message, 200: 1 requests, waited 0 s: done
two equal messages have 2 URLs
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
