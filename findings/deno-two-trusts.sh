#!/usr/bin/env bash
# One Deno program trusts two sets of authorities: DENO_CERT counts for fetch alone, and
# NODE_EXTRA_CA_CERTS for node:https and fetch; node:https asks for the permission
# --allow-sys before it verifies anything.
#
# Versions: Deno 2.9.6 (the npm package deno), trustme 1.2.1.
# Source: Deno's ext/node/polyfills/tls.ts (ensureLazyRootCertificates) and DENO_CERT in
# `deno help`.
# Why it matters to a recorder: a program that uses fetch and an npm package over node:https
# is not served by Deno's own variable: its node:https refuses the proxy's certificate; and a
# program that ran with --allow-net alone fails before it asks, whatever is set.
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check trustme==1.2.1
# server.pem, server.key and, with the authority's certificate, client.pem
"$work/venv/bin/python" -m trustme -q -d "$work" -i localhost
npm install --silent --no-audit --no-fund --prefix "$work" deno@2.9.6 >&2
cat > "$work/serve.py" <<'PY'
import http.server
import ssl
import sys


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204)
        self.end_headers()

    def log_message(self, *words):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(f"{sys.argv[1]}/server.pem", f"{sys.argv[1]}/server.key")
server.socket = context.wrap_socket(server.socket, server_side=True)
with open(f"{sys.argv[1]}/port", "w") as file:
    file.write(f"{server.server_port}\n")
server.serve_forever()
PY
cat > "$work/fetch.mjs" <<'JS'
try {
  console.log((await fetch(process.argv[2])).status);
} catch {
  console.log("refused");
}
JS
cat > "$work/https.mjs" <<'JS'
import https from "node:https";
try {
  const request = https.get(process.argv[2], (response) => console.log(response.statusCode));
  request.on("error", () => console.log("refused"));
} catch (error) {
  console.log(error.name);
}
process.on("unhandledRejection", (error) => console.log(error.name));
JS
"$work/venv/bin/python" "$work/serve.py" "$work" 2> "$work/errors" &
server=$!
until [ -s "$work/port" ]; do kill -0 "$server"; sleep 0.1; done
url=https://localhost:$(cat "$work/port")/

ask() { # VARIABLE PROGRAM FLAG...
  local variable=$1 program=$2
  shift 2
  printf '%s, %s, %s: ' "$variable" "$program" "$*"
  env -u SSL_CERT_FILE -u NODE_EXTRA_CA_CERTS "$variable=$work/client.pem" timeout 60 "$work/node_modules/.bin/deno" \
    run --quiet --no-prompt "$@" "$work/$program.mjs" "$url" 2> "$work/errors" || true
}

"$work/node_modules/.bin/deno" --version | head -1 | cut -d' ' -f1,2
found=$(
  ask NO_CERT fetch --allow-all
  for variable in DENO_CERT NODE_EXTRA_CA_CERTS; do
    ask "$variable" fetch --allow-all
    ask "$variable" https --allow-all
    ask "$variable" https --allow-net --allow-env --allow-read
  done
)
echo "$found"
[ "$found" = "NO_CERT, fetch, --allow-all: refused
DENO_CERT, fetch, --allow-all: 204
DENO_CERT, https, --allow-all: refused
DENO_CERT, https, --allow-net --allow-env --allow-read: NotCapable
NODE_EXTRA_CA_CERTS, fetch, --allow-all: 204
NODE_EXTRA_CA_CERTS, https, --allow-all: 204
NODE_EXTRA_CA_CERTS, https, --allow-net --allow-env --allow-read: NotCapable" ]
