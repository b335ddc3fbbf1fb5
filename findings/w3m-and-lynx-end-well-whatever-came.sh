#!/usr/bin/env bash
# w3m and lynx, by which scripts fetch pages as text, end with the status 0 whatever came: a 424, a 503, half a page,
# and in w3m a connection that ended without an answer, which is an empty page. A POST that is redirected by a 307 w3m
# asks for by GET without the form, where that status has it posted again, and lynx not at all; a 308 is an empty page
# to both. Of an answer behind 103 Early Hints both give the head as text.
#
# Versions: w3m 0.5.3+git20230121 (w3m 0.5.3+git20230121-2), lynx 2.9.0dev.12 (lynx 2.9.0dev.12-1), Debian 12's.
# Source: w3m's file.c (loadGeneralFile follows 301, 302, 303 and 307 alike and drops the request's form) and lynx's
# WWW/Library/Implementation/HTTP.c (a case for each status that it knows).
# Why it matters to a recorder: that a replay had a miss such a script cannot tell by the status of its client; only
# the recorder's own does. A form that a 307 was to send on is never sent, and the page looks like its success.
set -euo pipefail
for tool in apt-get dpkg python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download w3m=0.5.3+git20230121-2 lynx=2.9.0dev.12-1 lynx-common=2.9.0dev.12-1
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

CASES = {
    "200": [answer(b"paid")],
    "424": [answer(b"nothing recorded", status="424 Failed")],
    "503": [answer(b"busy", status="503 Busy")],
    "half": [answer(b"pay 10 ", length=15)],
    "no answer": [b""],
    "103 first": [b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer(b"paid")],
    **{str(code): [answer(b"", "Location: /new", status=f"{code} Go"), answer(b"the page")] for code in (302, 303, 307, 308)},
}
with open("form", "w") as written:
    written.write("to=ann")
here = "unpacked/etc/lynx"
with open("lynx.cfg", "w") as written:
    written.write("CHARACTER_SET:utf-8\n")
open("lynx.lss", "w").close()
env.update(LYNX_CFG=os.path.abspath("lynx.cfg"), LYNX_LSS=os.path.abspath("lynx.lss"))
W3M = ["unpacked/usr/bin/w3m", "-dump_source"]
LYNX = ["unpacked/usr/bin/lynx", "-source"]
for who, get, post in (("w3m", W3M, [*W3M, "-post", "form"]), ("lynx", LYNX, [*LYNX, "-post_data"])):
    said = subprocess.run([get[0], "-version"], env=env, capture_output=True, text=True).stdout.split()
    print(who, said[2].rstrip(","))
    for name, answers in CASES.items():
        told["answers"] = answers
        for kind, words in (("GET", get), ("POST", post)):
            came.clear()
            ran = subprocess.run([*words, f"{url}/a"], env=env, capture_output=True, timeout=60, input=b"to=ann\n---\n" if kind == "POST" and who == "lynx" else b"")
            asked = [f"{line.rsplit(' ', 1)[0]}{' with the form' if body else ''}" for line, _, body in came]
            print(f"  {name}: status {ran.returncode}, {ran.stdout.decode()[:24]!r}, asked {', '.join(asked)}")
PY
timeout 200 python3 look.py 2> errors | tee found
cat > expected <<'END'
w3m w3m/0.5.3+git20230121
  200: status 0, 'paid', asked GET /a
  200: status 0, 'paid', asked POST /a with the form
  424: status 0, 'nothing recorded', asked GET /a
  424: status 0, 'nothing recorded', asked POST /a with the form
  503: status 0, 'busy', asked GET /a
  503: status 0, 'busy', asked POST /a with the form
  half: status 0, 'pay 10 ', asked GET /a
  half: status 0, 'pay 10 ', asked POST /a with the form
  no answer: status 0, '', asked GET /a
  no answer: status 0, '', asked POST /a with the form
  103 first: status 0, 'HTTP/1.1 200 OK\r\nContent', asked GET /a
  103 first: status 0, 'HTTP/1.1 200 OK\r\nContent', asked POST /a with the form
  302: status 0, 'the page', asked GET /a, GET /new
  302: status 0, 'the page', asked POST /a with the form, GET /new
  303: status 0, 'the page', asked GET /a, GET /new
  303: status 0, 'the page', asked POST /a with the form, GET /new
  307: status 0, 'the page', asked GET /a, GET /new
  307: status 0, 'the page', asked POST /a with the form, GET /new
  308: status 0, '', asked GET /a
  308: status 0, '', asked POST /a with the form
lynx 2.9.0dev.12
  200: status 0, 'paid', asked GET /a
  200: status 0, 'paid', asked POST /a with the form
  424: status 0, 'nothing recorded', asked GET /a
  424: status 0, 'nothing recorded', asked POST /a with the form
  503: status 0, 'busy', asked GET /a
  503: status 0, 'busy', asked POST /a with the form
  half: status 0, 'pay 10 ', asked GET /a
  half: status 0, 'pay 10 ', asked POST /a with the form
  no answer: status 1, '', asked GET /a
  no answer: status 1, '', asked POST /a with the form
  103 first: status 0, 'HTTP/1.1 103 Early Hints', asked GET /a
  103 first: status 0, 'HTTP/1.1 103 Early Hints', asked POST /a with the form
  302: status 0, 'the page', asked GET /a, GET /new
  302: status 0, 'the page', asked POST /a with the form, GET /new
  303: status 0, 'the page', asked GET /a, GET /new
  303: status 0, 'the page', asked POST /a with the form, GET /new
  307: status 0, 'the page', asked GET /a, GET /new
  307: status 1, '', asked POST /a with the form
  308: status 0, '', asked GET /a
  308: status 0, '', asked POST /a with the form
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
