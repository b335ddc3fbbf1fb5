#!/usr/bin/env bash
# aiohttp drops a cookie whose Expires is a date that ends in UTC or in +0000, or is in the form of C's asctime, which HTTP
# has every client read, and one whose value has a blank or is JSON; nothing is raised, and the next request goes without a
# session. requests and Go's client keep the first three, curl and browsers all of them.
#
# Versions: aiohttp 3.14.5, requests 2.34.2 (CPython 3.11), Go 1.26.8's cookiejar.
# Source: aiohttp's _cookie_helpers.py: a pattern in which Expires is one form of a date and ends in GMT; what does not fit
# it ends the cookie. RFC 6265, section 5.1.1, reads a date by its parts, in any order, with no time zone, and one
# that it cannot read costs the attribute, not the cookie; RFC 9110, section 5.6.7, names asctime.
# Why it matters to a recorder: which requests a program sends behind a log-in goes by its library, as does how a
# program in Python that logs in again at each 401 behaves; a recorder that rewrites the date of an old
# answer, so that its cookie still counts, has to write it in that one form.
set -euo pipefail
for tool in go python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check aiohttp==3.14.5 requests==2.34.2
cat > main.go <<'GO'
package main

import (
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
}
GO
go build -o ask main.go
cat > look.py <<'PY'
import asyncio
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import aiohttp
import requests

COOKIES = {
    "GMT": "a=1; Expires=Sun, 30 Nov 2098 10:00:00 GMT",
    "dashes": "a=1; Expires=Sun, 30-Nov-2098 10:00:00 GMT",
    "UTC": "a=1; Expires=Sun, 30 Nov 2098 10:00:00 UTC",
    "offset": "a=1; Expires=Sun, 30 Nov 2098 10:00:00 +0000",
    "asctime": "a=1; Expires=Sun Nov 30 10:00:00 2098",
    "blank": "a=x y",
    "json": 'a={"x":1}',
}
sent = {}


class Origin(BaseHTTPRequestHandler):
    def do_GET(self):
        _, client, name = self.path.split("/")
        self.send_response(200)
        if client == "set":
            self.send_header("Set-Cookie", COOKIES[name] + "; Path=/")
        else:
            sent.setdefault(name, {})[client] = "Cookie" in self.headers
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


async def by_aiohttp(name):
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        for client in ("set", "aiohttp"):
            async with session.get(f"{root}/{client}/{name}"):
                pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=server.serve_forever, daemon=True).start()
root = f"http://127.0.0.1:{server.server_port}"
subprocess.run(["./ask", root, *COOKIES], check=True, timeout=60)
for name in COOKIES:
    asyncio.run(by_aiohttp(name))
    with requests.Session() as session:
        session.trust_env = False
        for client in ("set", "requests"):
            session.get(f"{root}/{client}/{name}")
for name, seen in sent.items():
    print(COOKIES[name], seen)
kept = {"aiohttp": True, "go": True, "requests": True}
expected = dict.fromkeys(COOKIES, kept)
expected |= {name: kept | {"aiohttp": False} for name in ("UTC", "offset", "asctime", "blank")}
expected["json"] = {"aiohttp": False, "go": False, "requests": True}
assert sent == expected, "the behaviour has changed"
PY
venv/bin/python look.py
