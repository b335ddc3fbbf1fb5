#!/usr/bin/env bash
# R's vcr leaves the port out of each URL that it records, so that two services of one host are one: what was recorded of
# 127.0.0.1:A answers 127.0.0.1:B, of which nothing was ever recorded and to which nothing is sent, and of two answers in
# one cassette each goes to whoever asks first. Of two Set-Cookie headers, which are both in its file, httr is given one, and
# crul makes a second status of the answer's first header.
#
# Versions: vcr 1.2.0, webmockr 0.8.2, crul 1.3, httr 1.4.5 (R 4.2, Debian 12's packages).
# Source: webmockr's adapters (the URL of a request is put together anew of scheme, host and path) and vcr's request
# matching, "method" and "uri" by default; RFC 9110, section 4.3.1: an origin is a scheme, a host and a port.
# Why it matters to a recorder: local services, test servers and emulators differ by their port alone; a payment's
# service is answered for by that of the orders, in a test that passes. The port is not in the file, so that
# whoever converts it has http://127.0.0.1/ and has to be told where that was.
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
apt-get -qq download "${packages[@]}" r-cran-vcr=1.2.0+dfsg-1 r-cran-webmockr=0.8.2-1 r-cran-crul=1.3+dfsg-1 \
  r-cran-httr=1.4.5+dfsg-1
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > origins.py <<'PY'
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def made(name):
    class Origin(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def version_string(self):
            return "origin"

        def do_GET(self):
            body = name.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Set-Cookie", "session=s")
            self.send_header("Set-Cookie", "csrf=c")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    threading.Thread(target=origin.serve_forever, daemon=True).start()
    return origin.server_port


print(made("orders"), made("payments"), flush=True)
threading.Event().wait()
PY
cat > look.R <<'R'
suppressMessages({
  library(vcr)
  library(httr)
  library(crul)
})
ports <- commandArgs(TRUE)
invisible(vcr_configure(dir = "cassettes"))
url <- function(at) paste0("http://127.0.0.1:", ports[at], "/items")
clients <- list(
  httr = function(at) content(GET(url(at)), "text", encoding = "UTF-8"),
  crul = function(at) HttpClient$new(url(at))$get()$parse("UTF-8")
)
for (name in names(clients)) {
  ask <- clients[[name]]
  both <- paste0(name, "_both")
  invisible(capture.output({
    use_cassette(name, live <- ask(1))
    use_cassette(name, replayed <- ask(2))
    use_cassette(both, recorded <- c(ask(1), ask(2)))
    use_cassette(both, again <- c(ask(2), ask(1)))
  }))
  cat(name, "the first:", live, "- asked of the second:", replayed, "\n")
  cat(name, "first, second:", recorded, "- replayed, second, first:", again, "\n")
}
cookies <- function() sum(names(headers(GET(url(1)))) == "set-cookie")
invisible(capture.output({
  use_cassette("cookies", live <- cookies())
  use_cassette("cookies", replayed <- cookies())
}))
cat("cookies:", live, "- replayed:", replayed, "\n")
R
python3 origins.py > ports &
origins=$!
trap 'kill "$origins" 2> /dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 300); do
  [[ ! -s ports ]] || break
  sleep 0.1
done
read -r first second < ports
env -u http_proxy -u HTTP_PROXY -u all_proxy NO_PROXY=127.0.0.1 R_LIBS="$work/unpacked/usr/lib/R/site-library" \
  Rscript look.R "$first" "$second" > found
sed -n /uri:/p cassettes/*.yml >> found
sed -n "/- 'Server: /p" cassettes/crul.yml >> found
cat found
cat > expected <<'END'
httr the first: orders - asked of the second: orders 
httr first, second: orders payments - replayed, second, first: orders payments 
crul the first: orders - asked of the second: orders 
crul first, second: orders payments - replayed, second, first: orders payments 
cookies: 2 - replayed: 1 
    uri: http://127.0.0.1/items
    uri: http://127.0.0.1/items
    uri: http://127.0.0.1/items
    uri: http://127.0.0.1/items
    uri: http://127.0.0.1/items
    uri: http://127.0.0.1/items
    uri: http://127.0.0.1/items
      - 'Server: origin'
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
