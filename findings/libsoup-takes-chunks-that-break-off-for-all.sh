#!/usr/bin/env bash
# libsoup, GNOME's HTTP client, and Guile's take chunks that break off between two of them for the whole answer, without
# an error: of a bill that was cut in the middle a program gets the first half and 200. Both raise where a
# Content-Length promises more than comes, and libsoup where a chunk is cut within; Guile does not mind that, either.
#
# Versions: libsoup 3.2.3-0+deb12u2, by python3-gi 3.42.2-3+b1, and Guile 3.0.8-2 (Debian 12's packages); curl 7.88
# beside them.
# Source: libsoup's soup-body-input-stream.c (soup_body_input_stream_read_chunked hands on the end of the connection
# where a chunk's size should be; later versions make it an error), Guile's web/http.scm (read-chunk-header: "Connection
# closed prematurely: there's nothing left to read", and 0, as the last chunk has it); RFC 9112, section 8: a body in
# chunks is incomplete if the zero-sized one has not come.
# Why it matters to a recorder: what of an interrupted stream is in a cassette is played to a program whose client ends
# well, live too; only a client that minds shows that it was broken. A recorder that replays it with a last chunk, or
# with its own length, changes nothing for these two and hides the failure from all others.
set -euo pipefail
for tool in apt-get dpkg curl /usr/bin/python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download libsoup-3.0-0=3.2.3-0+deb12u2 gir1.2-soup-3.0=3.2.3-0+deb12u2 python3-gi=3.42.2-3+b1 \
  gir1.2-glib-2.0 libgirepository-1.0-1 guile-3.0=3.0.8-2 guile-3.0-libs=3.0.8-2 libgc1 \
  libunistring2 libgmp10 libglib2.0-0 libpsl5 libnghttp2-14
for name in *.deb; do dpkg -x "$name" unpacked; done
usr=$work/unpacked/usr
libraries=$(dirname "$(find "$usr" -name 'libsoup-3.0.so.0' | head -n 1)")
export LD_LIBRARY_PATH=$libraries GI_TYPELIB_PATH=$libraries/girepository-1.0
export GUILE_LOAD_PATH=$usr/share/guile/3.0 GUILE_LOAD_COMPILED_PATH=$libraries/guile/3.0/ccache
cat > soup.py <<'PY'
import sys

sys.path.append("unpacked/usr/lib/python3/dist-packages")
import gi

gi.require_version("Soup", "3.0")
from gi.repository import GLib, Soup

message = Soup.Message.new("GET", sys.argv[1])
try:
    answer = Soup.Session().send_and_read(message, None)
    print(int(message.get_status()), answer.get_data().decode())
except GLib.Error as error:
    print("raised:", error.message)
PY
cat > guile.scm <<'SCM'
(use-modules (web client) (web response) (ice-9 receive))
(catch #t
  (lambda ()
    (receive (response body) (http-get (cadr (command-line)))
      (format #t "~a ~a\n" (response-code response) body)))
  (lambda (key . rest) (format #t "raised: ~a\n" key)))
SCM
cat > look.py <<'PY'
import os
import socketserver
import subprocess
import threading

PLAIN = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
CHUNKS = PLAIN + "Transfer-Encoding: chunked\r\n\r\n7\r\npay 10 \r\n"
ANSWERS = {
    "all chunks": CHUNKS + "8\r\nand 1000\r\n0\r\n\r\n",
    "cut between chunks": CHUNKS,
    "cut within a chunk": CHUNKS + "8\r\nand",
    "cut within a length": PLAIN + "Content-Length: 15\r\n\r\npay 10 ",
}


class Origin(socketserver.StreamRequestHandler):
    """It answers as the path says, and ends the connection."""

    def handle(self):
        place = int(self.rfile.readline().split()[1][1:])
        while self.rfile.readline().strip():
            pass
        self.wfile.write(list(ANSWERS.values())[place].encode())


origin = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
plain = {name: value for name, value in env.items() if name != "LD_LIBRARY_PATH"}
clients = {
    "libsoup": (["/usr/bin/python3", "soup.py"], env),
    "Guile": (["unpacked/usr/bin/guile-3.0", "--no-auto-compile", "guile.scm"], env),
    "curl": (["curl", "-sS", "-w", "%{stderr} %{http_code}"], plain),
}
for place, name in enumerate(ANSWERS):
    print(name)
    for client, (words, around) in clients.items():
        url = f"http://127.0.0.1:{origin.server_address[1]}/{place}"
        ran = subprocess.run([*words, url], env=around, capture_output=True, text=True, timeout=60)
        said = ran.stdout.strip() if client != "curl" else f"{ran.stdout.strip()}, exit {ran.returncode}"
        print(f"  {client}: {said}")
PY
echo "libsoup 3.2.3, Guile 3.0.8, $(env -u LD_LIBRARY_PATH curl --version | head -n 1 | cut -d' ' -f 1-2)"
timeout 150 /usr/bin/python3 look.py | tee found
cat > expected <<'END'
all chunks
  libsoup: 200 pay 10 and 1000
  Guile: 200 pay 10 and 1000
  curl: pay 10 and 1000, exit 0
cut between chunks
  libsoup: 200 pay 10
  Guile: 200 pay 10
  curl: pay 10, exit 18
cut within a chunk
  libsoup: raised: Connection terminated unexpectedly
  Guile: 200 pay 10 and
  curl: pay 10 and, exit 18
cut within a length
  libsoup: raised: Connection terminated unexpectedly
  Guile: raised: bad-response
  curl: pay 10, exit 18
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
