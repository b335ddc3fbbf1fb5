#!/usr/bin/env bash
# Where a Synology disk station says that the session has ended, by the code 119, the client by which Home Assistant talks to
# it is to log in and try once more, and neither happens: it forgets its session and raises that nobody is logged in, in this
# call and in each that follows, of which none is sent. The log-in has the machine's own name in its body, a form whose field
# mimeType says application/json.
#
# Versions: py-synologydsm-api 2.11.0, aiohttp 3.14.5 (CPython 3.11).
# Source: synology_dsm/synology_dsm.py (_request: retry_once, after _session_id = None; _prepare_request raises without one;
# login: socket.gethostname()).
# Why it matters to a recorder: an answer with 119, which a recorded session has as soon as it is replayed against a live
# station, ends all that the program does, and of the second half of a recording nothing is asked. The log-in's body is
# another one on each machine, on a CI's runner in each run, and is a user's machine's name in a cassette.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check py-synologydsm-api==2.11.0 aiohttp==3.14.5
cat > look.py <<'PY'
import asyncio
import http.server
import json
import socket
import threading
import urllib.parse
from importlib.metadata import version

import aiohttp
from synology_dsm import SynologyDSM

asked = []
told = {}
APIS = {"SYNO.API.Auth": 7, "SYNO.DSM.Info": 2, "SYNO.Core.System": 3, "SYNO.FileStation.Upload": 3}


class Nas(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        asked.append((f"{query['api']} {query['method']}", body, self.headers["Content-Type"]))
        said = {"success": True, "data": {}}
        if query["api"] == "SYNO.API.Info":
            said["data"] = {name: {"maxVersion": last, "minVersion": 1, "path": "entry.cgi"} for name, last in APIS.items()}
        elif query["method"] == "login":
            said["data"] = {"sid": "example", "did": "example"}
        elif query["api"] == "SYNO.DSM.Info":
            said["data"] = {"version": "90000", "version_string": "DSM 8"}
        elif told["codes"]:
            said = {"success": False, "error": {"code": told["codes"].pop(0)}}
        text = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


async def look(what, *codes):
    async with aiohttp.ClientSession() as session:
        asked.clear()
        told["codes"] = []
        dsm = SynologyDSM(session, "127.0.0.1", nas.server_port, "me", "example", use_https=False)
        await dsm.login()
        login = asked[1]
        asked.clear()
        told["codes"] = list(codes)
        ends = []
        for _ in range(2):
            try:
                await dsm.post("SYNO.Core.System", "reboot")
                ends.append("done")
            except Exception as error:
                ends.append(type(error).__name__)
        print(f"{what}: {', '.join(ends)}; {len(asked)} requests")
    return login


async def main():
    print("py-synologydsm-api", version("py-synologydsm-api"))
    await look("two calls")
    await look("two calls, the session has ended", 119)
    login = await look("two calls, no right", 105)
    fields = dict(urllib.parse.parse_qsl(login[1]))
    named = fields["device_name"] == socket.gethostname()
    print(f"the log-in, {login[2]}, names the machine: {named}; and a type: {fields['mimeType']}")


nas = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Nas)
threading.Thread(target=nas.serve_forever, daemon=True).start()
asyncio.run(main())
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
py-synologydsm-api 2.11.0
two calls: done, done; 2 requests
two calls, the session has ended: SynologyDSMNotLoggedInException, SynologyDSMNotLoggedInException; 1 requests
two calls, no right: SynologyDSMAPIInsufficientPrivilegeException, done; 2 requests
the log-in, application/x-www-form-urlencoded, names the machine: True; and a type: application/json
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
