#!/usr/bin/env bash
# R's vcr records a redirect under the address that it ended at, as one request that answers 200:
# what it wrote itself it does not know in the next run, which asks for the address that it began
# at, and a program that asks for the last one gets an answer that it never had.
#
# Versions: vcr 1.2.0 (r-cran-vcr 1.2.0+dfsg-1), crul 1.3 and webmockr 0.8.2 (Debian 12's packages).
# Source: vcr's RequestHandler (it makes the recorded request of the response's own url), crul's
# HttpClient, which has libcurl follow redirects; vcr's documentation says that a second run
# replays.
# Why it matters to a recorder: one that stands within the client sees what is left of a redirect,
# one on the wire sees both requests. A cassette that is converted has no redirect, and its first
# URL is nowhere in it; the test that was green when it was recorded fails ever after.
set -euo pipefail
for tool in apt-get dpkg Rscript python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download r-cran-vcr=1.2.0+dfsg-1 r-cran-crul=1.3+dfsg-1 r-cran-webmockr=0.8.2-1 r-cran-curl=5.0.0+dfsg-1 \
  r-cran-askpass r-cran-base64enc r-cran-fauxpas r-cran-httpcode r-cran-httr r-cran-jsonlite \
  r-cran-magrittr r-cran-mime r-cran-openssl r-cran-r6 r-cran-rcpp r-cran-rprojroot r-cran-sys \
  r-cran-triebeard r-cran-urltools r-cran-whisker r-cran-yaml
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > look.R <<'R'
suppressMessages({library(vcr); library(crul)})
arguments <- commandArgs(TRUE)
invisible(vcr_configure(dir = "cassettes"))
client <- HttpClient$new(arguments[1])
told <- tryCatch(
  {
    invisible(use_cassette("moved", answer <- client$get(arguments[2])))
    paste("SAID", answer$status_code, answer$parse("UTF-8"))
  },
  error = function(e) {
    unknown <- grepl("vcr does not know how to handle", conditionMessage(e))
    paste("SAID", if (unknown) "an error, vcr does not know it" else conditionMessage(e))
  }
)
cat("\n", told, "\n", sep = "")
R
cat > look.py <<'PY'
import os
import pathlib
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

asked = []


class Origin(BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path)
        body = b"page"
        self.send_response(302 if self.path == "/old" else 200)
        self.send_header("Location", "/new")
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
env["R_LIBS"] = os.path.abspath("unpacked/usr/lib/R/site-library")
for path in ("old", "old", "new"):
    asked.clear()
    words = ["Rscript", "--vanilla", "look.R", f"http://127.0.0.1:{origin.server_port}", path]
    ran = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60)
    if ran.returncode:
        raise SystemExit(ran.stderr)
    said = re.findall(r"^SAID (.*)$", ran.stdout, re.M)[0].strip()
    print(f"/{path}: {said}, the origin is asked for {' and '.join(asked) or 'nothing'}")
print(*re.findall(r"(uri: .*|status_code: .*)", pathlib.Path("cassettes/moved.yml").read_text()), sep="\n")
PY
echo "r-cran-vcr $(dpkg-deb -f r-cran-vcr_*.deb Version)"
timeout 200 python3 look.py | tee found
cat > expected <<'END'
/old: 200 page, the origin is asked for /old and /new
/old: an error, vcr does not know it, the origin is asked for nothing
/new: 200 page, the origin is asked for nothing
uri: http://127.0.0.1/new
status_code: '200'
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
