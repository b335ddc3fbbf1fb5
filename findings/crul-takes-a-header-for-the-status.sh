#!/usr/bin/env bash
# R's crul takes each header of an answer that has "HTTP/" in it for a status line: Server: BaseHTTP/0.6, as Python's own
# server says it, is no header `server` but a second text of `status`, to the program and in the cassette of R's vcr.
#
# Versions: crul 1.3, vcr 1.2.0, webmockr 0.8.2 (R 4.2, Debian 12's packages).
# Source: observed; crul's parsing of headers. RFC 9112, section 4: the status line is the first one.
# Why it matters to a recorder: a header is lost to whoever looks for it, and a header `Status` of the text
# "Server: ..." is what a converter makes of it that takes the file at its word. A test server in Python, a
# Via or a Warning of a gateway that names HTTP/1.1 is enough.
set -euo pipefail
for tool in apt-get Rscript python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
packages=()
for name in askpass base64enc curl fauxpas httpcode jsonlite magrittr mime openssl r6 rcpp rprojroot sys triebeard \
  urltools whisker yaml; do
  packages+=("r-cran-$name")
done
apt-get -qq download "${packages[@]}" r-cran-vcr=1.2.0+dfsg-1 r-cran-webmockr=0.8.2-1 r-cran-crul=1.3+dfsg-1
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > look.py <<'PY'
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Origin(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response_only(200)
        self.send_header("Server", self.path[1:])
        self.send_header("X-A", "1")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
proxies = ("http_proxy", "https_proxy", "all_proxy")
kept = {name: value for name, value in os.environ.items() if name.lower() not in proxies}
url = f"http://127.0.0.1:{origin.server_port}/"
subprocess.run(["Rscript", "look.R", url], check=True, timeout=120, env=kept)
origin.shutdown()
PY
cat > look.R <<'R'
suppressMessages({
  library(vcr)
  library(crul)
})
invisible(vcr_configure(dir = "cassettes"))
for (server in c("nginx", "BaseHTTP/0.6")) {
  url <- paste0(commandArgs(TRUE), server)
  invisible(capture.output(use_cassette(basename(server), answer <- HttpClient$new(url)$get())))
  has <- answer$response_headers
  cat(server, "- server:", format(has$server), "- headers:", names(has), "\n")
}
R
R_LIBS="$work/unpacked/usr/lib/R/site-library" python3 look.py > found
grep -h -e "  server: " -e "- '\?Server: " cassettes/*.yml >> found
cat found
cat > expected <<'END'
nginx - server: nginx - headers: status server x-a content-length 
BaseHTTP/0.6 - server: NULL - headers: status status x-a content-length 
      - 'Server: BaseHTTP/0.6'
      server: nginx
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
