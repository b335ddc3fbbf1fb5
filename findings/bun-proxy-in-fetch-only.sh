#!/usr/bin/env bash
# Bun reads HTTPS_PROXY in fetch alone: its node:https, node:http2, WebSocket and the ws that
# it brings go direct in the same program.
#
# Versions: bun 1.4.5.
# Source: Bun's documentation (fetch: "Proxying requests"; WebSocket: the option `proxy`).
# Why it matters to a recorder: fetch alone tells nobody that a program of Bun's is captured.
# NODE_OPTIONS is not read; BUN_OPTIONS=--preload=FILE is what gets a file into each Bun.
set -euo pipefail
command -v npm >/dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund bun@1.4.5
cat > look.mjs <<'JS'
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import Ws from 'ws';

const heard = new Set();
const proxy = net.createServer((socket) => {
  socket.once('data', (head) => {
    heard.add(/^CONNECT ([\w-]+)\./.exec(head)?.[1]);
    socket.destroy();
  });
  socket.on('error', () => {});
});
await new Promise((done) => proxy.listen(0, '127.0.0.1', done));
process.env.HTTPS_PROXY = `http://127.0.0.1:${proxy.address().port}`;

const ways = {
  'fetch': (url, done) => fetch(url).catch(done),
  'https': (url, done) => https.get(url).on('error', done),
  'https-agent': (url, done) => https.get(url, { agent: new https.Agent() }).on('error', done),
  'http2': (url, done) => http2.connect(url).on('error', done),
  'websocket': (url, done) => (new WebSocket(url.replace('http', 'ws')).onerror = done),
  'ws': (url, done) => new Ws(url.replace('http', 'ws')).on('error', done),
};
for (const [name, go] of Object.entries(ways)) {
  await new Promise((done) => go(`https://${name}.invalid/`, done));
  console.log(`${name}: ${heard.has(name) ? 'proxy' : 'direct'}`);
}
process.exit(0);
JS
echo "console.log('preloaded by', process.env.BY)" > preload.cjs
bun=node_modules/.bin/bun
echo "bun $("$bun" --version)"
found=$(env -u NODE_USE_ENV_PROXY -u NO_PROXY -u no_proxy "$bun" look.mjs
  BY=NODE_OPTIONS NODE_OPTIONS="--require ./preload.cjs" "$bun" -e 0
  BY=BUN_OPTIONS BUN_OPTIONS=--preload=./preload.cjs "$bun" -e 0)
echo "$found"
[ "$found" = "fetch: proxy
https: direct
https-agent: direct
http2: direct
websocket: direct
ws: direct
preloaded by BUN_OPTIONS" ]
