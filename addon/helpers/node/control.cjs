'use strict';
// The control API of the mitmvcr that runs, or else of one that this process starts.

const { spawn } = require('node:child_process');
const { existsSync } = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const path = require('node:path');

const VARIABLE = 'MITMVCR_CONTROL_URL';
// The API itself waits 30 s for what is under way.
const PATIENCE = 60_000;
const TOKEN = process.env.MITMVCR_CONTROL_TOKEN;
const HEADERS = {
  'X-Vcr-Control': '1',
  'Content-Type': 'application/json',
  ...(TOKEN ? { Authorization: `Bearer ${TOKEN}` } : {}),
};

class VcrError extends Error {
  // `field` is what the API names of a wish; there is none where the state is at fault.
  constructor(message, field) {
    super(`mitmvcr: ${message}`);
    this.name = 'VcrError';
    this.field = field;
  }
}

// The folder with the package.json of the suite; `cassettes` is in it.
function root() {
  for (let place = process.cwd(); ; place = path.dirname(place)) {
    if (existsSync(path.join(place, 'package.json'))) return place;
    if (place === path.dirname(place)) return process.cwd();
  }
}

// Lets the mode that a run was given count more than one in code. Without one, no mode in
// code records in CI.
function heldToTheRun(wish) {
  // mitmvcr run sets the first one where it was given a mode.
  const { MITMVCR_RUN_MODE, MITMVCR_MODE } = process.env;
  const chosen = MITMVCR_RUN_MODE || MITMVCR_MODE;
  if (chosen) return { ...wish, mode: chosen };
  const mayRecord = wish.mode && wish.mode !== 'passthrough';
  return mayRecord && isCI() ? { ...wish, mode: 'replay_only' } : wish;
}

// What mitmvcr itself takes for a CI server.
function isCI() {
  return !['', '0', 'false'].includes((process.env.CI ?? '').trim().toLowerCase());
}

let place;

// The URL of the API, without a slash at its end.
function controlUrl() {
  const given = process.env[VARIABLE];
  if (given) return Promise.resolve(given.replace(/\/$/, ''));
  place ??= start();
  return place;
}

// mitmvcr serve holds on as long as its stdin is open, so it ends with this process,
// however that ends.
function start() {
  const words = ['serve', '--cassettes', path.join(root(), 'cassettes'), '--attached'];
  const child = spawn('mitmvcr', words, { stdio: ['pipe', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      const remedy = `install it (pipx install mitmvcr), or set ${VARIABLE}`;
      reject(new VcrError(`no mitmvcr on the PATH can be started (${error.code}): ${remedy}`));
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      said += text;
      if (!said.includes('\n')) return;
      letGo(child);
      resolve(JSON.parse(said).control_url);
    });
    child.once('close', () => {
      reject(new VcrError('mitmvcr serve did not start: see its error above'));
    });
  });
}

// Nothing of it keeps this process running.
function letGo(child) {
  child.stdout.destroy();
  child.stdin.unref();
  child.unref();
}

// Asks the API; rejects with what it says of an error.
async function call(method, parts, wish) {
  const url = await controlUrl();
  const where = parts.map((part) => `/${encodeURIComponent(part)}`).join('');
  const { status, body } = await ask(method, url, where, wish);
  let facts;
  try {
    facts = JSON.parse(body);
  } catch {
    throw new VcrError(`what is at ${url}${where} is no control API of mitmvcr`);
  }
  if (status < 300) return facts;
  const field = status === 409 ? undefined : facts.field;
  throw new VcrError(facts.detail ?? `${url}${where} answers ${status}`, field);
}

function ask(method, url, where, wish) {
  const { hostname, port } = placeOf(url), body = JSON.stringify(wish ?? {});
  // Node itself gives no length to the body of a DELETE, which is then no body.
  const length = { 'Content-Length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const failed = (error) => {
      const remedy = `start mitmvcr anew, or unset ${VARIABLE}, and the tests start their own`;
      const why = error.message || error.code; // of several addresses there is no message
      reject(new VcrError(`the control API at ${url} does not answer (${why}): ${remedy}`));
    };
    const request = http.request({
      method,
      path: where,
      timeout: PATIENCE,
      headers: { Host: `${hostname}:${port}`, Connection: 'close', ...length, ...HEADERS },
      // No agent: those of this process may lead through a proxy.
      createConnection: () => net.connect(Number(port), hostname),
    });
    request.once('error', failed);
    request.once('timeout', () => request.destroy(new Error('timeout')));
    request.once('response', (answer) => {
      let said = '';
      answer.setEncoding('utf8').on('data', (text) => { said += text; });
      answer.once('error', failed);
      answer.once('end', () => resolve({ status: answer.statusCode, body: said }));
    });
    request.end(body);
  });
}

function placeOf(url) {
  const remedy = 'use http://127.0.0.1:PORT, as mitmvcr serve --control PORT says it';
  const parsed = URL.canParse(url) ? new URL(url) : {};
  if (parsed.protocol === 'http:' && parsed.port) return parsed;
  throw new VcrError(`${VARIABLE}=${url}: ${remedy}`);
}

module.exports = { VARIABLE, VcrError, call, controlUrl, heldToTheRun, root };
