#!/usr/bin/env bash
# Read and written by "." the same JSON is three: gojq, jq written in Go, puts the fields of each object into the order
# of their names, and jq for Python, which brings jq itself, makes ...992 of the id 9007199254740993, 0.1 of 0.10 and 1
# of 1.0, all of which gojq keeps. One more than that id is ...992 in the one and ...994 in the other; 1e3 as text is
# "1E+3" and "1e3"; and an Arabic three is a digit, \d, to the first alone.
#
# Versions: github.com/itchyny/gojq v0.12.20; jq 1.13.0 for Python (CPython 3.11), which has jq 1.8 in it.
# Source: observed; gojq's README names the sorted keys and the whole numbers of any size as differences. jq keeps the
# letters of a number since 1.7, until something is done with it; its Python package takes the number.
# Why it matters to a recorder: cassettes and answers are edited by such commands, in a hook or by hand, and a rule
# written for one is run by another: a body whose fields have moved is another text with the same length, and an id
# that was rounded is another account, under a status of 0.
set -euo pipefail
for tool in go python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check jq==1.13.0
printf '%s\n' '.' '.id + 1' '.id == 9007199254740992' '.many | tostring' '.three | test("\\d")' 'keys' \
  '.words | to_entries | map(.key)' > queries
cat > body.json <<'JSON'
{"words": {"z": 1, "b": 2}, "id": 9007199254740993, "price": 0.10, "one": 1.0, "many": 1e3, "three": "\u0663"}
JSON
cat > main.go <<'GO'
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/itchyny/gojq"
)

func main() {
	text, _ := os.ReadFile("body.json")
	reader := json.NewDecoder(bytes.NewReader(text))
	reader.UseNumber() // as its command does
	var body any
	reader.Decode(&body)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		query, err := gojq.Parse(lines.Text())
		if err != nil {
			panic(err)
		}
		found, _ := query.Run(body).Next()
		said, _ := gojq.Marshal(found)
		fmt.Println(lines.Text(), "gojq:", string(said))
	}
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/itchyny/gojq@v0.12.20 2> got
cat > look.py <<'PY'
import jq

with open("body.json") as file:
    body = file.read()
with open("queries") as file:
    for query in file.read().splitlines():
        print(query, "jq for Python:", jq.compile(query).input_text(body).text())
PY
{
  go run . < queries
  PYTHONUTF8=1 venv/bin/python look.py
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
. gojq: {"id":9007199254740993,"many":1e3,"one":1.0,"price":0.10,"three":"٣","words":{"b":2,"z":1}}
. jq for Python: {"words": {"z": 1, "b": 2}, "id": 9007199254740992, "price": 0.1, "one": 1, "many": 1000, "three": "\u0663"}
.id + 1 gojq: 9007199254740994
.id + 1 jq for Python: 9007199254740992
.id == 9007199254740992 gojq: false
.id == 9007199254740992 jq for Python: false
.many | tostring gojq: "1e3"
.many | tostring jq for Python: "1E+3"
.three | test("\\d") gojq: false
.three | test("\\d") jq for Python: true
.words | to_entries | map(.key) gojq: ["b","z"]
.words | to_entries | map(.key) jq for Python: ["z", "b"]
keys gojq: ["id","many","one","price","three","words"]
keys jq for Python: ["id", "many", "one", "price", "three", "words"]
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
