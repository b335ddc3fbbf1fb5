#!/usr/bin/env bash
# What respx lets pass (pass_through, the usual way to mock some requests of httpx and send the others) fails where the
# environment names a proxy: it looks at the request again as it is about to leave for the proxy, puts the whole URL behind the
# proxy's address, and raises "Invalid port: '8080http:'". What it mocks itself is answered, and with respx.mock(using="httpx")
# the rest passes too.
#
# Versions: respx 0.23.1, httpx 0.28.1, httpcore 1.0.9 (CPython 3.11 or newer).
# Source: respx/mocks.py, HTTPCoreMocker, whose targets are httpcore's proxy and its connection both; respx/patterns.py, parse_url,
# which joins scheme, host, port and target. The target of what goes to a proxy is a whole URL, or host:port (CONNECT).
# Why it matters to a recorder: one that is a proxy is in the environment of the tests; the suite that was green fails under it,
# and the error names the proxy's port, as if its address were wrong.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check respx==0.23.1 httpx==0.28.1 httpcore==1.0.9
cat >"$work/main.py" <<'PY'
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import respx


class Server(BaseHTTPRequestHandler):
    """The origin, and the proxy."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *words):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
here = f"http://127.0.0.1:{server.server_port}"
for proxy in (None, here):
    for names in ("http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"):
        os.environ.pop(names, None)
    if proxy:
        os.environ["http_proxy"] = proxy
    for using in ("httpcore", "httpx"):
        with respx.mock(using=using, assert_all_called=False) as mock:
            mock.get("http://mocked.test/").respond(text="mocked")
            mock.route(host="127.0.0.1").pass_through()
            try:
                passed = httpx.get(here + "/x").text
            except Exception as error:
                passed = f"{type(error).__name__}: {error}"
            try:
                said = httpx.get("http://mocked.test/").text
            except Exception as error:
                said = f"{type(error).__name__}: {error}"
        passed, said = (each.replace(str(server.server_port), "PORT") for each in (passed, said))
        print(f"proxy: {bool(proxy)}, using {using}: passed {passed!r}, mocked {said!r}")
PY
said=$("$work/venv/bin/python" "$work/main.py")
echo "$said"
want="proxy: False, using httpcore: passed 'ok', mocked 'mocked'
proxy: False, using httpx: passed 'ok', mocked 'mocked'
proxy: True, using httpcore: passed \"InvalidURL: Invalid port: 'PORThttp:'\", mocked 'mocked'
proxy: True, using httpx: passed 'ok', mocked 'mocked'"
[ "$said" = "$want" ]
