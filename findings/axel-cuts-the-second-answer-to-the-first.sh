#!/usr/bin/env bash
# axel asks for each file twice: a range of all of it first, whose answer it leaves, to see how long it is, and then
# the file, of which it keeps as many bytes as the first answer promised: if the file has grown between the two the
# rest is lost, and if an answer breaks off the part is the file, all with the status 0. A URL's fragment it sends to
# the origin.
#
# Versions: axel 2.17.11 (axel 2.17.11-3, Debian 12's package).
# Source: axel's src/conn.c (conn_info asks with "Range: bytes=0-") and src/axel.c (a transfer ends at the size that
# was told first, and at the end of a connection where the server knows no ranges).
# Why it matters to a recorder: a replay that gives the two equal requests one answer is fine, and one that gives them
# the two recorded ones is cut to the shorter; an answer that was recorded short is a download that went well.
set -euo pipefail
for tool in apt-get dpkg python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download axel=2.17.11-3
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > look.py <<'PY'
import os
import socketserver
import subprocess
import threading

came = []
told = {}


class Origin(socketserver.StreamRequestHandler):
    def handle(self):
        lines = []
        while line := self.rfile.readline().decode().strip():
            lines.append(line)
        if not lines:
            return
        head = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
        body = self.rfile.read(int(head.get("content-length", 0)))
        came.append((lines[0], head, body))
        self.wfile.write(told["answers"][min(len(came), len(told["answers"])) - 1])


def answer(body, *lines, status="200 OK", length=None):
    words = [f"HTTP/1.1 {status}", "Content-Type: text/plain", f"Content-Length: {len(body) if length is None else length}", *lines]
    return "\r\n".join([*words, "Connection: close", "", ""]).encode() + body


origin = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_address[1]}"
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
env.update(HOME=os.getcwd(), LANG="C.UTF-8", TERM="dumb")

WHOLE = b"pay 10 and 1000"
CASES = {
    "whole": [answer(WHOLE)],
    "grown between the two": [answer(b"pay 10"), answer(WHOLE)],
    "breaks off": [answer(b"pay 10 ", length=15)],
    "a redirect with a fragment": [answer(b"", "Location: /new#part", status="302 Found"), answer(WHOLE)],
    "refused": [answer(b"none", status="424 Failed")],
}
said = subprocess.run(["unpacked/usr/bin/axel", "--version"], env=env, capture_output=True, text=True).stdout
print(said.split("(")[0].strip())
for name, answers in CASES.items():
    told["answers"] = answers
    came.clear()
    if os.path.exists("file"):
        os.remove("file")
    ran = subprocess.run(["unpacked/usr/bin/axel", "-q", "-n", "3", "-o", "file", f"{url}/a"], env=env, capture_output=True, timeout=60)
    kept = "no file"
    if os.path.exists("file"):
        with open("file", "rb") as file:
            kept = repr(file.read().decode())
    asked = [f"{line.rsplit(' ', 1)[0]}{' of a range' if 'range' in head else ''}" for line, head, _ in came]
    print(f"{name}: status {ran.returncode}, {kept}, asked {', '.join(asked)}")
PY
timeout 200 python3 look.py 2> errors | tee found
cat > expected <<'END'
Axel 2.17.11
whole: status 0, 'pay 10 and 1000', asked GET /a of a range, GET /a
grown between the two: status 0, 'pay 10', asked GET /a of a range, GET /a
breaks off: status 0, 'pay 10 ', asked GET /a of a range, GET /a
a redirect with a fragment: status 0, 'pay 10 and 1000', asked GET /a of a range, GET /new#part of a range, GET /new#part
refused: status 1, no file, asked GET /a of a range
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
