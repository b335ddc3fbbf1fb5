#!/usr/bin/env bash
# Where REQUEST_METHOD is set, as in a CGI program and in its tests, each plain http:// request
# of Go's net/http fails if HTTP_PROXY is set, though http_proxy says the same and though the
# host is one that goes past the proxy; curl, Python and HTTP::Tiny pass over HTTP_PROXY there
# and obey http_proxy.
#
# Versions: golang.org/x/net v0.62.0 (httpproxy, which net/http brings in a copy) with Go
# 1.26, curl 7.88, CPython 3.11 to 3.13, HTTP::Tiny of Perl 5.36.
# Source: golang.org/x/net/http/httpproxy (Config.proxyForURL looks at this before it looks at
# NO_PROXY), urllib.request.getproxies_environment, HTTP::Tiny; all of it because a request's
# header "Proxy" arrives in a CGI program as the variable HTTP_PROXY.
# Why it matters to a recorder: to set each variable in both cases is what serves most clients,
# and it is what breaks this one, where the lower-case one alone would serve all four. Nothing
# arrives at the proxy, so that only the program knows why; its https:// requests pass.
set -euo pipefail
for tool in curl go perl python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOPATH="$work/go" GOFLAGS=-mod=mod
cat > main.go <<'GO'
package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"

	"golang.org/x/net/http/httpproxy"
)

func main() {
	asked, err := url.Parse(os.Args[1])
	if err != nil {
		panic(err)
	}
	_, refused := httpproxy.FromEnvironment().ProxyFunc()(asked)
	_, failed := http.Get(os.Args[1])
	if (refused == nil) != (failed == nil) {
		panic(fmt.Sprint("net/http and httpproxy differ: ", refused, failed))
	}
	if failed != nil {
		os.Exit(1)
	}
}
GO
go mod init look > /dev/null 2>&1
go get -modcacherw golang.org/x/net@v0.62.0 > /dev/null 2>&1
go build -modcacherw -o look .
cat > look.py <<'PY'
import os
import socketserver
import subprocess
import sys
import threading

PYTHON = "import sys, urllib.request as r; r.urlopen(sys.argv[1])"
PERL = "exit !HTTP::Tiny->new->get($ARGV[0])->{success}"
CLIENTS = {
    "Go": ["./look"],
    "curl": ["curl", "-sf", "-o", "/dev/null"],
    "Python": [sys.executable, "-c", PYTHON],
    "HTTP::Tiny": ["perl", "-MHTTP::Tiny", "-e", PERL],
}
asked = []


class Server(socketserver.StreamRequestHandler):
    """The proxy and the origin."""

    def handle(self):
        while self.rfile.readline().strip():
            pass
        asked.append(self.server)
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def serve():
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, "http://{}:{}".format(*server.server_address)


proxy, its_url = serve()
origin, url = serve()
named = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "request_method")
kept = {n: v for n, v in os.environ.items() if n.lower() not in named}
for said, words in {"HTTP_PROXY": ("HTTP_PROXY",), "both": ("HTTP_PROXY", "http_proxy")}.items():
    for client, call in CLIENTS.items():
        asked.clear()
        env = kept | dict.fromkeys(words, its_url) | {"REQUEST_METHOD": "GET"}
        ran = subprocess.run([*call, url], env=env, capture_output=True, timeout=60)
        way = "the proxy" if proxy in asked else "direct" if origin in asked else "nothing sent"
        print(f"{said}, {client}: {way}, {'fails' if ran.returncode else 'succeeds'}")
PY
go version
grep 'golang.org/x/net' go.mod
timeout 120 python3 look.py | tee found
cat > expected <<'END'
HTTP_PROXY, Go: nothing sent, fails
HTTP_PROXY, curl: direct, succeeds
HTTP_PROXY, Python: direct, succeeds
HTTP_PROXY, HTTP::Tiny: direct, succeeds
both, Go: nothing sent, fails
both, curl: the proxy, succeeds
both, Python: the proxy, succeeds
both, HTTP::Tiny: the proxy, succeeds
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
