#!/usr/bin/env bash
# hishel, the usual HTTP cache for httpx, heeds no header of HTTP any more unless asked to: since version 2 a GET with
# 200 is kept by its method and URL, also where it says no-store or Vary, in a file that later runs read, so that a poll
# hears its first answer for ever and who asks in French gets German. Version 1 asked each time that HTTP has it asked.
#
# Versions: hishel 2.0.0 and 1.4.0, httpx 0.28.1 (CPython 3.11).
# Source: hishel's httpx transport ("ignoring HTTP caching headers", rfc=False is the default); RFC 9111, sections 4.1
# (Vary) and 5.2.2.5 (no-store).
# Why it matters to a recorder: after an update of one library a program sends fewer requests, and those of its second
# run not at all, so that a recording made before has answers that nothing asks for, and one made behind a run without a
# recorder is empty. A recorder has to be told of caches, or to name a cassette that got nothing.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for version in 2.0.0 1.4.0; do
  python3 -m venv "venv-$version"
  "venv-$version/bin/pip" install -q --disable-pip-version-check "hishel[httpx]==$version" httpx==0.28.1
done
cat > look.py <<'PY'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import hishel.httpx

HEADERS = {
    "/fresh": {"Cache-Control": "max-age=3600"},
    "/poll": {"Cache-Control": "no-store"},
    "/greeting": {"Cache-Control": "max-age=3600", "Vary": "Accept-Language"},
}
came = dict.fromkeys(HEADERS, 0)


class Origin(BaseHTTPRequestHandler):
    def do_GET(self):
        came[self.path] += 1
        text = f"{came[self.path]} {self.headers['Accept-Language']}".encode()
        self.send_response(200)
        for name, value in HEADERS[self.path].items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=server.serve_forever, daemon=True).start()
root = f"http://127.0.0.1:{server.server_port}"
make = getattr(hishel.httpx, "CacheClient", None) or hishel.httpx.SyncCacheClient
with make(trust_env=False) as client:
    for path in HEADERS:
        said = [client.get(root + path, headers={"Accept-Language": word}).text for word in ("de", "fr")]
        print(version("hishel"), path, json.dumps(said))
PY
for version in 2.0.0 1.4.0; do
  (mkdir "run-$version" && cd "run-$version" && "../venv-$version/bin/python" ../look.py)
done > found
cat found
cat > expected <<'END'
2.0.0 /fresh ["1 de", "1 de"]
2.0.0 /poll ["1 de", "1 de"]
2.0.0 /greeting ["1 de", "1 de"]
1.4.0 /fresh ["1 de", "1 de"]
1.4.0 /poll ["1 de", "2 fr"]
1.4.0 /greeting ["1 de", "2 fr"]
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
