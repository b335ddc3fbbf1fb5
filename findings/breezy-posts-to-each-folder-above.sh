#!/usr/bin/env bash
# To learn what a URL is, Breezy asks in the languages of eight systems, and not by GET and HEAD alone:
# it posts to .bzr/smart and to the URL itself, and sends an OPTIONS; where nothing answers it
# goes on in each folder above, up to the host's own root: `brz info http://host/x/y` makes 36 requests,
# six of them POSTs.
#
# Versions: breezy 3.3.23 (CPython 3.11 to 3.13).
# Source: Breezy's breezy/controldir.py (ControlDir.open_containing_from_transport, Prober), and the
# probers in breezy/bzr, breezy/git and breezy/plugins (hg, svn, cvs, darcs, mtn, fossil).
# Why it matters to a recorder: one command that only looks has POSTs to whatever stands at the URL and
# above it in its recording, and its 36 answers are 404s that all have to be kept, since each of them
# says "go on". A recorder's own refusal, a 424, ends the search at the first GET and is taken for a
# fault of the server; a 404 in its place sends all the rest. What is asked goes by which plugins
# there are, so that another version asks other things.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check breezy==3.3.23 dulwich==1.2.21
export BRZ_HOME="$work" HOME="$work"
cat > look.py <<'PY'
import http.server
import subprocess
import threading
from collections import Counter

asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked.append((self.command, self.path))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_POST = do_OPTIONS = do_GET

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}"
version = subprocess.run(["venv/bin/brz", "version", "--short"], check=True, capture_output=True, text=True)
print("breezy", version.stdout.strip())
for status in (404, 424):
    asked.clear()
    done = subprocess.run(["venv/bin/brz", "info", f"{url}/x/y"], capture_output=True, text=True, timeout=60)
    said = done.stderr.strip().splitlines()[-1].replace(url, "").split(" for ")[0]
    print(f"{status}: exit status {done.returncode}, {said}")
    print(f"  {len(asked)} requests: {dict(Counter(method for method, _ in asked))}")
    for method, path in asked:
        if method == "POST":
            print(f"  {method} {path}")
PY
timeout 110 venv/bin/python look.py | tee found
cat > expected <<'END'
breezy 3.3.23
404: exit status 3, brz: ERROR: Not a branch: "/x/y/".
  36 requests: {'POST': 6, 'GET': 9, 'HEAD': 18, 'OPTIONS': 3}
  POST /x/y/.bzr/smart
  POST /x/y/
  POST /x/.bzr/smart
  POST /x/
  POST /.bzr/smart
  POST /
424: exit status 3, brz: ERROR: Unexpected HTTP status 424
  2 requests: {'POST': 1, 'GET': 1}
  POST /x/y/.bzr/smart
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
