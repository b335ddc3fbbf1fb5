#!/usr/bin/env bash
# Refused once, tldextract never asks for the list of public suffixes again, in no later run of any program: it puts the
# snapshot that came with it in the list's place on disk, under the key of what it had asked for, and that has no end.
# What it says of a name, whose domain that is, stays by the refusal.
#
# Versions: tldextract 5.4.0 (CPython 3.11 to 3.13).
# Source: tldextract/suffix_list.py (get_suffix_lists caches what _get_suffix_lists gives, the snapshot too) and
# cache.py (run_and_cache, which keeps a value without a time); the cache lies in the user's home unless
# TLDEXTRACT_CACHE says otherwise, and one warning is logged, in the run that was refused.
# Why it matters to a recorder: two requests that no program wrote stand in the first run of a machine alone, so a
# recording on a machine that has run it has none. Who refuses them once, as a replay does, changes each later run,
# a recording one too, which then asks for nothing; a build's cache of that folder carries the refusal on.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check tldextract==5.4.0
cat > program.py <<'PY'
import logging
import sys

import tldextract

logging.disable(logging.WARNING)
folder, *urls = sys.argv[1:]
extract = tldextract.TLDExtract(cache_dir=folder, suffix_list_urls=urls)
print(extract("http://www.shop.zone.example/").top_domain_under_public_suffix or "no domain")
PY
cat > look.py <<'PY'
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

LIST = b"// ===BEGIN ICANN DOMAINS===\ncom\nzone.example\n// ===END ICANN DOMAINS===\n"
status = 200
asked = []


class Origin(BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path)
        self.send_response(status)
        self.send_header("Content-Length", str(len(LIST)))
        self.end_headers()
        self.wfile.write(LIST)

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
urls = [f"http://127.0.0.1:{origin.server_port}/{name}" for name in ("list", "mirror")]
environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
print("tldextract", version("tldextract"))
for first in (200, 424, 503):
    for run, status in enumerate((first, 200, 200)):
        asked.clear()
        command = [sys.executable, "program.py", os.path.abspath(f"cache-{first}"), *urls]
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        print(f"run {run + 1}, the server says {status}: asked {asked}, says {ran.stdout.strip()}")
PY
timeout 120 venv/bin/python -u look.py | tee found
cat > expected <<'END'
tldextract 5.4.0
run 1, the server says 200: asked ['/list'], says shop.zone.example
run 2, the server says 200: asked [], says shop.zone.example
run 3, the server says 200: asked [], says shop.zone.example
run 1, the server says 424: asked ['/list', '/mirror'], says no domain
run 2, the server says 200: asked [], says no domain
run 3, the server says 200: asked [], says no domain
run 1, the server says 503: asked ['/list', '/mirror'], says no domain
run 2, the server says 200: asked [], says no domain
run 3, the server says 200: asked [], says no domain
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
