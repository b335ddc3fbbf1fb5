#!/usr/bin/env bash
# R's vcr records a URL without its port and compares it without: of two services on one machine the
# one gets what was recorded of the other, and a test that asks them in another order than when it
# was recorded passes with their answers exchanged.
#
# Versions: vcr 1.2.0 (r-cran-vcr 1.2.0+dfsg-1), crul 1.3 and webmockr 0.8.2 (Debian 12's packages).
# Source: vcr's Request class (without_standard_port, which takes any other port off as well); its
# documentation says that requests are matched on "method" and "uri".
# Why it matters to a recorder: whoever converts such cassettes finds an address where nobody
# listens, and answers for two services that nothing tells apart; a test whose service takes a free
# port replays here by accident, and misses with a recorder that compares the whole URL.
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
invisible(use_cassette("services", {
  for (service in arguments) {
    answer <- HttpClient$new(service)$get("price")
    cat(answer$parse("UTF-8"), "")
  }
}))
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
        asked.append(self.server.name)
        body = f"of-{self.server.name}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def serve(name):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    server.name = name
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
env["R_LIBS"] = os.path.abspath("unpacked/usr/lib/R/site-library")
urls = {"books": serve("books"), "shoes": serve("shoes")}
for names in (["books", "shoes"], ["shoes", "books"], ["shoes"]):
    asked.clear()
    words = ["Rscript", "--vanilla", "look.R", *(urls[name] for name in names)]
    ran = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60)
    if ran.returncode:
        raise SystemExit(ran.stderr)
    said = " ".join(re.findall(r"of-\w+", ran.stdout))
    print(f"asked {' and '.join(names)}: {said}, {len(asked)} requests came")
print(*re.findall(r"uri: .*", pathlib.Path("cassettes/services.yml").read_text()), sep="\n")
PY
echo "r-cran-vcr $(dpkg-deb -f r-cran-vcr_*.deb Version)"
timeout 200 python3 look.py | tee found
cat > expected <<'END'
asked books and shoes: of-books of-shoes, 2 requests came
asked shoes and books: of-books of-shoes, 0 requests came
asked shoes: of-books, 0 requests came
uri: http://127.0.0.1/price
uri: http://127.0.0.1/price
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
