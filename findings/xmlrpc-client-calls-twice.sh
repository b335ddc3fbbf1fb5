#!/usr/bin/env bash
# Python's own xmlrpc.client sends a call again, at once, when the connection ends without an answer: a
# payment whose answer is lost is made twice, and the program hears of the second alone. There is no
# option against it, and the call goes past every proxy that the environment names. urllib, on the same
# http.client, sends it once and by the proxy.
#
# Versions: CPython 3.11 to 3.13 (its standard library).
# Source: CPython's Lib/xmlrpc/client.py (Transport.request tries twice after a reset, a broken pipe or
# RemoteDisconnected; make_connection knows a host and no proxy). Its documentation has neither; the
# example of a transport for a proxy is one that the program has to write.
# Why it matters to a recorder: nothing of such a program is recorded by its environment, be it one of
# Odoo's, Bugzilla's, Supervisor's or Cobbler's clients, all of which stand on it; one that ends a
# connection to say "not recorded" gets each call twice, and a cassette of a lost answer holds two
# equal POSTs of which the program made one.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset no_proxy NO_PROXY
cat > look.py <<'PY'
import http.client
import http.server
import os
import sys
import threading
import urllib.request
import xmlrpc.client

BODY = xmlrpc.client.dumps((7,), methodresponse=True).encode()
seen = []


class Origin(http.server.BaseHTTPRequestHandler):
    """Takes every call, and loses as many answers as `lost` says."""

    name = "the origin"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        seen.append(self.name)
        if len(seen) <= lost:
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_):
        pass


class Proxy(Origin):
    name = "the proxy"


def serve(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def by_xmlrpc():
    return xmlrpc.client.ServerProxy(url).pay(5)


def by_urllib():
    call = xmlrpc.client.dumps((5,), "pay").encode()
    return xmlrpc.client.loads(urllib.request.urlopen(url, call).read())[0][0]


url = serve(Origin)
os.environ["http_proxy"] = serve(Proxy)
for name, pay in (("xmlrpc.client", by_xmlrpc), ("urllib", by_urllib)):
    for lost in (0, 1, 2):
        seen.clear()
        try:
            said = pay()
        except http.client.RemoteDisconnected as error:
            said = type(error).__name__
        print(f"{name}, {lost} answers lost: {said}, {len(seen)} calls by {' '.join(sorted(set(seen)))}")
PY
timeout 60 python3 look.py | tee found
cat > expected <<'END'
xmlrpc.client, 0 answers lost: 7, 1 calls by the origin
xmlrpc.client, 1 answers lost: 7, 2 calls by the origin
xmlrpc.client, 2 answers lost: RemoteDisconnected, 2 calls by the origin
urllib, 0 answers lost: 7, 1 calls by the proxy
urllib, 1 answers lost: RemoteDisconnected, 1 calls by the proxy
urllib, 2 answers lost: RemoteDisconnected, 1 calls by the proxy
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
