#!/usr/bin/env bash
# For one file that is refused, by whatever status, a 404 and a 424 too, rclone does its whole command three times, at once
# and with Retry-After or not: the list of the folder is asked for three times, with a HEAD for each file in it each time, and
# what had come is a HEAD more. A copy of a single URL is three GETs of what is not there.
#
# Versions: rclone 1.60.1 (rclone 1.60.1+dfsg-2+b5, Debian 12's package).
# Source: rclone's cmd/cmd.go (Run: a loop over --retries, 3 by default, for each error that is not known to be final)
# and backend/http/http.go (List: a HEAD of each name; Open: any status but 2xx is an error like others).
# Why it matters to a recorder: what a recorder refuses is three misses of one request; a recording of a command that
# failed has the same list three times, and which of them a replay gives decides which files there are.
set -euo pipefail
for tool in apt-get dpkg python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
unset http_proxy HTTP_PROXY
apt-get -qq download rclone=1.60.1+dfsg-2+b5
dpkg -x rclone_*.deb unpacked
cat > look.py <<'PY'
import collections
import http.server
import os
import subprocess
import threading

asked = []
refusal = 0


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked.append(f"{self.command} {self.path}")
        status, kind, body = 200, "text/plain", b"data"
        if self.path == "/dir/":
            kind, body = "text/html", b'<a href="a.txt">a.txt</a> <a href="b.txt">b.txt</a>'
        elif self.path != "/dir/a.txt" and self.command == "GET":
            status, body = refusal, b"no"
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT")
        if status != 200:
            self.send_header("Retry-After", "0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{origin.server_address[1]}"
rclone = ["unpacked/usr/bin/rclone", "--config", "/dev/null"]
environment = {**os.environ, "HOME": os.getcwd()}


def look(*command):
    asked.clear()
    run = subprocess.run([*rclone, *command], env=environment, capture_output=True, timeout=100)
    counted = ", ".join(f"{line} x {count}" for line, count in sorted(collections.Counter(asked).items()))
    print(f"{refusal} to {command[0]}: exit {run.returncode}; {counted}")


print(subprocess.run([*rclone, "version"], env=environment, capture_output=True, text=True).stdout.split("-")[0].strip())
for refusal in (401, 404, 424, 500, 503):
    look("copyurl", f"{base}/file", "file")
for refusal in (404, 424, 503, 429):
    look("copy", ":http:", f"to-{refusal}", "--http-url", f"{base}/dir/")
PY
timeout 250 python3 look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
rclone v1.60.1
401 to copyurl: exit 1; GET /file x 3
404 to copyurl: exit 1; GET /file x 3
424 to copyurl: exit 1; GET /file x 3
500 to copyurl: exit 1; GET /file x 3
503 to copyurl: exit 1; GET /file x 3
404 to copy: exit 1; GET /dir/ x 3, GET /dir/a.txt x 1, GET /dir/b.txt x 3, HEAD /dir/a.txt x 3, HEAD /dir/b.txt x 3
424 to copy: exit 1; GET /dir/ x 3, GET /dir/a.txt x 1, GET /dir/b.txt x 3, HEAD /dir/a.txt x 3, HEAD /dir/b.txt x 3
503 to copy: exit 1; GET /dir/ x 3, GET /dir/a.txt x 1, GET /dir/b.txt x 3, HEAD /dir/a.txt x 3, HEAD /dir/b.txt x 3
429 to copy: exit 1; GET /dir/ x 3, GET /dir/a.txt x 1, GET /dir/b.txt x 3, HEAD /dir/a.txt x 3, HEAD /dir/b.txt x 3
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
