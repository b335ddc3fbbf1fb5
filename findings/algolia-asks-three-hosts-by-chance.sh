#!/usr/bin/env bash
# Where Algolia's first host answers with a 500, its client goes on to three others in an order that
# is drawn when the client is made: the same program asks -2 first in one run and -3 in the
# next, so that what a second host answered stands under another name each time.
#
# Versions: algoliasearch 4.48.0, requests 2.34.2 (CPython 3.11 to 3.13), trustme 1.2.1.
# Source: algoliasearch's algoliasearch/http/hosts.py (HostsCollection shuffles the hosts that
# are not the first) and http/transporter_sync.py, which takes the proxy from the environment
# itself, and sends a prepared request, for which requests reads no REQUESTS_CA_BUNDLE.
# Why it matters to a recorder: a test of what happens when the service stumbles is recorded with
# one request to each of two hosts, and two of three replays ask a host that the cassette does
# not hold; the miss looks like another account. The hosts have to be mapped to one. And the
# proxy is used whose authority is not trusted, unless it is in certifi's own file.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check algoliasearch==4.48.0 \
  requests==2.34.2 trustme==1.2.1
# server.pem, server.key and, with the authority's certificate, client.pem
"$work/venv/bin/python" -m trustme -q -d "$work" -i example-dsn.algolia.net \
  example-1.algolianet.com example-2.algolianet.com example-3.algolianet.com
# REQUESTS_CA_BUNDLE does not count here: the client prepares requests, and sends those.
cat "$work/client.pem" >> "$("$work/venv/bin/python" -m certifi)"
cat > "$work/look.py" <<'PY'
"""Asks by thirty clients, beside a proxy behind which the first host fails."""

import os
import ssl
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

folder = sys.argv[1]
asked = []
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(f"{folder}/server.pem", f"{folder}/server.key")


class Proxy(BaseHTTPRequestHandler):
    def do_CONNECT(self):
        self.send_response(200)
        self.end_headers()
        with context.wrap_socket(self.connection, server_side=True) as connection:
            self.rfile, self.wfile = connection.makefile("rb"), connection.makefile("wb", 0)
            self.handle_one_request()
        self.close_connection = True

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        host = self.headers["Host"].partition(".")[0]
        asked.append(host)
        body = b'{"hits": [], "query": "", "params": ""}'
        self.send_response(500 if host.endswith("-dsn") else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


proxy = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
threading.Thread(target=proxy.serve_forever, daemon=True).start()
for name in [each for each in os.environ if each.lower().endswith("_proxy")]:
    del os.environ[name]
os.environ["HTTPS_PROXY"] = f"http://127.0.0.1:{proxy.server_port}"

from algoliasearch.search.client import SearchClientSync  # noqa: E402

ways = Counter()
for _ in range(30):
    asked.clear()
    SearchClientSync("example", "key").search_single_index("index", {"query": "x"})
    ways[" then ".join(asked)] += 1
print("algoliasearch", version("algoliasearch"))
for way, times in sorted(ways.items()):
    print(f"{times:2} times {way}")
first = {way.split(" then ")[0] for way in ways}
second = {way.split(" then ")[1] for way in ways}
sys.exit(
    first != {"example-dsn"}
    or len(second) < 2
    or not second <= {"example-1", "example-2", "example-3"}
)
PY
timeout 300 "$work/venv/bin/python" -W ignore "$work/look.py" "$work"
