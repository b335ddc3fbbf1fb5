#!/usr/bin/env bash
# "103 Early Hints" is the whole answer, with no body, to Python's http.client and so to
# urllib3 and requests, to Perl's LWP and to Java's HttpURLConnection; httpx, aiohttp, Perl's
# HTTP::Tiny and Java's HttpClient wait for the real one.
#
# Versions: CPython 3.11 to 3.13, requests 2.34.2, urllib3 2.8.0, httpx 0.28.1, aiohttp
# 3.14.5; libwww-perl 6.68 and HTTP::Tiny of Perl 5.36; JDK 17 (Debian 12's packages).
# Source: CPython's Lib/http/client.py (HTTPResponse.begin passes over 100 alone); RFC 9110,
# section 15.2: a client must be able to parse 1xx answers before the final one.
# Why it matters to a recorder: one that stands on http.client, or on mitmproxy, which does
# the same, keeps the 103 and loses the answer; and a replay without the 103 lets a program
# pass that fails live. Origins send it only where they think that it helps.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for program in perl java; do
  command -v "$program" > /dev/null || { echo "$program is not installed" >&2; exit 1; }
done
perl -MLWP::UserAgent -e1 || { echo "install libwww-perl" >&2; exit 1; }
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
  requests==2.34.2 urllib3==2.8.0 httpx==0.28.1 aiohttp==3.14.5
cat > "$work/Old.java" <<'JAVA'
import java.net.*;

public class Old {
  public static void main(String[] args) throws Exception {
    var call = (HttpURLConnection) new URL(args[0]).openConnection();
    System.out.print(call.getResponseCode());
  }
}
JAVA
cat > "$work/New.java" <<'JAVA'
import java.net.URI;
import java.net.http.*;

public class New {
  public static void main(String[] args) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(args[0])).build();
    var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    System.out.print(answer.statusCode());
  }
}
JAVA
cat > "$work/look.py" <<'PY'
import asyncio
import pathlib
import subprocess
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import aiohttp
import httpx
import requests
import urllib3

HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"


class Origin(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.wfile.write(HINTS + b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfinal")

    def log_message(self, *_):
        pass


def by_urllib(url):
    try:
        return urllib.request.urlopen(url).status
    except urllib.error.HTTPError as error:
        return error.code


def by_aiohttp(url):
    async def ask():
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return answer.status

    return asyncio.run(ask())


def run(*command):
    return lambda url: int(subprocess.check_output([*command, url], timeout=120))


here = pathlib.Path(__file__).parent
CLIENTS = {
    "urllib": (by_urllib, 103),
    "urllib3": (lambda url: urllib3.request("GET", url).status, 103),
    "requests": (lambda url: requests.get(url).status_code, 103),
    "httpx": (lambda url: httpx.get(url).status_code, 200),
    "aiohttp": (by_aiohttp, 200),
    "LWP": (run("perl", "-MLWP::UserAgent", "-e", "print LWP::UserAgent->new->get(shift)->code"), 103),
    "HTTP::Tiny": (run("perl", "-MHTTP::Tiny", "-e", "print HTTP::Tiny->new->get(shift)->{status}"), 200),
    "HttpURLConnection": (run("java", str(here / "Old.java")), 103),
    "HttpClient": (run("java", str(here / "New.java")), 200),
}
server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=server.serve_forever, daemon=True).start()
for name in ("requests", "urllib3", "httpx", "aiohttp"):
    print(name, version(name))
found = {}
for name, (ask, _) in CLIENTS.items():
    found[name] = ask(f"http://127.0.0.1:{server.server_port}/")
    print(f"{name}: {found[name]}")
server.shutdown()
assert found == {name: code for name, (_, code) in CLIENTS.items()}
PY
env -u HTTP_PROXY -u http_proxy "$work/venv/bin/python" "$work/look.py"
