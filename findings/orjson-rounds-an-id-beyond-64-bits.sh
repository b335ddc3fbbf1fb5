#!/usr/bin/env bash
# Of an id beyond 64 bits orjson, Python's fastest JSON, makes a float, 1.8446744073709552e+19 of
# 18446744073709551616, with no error, where json, ujson, rapidjson, simplejson and msgspec keep each digit; written from
# a Python int of that size the same library raises. ujson writes "http:\/\/" for "http://", msgspec 1e16 where the others
# write 1e+16, json, simplejson and rapidjson 1e-07 where the others write 1e-7; and simplejson alone bears a byte
# order mark.
#
# Versions: orjson 3.13.0, ujson 6.1.0, python-rapidjson 1.25, simplejson 4.3.0, msgspec 0.23.0 (CPython 3.11).
# Source: observed; orjson's documentation: integers of 64 bits; RFC 8259, section 6, has no limit, and section 8.1 lets a
# reader ignore a byte order mark.
# Why it matters to a recorder: which library a framework takes goes by what is installed, and with it the length of each
# body and the digits of a large id; bodies have to be compared as JSON, and its integers exactly.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check orjson==3.13.0 ujson==6.1.0 python-rapidjson==1.25 \
  simplejson==4.3.0 msgspec==0.23.0
cat > look.py <<'PY'
import json

import msgspec
import orjson
import rapidjson
import simplejson
import ujson

LIBRARIES = {
    "json": (json.loads, json.dumps),
    "msgspec": (msgspec.json.decode, lambda value: msgspec.json.encode(value).decode()),
    "orjson": (orjson.loads, lambda value: orjson.dumps(value).decode()),
    "rapidjson": (rapidjson.loads, rapidjson.dumps),
    "simplejson": (simplejson.loads, simplejson.dumps),
    "ujson": (ujson.loads, ujson.dumps),
}
TEXTS = ["[18446744073709551616]", '["http://api.example"]', "[1e16]", "[1e-7]", "\ufeff[]"]


def tried(work, value):
    try:
        return work(value)
    except (ValueError, OverflowError, TypeError):
        return "refused"


for text in TEXTS:
    for name, (read, write) in LIBRARIES.items():
        print(ascii(text), f"{name}:", tried(lambda value, read=read, write=write: write(read(value)), text))
for name, (_, write) in LIBRARIES.items():
    print(f"written, {name}:", tried(write, [2**64]))
PY
venv/bin/python look.py > found
cat found
cat > expected <<'END'
'[18446744073709551616]' json: [18446744073709551616]
'[18446744073709551616]' msgspec: [18446744073709551616]
'[18446744073709551616]' orjson: [1.8446744073709552e+19]
'[18446744073709551616]' rapidjson: [18446744073709551616]
'[18446744073709551616]' simplejson: [18446744073709551616]
'[18446744073709551616]' ujson: [18446744073709551616]
'["http://api.example"]' json: ["http://api.example"]
'["http://api.example"]' msgspec: ["http://api.example"]
'["http://api.example"]' orjson: ["http://api.example"]
'["http://api.example"]' rapidjson: ["http://api.example"]
'["http://api.example"]' simplejson: ["http://api.example"]
'["http://api.example"]' ujson: ["http:\/\/api.example"]
'[1e16]' json: [1e+16]
'[1e16]' msgspec: [1e16]
'[1e16]' orjson: [1e+16]
'[1e16]' rapidjson: [1e+16]
'[1e16]' simplejson: [1e+16]
'[1e16]' ujson: [1e+16]
'[1e-7]' json: [1e-07]
'[1e-7]' msgspec: [1e-7]
'[1e-7]' orjson: [1e-7]
'[1e-7]' rapidjson: [1e-07]
'[1e-7]' simplejson: [1e-07]
'[1e-7]' ujson: [1e-7]
'\ufeff[]' json: refused
'\ufeff[]' msgspec: refused
'\ufeff[]' orjson: refused
'\ufeff[]' rapidjson: refused
'\ufeff[]' simplejson: []
'\ufeff[]' ujson: refused
written, json: [18446744073709551616]
written, msgspec: [18446744073709551616]
written, orjson: refused
written, rapidjson: [18446744073709551616]
written, simplejson: [18446744073709551616]
written, ujson: [18446744073709551616]
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
