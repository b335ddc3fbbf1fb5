#!/usr/bin/env bash
# `git push` of the same commits to the same server sends another body on a machine with another
# number of cores, of another length too, and often in a second run on the same machine: git packs
# in as many threads as there are cores, and which objects become deltas of which depends on how
# these share the work. With one thread it is the same each time.
#
# Versions: git 2.39.5 (Debian 12's package git 1:2.39.5-0+deb12u3).
# Source: git's builtin/pack-objects.c (ll_find_deltas: the list of objects is cut into as many
# parts as there are threads, and a thread that is done takes half of another's); git's
# documentation has pack.threads (0, the number of cores, unless set) as what takes less time and
# more memory, and not as what makes another pack.
# Why it matters to a recorder: the body of a push is binary and of one piece, and what differs is
# the choice of deltas, so that no rule of what to leave out makes two of them equal: replayed in
# CI, whose machine has other cores, a recorded push misses. Whoever wants it to replay sets
# pack.threads=1, by GIT_CONFIG_COUNT in the environment, when it is recorded as well as later; or
# compares the old and new commit's ids, which stand before the pack. There the body has git's own
# version, too (agent=git/...).
set -euo pipefail
for tool in git python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > look.py <<'PY'
import hashlib
import os
import random
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CLEAN = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
ENV = CLEAN | {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
for part in ("AUTHOR", "COMMITTER"):
    ENV |= {f"GIT_{part}_NAME": "a", f"GIT_{part}_EMAIL": "a@example.com"}
    ENV |= {f"GIT_{part}_DATE": "2026-01-01T00:00:00Z"}
pushed = []


def git(*arguments, **more):
    return subprocess.run(["git", *arguments], env=ENV, check=True, capture_output=True, **more).stdout


class Server(BaseHTTPRequestHandler):
    """Git's own receive-pack, behind the two requests of a push."""

    def do_GET(self):
        listed = git("receive-pack", "--stateless-rpc", "--advertise-refs", "server.git")
        self.answer("advertisement", b"001f# service=git-receive-pack\n0000" + listed)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        pushed.append(body)
        self.answer("result", git("receive-pack", "--stateless-rpc", "server.git", input=body))

    def answer(self, kind, body):
        self.send_response(200)
        self.send_header("Content-Type", f"application/x-git-receive-pack-{kind}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def fill(folder):
    """Writes 300 files of 200 lines each that differ in a few."""
    chance = random.Random(1)
    lines = [str(chance.random()) for _ in range(200)]
    git("init", "-q", "-b", "main", folder)
    for number in range(300):
        mine = list(lines)
        for _ in range(6):
            mine[chance.randrange(200)] = str(chance.random())
        with open(f"{folder}/{number}.txt", "w") as file:
            file.write("\n".join(mine))
    git("-C", folder, "add", ".")
    git("-C", folder, "commit", "-q", "-m", "all")


fill("program")
server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/server.git"
# 16 MiB in one request, so that it is not sent in chunks behind a request that only asks
common = ("-C", "program", "-c", "http.postBuffer=16777216")
for threads in (1, 1, 2, 2, 4, 4, 1):
    subprocess.run(["rm", "-rf", "server.git"], check=True)
    git("init", "-q", "--bare", "-b", "main", "server.git")
    git(*common, "-c", f"pack.threads={threads}", "push", "-q", url, "main")
    commit = git("-C", "server.git", "rev-parse", "main")
    assert commit == git("-C", "program", "rev-parse", "main")
    digest = hashlib.sha256(pushed[-1]).hexdigest()[:12]
    print(f"{threads} threads: {len(pushed[-1])} bytes, {digest}")
head = pushed[0][: pushed[0].index(b"PACK")]
print("before the pack:", head[4:44].decode(), "...", head.split(b"\0")[1][:-4].decode())
one, more = pushed[:2] + pushed[6:], pushed[2:6]
same = len(set(one)) == 1
others = not set(more) & set(one)
heads = {body[: body.index(b"PACK")] for body in pushed}
sys.exit(not (same and others and len(heads) == 1 and b"agent=git/" in head))
PY
git --version # any: the package is the machine's own, and has done so since it packs in threads
timeout 120 python3 look.py || { echo "the behaviour has changed"; exit 1; }
