#!/usr/bin/env bash
# The HTTP clients on which GitHub's actions and Azure DevOps' API for Node stand give null, with the status 200 and
# no error, for JSON that breaks off, for a page of HTML and for JSON behind a byte order mark; and null, with no
# error, for whatever has the status 404, also where the 404 has JSON in it. A program that asks for the newest
# release is told that there is none. And "NaN" is null as well.
#
# Versions: @actions/http-client 4.0.1, typed-rest-client 3.1.2 (Node 20).
# Source: @actions/http-client's lib/index.js (_processResponse: "Invalid resource (contents not json); leaving result
# obj null", and the return for NotFound ahead of it); typed-rest-client's RestClient.processResponse, of which it was
# made.
# Why it matters to a recorder: an answer that was cut, and a miss that is told by a 404, are "nothing there" to such
# a program, which goes on; a 424 raises, whatever its body is.
set -euo pipefail
for tool in node npm; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | cut -d= -f1 | grep -i '_proxy$' || true); do unset "$name"; done
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @actions/http-client@4.0.1 typed-rest-client@3.1.2
cat > look.mjs <<'JS'
import fs from "node:fs";
import http from "node:http";
import { HttpClient } from "@actions/http-client";
import { RestClient } from "typed-rest-client/RestClient.js";

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
  actions: async () => {
    const answer = await new HttpClient("look").getJson(url);
    return `${answer.statusCode} and ${JSON.stringify(answer.result)}`;
  },
  "typed-rest-client": async () => {
    const answer = await new RestClient("look", url).get("");
    return `${answer.statusCode} and ${JSON.stringify(answer.result)}`;
  },
};
console.log(versions("@actions/http-client", "typed-rest-client"));
for (const one of [
  { body: '{"tag": "v10.0"}' },
  { body: '{"tag": "v10.' },
  { body: "<p>Log in</p>" },
  { body: '\ufeff{"tag": "v10.0"}' },
  { body: "NaN" },
  { body: "" },
  { status: 404, body: '{"message": "Not Found"}' },
  { status: 404, body: '{"tag": "v10.0"}' },
  { status: 410, body: '{"message": "gone"}' },
  { status: 424, body: "<p>nothing recorded</p>" },
]) {
  told = { type: "application/json", ...one };
  const said = [];
  for (const ask of Object.values(CLIENTS)) said.push(await ask().catch((error) => `raises, statusCode ${error.statusCode}`));
  console.log(`${one.status ?? 200} ${JSON.stringify(one.body).replace("\ufeff", "\\ufeff")}: ${said[0] === said[1] ? `both ${said[0]}` : Object.keys(CLIENTS).map((name, place) => `${name} ${said[place]}`).join(", ")}`);
}
server.close();
JS
timeout 100 node look.mjs 2> errors | tee found
cat > expected <<'END'
@actions/http-client 4.0.1, typed-rest-client 3.1.2
200 "{\"tag\": \"v10.0\"}": both 200 and {"tag":"v10.0"}
200 "{\"tag\": \"v10.": both 200 and null
200 "<p>Log in</p>": both 200 and null
200 "\ufeff{\"tag\": \"v10.0\"}": both 200 and null
200 "NaN": both 200 and null
200 "": both 200 and null
404 "{\"message\": \"Not Found\"}": both 404 and null
404 "{\"tag\": \"v10.0\"}": both 404 and null
410 "{\"message\": \"gone\"}": both raises, statusCode 410
424 "<p>nothing recorded</p>": both raises, statusCode 424
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
