#!/usr/bin/env bash
# Two equal runs of ipptool send different bodies: the four bytes of IPP's request-id begin at
# a chance number, though a connection has one request at a time; and an answer that does not
# repeat them fails the test, whatever else it says.
#
# Versions: cups-ipp-utils 2.4.2-3+deb12u9 (CUPS, Debian 12's packages).
# Source: ipptool's documentation of test files (REQUEST-ID: "random" unless given); RFC 8011,
# section 4.1.1: a client may send any id, 1 each time too, and an answer has to have it.
# Why it matters to a recorder: the id stands in the body, not in a header, and in binary, so
# that a recording of printers compares equal to nothing, and a replay that matches by URL
# gives an answer which the client refuses. One has to know the eight bytes of IPP's head, to
# leave four of them out and to put them into the answer.
set -euo pipefail
for tool in apt-get dpkg python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download cups-ipp-utils=2.4.2-3+deb12u9 libcups2=2.4.2-3+deb12u9 \
  libavahi-client3 libavahi-common3 libdbus-1-3
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > state.test <<'END'
{
  NAME "state"
  OPERATION Get-Printer-Attributes
  GROUP operation-attributes-tag
  ATTR charset attributes-charset utf-8
  ATTR naturalLanguage attributes-natural-language en
  ATTR uri printer-uri $uri
  STATUS successful-ok
}
END
cat > look.py <<'PY'
import http.server
import os
import struct
import subprocess
import threading


def attribute(tag, name, value):
    name, value = name.encode(), value.encode()
    return struct.pack(f">BH{len(name)}sH{len(value)}s", tag, len(name), name, len(value), value)


SAYS = attribute(0x47, "attributes-charset", "utf-8")
SAYS += attribute(0x48, "attributes-natural-language", "en")
bodies = []


class Printer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    repeats = True

    def do_POST(self):
        bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        number = (bodies[-1] if self.repeats else bodies[0])[4:8]
        body = bodies[-1][:2] + b"\x00\x00" + number + b"\x01" + SAYS + b"\x03"
        self.send_response(200)
        self.send_header("Content-Type", "application/ipp")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Printer)
threading.Thread(target=origin.serve_forever, daemon=True).start()
env = os.environ | {"LD_LIBRARY_PATH": os.path.abspath("unpacked/usr/lib/x86_64-linux-gnu")}
words = ["unpacked/usr/bin/ipptool", "-t", f"ipp://127.0.0.1:{origin.server_port}/p", "state.test"]


def run():
    ran = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60)
    return "passes" if ran.returncode == 0 else "fails", "request ID" in ran.stdout


for time in ("first", "second", "third"):
    print(f"{time} run {run()[0]}")
kinds = {(body[:4], body[8:]) for body in bodies}
print("the bodies", "differ" if len(set(bodies)) > 1 else "are equal", end=", ")
print("and without the request-id they", "differ" if len(kinds) > 1 else "are equal")
Printer.repeats = False
ended, named = run()
print("answered with the first one's id:", ended, "for its request ID" if named else "")
PY
echo "cups-ipp-utils $(dpkg-deb -f cups-ipp-utils_*.deb Version)"
timeout 120 python3 look.py | tee found
cat > expected <<'END'
first run passes
second run passes
third run passes
the bodies differ, and without the request-id they are equal
answered with the first one's id: fails for its request ID
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
