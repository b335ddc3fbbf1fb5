#!/usr/bin/env bash
# requests-cache sorts what it compares: a POST of the list ["ann", "bob"] answers that of ["bob", "ann"], which is never
# sent, and of a list within an object it does not. Where 206 is among what it keeps, the second of two ranges of a file
# gets the bytes of the first one, since no header counts; ?acl= gets the answer to no query, while ?acl is another one.
#
# Versions: requests-cache 1.3.3 and requests 2.34.2 (CPython 3.11).
# Source: requests_cache/cache_keys.py (filter_sort_list sorts a JSON body that is a list, filter_sort_multidict the
# values of one name, too; normalize_params drops blank values and keeps names that stand alone); match_headers is
# False unless told otherwise.
# Why it matters to a recorder: many take it for one, to test without the network, with POST among its methods: who ranks
# first, which move is made first, which of two rows is inserted first is then the first recorded one's, with 200. A
# download in parts is the first part over and over, and a damaged file without an error.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check requests-cache==1.3.3 requests==2.34.2
cat > look.py <<'PY'
import http.server
import threading

import requests_cache


class Origin(http.server.BaseHTTPRequestHandler):
    """It says what it was asked, and of a file what stands in the range."""

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        said, status = f"{self.path} {body.decode()}".encode(), 200
        if asked := self.headers.get("Range"):
            first, last = map(int, asked.removeprefix("bytes=").split("-"))
            said, status = b"pay 10 to ann"[first : last + 1], 206
        self.send_response(status)
        if status == 206:
            self.send_header("Content-Range", f"bytes {first}-{last}/13")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_POST = do_GET

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}"
session = requests_cache.CachedSession(backend="memory", allowable_methods=("GET", "POST"), allowable_codes=(200, 206))
ASKED = [
    ("POST", "/rank", {"json": ["ann", "bob"]}),
    ("POST", "/rank", {"json": ["bob", "ann"]}),
    ("POST", "/in", {"json": {"rank": ["ann", "bob"]}}),
    ("POST", "/in", {"json": {"rank": ["bob", "ann"]}}),
    ("POST", "/form", {"data": [("to", "ann"), ("to", "bob")]}),
    ("POST", "/form", {"data": [("to", "bob"), ("to", "ann")]}),
    ("GET", "/file", {"headers": {"Range": "bytes=0-5"}}),
    ("GET", "/file", {"headers": {"Range": "bytes=6-12"}}),
    ("GET", "/bucket", {}),
    ("GET", "/bucket?acl=", {}),
    ("GET", "/bucket?acl", {}),
]
for method, path, more in ASKED:
    answer = session.request(method, url + path, **more)
    what = more.get("json") or more.get("data") or more.get("headers") or ""
    print(method, path, what, "->", answer.status_code, answer.text, "(kept)" if answer.from_cache else "(sent)")
PY
timeout 60 venv/bin/python look.py | tee found
cat > expected <<'END'
POST /rank ['ann', 'bob'] -> 200 /rank ["ann", "bob"] (sent)
POST /rank ['bob', 'ann'] -> 200 /rank ["ann", "bob"] (kept)
POST /in {'rank': ['ann', 'bob']} -> 200 /in {"rank": ["ann", "bob"]} (sent)
POST /in {'rank': ['bob', 'ann']} -> 200 /in {"rank": ["bob", "ann"]} (sent)
POST /form [('to', 'ann'), ('to', 'bob')] -> 200 /form to=ann&to=bob (sent)
POST /form [('to', 'bob'), ('to', 'ann')] -> 200 /form to=ann&to=bob (kept)
GET /file {'Range': 'bytes=0-5'} -> 206 pay 10 (sent)
GET /file {'Range': 'bytes=6-12'} -> 206 pay 10 (kept)
GET /bucket  -> 200 /bucket  (sent)
GET /bucket?acl=  -> 200 /bucket  (kept)
GET /bucket?acl  -> 200 /bucket?acl  (sent)
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
