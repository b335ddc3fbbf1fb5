#!/usr/bin/env bash
# A cassette of go-vcr whose body has U+2028 or U+2029, which JSON allows in any string, is
# another document to JavaScript, without an error: blanks get into the string, and a body
# that ends in one has all headers of its answer in its text, and the answer has none.
#
# Versions: go-vcr 4.0.8 (go.yaml.in/yaml v4.0.0); js-yaml 5.5.0 and yaml 2.9.1 for Node.
# Source: YAML 1.1, section 4.2 (both characters break a line); YAML 1.2.2, section 5.4
# (neither does). Go's library breaks the line there, also in what it writes, and indents.
# Why it matters to a recorder: such text comes from what people paste. A tool in JavaScript
# that edits or converts the cassettes of a Go project changes bodies; PyYAML and Psych stayed
# with YAML 1.1, as Go's did. Whoever escapes the two characters is read by all.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > main.go <<'GO'
package main

import (
	"fmt"
	"net/http"

	"go.yaml.in/yaml/v4"
	"gopkg.in/dnaeon/go-vcr.v4/pkg/cassette"
)

var bodies = []string{"{\"text\": \"a\u2028b\"}", "first\nlast\u2029"}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	c := cassette.New("cassette")
	c.MarshalFunc = yaml.Marshal // as go-vcr's recorder does
	for _, body := range bodies {
		i := &cassette.Interaction{}
		i.Request.Method, i.Request.URL = "GET", "https://example.com/"
		i.Response.Code, i.Response.Body = 200, body
		i.Response.Headers = http.Header{"Content-Type": {"text/plain"}}
		c.AddInteraction(i)
	}
	check(c.Save())
	found, err := cassette.Load("cassette")
	check(err)
	for at, each := range found.Interactions {
		if each.Response.Body != bodies[at] {
			panic(each.Response.Body)
		}
	}
	fmt.Println("go-vcr reads what it has written")
}
GO
cat > look.mjs <<'JS'
import assert from 'node:assert';
import fs from 'node:fs';
import * as jsYaml from 'js-yaml';
import YAML from 'yaml';

const text = fs.readFileSync('cassette.yaml', 'utf8');
const readers = { 'js-yaml': (t) => jsYaml.load(t), yaml: (t) => YAML.parse(t) };
for (const [name, read] of Object.entries(readers)) {
  const { version } = JSON.parse(fs.readFileSync(`node_modules/${name}/package.json`));
  const [first, second] = read(text).interactions.map((each) => each.response);
  for (const each of [first, second]) {
    console.log(name, version, JSON.stringify(each));
  }
  assert.match(JSON.parse(first.body).text, /^a\u2028 +b$/);
  assert.deepEqual(first.headers, { 'Content-Type': ['text/plain'] });
  assert.match(second.body, /^first\nlast\u2029 +headers:\nContent-Type:\n +- text\/plain\n$/);
  assert.equal(second.headers, undefined);
}
JS
printf 'module look\n\ngo 1.24.0\n' > go.mod
GOFLAGS=-mod=mod go get gopkg.in/dnaeon/go-vcr.v4@v4.0.8 2> got || { cat got; exit 1; }
GOFLAGS=-mod=mod go run .
npm install --silent --no-audit --no-fund js-yaml@5.5.0 yaml@2.9.1
node look.mjs || { echo "the behaviour has changed"; exit 1; }
