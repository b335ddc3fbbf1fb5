#!/usr/bin/env bash
# CacheControl, by which pip and others keep answers of requests, takes no notice of "Cache-Control: MAX-AGE=3600" and
# of max-age="3600", both of which HTTP says are max-age=3600, and asks each time; it does not look at Age, so that an
# answer that came from a shared cache an hour old, and with it expired, is good for another hour.
#
# Versions: CacheControl 0.14.4, requests 2.34.2 (CPython 3.11).
# Source: CacheControl's controller.py (parse_cache_control compares the words as they are, and current_age is counted
# from Date alone). RFC 9111, section 5.2: directives have no case, and an argument may be quoted; section 4.2.3: Age
# counts.
# Why it matters to a recorder: how many requests there are goes by a proxy's spelling. What a recorder answers has to
# have the header as it came; and one that moves Date to the present, so that an old answer is fresh again, and leaves
# Age, makes for one cache what is expired and for another what is not.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check cachecontrol==0.14.4 requests==2.34.2
cat > "$work/look.py" <<'PY'
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests
from cachecontrol import CacheControl

HEADERS = {
    "small": {"Cache-Control": "max-age=3600"},
    "capitals": {"Cache-Control": "MAX-AGE=3600"},
    "quotes": {"Cache-Control": 'max-age="3600"'},
    "expired by Age": {"Cache-Control": "max-age=3600", "Age": "3601"},
    "expired": {"Cache-Control": "max-age=0"},
}
came = dict.fromkeys(HEADERS, 0)


class Origin(BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path[1:].replace("%20", " ")
        came[name] += 1
        self.send_response(200)
        for header in HEADERS[name].items():
            self.send_header(*header)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=server.serve_forever, daemon=True).start()
for name in HEADERS:
    with CacheControl(requests.Session()) as session:
        session.trust_env = False
        for _ in range(3):
            session.get(f"http://127.0.0.1:{server.server_port}/{name}")
print("of three calls came:", came)
assert came == {"small": 1, "capitals": 3, "quotes": 3, "expired by Age": 1, "expired": 3}, "the behaviour has changed"
PY
"$work/venv/bin/python" "$work/look.py"
