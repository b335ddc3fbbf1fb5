#!/usr/bin/env bash
# A server that offers Basic and Digest in one header, Basic first, is answered by neither from httpx, aiohttp and Go's
# digest, which have the 401 for the answer, and by an error from urllib; requests and curl log in. Offered in two
# headers, which says the same, Basic first is too much for aiohttp and urllib still. A realm with an escaped quote is
# cut at it by requests, httpx and urllib, so that the digest is of another realm; and of a list with a blank,
# "auth-int, auth", requests and urllib know nothing, and aiohttp and Go's take auth-int, httpx and curl auth.
#
# Versions: requests 2.34.2, httpx 0.28.1, aiohttp 3.14.5 (DigestAuthMiddleware) and urllib of CPython 3.11;
# github.com/icholy/digest v1.2.0; curl 7.88.1.
# Source: observed; RFC 9110, section 11.6.1: a header may have several challenges, and several headers are the same as
# one; 5.6.4: in a quoted text \" is a quote.
# Why it matters to a recorder: what joins equal headers by a comma, as many recorders and HTTP/2's gateways do, takes
# from a client the log-in that it had, and its replay is a 401 in one language and the answer in another.
set -euo pipefail
for tool in go python3 curl; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check requests==2.34.2 httpx==0.28.1 aiohttp==3.14.5
cat > main.go <<'GO'
package main

import (
	"net/http"
	"os"

	"github.com/icholy/digest"
)

func main() {
	client := http.Client{Transport: &digest.Transport{Username: "ann", Password: "pay"}}
	if _, err := client.Get(os.Args[1]); err != nil {
		os.Exit(1)
	}
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/icholy/digest@v1.2.0 2> got
go build -o client .
cat > look.py <<'PY'
import asyncio
import http.server
import re
import subprocess
import threading
import urllib.error
import urllib.request

import aiohttp
import httpx
import requests


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        said = self.headers.get("Authorization", "")
        logged_in = said.startswith("Digest")
        if logged_in:
            found = re.findall(r'\brealm="(?:\\.|[^"])*"|\bqop=[\w"-]+', said)
            self.server.said = " ".join(found).replace('qop="auth"', "qop=auth")
        self.send_response(200 if logged_in else 401)
        for challenge in [] if logged_in else self.server.challenges:
            self.send_header("WWW-Authenticate", challenge)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}/"


async def by_aiohttp():
    logs_in = aiohttp.DigestAuthMiddleware("ann", "pay")
    async with aiohttp.ClientSession(middlewares=(logs_in,)) as session, session.get(url):
        pass


def by_urllib():
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, url, "ann", "pay")
    handlers = urllib.request.ProxyHandler({}), urllib.request.HTTPDigestAuthHandler(passwords)
    urllib.request.build_opener(*handlers).open(url).read()


clients = {
    "requests": lambda: requests.get(url, auth=requests.auth.HTTPDigestAuth("ann", "pay")),
    "httpx": lambda: httpx.get(url, auth=httpx.DigestAuth("ann", "pay")),
    "aiohttp": lambda: asyncio.run(by_aiohttp()),
    "urllib": by_urllib,
    "Go's digest": lambda: subprocess.run(["./client", url], check=True),
    "curl": lambda: subprocess.run(["curl", "-sS", "--digest", "-u", "ann:pay", url], check=True),
}
digest, basic = 'Digest realm="a", nonce="n", qop="auth"', 'Basic realm="b"'
for name, challenges in {
    "Basic, Digest in one": [f"{basic}, {digest}"],
    "Basic, Digest in two": [basic, digest],
    "Digest, Basic in two": [digest, basic],
    "a quote in the realm": [digest.replace('"a"', '"a\\"z"')],
    "a list of qop": [digest.replace('"auth"', '"auth-int, auth"')],
}.items():
    for client, ask in clients.items():
        origin.challenges, origin.said = challenges, "no log-in"
        try:
            ask()
        except (urllib.error.URLError, ValueError, subprocess.CalledProcessError) as error:
            origin.said += f", {type(error).__name__}"
        print(f"{name}, {client}: {origin.said}")
PY
timeout 100 venv/bin/python look.py > found
cat found
cat > expected <<'END'
Basic, Digest in one, requests: realm="a" qop=auth
Basic, Digest in one, httpx: no log-in
Basic, Digest in one, aiohttp: no log-in
Basic, Digest in one, urllib: no log-in, HTTPError
Basic, Digest in one, Go's digest: no log-in
Basic, Digest in one, curl: realm="a" qop=auth
Basic, Digest in two, requests: realm="a" qop=auth
Basic, Digest in two, httpx: realm="a" qop=auth
Basic, Digest in two, aiohttp: no log-in
Basic, Digest in two, urllib: no log-in, HTTPError
Basic, Digest in two, Go's digest: realm="a" qop=auth
Basic, Digest in two, curl: realm="a" qop=auth
Digest, Basic in two, requests: realm="a" qop=auth
Digest, Basic in two, httpx: realm="a" qop=auth
Digest, Basic in two, aiohttp: realm="a" qop=auth
Digest, Basic in two, urllib: realm="a" qop=auth
Digest, Basic in two, Go's digest: realm="a" qop=auth
Digest, Basic in two, curl: realm="a" qop=auth
a quote in the realm, requests: realm="a" qop=auth
a quote in the realm, httpx: realm="a" qop=auth
a quote in the realm, aiohttp: realm="a\"z" qop=auth
a quote in the realm, urllib: realm="a" qop=auth
a quote in the realm, Go's digest: realm="a\"z" qop=auth
a quote in the realm, curl: realm="a\"z" qop=auth
a list of qop, requests: no log-in
a list of qop, httpx: realm="a" qop=auth
a list of qop, aiohttp: realm="a" qop=auth-int
a list of qop, urllib: no log-in, URLError
a list of qop, Go's digest: realm="a" qop=auth-int
a list of qop, curl: realm="a" qop=auth
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
