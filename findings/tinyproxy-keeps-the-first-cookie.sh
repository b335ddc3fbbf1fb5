#!/usr/bin/env bash
# tinyproxy, as Debian 12 has it, keeps the first of several headers of one name and drops the others, in answers and in
# requests: of two cookies that an origin sets a client behind it gets one, of two Link or WWW-Authenticate headers one, of
# two Accept or Cookie headers the origin. Which spelling the second has is the same.
#
# Versions: tinyproxy 1.11.1 (tinyproxy-bin 1.11.1-2.1+deb12u1, Debian 12's package).
# Source: tinyproxy's src/reqs.c (add_header_to_connection and get_all_headers put lines into an ordered map by name) and
# src/pseudomap.c; RFC 9110, section 5.3: a proxy must not change the order of such lines, and Set-Cookie can't be joined.
# Why it matters to a recorder: a session that works without the proxy is lost behind it, and a recording that was made
# with tinyproxy between recorder and origin has one cookie for ever; between program and recorder it has both, and the
# program one.
set -euo pipefail
for tool in apt-get dpkg python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download tinyproxy-bin=1.11.1-2.1+deb12u1
dpkg -x tinyproxy-bin_*.deb unpacked
cat > look.py <<'PY'
import socket
import socketserver
import subprocess
import threading
import time

ANSWER = (
    "HTTP/1.1 200 OK\r\nSet-Cookie: session=1\r\nSet-Cookie: region=2\r\nset-cookie: basket=3\r\n"
    "Link: </a>; rel=next\r\nLink: </b>; rel=last\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
)
came = []


class Origin(socketserver.StreamRequestHandler):
    def handle(self):
        lines = []
        while line := self.rfile.readline().decode().strip():
            lines.append(line)
        came.append(lines)
        self.wfile.write(ANSWER.encode())


def ask(port, target):
    request = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{at}\r\nAccept: text/html\r\nAccept: text/plain\r\n"
    request += "X-Tag: a\r\nX-Tag: b\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request.encode())
        return connection.makefile("rb").read().decode().partition("\r\n\r\n")[0].split("\r\n")


def listening(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


origin = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Origin)
at = origin.server_address[1]
threading.Thread(target=origin.serve_forever, daemon=True).start()
with socket.socket() as one:
    one.bind(("127.0.0.1", 0))
    port = one.getsockname()[1]
with open("tinyproxy.conf", "w") as written:
    written.write(f"Port {port}\nListen 127.0.0.1\nTimeout 60\nDisableViaHeader Yes\nMaxClients 10\n")
print(subprocess.run(["unpacked/usr/bin/tinyproxy", "-v"], capture_output=True, text=True).stdout.strip())
proxy = subprocess.Popen(["unpacked/usr/bin/tinyproxy", "-d", "-c", "tinyproxy.conf"], stdout=subprocess.DEVNULL)
try:
    for _ in range(300):
        if listening(port):
            break
        time.sleep(0.1)
    for name, where, target in (("no proxy", at, "/"), ("tinyproxy", port, f"http://127.0.0.1:{at}/")):
        seen = ask(where, target)
        print(f"{name}, the client: {sorted(line for line in seen if ':' in line)}")
        kept = sorted(line for line in came[-1] if line.startswith(("Accept", "X-Tag")))
        print(f"{name}, the origin: {kept}")
finally:
    proxy.terminate()
    proxy.wait(30)
PY
python3 look.py | tee found
cat > expected <<'END'
tinyproxy 1.11.1
no proxy, the client: ['Connection: close', 'Content-Length: 2', 'Link: </a>; rel=next', 'Link: </b>; rel=last', 'Set-Cookie: region=2', 'Set-Cookie: session=1', 'set-cookie: basket=3']
no proxy, the origin: ['Accept: text/html', 'Accept: text/plain', 'X-Tag: a', 'X-Tag: b']
tinyproxy, the client: ['Content-Length: 2', 'Link: </a>; rel=next', 'Set-Cookie: session=1']
tinyproxy, the origin: ['Accept: text/html', 'X-Tag: a']
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
