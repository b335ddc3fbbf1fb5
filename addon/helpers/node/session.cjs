'use strict';
// A test's session, and what leads clients through it.

const { readFileSync } = require('node:fs');

const { VcrError, call, heldToTheRun } = require('./control.cjs');
const { HttpAgent, HttpsAgent, dispatcherFor, trusting } = require('./tunnel.cjs');

// A proxy URL and what clients are given of it, made when it is first wanted.
class Way {
  // `facts` are the API's; `spares` says of a host whether it is reached directly.
  constructor(facts, spares = () => false) {
    Object.assign(this, { facts, spares });
    const { fetch } = globalThis;
    this.fetch = (input, init) => fetch(input, { ...init, dispatcher: this.dispatcher });
  }

  get proxyUrl() { return this.facts.proxy_url; }
  get caFile() { return this.facts.ca_file; }
  get ca() { return this.kept('ca', () => readFileSync(this.caFile, 'utf8')); }
  get secureContext() { return this.kept('secureContext', () => trusting(this.ca)); }
  get dispatcher() { return this.kept('dispatcher', () => dispatcherFor(this)); }
  get httpAgent() { return this.kept('httpAgent', () => new HttpAgent(this)); }
  get httpsAgent() { return this.kept('httpsAgent', () => new HttpsAgent(this)); }

  kept(name, make) {
    const value = make();
    Object.defineProperty(this, name, { value });
    return value;
  }

  // The environment of a process that a test starts.
  get environment() {
    const url = this.proxyUrl;
    const proxies = { HTTPS_PROXY: url, https_proxy: url, HTTP_PROXY: url, http_proxy: url };
    const bundles = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'CURL_CA_BUNDLE'];
    const trusted = bundles.map((name) => [name, this.caFile]);
    return { ...proxies, ...Object.fromEntries(trusted), NODE_USE_ENV_PROXY: '1' };
  }

  // Closes the connections that clients have left open.
  async close() {
    for (const name of ['httpAgent', 'httpsAgent', 'dispatcher']) {
      if (Object.hasOwn(this, name)) await this[name].destroy();
    }
  }
}

class Session extends Way {
  constructor(facts, cassette) {
    super(facts);
    Object.assign(this, { name: facts.name, cassette, mode: facts.mode });
    this.variable = this.variable.bind(this);
  }

  // What `make` returns, as JSON has it, recorded; a replay has the recorded one.
  async variable(name, make) {
    if (typeof make !== 'function') throw new VcrError(`variable(${name}): give it a function that makes the value`);
    const wish = { [name]: (await make()) ?? null };
    if (JSON.stringify(wish) === '{}') throw new VcrError(`variable(${name}): JSON has no ${typeof wish[name]}`);
    const { [name]: kept } = await call('POST', ['sessions', this.name, 'variables'], wish);
    return kept;
  }

  // Saves and ends it; rejects if a request had no match.
  async end(failed = false) {
    const wrong = await this.ended(failed);
    if (wrong) throw new Error(wrong); // of an AssertionError jest shows values, and it has none
  }

  // As `end`, but returns what is wrong, else ''. Whose test has failed mitmvcr run notes
  // for --partial.
  async ended(failed = false) {
    const [report] = await Promise.all([
      call('DELETE', ['sessions', this.name], { failed }),
      this.close(),
    ]);
    const failure = report.failure ? `mitmvcr: ${report.failure}` : '';
    return [missed(report.misses, this.cassette), failure].filter(Boolean).join('\n');
  }
}

function missed(misses, cassette) {
  if (!misses.length) return '';
  const lines = misses.map(({ request: { method, url }, reason, times = 1 }) => (
    `  ${method} ${url}${times > 1 ? ` (${times} times)` : ''}: ${reason}`
  ));
  const requests = misses.length === 1 ? '1 request' : `${misses.length} requests`;
  return [`mitmvcr: ${requests} had no match in cassette ${cassette}:`, ...lines].join('\n');
}

// Opens a session for a cassette, as `login/ok`, with options by mitmvcr's names.
async function open(cassette, options = {}) {
  if (typeof cassette !== 'string') throw new VcrError('name a cassette, as login/ok');
  const wish = heldToTheRun({ ...options, cassette });
  return new Session(await call('POST', ['sessions'], wish), cassette);
}

// Opens the session of a test, whose cassette is named after it: no other test gets it,
// and a secret in its name is hidden.
async function openFor({ test, cassette }, options = {}) {
  const wish = heldToTheRun({ ...options, cassette, test });
  const facts = await call('POST', ['sessions'], wish);
  return new Session(facts, options.name ? cassette : facts.name);
}

module.exports = { Session, Way, open, openFor };
