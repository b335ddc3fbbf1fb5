#!/usr/bin/env bash
# Tcl's http takes an answer that has neither a Content-Length nor chunks, and ends with its
# connection, for one without a body: http::status is "ok", the code is 200 and http::data is empty,
# unless the answer says "Connection: close"; even one of HTTP/1.0, which ends so of itself.
#
# Versions: http 2.9.8 of Tcl 8.6.13 (libtcl8.6 8.6.13+dfsg-2; Debian 12's packages); curl 7.88
# beside it.
# Source: Tcl's library/http/http.tcl (http::Event, which takes this for "a response with no body");
# RFC 9112, section 6.3, rule 8: such a body is all that comes until the connection is closed, which
# an answer of HTTP/1.0 need not announce, and one of HTTP/1.1 only should (section 9.6).
# Why it matters to a recorder: what comes this way (a log that grows, an old CGI) is whole in the
# cassette, and a replay that gives it a Content-Length shows the program a body that it never sees
# live: the test passes and the program fails. A replay must end the connection without a word, too,
# where the origin did.
set -euo pipefail
for tool in tclsh curl python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > get.tcl <<'TCL'
package require http
lassign $argv url
set answer [http::geturl $url -timeout 20000 -keepalive 0]
puts "[http::status $answer] [http::ncode $answer] \"[http::data $answer]\" (http [package present http])"
TCL
cat > look.py <<'PY'
import os
import socketserver
import subprocess
import threading

BODY = "all of it"
HEADS = [
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.1 200 OK\r\nConnection: close\r\n",
    f"HTTP/1.1 200 OK\r\nContent-Length: {len(BODY)}\r\n",
    "HTTP/1.0 200 OK\r\n",
]


class Origin(socketserver.StreamRequestHandler):
    """It answers with the head that the path numbers, and ends the connection."""

    def handle(self):
        place = int(self.rfile.readline().split()[1][1:])
        while self.rfile.readline().strip():
            pass
        self.wfile.write(f"{HEADS[place]}\r\n{BODY}".encode())


origin = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
for place, head in enumerate(HEADS):
    url = f"http://127.0.0.1:{origin.server_address[1]}/{place}"
    print(", ".join(head.split("\r\n")[:-1]))
    for words in (["tclsh", "get.tcl"], ["curl", "-sS", "-w", " %{http_code}"]):
        ran = subprocess.run([*words, url], env=env, capture_output=True, text=True, timeout=60)
        print(f"  {words[0]}: {ran.stdout.strip()}{ran.stderr}")
PY
timeout 200 python3 look.py | tee found
cat > expected <<'END'
HTTP/1.1 200 OK
  tclsh: ok 200 "" (http 2.9.8)
  curl: all of it 200
HTTP/1.1 200 OK, Connection: close
  tclsh: ok 200 "all of it" (http 2.9.8)
  curl: all of it 200
HTTP/1.1 200 OK, Content-Length: 9
  tclsh: ok 200 "all of it" (http 2.9.8)
  curl: all of it 200
HTTP/1.0 200 OK
  tclsh: ok 200 "" (http 2.9.8)
  curl: all of it 200
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
