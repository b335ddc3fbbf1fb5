#!/usr/bin/env bash
# R's httr2 goes by whether the program names the method: a body without one is a POST whose 301,
# 302 and 303 are followed by GET; with req_method("POST"), which says the same, they are followed
# by a second POST with an empty body, and a PUT's by an empty PUT.
#
# Versions: httr2 0.2.2 (r-cran-httr2 0.2.2-2), curl 5.0.0 (r-cran-curl 5.0.0+dfsg-1; Debian 12's
# packages).
# Source: httr2's req_method_apply (the method is libcurl's "customrequest", which holds for each
# request to come); its documentation of req_method says that POST is the default where there is a
# body. RFC 9110, section 15.4.4: after a 303 the client asks by GET or HEAD.
# Why it matters to a recorder: a line that changes nothing in the first request changes the second:
# the recording made before it misses after it. Where the body is not compared, an empty POST
# replays as the answer of whatever else was posted there.
set -euo pipefail
for tool in apt-get dpkg Rscript python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download r-cran-httr2=0.2.2-2 r-cran-curl=5.0.0+dfsg-1 r-cran-cli r-cran-glue \
  r-cran-magrittr r-cran-openssl r-cran-askpass r-cran-sys r-cran-r6 r-cran-rappdirs r-cran-rlang \
  r-cran-withr r-cran-jsonlite
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > send.R <<'R'
library(httr2)
arguments <- commandArgs(TRUE)
request <- req_body_raw(request(arguments[1]), "pay=5")
if (length(arguments) > 1) request <- req_method(request, arguments[2])
cat(resp_status(req_perform(request)))
R
cat > look.py <<'PY'
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

came = []


class Origin(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        came.append(f"{self.command} {body!r}")
        self.send_response(200 if self.path == "/moved" else int(self.path[1:]))
        self.send_header("Location", "/moved")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_PUT = do_GET

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
env["R_LIBS"] = os.path.abspath("unpacked/usr/lib/R/site-library")
for method, code in ((None, 303), ("POST", 303), (None, 302), ("POST", 302), ("POST", 307), ("PUT", 302)):
    came.clear()
    words = ["Rscript", "--vanilla", "send.R", f"http://127.0.0.1:{origin.server_port}/{code}"]
    ran = subprocess.run(words + [method] * bool(method), env=env, capture_output=True, text=True, timeout=60)
    if ran.returncode:
        raise SystemExit(ran.stderr)
    print(f"{method or 'no method'}, {code}: {', then '.join(came)}, the program sees {ran.stdout}")
PY
echo "r-cran-httr2 $(dpkg-deb -f r-cran-httr2_*.deb Version)"
timeout 200 python3 look.py | tee found
cat > expected <<'END'
no method, 303: POST 'pay=5', then GET '', the program sees 200
POST, 303: POST 'pay=5', then POST '', the program sees 200
no method, 302: POST 'pay=5', then GET '', the program sees 200
POST, 302: POST 'pay=5', then POST '', the program sees 200
POST, 307: POST 'pay=5', then POST 'pay=5', the program sees 200
PUT, 302: PUT 'pay=5', then PUT '', the program sees 200
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
