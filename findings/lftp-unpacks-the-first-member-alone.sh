#!/usr/bin/env bash
# Of an answer in gzip of two members, as servers make it that join packed files, lftp gives the first one unpacked
# and behind it the second one packed, with the status 0: a file that is half text. curl gives the first, too, but
# ends with 23, an error. 103 Early Hints is the failure of a whole download to lftp, and a redirect's fragment goes
# to the origin.
#
# Versions: lftp 4.9.2 (lftp 4.9.2-2+b1, Debian 12's package), curl 7.88.1 beside it.
# Source: lftp's src/Http.cc and src/buffer_zlib.cc (after Z_STREAM_END what follows passes as it is); RFC 1952,
# section 2.2: a gzip file is a series of members; RFC 9110, 15.2: a client must be able to take 1xx it did not
# expect.
# Why it matters to a recorder: a body is another one by the client that fetches it; a recorder that unpacks a body
# for its cassette and packs it again as one member changes what lftp writes, to the better.
set -euo pipefail
for tool in apt-get dpkg python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download lftp=4.9.2-2+b1
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

import gzip

PACKED = [gzip.compress(part, mtime=0) for part in (b"pay 10 ", b"and 1000")]
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
CASES = {
    "one member": [answer(gzip.compress(b"pay 10 and 1000", mtime=0), "Content-Encoding: gzip")],
    "two members": [answer(b"".join(PACKED), "Content-Encoding: gzip")],
    "103 first": [HINTS + answer(b"pay 10 and 1000")],
    "a redirect with a fragment": [answer(b"", "Location: /new#part", status="302 Found"), answer(b"pay 10 and 1000")],
}
env["LD_LIBRARY_PATH"] = os.path.abspath("unpacked/usr/lib/x86_64-linux-gnu")
said = subprocess.run(["unpacked/usr/bin/lftp", "--version"], env=env, capture_output=True, text=True).stdout
print(said.split("|")[1].split("Version")[1].split()[0] if "|" in said else said.split("Version")[1].split()[0])
for name, answers in CASES.items():
    told["answers"] = answers
    for who, words in (
        ("lftp", ["unpacked/usr/bin/lftp", "-c", f"set net:max-retries 1; cat {url}/a"]),
        ("curl", ["curl", "-sSL", "--compressed", f"{url}/a"]),
    ):
        came.clear()
        ran = subprocess.run(words, env=env, capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
        got = ran.stdout.replace(PACKED[1], b"<the second member, packed>").decode()
        print(f"{name}, {who}: status {ran.returncode}, {got!r}, asked {', '.join(line.split()[1] for line, _, _ in came)}")
PY
timeout 200 python3 look.py 2> errors | tee found
cat > expected <<'END'
4.9.2
one member, lftp: status 0, 'pay 10 and 1000', asked /a
one member, curl: status 0, 'pay 10 and 1000', asked /a
two members, lftp: status 0, 'pay 10 <the second member, packed>', asked /a
two members, curl: status 23, 'pay 10 ', asked /a
103 first, lftp: status 1, '', asked /a
103 first, curl: status 0, 'pay 10 and 1000', asked /a
a redirect with a fragment, lftp: status 0, 'pay 10 and 1000', asked /a, /new#part
a redirect with a fragment, curl: status 0, 'pay 10 and 1000', asked /a, /new
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
