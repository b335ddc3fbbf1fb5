#!/usr/bin/env bash
# What a plain text is goes by the client of JavaScript: axios reads each answer as JSON, whatever its Content-Type
# says, so that the text 1e3, a part's number, is 1000, 9007199254740993 another id, true a boolean, and 007 a text;
# superagent gives {} for each text, and keeps it elsewhere; ofetch and needle give the text, and of an answer without
# a Content-Type ofetch makes a number and needle bytes. Of JSON as application/octet-stream axios makes an object,
# ofetch a Blob, needle bytes; and "Application/JSON" needle does not know.
#
# Versions: axios 1.21.1, ofetch 1.5.1, superagent 10.4.2, needle 3.5.0 (Node 20).
# Source: axios's lib/defaults (transformResponse with forcedJSONParsing), ofetch's detectResponseType, superagent's
# lib/node/parsers, needle's lib/parsers.js (it compares the header's letters).
# Why it matters to a recorder: a replay that leaves a Content-Type out, adds one or writes it in other letters gives
# another type to three of four, without an error; and a text that a rule puts in another's place has to stay a text.
set -euo pipefail
for tool in node npm; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | cut -d= -f1 | grep -i '_proxy$' || true); do unset "$name"; done
npm init -y > /dev/null
npm install --silent --no-audit --no-fund axios@1.21.1 ofetch@1.5.1 superagent@10.4.2 needle@3.5.0
cat > look.mjs <<'JS'
import fs from "node:fs";
import http from "node:http";
import axios from "axios";
import needle from "needle";
import { ofetch } from "ofetch";
import superagent from "superagent";

let told = {};
let asked = 0;
const server = http.createServer((request, response) => {
  asked += 1;
  request.resume();
  request.on("end", () => {
    response.writeHead(told.status ?? 200, { Connection: "close", ...(told.type && { "Content-Type": told.type }), ...told.headers });
    response.end(told.body);
  });
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${server.address().port}/`;
const versions = (...names) => names.map((name) => `${name} ${JSON.parse(fs.readFileSync(`node_modules/${name}/package.json`)).version}`).join(", ");
const CLIENTS = {
  axios: async () => (await axios.get(url)).data,
  ofetch: () => ofetch(url),
  superagent: async () => (await superagent.get(url)).body,
  needle: async () => (await needle("get", url)).body,
};
function say(value) {
  if (Buffer.isBuffer(value)) return `${value.length} bytes`;
  if (value instanceof Blob) return "a Blob";
  return typeof value === "string" ? JSON.stringify(value) : typeof value === "object" ? JSON.stringify(value) : `${typeof value} ${value}`;
}
console.log(versions(...Object.keys(CLIENTS)));
for (const [type, body] of [
  ["text/plain", "1e3"],
  ["text/plain", "9007199254740993"],
  ["text/plain", "007"],
  ["text/plain", "true"],
  ["text/plain", '{"n": 1}'],
  [undefined, "1e3"],
  [undefined, '{"n": 1}'],
  ["application/octet-stream", '{"n": 1}'],
  ["application/problem+json", '{"n": 1}'],
  ["Application/JSON", '{"n": 1}'],
]) {
  told = { type, body };
  const said = [];
  for (const [name, ask] of Object.entries(CLIENTS)) said.push(`${name} ${await ask().then(say, (error) => error.name)}`);
  console.log(`${type ?? "no type"}, ${body}: ${said.join(", ")}`);
}
server.close();
JS
timeout 100 node look.mjs 2> errors | tee found
cat > expected <<'END'
axios 1.21.1, ofetch 1.5.1, superagent 10.4.2, needle 3.5.0
text/plain, 1e3: axios number 1000, ofetch "1e3", superagent {}, needle "1e3"
text/plain, 9007199254740993: axios number 9007199254740992, ofetch "9007199254740993", superagent {}, needle "9007199254740993"
text/plain, 007: axios "007", ofetch "007", superagent {}, needle "007"
text/plain, true: axios boolean true, ofetch "true", superagent {}, needle "true"
text/plain, {"n": 1}: axios {"n":1}, ofetch "{\"n\": 1}", superagent {}, needle "{\"n\": 1}"
no type, 1e3: axios number 1000, ofetch number 1000, superagent {}, needle 3 bytes
no type, {"n": 1}: axios {"n":1}, ofetch {"n":1}, superagent {}, needle 8 bytes
application/octet-stream, {"n": 1}: axios {"n":1}, ofetch a Blob, superagent {}, needle 8 bytes
application/problem+json, {"n": 1}: axios {"n":1}, ofetch {"n":1}, superagent {"n":1}, needle "{\"n\": 1}"
Application/JSON, {"n": 1}: axios {"n":1}, ofetch {"n":1}, superagent {"n":1}, needle 8 bytes
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
