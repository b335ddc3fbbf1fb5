#!/usr/bin/env bash
# yt-dlp draws its User-Agent when it starts, a version of Chrome out of several: equal runs send equal
# requests as different browsers. --user-agent ends it.
#
# Versions: yt-dlp 2026.10.26 (CPython 3.11 to 3.13).
# Source: yt-dlp's yt_dlp/utils/networking.py (random_user_agent, called once, at import, for std_headers).
# Why it matters to a recorder: what answers by "Vary: User-Agent", as pages for browsers do, was recorded
# for another client in the next run, and a replay that obeys Vary, as caches have to, misses without a
# change of the program. Recorded twice to learn what varies, two runs in a few agree by chance.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check yt-dlp==2026.10.26
cat > look.py <<'PY'
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

came = []


class Origin(BaseHTTPRequestHandler):
    def do_GET(self):
        came.append((self.path, sorted(self.headers.items())))
        self.send_response(200)
        self.send_header("Content-Type", "video/mp4")
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"clip")

    def log_message(self, *words):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/clip.mp4"
home = {**os.environ, "HOME": os.getcwd(), "XDG_CONFIG_HOME": os.getcwd()}


def run(*words):
    """Return the requests of one run, without and with the browser's name."""
    came.clear()
    command = ["venv/bin/yt-dlp", "-q", "--proxy", "", "--no-cache-dir", "--force-overwrites"]
    subprocess.run([*command, *words, "-o", "clip", url], env=home, check=True)
    names = {value for _, headers in came for key, value in headers if key == "User-Agent"}
    rest = [(p, [h for h in headers if h[0] != "User-Agent"]) for p, headers in came]
    return names, rest


runs = [run() for _ in range(12)]
drawn = sorted({name for names, _ in runs for name in names})
print(f"{len(runs)} runs of {len(runs[0][1])} requests, sent as:", *drawn, sep="\n  ")
print("all else is equal:", all(rest == runs[0][1] for _, rest in runs))
fixed = {name for _ in range(2) for name in run("--user-agent", "look")[0]}
print("with --user-agent look:", *fixed)
assert all(len(names) == 1 for names, _ in runs), "one run has several names"
assert len(drawn) > 1, "all runs have one name"
assert all(rest == runs[0][1] for _, rest in runs), "more than the name differs"
assert fixed == {"look"}
PY
venv/bin/yt-dlp --version
timeout 500 venv/bin/python look.py || { echo "the behaviour has changed"; exit 1; }
