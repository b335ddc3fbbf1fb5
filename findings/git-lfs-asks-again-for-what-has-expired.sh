#!/usr/bin/env bash
# git-lfs does not try a link whose expires_at has passed, but asks for it again at once, eight
# times, and then fails with "action expires at"; it is as strict with one that is good for 5
# seconds, and to it "expires_in": 0 is no limit, while -1 is long past.
#
# Versions: git-lfs 3.3.0-1+deb12u2 (Debian 12's package).
# Source: git-lfs' tools/time_tools.go (IsExpiredAtOrIn: a 0 counts as not given) and
# tq/transfer.go (ActionExpiredErr, which is to be tried again); its docs/api/batch.md has
# expires_in in whole seconds and expires_at as a time, and 8 tries are for failed transfers.
# Why it matters to a recorder: a clone that was recorded replays for as long as its links were
# good, often a quarter of an hour, and then misses eight requests that nobody recorded, with
# no word of the clock. The file itself is never asked for, though it stands in the recording.
# A replay has to move these times, and not to 0.
set -euo pipefail
for tool in apt-get dpkg git python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download git-lfs=3.3.0-1+deb12u2
dpkg -x git-lfs_*.deb unpacked
cat > look.py <<'PY'
import hashlib
import http.server
import json
import os
import subprocess
import threading
from datetime import UTC, datetime, timedelta

FILE = b"large\n" * 1000
OID = hashlib.sha256(FILE).hexdigest()
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize {len(FILE)}\n"


def at(**later):
    return (datetime.now(UTC) + timedelta(**later)).strftime("%Y-%m-%dT%H:%M:%SZ")


LIMITS = {
    "no limit": {},
    "in an hour": {"expires_at": at(hours=1)},
    "an hour ago": {"expires_at": at(hours=-1)},
    "expires_in 60": {"expires_in": 60},
    "expires_in 5": {"expires_in": 5},
    "expires_in 0": {"expires_in": 0},
    "expires_in -1": {"expires_in": -1},
}
asked, limit = [], {}


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        asked.append("batch")
        link = {"href": f"http://127.0.0.1:{origin.server_port}/file", **limit}
        found = {"oid": OID, "size": len(FILE), "actions": {"download": link}}
        self.answer(json.dumps({"transfer": "basic", "objects": [found]}).encode())

    def do_GET(self):
        asked.append("file")
        self.answer(FILE)

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.git-lfs+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
os.environ |= {"HOME": os.getcwd(), "GIT_CONFIG_NOSYSTEM": "1", "no_proxy": "127.0.0.1"}
lfs = os.path.abspath("unpacked/usr/bin/git-lfs")
for said, limit in LIMITS.items():
    asked.clear()
    folder = said.replace(" ", "-")
    os.mkdir(folder)

    def git(*words, folder=folder):
        own = ["git", "-C", folder, "-c", "user.name=a", "-c", "user.email=a@example.com"]
        subprocess.run([*own, *words], check=True, capture_output=True)

    git("init")
    for name, text in ((".gitattributes", "*.bin filter=lfs\n"), ("a.bin", POINTER)):
        with open(f"{folder}/{name}", "w") as file:
            file.write(text)
    git("add", ".")
    git("commit", "-m", "a pointer")
    git("config", "lfs.url", f"http://127.0.0.1:{origin.server_port}/lfs")
    ran = subprocess.run([lfs, "fetch", "--all"], cwd=folder, capture_output=True, timeout=120)
    counted = f"{asked.count('batch')} times for the link, {asked.count('file')} for the file"
    print(f"{said}: {counted}, {'fails' if ran.returncode else 'succeeds'}")
PY
unpacked/usr/bin/git-lfs version
timeout 300 python3 look.py | tee found
cat > expected <<'END'
no limit: 1 times for the link, 1 for the file, succeeds
in an hour: 1 times for the link, 1 for the file, succeeds
an hour ago: 9 times for the link, 0 for the file, fails
expires_in 60: 1 times for the link, 1 for the file, succeeds
expires_in 5: 9 times for the link, 0 for the file, fails
expires_in 0: 1 times for the link, 1 for the file, succeeds
expires_in -1: 9 times for the link, 0 for the file, fails
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
