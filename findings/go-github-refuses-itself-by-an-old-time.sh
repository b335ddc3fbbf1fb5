#!/usr/bin/env bash
# go-github makes up a 403 of GitHub's without a request, once an answer, be it a 200, has said that
# nothing remains until a time to come; of the same answer a day later it asks. PyGithub 2.10 asks
# in both cases.
#
# Versions: github.com/google/go-github/v75 v75.0.0, PyGithub 2.10.0 (CPython 3.11 to 3.13).
# Source: go-github's github/github.go (checkRateLimitBeforeDo compares X-RateLimit-Reset with
# the machine's clock, and makes a http.Response of its own with the status 403); its README
# names BypassRateLimitCheck, for "a request even if the rate limit has been hit".
# Why it matters to a recorder: a test of what a program does at its limit is recorded with one
# request. Replayed after the hour it makes a second one, which the cassette cannot hold, or, where
# answers are given twice, sees the limit not at all. The reset has to be moved with the
# present, or the clock held back.
set -euo pipefail
for tool in go; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > main.go <<'GO'
package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/google/go-github/v75/github"
)

func main() {
	client := github.NewClient(nil)
	var err error
	if client.BaseURL, err = url.Parse(os.Args[1]); err != nil {
		panic(err)
	}
	for range 2 {
		_, answer, err := client.Users.Get(context.Background(), "octocat")
		var limit *github.RateLimitError
		fmt.Print(answer.StatusCode, " ", errors.As(err, &limit), "; ")
	}
}
GO
cat > go.mod <<'MOD'
module look

go 1.24
MOD
cat > look.py <<'PY'
"""Runs each client twice: GitHub's limit ends in an hour, or has ended a day ago."""

import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

asked = []
reset = [0]


class GitHub(BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path)
        body = b'{"login": "octocat"}'
        self.send_response(200)
        self.send_header("X-RateLimit-Limit", "60")
        self.send_header("X-RateLimit-Remaining", "0")
        self.send_header("X-RateLimit-Reset", str(reset[0]))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), GitHub)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/"
found = []
for name, command in ("go-github", ["./look"]), ("PyGithub", [sys.executable, "look_github.py"]):
    for when, seconds in ("in an hour", 3600), ("a day ago", -86400):
        asked.clear()
        reset[0] = int(time.time()) + seconds
        said = subprocess.run([*command, url], check=True, timeout=60, stdout=subprocess.PIPE, text=True)
        print(f"{name}, two calls, the limit ends {when}: {len(asked)} requests; {said.stdout}")
        found.append((len(asked), said.stdout))
sys.exit(
    found[:2] != [(1, "200 false; 403 true; "), (2, "200 false; 200 false; ")]
    or [requests for requests, _ in found[2:]] != [2, 2]
)
PY
cat > look_github.py <<'PY'
import sys

import github

client = github.Github(base_url=sys.argv[1].rstrip("/"), seconds_between_requests=0)
for _ in range(2):
    print(client.get_user("octocat").login, end="; ")
PY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check PyGithub==2.10.0
export GOFLAGS=-mod=mod
go get github.com/google/go-github/v75@v75.0.0 > got 2>&1 || { cat got; exit 1; }
go list -m github.com/google/go-github/v75
go build -o look main.go
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
venv/bin/python look.py
