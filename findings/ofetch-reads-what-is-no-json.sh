#!/usr/bin/env bash
# Clients of JavaScript disagree about an answer that calls itself JSON and is none: ofetch, on which Nuxt stands,
# axios and needle give half an answer, {"amount": 10, "to": "an, as a text and no error, where ky, got, superagent
# and wretch throw; of NaN, undefined, TRUE and "say "hi"", which is no JSON either, ofetch makes a number, nothing, a
# boolean and say "hi". A byte order mark got does not read, and to needle all of it is text then. Of nothing at all
# got and ky make "" and wretch an error.
#
# Versions: ofetch 1.5.1, axios 1.21.1, ky 1.14.3, got 14.6.6, superagent 10.4.2, needle 3.5.0, wretch 2.11.1 (Node
# 20).
# Source: destr, by which ofetch reads (it knows eight words by themselves and takes quotes off, and gives back the
# text where JSON.parse throws); axios's lib/defaults (silentJSONParsing), needle's lib/parsers.js.
# Why it matters to a recorder: a body that the recorder or a gateway cut is an error to the one half of the programs
# and an answer to the other, whose fields are all undefined; the status of both is 200.
set -euo pipefail
for tool in node npm; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | cut -d= -f1 | grep -i '_proxy$' || true); do unset "$name"; done
npm init -y > /dev/null
npm install --silent --no-audit --no-fund ofetch@1.5.1 axios@1.21.1 ky@1.14.3 got@14.6.6 superagent@10.4.2 needle@3.5.0 wretch@2.11.1
cat > look.mjs <<'JS'
import fs from "node:fs";
import http from "node:http";
import axios from "axios";
import got from "got";
import ky from "ky";
import needle from "needle";
import { ofetch } from "ofetch";
import superagent from "superagent";
import wretch from "wretch";

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
  ofetch: () => ofetch(url),
  axios: async () => (await axios.get(url)).data,
  needle: async () => (await needle("get", url)).body,
  ky: () => ky(url).json(),
  got: () => got(url).json(),
  superagent: async () => (await superagent.get(url)).body,
  wretch: () => wretch(url).get().json(),
};
const plain = (text) => JSON.stringify(text).replace("\ufeff", "\\ufeff");
function say(value) {
  if (typeof value === "string") return `the text ${plain(value)}`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
console.log(versions(...Object.keys(CLIENTS)));
for (const body of ['{"amount": 10}', '{"amount": 10, "to": "an', "<p>Log in</p>", "NaN", "undefined", "TRUE", '"say "hi""', '\ufeff{"amount": 10}', ""]) {
  told = { type: "application/json", body };
  console.log(`${plain(body)}:`);
  const groups = new Map();
  for (const [name, ask] of Object.entries(CLIENTS)) {
    const said = await ask().then(say, () => "an error");
    groups.set(said, [...(groups.get(said) ?? []), name]);
  }
  for (const [said, names] of groups) console.log(`  ${names.join(", ")}: ${said}`);
}
server.close();
JS
timeout 100 node look.mjs 2> errors | tee found
cat > expected <<'END'
ofetch 1.5.1, axios 1.21.1, needle 3.5.0, ky 1.14.3, got 14.6.6, superagent 10.4.2, wretch 2.11.1
"{\"amount\": 10}":
  ofetch, axios, needle, ky, got, superagent, wretch: {"amount":10}
"{\"amount\": 10, \"to\": \"an":
  ofetch, axios, needle: the text "{\"amount\": 10, \"to\": \"an"
  ky, got, superagent, wretch: an error
"<p>Log in</p>":
  ofetch, axios, needle: the text "<p>Log in</p>"
  ky, got, superagent, wretch: an error
"NaN":
  ofetch: NaN
  axios, needle: the text "NaN"
  ky, got, superagent, wretch: an error
"undefined":
  ofetch: undefined
  axios, needle: the text "undefined"
  ky, got, superagent, wretch: an error
"TRUE":
  ofetch: true
  axios, needle: the text "TRUE"
  ky, got, superagent, wretch: an error
"\"say \"hi\"\"":
  ofetch: the text "say \"hi\""
  axios, needle: the text "\"say \"hi\"\""
  ky, got, superagent, wretch: an error
"\ufeff{\"amount\": 10}":
  ofetch, axios, ky, superagent, wretch: {"amount":10}
  needle: the text "\ufeff{\"amount\": 10}"
  got: an error
"":
  ofetch, axios, needle, ky, got, superagent: the text ""
  wretch: an error
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
