#!/usr/bin/env bash
# Told to toggle a plug by a Fritz!Box, fritzconnection, the usual client for it, sends the toggle a second time where
# the first answer is any status but 200, a 204, a 500 or a 424 as well: it takes each for a session that has ended,
# logs in anew and repeats the GET, so that a plug that had switched before the box stumbled is as it was, and the
# call is a success. A log-in that is refused is no error: the session "0000000000000000", which says so, is sent with
# the command.
#
# Versions: fritzconnection 1.15.1 (CPython 3.11).
# Source: fritzconnection/core/fritzhttp.py (FritzHttp.call_url, _get_sid and _request_sid; the class that
# FritzConnection hands its call_http to).
# Why it matters to a recorder: one toggle is three requests or six, and what a replay refuses it hears twice, each
# time behind a log-in whose answer to the box's challenge is a digest of the password. A recording in which a status
# was changed to 204, or whose 500 is left out as a failure, makes another number of toggles of the same program.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
export HOME=$work
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check fritzconnection==1.15.1
cat > look.py <<'PY'
import http.server
import os
import threading
from importlib.metadata import version
from types import SimpleNamespace

import requests
from fritzconnection.core.exceptions import FritzConnectionException
from fritzconnection.core.fritzhttp import FritzHttp

asked = []
told = []
sessions = []


class Box(http.server.BaseHTTPRequestHandler):
    """Stands in for the box, which listens at port 80, as the proxy on the way to it."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        status, text = 200, "1"
        if "login_sid.lua" in self.path:
            sid = sessions.pop(0) if self.command == "POST" else "0000000000000000"
            asked.append("log-in" if self.command == "POST" else "challenge")
            text = f"<SessionInfo><SID>{sid}</SID><Challenge>1234abcd</Challenge></SessionInfo>"
        else:
            asked.append("toggle with " + self.path.rpartition("sid=")[2])
            status = told.pop(0) if told else 200
        self.send_response(status)
        self.send_header("Content-Length", str(0 if status == 204 else len(text)))
        self.end_headers()
        self.wfile.write(b"" if status == 204 else text.encode())

    do_GET = do_POST

    def log_message(self, *_):
        pass


box = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Box)
threading.Thread(target=box.serve_forever, daemon=True).start()
os.environ.update(http_proxy=f"http://127.0.0.1:{box.server_port}", no_proxy="", NO_PROXY="")
who = SimpleNamespace(user="example", password="example")
print("fritzconnection", version("fritzconnection"))
for name, said, given in (
    ("200", [200], ["first"]),
    ("204", [204], ["first", "second"]),
    ("500", [500], ["first", "second"]),
    ("424", [424], ["first", "second"]),
    ("404 twice", [404, 404], ["first", "second"]),
    ("log-in refused", [200], ["0000000000000000"]),
):
    told[:], sessions[:] = said, given
    asked.clear()
    connection = SimpleNamespace(address="http://fritz.example", session=requests.Session(), soaper=who)
    try:
        _, end = FritzHttp(connection).execute("setswitchtoggle", "example")
    except FritzConnectionException as error:
        end = type(error).__name__
    print(f"{name}: {', '.join(asked)}: {end}")
PY
timeout 110 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
fritzconnection 1.15.1
200: challenge, log-in, toggle with first: 1
204: challenge, log-in, toggle with first, challenge, log-in, toggle with second: 1
500: challenge, log-in, toggle with first, challenge, log-in, toggle with second: 1
424: challenge, log-in, toggle with first, challenge, log-in, toggle with second: 1
404 twice: challenge, log-in, toggle with first, challenge, log-in, toggle with second: FritzHttpInterfaceError
log-in refused: challenge, log-in, toggle with 0000000000000000: 1
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
