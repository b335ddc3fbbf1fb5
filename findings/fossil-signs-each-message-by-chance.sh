#!/usr/bin/env bash
# Fossil ends each message that it posts with a comment of forty random digits, and packs the
# whole: two clones of the same repository, or two pulls that have nothing to fetch, share
# not one body, and mostly not even a length; all of them go to the same URL.
#
# Versions: fossil 1:2.21-1+deb12u1 (Debian 12's package).
# Source: fossil's src/xfer.c (client_sync appends "# " and randomblob(20), so that a message with
# no change in it is unique) and src/http.c (four bytes of length, then zlib); its document
# sync.wiki on the protocol says that lines with a # are comments, and not that each message has one.
# Why it matters to a recorder: no replay by body finds anything, and what differs cannot be
# named by a field or seen in text, as application/x-fossil is bytes to a tool. One has to
# unpack it and leave out lines that begin with #, or to replay in the recorded order.
set -euo pipefail
command -v fossil > /dev/null || { apt-get install -y -q fossil > /dev/null 2>&1 || true; }
command -v fossil > /dev/null || { echo "fossil is not installed" >&2; exit 1; }
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export HOME=$work USER=someone FOSSIL_HOME=$work
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
fossil version
fossil init origin.fossil > /dev/null
cat > look.py <<'PY'
import collections
import http.server
import subprocess
import threading
import zlib

asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    """Answer with what `fossil http` says to the very bytes that came."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        asked.append((self.path, self.headers["Content-Type"], body))
        head = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        request = f"POST {self.path} HTTP/1.0\r\n{head}\r\n".encode() + body
        words = ["fossil", "http", "origin.fossil", "--nossl"]
        done = subprocess.run(words, input=request, stdout=subprocess.PIPE, check=True)
        self.wfile.write(done.stdout)

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}/"


def run(*words):
    asked.clear()
    subprocess.run(["fossil", *words], check=True, stdout=subprocess.DEVNULL, timeout=30)
    return list(asked)


def say(what, first, second):
    """Compare two runs, message by message."""
    print(f"{what}: {len(first)} messages, then {len(second)}")
    pairs = list(zip(first, second, strict=True))
    equal = sum(a[2] == b[2] for a, b in pairs)
    plain = rest = 0
    for pair in pairs:
        path, kind, _ = pair[0]
        if (path, kind) != pair[1][:2] or (path, kind) != ("/", "application/x-fossil"):
            raise SystemExit("other URLs or types")
        one, other = (zlib.decompress(body[4:]).splitlines() for _, _, body in pair)
        comments = [line for line in one if line.startswith(b"# ") and len(line) == 42]
        plain += len(comments)
        rest += [line for line in one if line[:1] != b"#"] == [
            line for line in other if line[:1] != b"#"
        ]
    print(f"  equal bodies: {equal}; with a comment of 40 digits: {plain}")
    print(f"  equal once they are unpacked and without comments: {rest}")
    return equal, plain == rest == len(pairs) and bool(pairs)


results = [say("clone", *(run("clone", url, f"{name}.fossil") for name in "ab"))]
results.append(say("pull", *(run("pull", url, "-R", "a.fossil") for _ in range(2))))
if results != [(0, True), (0, True)]:
    raise SystemExit("the behaviour has changed")
PY
timeout 100 python3 look.py
