#!/usr/bin/env bash
# The curl command that two libraries make of a request sends another one: of http2curl, for Go, two fields X-Team, 1 and 2,
# are one, "1 2", and one without a value is not sent; with it and with curlify, for requests, a body that had no
# Content-Type is called a form, as curl calls each -d, and for bytes that are no UTF-8, as an upload has, curlify raises.
#
# Versions: moul.io/http2curl v1.0.0 (Go), curlify 3.0.0, requests 2.34.2 (CPython 3.11), curl 7.88.1 (Debian 12's package).
# Source: observed; http2curl joins a field's values by a blank and writes "X-Empty: ", by which curl leaves a field out,
# where "X-Empty;" would send it, as curlify writes it.
# Why it matters to a recorder: who looks up in a recording what a log shows as a curl command misses, and whoever repeats the
# command by hand to see the answer gets that to another request.
set -euo pipefail
for tool in curl go python3 timeout; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check curlify==3.0.0 requests==2.34.2
cat > main.go <<'GO'
package main

import (
	"fmt"
	"net/http"
	"os"
	"strings"

	"moul.io/http2curl"
)

func main() {
	request, err := http.NewRequest("POST", os.Args[1], strings.NewReader("pay 10"))
	if err != nil {
		panic(err)
	}
	request.Header.Add("X-Team", "1")
	request.Header.Add("X-Team", "2")
	request.Header.Add("X-Empty", "")
	command, err := http2curl.GetCurlCommand(request)
	if err != nil {
		panic(err)
	}
	fmt.Println(command)
	if _, err := http.DefaultClient.Do(request); err != nil {
		panic(err)
	}
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get moul.io/http2curl@v1.0.0 2> got
go build -o by-go .
cat > look.py <<'PY'
import http.server
import subprocess
import threading

import curlify
import requests

came = []


class Origin(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        shown = [f"{name}: {value}" for name, value in self.headers.items() if name[0] == "X" or name == "Content-Type"]
        came.append(f"{sorted(shown)} {body}")
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def look(name, command):
    subprocess.run(["bash", "-c", f"{command} -s"], check=True)
    print(f"{name} itself:", came[0])
    print(f"{name} by curl:", came[1])
    came.clear()


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/"
look("Go", subprocess.run(["./by-go", url], check=True, capture_output=True, text=True).stdout.strip())
answer = requests.post(url, data="pay 10", headers={"X-Team": "1", "X-Empty": ""})
look("requests", curlify.to_curl(answer.request))
try:
    curlify.to_curl(requests.Request("POST", url, data=b"\xff").prepare())
except UnicodeDecodeError as error:
    print("curlify, of bytes:", type(error).__name__)
PY
timeout 200 venv/bin/python look.py > found
cat found
cat > expected <<'END'
Go itself: ['X-Empty: ', 'X-Team: 1', 'X-Team: 2'] pay 10
Go by curl: ['Content-Type: application/x-www-form-urlencoded', 'X-Team: 1 2'] pay 10
requests itself: ['X-Empty: ', 'X-Team: 1'] pay 10
requests by curl: ['Content-Type: application/x-www-form-urlencoded', 'X-Empty: ', 'X-Team: 1'] pay 10
curlify, of bytes: UnicodeDecodeError
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
