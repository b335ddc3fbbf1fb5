#!/usr/bin/env bash
# Crystal's HTTP::Client sends a request again by itself, a POST too, when its connection ends
# before the answer is whole: also if the connection was a new one, and also if the status, the
# headers and some chunks of the body had come. Where the answer had a Content-Length it takes the
# half for the whole, and tells nobody.
#
# Versions: Crystal 1.6.0 (crystal 1.6.0+dfsg-3, Debian 12's package).
# Source: Crystal's http/client.cr (exec_internal: "Server probably closed the connection, so retry
# once", for any IO::Error and any method); RFC 9110, section 9.2.2: a client should not repeat what
# is not idempotent by itself, and RFC 9112, section 8: an answer shorter than its Content-Length is
# incomplete.
# Why it matters to a recorder: one payment of the program is two at the origin and in the cassette.
# A replay of the first, cut off as it was, is asked again for what comes next, and one that ends a
# connection to say "not recorded" hears the same request twice.
set -euo pipefail
for tool in crystal python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > pay.cr <<'CR'
require "http/client"

url, path = ARGV
client = HTTP::Client.new(URI.parse(url))
begin
  answer = client.post(path, body: "pay=5")
  print answer.status_code, " ", answer.body.inspect
rescue error : IO::EOFError
  print error.class
end
CR
CRYSTAL_CACHE_DIR="$work/cache" timeout 400 crystal build -o pay pay.cr
cat > look.py <<'PY'
import os
import socketserver
import subprocess
import threading

OK = "HTTP/1.1 200 OK\r\n"
SAYS = {
    "nothing": "",
    "a chunk of two": f"{OK}Transfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n",
    "3 bytes of 9": f"{OK}Content-Length: 9\r\n\r\n[1,",
    "all": f"{OK}Content-Length: 2\r\n\r\n[]",
}
came = []


class Origin(socketserver.StreamRequestHandler):
    """It reads the whole request, says what the path numbers, and hangs up."""

    def handle(self):
        method, path, _ = self.rfile.readline().decode().split()
        length = 0
        while line := self.rfile.readline().decode().strip().lower():
            if line.startswith("content-length:"):
                length = int(line.partition(":")[2])
        came.append(f"{method} {self.rfile.read(length).decode()}")
        self.wfile.write(list(SAYS.values())[int(path[1:])].encode())


origin = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
for place, said in enumerate(SAYS):
    came.clear()
    words = ["./pay", f"http://127.0.0.1:{origin.server_address[1]}", f"/{place}"]
    ran = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60)
    if ran.returncode:
        raise SystemExit(ran.stderr)
    print(f"the origin says {said}: came {', '.join(came)}, the program sees {ran.stdout}")
PY
crystal --version | sed -n 1p
timeout 200 python3 look.py | tee found
cat > expected <<'END'
the origin says nothing: came POST pay=5, POST pay=5, the program sees IO::EOFError
the origin says a chunk of two: came POST pay=5, POST pay=5, the program sees IO::EOFError
the origin says 3 bytes of 9: came POST pay=5, the program sees 200 "[1,"
the origin says all: came POST pay=5, the program sees 200 "[]"
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
