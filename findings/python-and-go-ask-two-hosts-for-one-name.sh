#!/usr/bin/env bash
# Python's http.client asks strasse.example for straße.example, by the table of 2003, which is another host than the
# one that requests, httpx, aiohttp, Go and curl ask; urllib, on it, sends the name as it stands, in Latin-1, as the
# Host, and raises for names beyond that. In capitals, ΑΣΣΑΣ.example, Go connects to one host and names another as the
# Host, and requests asks a third, as it writes the last Σ as ς. ☃.example is an error to requests
# and httpx.
#
# Versions: requests 2.34.2, httpx 0.28.1, aiohttp 3.14.5, idna 3.20, http.client and urllib of CPython 3.11; net/http
# of Go 1.26.8; curl 7.88.1 with libidn2 2.3.3.
# Source: observed; RFC 3490 (IDNA 2003) maps ß to ss, RFC 5891 (2008) has it as a letter of its own; Go makes the
# address by idna.Lookup, which maps capitals, and the Host by idna.Punycode, which does not.
# Why it matters to a recorder: one URL is several hosts, by the client, so that what was recorded of one is not found
# by the other, and rules for hosts have to be compared with the name that is sent, not with the one that was written;
# a proxy sees Go's Host alone.
set -euo pipefail
for tool in go python3 curl; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY REQUEST_METHOD
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check requests==2.34.2 httpx==0.28.1 aiohttp==3.14.5 \
  idna==3.20
cat > main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
)

func main() {
	door := os.Args[1]
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		fmt.Print(address)
		return net.Dial(network, door)
	}}
	if _, err := (&http.Client{Transport: transport}).Get("http://" + os.Args[2] + "/"); err != nil {
		panic(err)
	}
}
GO
go build -o client main.go
cat > look.py <<'PY'
import asyncio
import http.client
import http.server
import socket
import subprocess
import threading
import urllib.request

import aiohttp
import httpx
import requests


class Proxy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.said = self.headers["Host"]
        answered.set()
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


answered = threading.Event()
proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
threading.Thread(target=proxy.serve_forever, daemon=True).start()
door = f"127.0.0.1:{proxy.server_port}"
url = f"http://{door}"
connect = socket.create_connection


def by_loopback(ask):
    socket.create_connection = lambda *_, **__: connect(("127.0.0.1", proxy.server_port))
    try:
        ask()
    finally:
        socket.create_connection = connect


def by_http_client(host):
    by_loopback(lambda: http.client.HTTPConnection(host).request("GET", "/"))
    answered.wait(20)


def by_urllib(host):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    by_loopback(lambda: opener.open(f"http://{host}/").read())


async def by_aiohttp(host):
    async with aiohttp.ClientSession() as session, session.get(f"http://{host}/", proxy=url):
        pass


def by_go(host):
    ran = subprocess.run(["./client", door, host], check=True, capture_output=True, text=True)
    proxy.said += f", connects to {ran.stdout.removesuffix(':80')}"


clients = {
    "http.client": by_http_client,
    "urllib": by_urllib,
    "requests": lambda host: requests.get(f"http://{host}/", proxies={"http": url}),
    "httpx": lambda host: httpx.get(f"http://{host}/", proxy=url),
    "aiohttp": lambda host: asyncio.run(by_aiohttp(host)),
    "Go": by_go,
    "curl": lambda host: subprocess.run(["curl", "-sS", "-x", url, f"http://{host}/"], check=True),
}
for host in ("straße.example", "ΑΣΣΑΣ.example", "☃.example"):
    for name, ask in clients.items():
        proxy.said = None
        answered.clear()
        try:
            ask(host)
            said = proxy.said
        except (ValueError, requests.RequestException, httpx.InvalidURL) as error:
            said = f"refused: {type(error).__name__}"
        print(host, f"{name}:", said)
PY
LC_ALL=C.UTF-8 PYTHONUTF8=1 timeout 100 venv/bin/python look.py > found
cat found
cat > expected <<'END'
straße.example http.client: strasse.example
straße.example urllib: straße.example
straße.example requests: xn--strae-oqa.example
straße.example httpx: xn--strae-oqa.example
straße.example aiohttp: xn--strae-oqa.example
straße.example Go: xn--strae-oqa.example, connects to xn--strae-oqa.example
straße.example curl: xn--strae-oqa.example
ΑΣΣΑΣ.example http.client: xn--mxaa7cab.example
ΑΣΣΑΣ.example urllib: refused: UnicodeEncodeError
ΑΣΣΑΣ.example requests: xn--mxaa5cca.example
ΑΣΣΑΣ.example httpx: xn--mxaa7cab.example
ΑΣΣΑΣ.example aiohttp: xn--mxaa7cab.example
ΑΣΣΑΣ.example Go: xn--pwaa7cab.example, connects to xn--mxaa7cab.example
ΑΣΣΑΣ.example curl: xn--mxaa7cab.example
☃.example http.client: xn--n3h.example
☃.example urllib: refused: UnicodeEncodeError
☃.example requests: refused: InvalidURL
☃.example httpx: refused: InvalidURL
☃.example aiohttp: xn--n3h.example
☃.example Go: xn--n3h.example, connects to xn--n3h.example
☃.example curl: xn--n3h.example
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
