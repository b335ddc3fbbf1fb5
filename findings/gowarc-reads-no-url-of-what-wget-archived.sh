#!/usr/bin/env bash
# gowarc, the reader of web archives for Go by Norway's national library, says of each page that wget archived that its
# URL is "", and hands the record over: wget writes WARC-Target-URI: <http://...>, in the brackets that WARC 1.0 asks
# for, and gowarc takes them for a part of the URL. warcio reads the URL of the same file.
#
# Versions: github.com/nlnwa/gowarc v1.6.0, warcio 1.8.1 (CPython 3.11), wget 1.21.3-1+deb12u1 (Debian 12's package).
# Source: observed; ISO 28500:2009 (WARC 1.0) defines the field as "<" uri ">", WARC 1.1 without them, and says that
# readers should take both.
# Why it matters to a recorder: who makes a cassette of an archive by that reader gets answers of no URL, which nothing asks
# for, with a validation beside each record that a program need not look at. An importer has to try archives of
# several writers, and to refuse a record without a URL.
set -euo pipefail
for tool in apt-get go python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download wget=1.21.3-1+deb12u1
dpkg -x wget_*.deb unpacked
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check warcio==1.8.1
cat > main.go <<'GO'
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/nlnwa/gowarc"
)

func main() {
	archive, err := gowarc.NewWarcFileReader(os.Args[1], 0)
	if err != nil {
		panic(err)
	}
	for {
		record, _, _, err := archive.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			panic(err)
		}
		if kind := record.Type().String(); kind == "request" || kind == "response" {
			fmt.Printf("gowarc %s %q\n", kind, record.WarcHeader().Get("WARC-Target-URI"))
		}
	}
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/nlnwa/gowarc@v1.6.0 2> got
cat > look.py <<'PY'
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from warcio.archiveiterator import ArchiveIterator


class Origin(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/page"
options = ["-q", "--no-proxy", "--warc-file=kept", "--no-warc-compression", "-O", "got"]
subprocess.run(["unpacked/usr/bin/wget", *options, url], check=True, timeout=60)
with open("kept.warc", "rb") as file:
    text = file.read()
print("wget wrote", f"WARC-Target-URI: <{url}>".encode() in text)
with open("kept.warc", "rb") as file:
    for record in ArchiveIterator(file):
        if record.rec_type in ("request", "response"):
            found = record.rec_headers.get_header("WARC-Target-URI")
            print("warcio", record.rec_type, "the URL" if found == url else found)
PY
{
  venv/bin/python look.py
  go run . kept.warc
} > found
cat found
cat > expected <<'END'
wget wrote True
warcio request the URL
warcio response the URL
gowarc request ""
gowarc response ""
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
