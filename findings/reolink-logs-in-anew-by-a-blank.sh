#!/usr/bin/env bash
# Whether the client by which Home Assistant talks to Reolink's cameras logs in anew goes by a blank in the JSON: told
# "detail" : "please login first", as cameras write it, it logs in and sends its commands again; told the same
# without the blank before the colon, it does not, and sends each of the commands in a request of its own. A 404 and a
# 502 are an expired login to it, too, so that a setting is sent three times; a 424 and a 500 are final.
#
# Versions: reolink-aio 0.22.0 (CPython 3.11).
# Source: reolink_aio/api.py (send_chunk looks for the letters in the text of the answer before that is read as JSON, and for
# 404 and 502; where a command of several failed it sends them one by one).
# Why it matters to a recorder: who writes a recorded body anew, to redact a value or to lay it out, takes a blank away and makes
# another program of the client, whose next requests are in no cassette. A cassette of a camera's quiet hour has one
# request for all commands, and one of a bad moment up to seven, with a log-out and a log-in between.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check reolink-aio==0.22.0
cat > look.py <<'PY'
import asyncio
import http.server
import json
import threading
from importlib.metadata import version

from reolink_aio.api import Host

asked = []
told = []
PLEASE = [{"cmd": "SetName", "code": 1, "error": {"detail": "please login first", "rspCode": -6}}]


def done(names):
    return json.dumps([{"cmd": name, "code": 0, "value": {"rspCode": 200}} for name in names])


class Camera(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        names = [each["cmd"] for each in json.loads(self.rfile.read(int(self.headers["Content-Length"])))]
        asked.append("+".join(names))
        status, text = 200, done(names)
        if names == ["Login"]:
            token = {"leaseTime": 3600, "name": "example"}
            text = json.dumps([{"cmd": "Login", "code": 0, "value": {"Token": token}}])
        elif names != ["Logout"] and told:
            status, text = told.pop(0)
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


async def main():
    for name, said in (
        ("all is well", []),
        ("please login, a blank before the colon", [(200, json.dumps(PLEASE, separators=(",", " : ")))]),
        ("please login, no blank", [(200, json.dumps(PLEASE))]),
        ("404 always", [(404, "")] * 9),
        ("502 once", [(502, "")]),
        ("500", [(500, "")]),
        ("424", [(424, "")]),
        ("an empty list, twice", [(200, "[]")] * 2),
    ):
        told[:] = said
        asked.clear()
        host = Host("127.0.0.1", "example", "example", port=camera.server_port, use_https=False)
        commands = [{"cmd": each, "action": 0, "param": {}} for each in ("SetName", "GetTime")]
        try:
            answers = await asyncio.wait_for(host.send(commands, expected_response_type="json"), 60)
            end = [each["cmd"] for each in answers]
        except Exception as error:
            end = type(error).__name__
        print(f"{name}: {' '.join(asked)}; {end}")
        told.clear()
        await host.expire_session(unsubscribe=False)


camera = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Camera)
threading.Thread(target=camera.serve_forever, daemon=True).start()
print("reolink-aio", version("reolink-aio"))
asyncio.run(main())
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
reolink-aio 0.22.0
all is well: Login SetName+GetTime; ['SetName', 'GetTime']
please login, a blank before the colon: Login SetName+GetTime Logout Login SetName+GetTime; ['SetName', 'GetTime']
please login, no blank: Login SetName+GetTime SetName GetTime; ['SetName', 'GetTime']
404 always: Login SetName+GetTime Logout Login SetName+GetTime Logout Login SetName+GetTime; ApiError
502 once: Login SetName+GetTime Logout Login SetName+GetTime; ['SetName', 'GetTime']
500: Login SetName+GetTime; ApiError
424: Login SetName+GetTime; ApiError
an empty list, twice: Login SetName+GetTime Logout Login SetName+GetTime SetName GetTime; ['SetName', 'GetTime']
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
