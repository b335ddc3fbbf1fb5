#!/usr/bin/env bash
# Racket sends a request through a proxy with the proxy's own address as its Host, next to the
# right URL; of net/url's calls, http-sendrecv/url alone goes past the proxy, with the right
# Host.
#
# Versions: Racket 8.7+dfsg1-1 (Debian 12's packages).
# Source: Racket's net/url (http://getpost-impure-port opens a connection to the proxy, whose
# name then is the Host); its documentation says that http-sendrecv/url knows no proxy. RFC
# 9112, section 3.2: a Host is that of the URL, and a proxy is to replace any other.
# Why it matters to a recorder: one that passes the Host on, as mitmproxy does, asks a server
# of many names for "127.0.0.1:8080" and records what it says to that; one that goes by the
# Host (mitmproxy's pretty_host and pretty_url do) writes a port of this run into its URLs.
# What comes of a program depends on which of two calls its author took.
set -euo pipefail
for tool in apt-get dpkg python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download racket=8.7+dfsg1-1 racket-common=8.7+dfsg1-1 liblz4-1
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > look.rkt <<'RKT'
#lang racket/base
(require net/url racket/port)
(define (at path) (string->url (string-append (getenv "ORIGIN") path)))
(void (port->string (get-pure-port (at "/get"))))
(void (port->string (post-pure-port (at "/post") #"pay")))
(void (port->string (get-pure-port #:redirections 3 (at "/get-with-redirections"))))
(let-values ([(status headers port) (http-sendrecv/url (at "/sendrecv"))])
  (void (port->string port)))
RKT
cat > look.py <<'PY'
import os
import socketserver
import subprocess
import threading

seen = []


class Server(socketserver.StreamRequestHandler):
    """The proxy and the origin."""

    def handle(self):
        path = self.rfile.readline().decode().split()[1].rpartition("/")[2]
        host = ""
        while line := self.rfile.readline().decode().strip():
            host = line if line.startswith("Host:") else host
        seen.append((path, self.server, host))
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def serve():
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, "{}:{}".format(*server.server_address)


proxy, its_place = serve()
origin, place = serve()
kept = {n: v for n, v in os.environ.items() if not n.lower().endswith("_proxy")}
env = kept | {"http_proxy": f"http://{its_place}", "ORIGIN": f"http://{place}"}
here = os.path.abspath("unpacked")
env |= {"PLTADDONDIR": os.getcwd(), "LD_LIBRARY_PATH": f"{here}/usr/lib/x86_64-linux-gnu"}
words = [f"{here}/usr/bin/racket", "-X", f"{here}/usr/share/racket/collects"]
subprocess.run([*words, "-G", f"{here}/etc/racket", "look.rkt"], env=env, check=True, timeout=120)
for path, server, host in seen:
    way = "the proxy" if server is proxy else "past the proxy"
    named = host.replace(its_place, "the proxy").replace(place, "the origin")
    print(f"{path}: {way}, {named}")
PY
echo "racket $(dpkg-deb -f racket_*.deb Version)"
timeout 180 python3 look.py | tee found
cat > expected <<'END'
get: the proxy, Host: the proxy
post: the proxy, Host: the proxy
get-with-redirections: the proxy, Host: the proxy
sendrecv: past the proxy, Host: the origin
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
