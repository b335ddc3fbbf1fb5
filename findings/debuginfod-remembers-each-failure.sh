#!/usr/bin/env bash
# debuginfod's client, by which gdb, perf and valgrind get symbols, takes each failure for "there is no
# such file", be it a 424, a 401, a 500 or a connection that was closed, and keeps that on disk:
# for ten minutes no process of that user asks again, and all of them are told "No such file".
#
# Versions: elfutils' debuginfod 0.188-2.1 (Debian 12's packages).
# Source: elfutils' debuginfod/debuginfod-client.c (an empty file in the cache stands for a build id
# that was not found; cache_miss_s in that folder says for how long, 600 seconds), its
# debuginfod-client-config(7), which speaks of unsuccessful queries.
# Why it matters to a recorder: one miss in a replay is the last request for that file, and a run that
# is started anew at once, with the cassette put right, sends nothing and fails as before; a
# recording that is made within ten minutes of a failure lacks the request. A file that came is kept
# for a week, so that a second recording has no request either. Each run wants an empty folder of
# its own (DEBUGINFOD_CACHE_PATH).
set -euo pipefail
for tool in apt-get dpkg python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download debuginfod libdebuginfod1 libcurl3-gnutls
for package in ./*.deb; do dpkg -x "$package" unpacked; done
cat > look.py <<'PY'
import http.server
import os
import pathlib
import subprocess
import threading

asked = []
status = 200


class Origin(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path)
        if status == "closed":
            return
        self.send_response(status)
        self.send_header("Content-Length", "7")
        self.end_headers()
        self.wfile.write(b"symbols")

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
(library,) = pathlib.Path("unpacked").glob("usr/lib/*/libdebuginfod.so.1")
env = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
env["LD_LIBRARY_PATH"] = str(library.parent.resolve())
env["DEBUGINFOD_URLS"] = f"http://127.0.0.1:{origin.server_port}"


def find():
    """Asks in a process of its own; returns how many requests came of it, and what was said."""
    asked.clear()
    words = ["unpacked/usr/bin/debuginfod-find", "debuginfo", "0123456789abcdef" * 2 + "01234567"]
    done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60)
    said = pathlib.Path(done.stdout.strip()).name if done.returncode == 0 else done.stderr.strip()
    return f"{len(asked)} request{'' if len(asked) == 1 else 's'}, {said}"


version = ["unpacked/usr/bin/debuginfod-find", "--version"]
told = subprocess.run(version, env=env, capture_output=True, text=True, check=True).stdout
print(told.splitlines()[0])
for first in (404, 424, 401, 500, 503, "closed"):
    env["DEBUGINFOD_CACHE_PATH"] = os.path.abspath(f"cache-{first}")
    status = first
    print(f"{first}: {find()}")
    status = 200
    print(f"  then 200: {find()}")
env["DEBUGINFOD_CACHE_PATH"] = os.path.abspath("cache-200")
print(f"200: {find()}")
print(f"  then 200: {find()}")
PY
timeout 110 python3 look.py | tee found
{
  echo "debuginfod-find (elfutils) 0.188"
  for first in 404 424 401 500 503 closed; do
    echo "$first: 1 request, Server query failed: No such file or directory"
    echo "  then 200: 0 requests, Server query failed: No such file or directory"
  done
  echo "200: 1 request, debuginfo"
  echo "  then 200: 0 requests, debuginfo"
} > expected
diff expected found || { echo "the behaviour has changed"; exit 1; }
