#!/usr/bin/env bash
# NODE_EXTRA_CA_CERTS takes from a Deno program what it had: once it is set, node:https no
# longer trusts by DENO_CERT, and throws for want of the permission --allow-sys.
#
# Versions: Deno 2.9.6 (the npm package deno), trustme 1.2.1.
# Source: Deno's ext/node/polyfills/tls.ts (ensureLazyRootCertificates), `deno help`.
# Why it matters to a recorder: whoever sets all variables of all runtimes, to be trusted by
# any program, breaks a program that Deno runs with --allow-net alone: its node:https throws
# before it sends anything. fetch takes either variable.
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check trustme==1.2.1
# server.pem, server.key and, with the authority's certificate, client.pem
"$work/venv/bin/python" -m trustme -q -d "$work" -i localhost
mkdir "$work/other"
"$work/venv/bin/python" -m trustme -q -d "$work/other" -i localhost
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

unset SSL_CERT_FILE NODE_EXTRA_CA_CERTS

ask() { # WHAT-IS-SET PROGRAM FLAG...
  local set=$1 program=$2
  shift 2
  printf '%s, %s, %s: ' "$set" "$program" "$*"
  timeout 60 "$work/node_modules/.bin/deno" run --quiet --no-prompt "$@" \
    "$work/$program.mjs" "$url" 2> "$work/errors" || true
}

"$work/node_modules/.bin/deno" --version | head -1 | cut -d' ' -f1,2
export DENO_CERT=$work/client.pem
found=$(
  ask DENO_CERT fetch --allow-net
  ask DENO_CERT https --allow-net
  export NODE_EXTRA_CA_CERTS=$work/other/client.pem
  ask "DENO_CERT, another of Node's" https --allow-all
  NODE_EXTRA_CA_CERTS=$work/client.pem
  ask both fetch --allow-net
  ask both https --allow-net
  ask both https --allow-all
  unset DENO_CERT
  ask NODE_EXTRA_CA_CERTS fetch --allow-net
)
echo "$found"
[ "$found" = "DENO_CERT, fetch, --allow-net: 204
DENO_CERT, https, --allow-net: 204
DENO_CERT, another of Node's, https, --allow-all: refused
both, fetch, --allow-net: 204
both, https, --allow-net: NotCapable
both, https, --allow-all: 204
NODE_EXTRA_CA_CERTS, fetch, --allow-net: 204" ]
