#!/usr/bin/env bash
# Asked for a snapshot of a door bell, Ring's client for Python fetches a picture only if the answer says that it was taken
# later than this machine's clock says it is: where the time in the answer is of a moment ago it asks three times,
# a second apart, and returns None, with no error and without a request for the picture.
#
# Versions: ring-doorbell 0.9.14 (CPython 3.11).
# Source: ring_doorbell/doorbot.py (async_get_snapshot: time.time() after the first answer, and timestamps[0] has to be above it).
# Why it matters to a recorder: the requests of a recording are POST, POST and GET, and those of its replay, at any later time,
# four POSTs and no GET, of which the last two are misses: the program gets None where it got a picture. The time is in
# milliseconds, in the body; a machine whose clock is ahead by some seconds sees no picture of a live door bell either.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export OAUTHLIB_INSECURE_TRANSPORT=1 # the library of its log-in wants https otherwise
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check ring-doorbell==0.9.14
cat > look.py <<'PY'
import asyncio
import http.server
import json
import threading
import time
from importlib.metadata import version

from ring_doorbell import Auth, Ring, RingDoorBell

asked = []
told = {}


class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        if path.endswith("/session"):
            body = b"{}"
        elif "timestamps" in path:
            asked.append(f"{self.command} when")
            taken = int((time.time() + told["ahead"]) * 1000)
            body = json.dumps({"timestamps": [{"timestamp": taken, "doorbot_id": 7}]}).encode()
        else:
            asked.append(f"{self.command} picture")
            body = b"a picture"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


class Here(Auth):
    """Asks the service here."""

    async def async_query(self, url, *given, **named):
        _, _, rest = url.removeprefix("https://").partition("/")
        return await super().async_query(f"http://127.0.0.1:{service.server_port}/{rest}", *given, **named)


async def main():
    for name, ahead in (
        ("an hour from now", 3600),
        ("a minute ago", -60),
        ("a year ago", -365 * 86400),
    ):
        told["ahead"] = ahead
        asked.clear()
        auth = Here("Shop/1.0", {"access_token": "example", "token_type": "Bearer"})
        ring = Ring(auth)
        ring.devices_data = {"doorbots": {7: {"id": 7, "description": "door"}}}
        picture = await RingDoorBell(ring, 7).async_get_snapshot()
        await auth.async_close()
        print(f"taken {name}: {', '.join(asked)}; {picture}")


service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=service.serve_forever, daemon=True).start()
print("ring-doorbell", version("ring-doorbell"))
asyncio.run(main())
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
ring-doorbell 0.9.14
taken an hour from now: POST when, POST when, GET picture; b'a picture'
taken a minute ago: POST when, POST when, POST when, POST when; None
taken a year ago: POST when, POST when, POST when, POST when; None
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
