// Clients of all kinds are led through the session of their test.
import assert from 'node:assert';
import { execFile } from 'node:child_process';
import http from 'node:http';
import https from 'node:https';
import test from 'node:test';
import { promisify } from 'node:util';
import { open, vcr } from 'mitmvcr';

const HOST = 'api.test';
await fetch('http://127.0.0.1:9').catch(() => {}); // Node has its dispatcher by now

function get(module, options) {
  return new Promise((resolve, reject) => {
    const request = module.get({ host: HOST, ...options }, (answer) => {
      let body = '';
      answer.on('data', (data) => { body += data; });
      answer.on('end', () => resolve(JSON.parse(body)));
    });
    request.on('error', reject);
  });
}

test('agents', async (t) => {
  const { httpAgent, httpsAgent } = await vcr(t);
  for (const path of ['/json?1', '/json?2']) { // the second on the first's connection
    assert.equal((await get(https, { agent: httpsAgent, path })).asked, path);
    assert.equal((await get(http, { agent: httpAgent, path })).asked, path);
  }
});

test('fetch of http', async (t) => {
  const { fetch } = await vcr(t);
  assert.equal((await fetch(`http://${HOST}/json`)).status, 200);
});

test('a program', async (t) => {
  const { environment } = await vcr(t);
  const env = { ...process.env, ...environment };
  const words = ['-sSf', `https://${HOST}/json?curl`];
  const { stdout } = await promisify(execFile)('curl', words, { env });
  assert.equal(JSON.parse(stdout).asked, '/json?curl');
});

test('what is global stays as it is', async (t) => {
  const dispatcher = Symbol.for('undici.globalDispatcher.1');
  const before = [https.globalAgent, globalThis[dispatcher], process.env.HTTPS_PROXY];
  const { fetch } = await vcr(t);
  await fetch(`https://${HOST}/json`);
  const after = [https.globalAgent, globalThis[dispatcher], process.env.HTTPS_PROXY];
  assert.deepEqual(after.map((each, n) => each === before[n]), [true, true, true]);
});

test('values that are made up', async (t) => {
  const { fetch, variable } = await vcr(t);
  const seed = await variable('seed', () => Math.random());
  assert.equal(typeof seed, 'number');
  assert.equal(await variable('flag', () => false), false);
  assert.deepEqual(await variable('list', () => [1, { a: null }]), [1, { a: null }]);
  assert.equal((await fetch(`https://${HOST}/json?${seed}`)).status, 200);
});

test('a name', async (t) => {
  const session = await vcr(t, 'my/name', { match: 'method,path' });
  assert.equal(session.cassette, 'my/name');
  await session.fetch(`https://${HOST}/json?at=${Math.random()}`);
});

test('a name that no file can have: "é/../\0"'.padEnd(300, 'é'), async (t) => {
  const { cassette, fetch } = await vcr(t);
  assert.match(cassette, /^clients\/a name that no file can have- -é-\.\.--.*\.{3}\w{16}$/);
  await fetch(`https://${HOST}/json`);
});

test('what the API says of a bad option', async () => {
  await assert.rejects(open('my/other', { mod: 'x' }), {
    name: 'VcrError',
    message: /^mitmvcr: mod: is not an option of a session: did you mean mode/,
    field: 'mod',
  });
});
