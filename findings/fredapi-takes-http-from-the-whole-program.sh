#!/usr/bin/env bash
# Who makes a client of fredapi, the usual one for the economy's figures of FRED, in an environment with HTTPS_PROXY alone,
# takes http:// from the whole program: from then on each urlopen of such a URL, anybody's, is a TypeError and not sent. It
# installs an opener of its own for all, by the two names in capitals; with https_proxy, or with none, it does not.
#
# Versions: fredapi 0.5.2, pandas 2.3.3 (CPython 3.11).
# Source: fredapi/fred.py (__init__: {'http': None, ...} for a ProxyHandler, then install_opener; __fetch_data).
# Why it matters to a recorder: one that names itself in HTTPS_PROXY alone, or in capitals alone, breaks a program which works
# without it, in another part than the one that was changed; both schemes in both spellings do not. A refusal is read as XML:
# a 424 in plain text is a ParseError, one in XML "None".
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check fredapi==0.5.2 pandas==2.3.3
cat > look.py <<'PY'
import http.server
import os
import subprocess
import sys
import threading
from importlib.metadata import version

PROGRAM = """
import urllib.request
from fredapi import Fred

url = "http://127.0.0.1:%d/other"

def other():
    try:
        return urllib.request.urlopen(url, timeout=10).status
    except Exception as error:
        return type(error).__name__

before = other()
fred = Fred(api_key="example")
print("before", before, "after", other(), end="; ")
Fred.root_url = "http://127.0.0.1:%d/fred"
try:
    end = len(fred.get_series("GDP"))
except Exception as error:
    end = f"{type(error).__name__}({error})"
print("a series:", end)
"""
asked = []
answer = []


class Origin(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path.startswith("http://"))
        status, body = answer[0]
        self.send_response(status if "fred" in self.path else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


def look(what, status=200, body='<observations><observation date="2026-01-01" value="1"/></observations>', **variables):
    asked.clear()
    answer[:] = [(status, body)]
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    program = PROGRAM % (origin.server_port, origin.server_port)
    run = subprocess.run([sys.executable, "-c", program], env=kept | variables, capture_output=True, text=True, timeout=60)
    print(f"{what}: {run.stdout.strip() or run.stderr}; through the proxy {sum(asked)} of {len(asked)}")


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
proxy = f"http://127.0.0.1:{origin.server_port}"
print("fredapi", version("fredapi"))
look("no proxy")
look("http_proxy", http_proxy=proxy)
look("HTTP_PROXY", HTTP_PROXY=proxy)
look("HTTPS_PROXY alone", HTTPS_PROXY=proxy)
look("https_proxy alone", https_proxy=proxy)
look("424 in text", 424, "no answer")
look("424 in XML", 424, "<error/>")
look("200 without values", 200, "<observations/>")
PY
timeout 300 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
fredapi 0.5.2
no proxy: before 200 after 200; a series: 1; through the proxy 0 of 3
http_proxy: before 200 after 200; a series: 1; through the proxy 3 of 3
HTTP_PROXY: before 200 after 200; a series: 1; through the proxy 3 of 3
HTTPS_PROXY alone: before 200 after TypeError; a series: TypeError(expected string or bytes-like object, got 'NoneType'); through the proxy 0 of 1
https_proxy alone: before 200 after 200; a series: 1; through the proxy 0 of 3
424 in text: before 200 after 200; a series: ParseError(syntax error: line 1, column 0); through the proxy 0 of 3
424 in XML: before 200 after 200; a series: ValueError(None); through the proxy 0 of 3
200 without values: before 200 after 200; a series: 0; through the proxy 0 of 3
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
