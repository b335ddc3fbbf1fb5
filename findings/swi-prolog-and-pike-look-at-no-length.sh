#!/usr/bin/env bash
# SWI-Prolog's http_open and Pike's Protocols.HTTP take an answer that breaks off for the whole one, whatever its
# Content-Length says, without an error: of "pay 10 and 1000" both give "pay 10 ", with the status 200. Prolog looks at
# the length only where it is asked to keep the connection, and there, too, it ends silently if less comes.
#
# Versions: SWI-Prolog 9.0.4+dfsg-2 and Pike 8.0.1738-1+b2 (Debian 12's packages); curl 7.88 beside them.
# Source: SWI-Prolog's http/http_open.pl (consider_keep_alive/6 alone reads content_length, for a connection that is to
# be kept), Pike's Protocols.pmod/HTTP.pmod/Query.pike (data() reads up to the length, and takes less); RFC 9112,
# section 8: fewer bytes than a valid Content-Length says are an incomplete message.
# Why it matters to a recorder: an answer that was interrupted while it was recorded must be no answer, or be interrupted
# again with the length that it had; with a length made to fit it is the same to these two, and a whole one to all
# others. A test of a program in these languages proves nothing of what it does when a connection breaks.
set -euo pipefail
for tool in apt-get dpkg curl python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download swi-prolog-core=9.0.4+dfsg-2 swi-prolog-core-packages=9.0.4+dfsg-2 pike8.0-core=8.0.1738-1+b2 \
  libnettle8 libtcmalloc-minimal4 libgmp10
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > look.pl <<'PL'
:- use_module(library(http/http_open)).
:- initialization(main, main).
main :-
    current_prolog_flag(argv, [Url, Connection]),
    catch(( http_open(Url, In, [connection(Connection), status_code(Code), timeout(20)]),
            read_string(In, _, Body),
            close(In),
            format("~w ~w~n", [Code, Body]) ),
          error(Error, _),
          ( functor(Error, Name, _), format("raised: ~w~n", [Name]) )).
PL
cat > look.pike <<'PIKE'
int main(int count, array(string) words) {
  object answer = Protocols.HTTP.get_url(words[1]);
  write("%d %s\n", answer->status, answer->data());
}
PIKE
cat > look.py <<'PY'
import glob
import os
import socketserver
import subprocess
import threading

HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 15\r\n"


class Origin(socketserver.StreamRequestHandler):
    """It ends the connection behind all of its answer, or behind a part."""

    def handle(self):
        path = self.rfile.readline().split()[1]
        asked = "close"
        while line := self.rfile.readline().strip().lower():
            asked = line.split()[1].decode() if line.startswith(b"connection") else asked
        body = "pay 10 and 1000" if path == b"/all" else "pay 10 "
        self.wfile.write(f"{HEAD}Connection: {asked}\r\n\r\n{body}".encode())


origin = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
usr = os.path.abspath("unpacked/usr")
plain = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
libraries = os.path.dirname(glob.glob(f"{usr}/lib/*/libswipl.so")[0])
env = {**plain, "SWI_HOME_DIR": f"{usr}/lib/swi-prolog", "LD_LIBRARY_PATH": libraries}
pike = [f"{usr}/bin/pike8.0", "-m", f"{usr}/lib/pike8.0/master.pike", "look.pike"]
clients = {
    "SWI-Prolog": [f"{usr}/bin/swipl", "look.pl", "URL", "close"],
    "SWI-Prolog, kept": [f"{usr}/bin/swipl", "look.pl", "URL", "keep-alive"],
    "Pike": [*pike, "URL"],
    "curl": ["curl", "-sS", "URL"],
}
for path in ("/all", "/part"):
    print(path)
    for client, words in clients.items():
        url = f"http://127.0.0.1:{origin.server_address[1]}{path}"
        around = plain if client == "curl" else env
        ran = subprocess.run(
            [url if word == "URL" else word for word in words], env=around, capture_output=True, text=True, timeout=60
        )
        print(f"  {client}: {ran.stdout.strip()}, exit {ran.returncode}{ran.stderr[-300:] if client != 'curl' else ''}")
PY
echo "SWI-Prolog 9.0.4, Pike 8.0.1738, $(curl --version | head -n 1 | cut -d' ' -f 1-2)"
timeout 150 python3 look.py | tee found
cat > expected <<'END'
/all
  SWI-Prolog: 200 pay 10 and 1000, exit 0
  SWI-Prolog, kept: 200 pay 10 and 1000, exit 0
  Pike: 200 pay 10 and 1000, exit 0
  curl: pay 10 and 1000, exit 0
/part
  SWI-Prolog: 200 pay 10, exit 0
  SWI-Prolog, kept: 200 pay 10, exit 0
  Pike: 200 pay 10, exit 0
  curl: pay 10, exit 18
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
