'use strict';
// What a process that runs tests one after another holds of the proxy: one port, which
// leads to the session of the test that runs. Clients may be made once.

const http = require('node:http');
const https = require('node:https');

const { VARIABLE, VcrError, call, controlUrl, heldToTheRun } = require('./control.cjs');
const { Way, openFor } = require('./session.cjs');
const { realGlobal, setDispatcher } = require('./tunnel.cjs');

// Owns what hooks of a suite ask for, as a token that all its tests have.
const SUITE = 'suite';
// Test files have modules of their own in one process; the port is the process's.
const KEY = Symbol.for('mitmvcr.worker');

class Worker {
  // Opens the port, or returns the one that is there.
  static opened() {
    realGlobal[KEY] ??= openWorker();
    return realGlobal[KEY];
  }

  constructor(port, resting) {
    Object.assign(this, { port, resting, current: null, impossible: null });
  }

  // Opens the session of a test. One that there cannot be, as a missing cassette in a
  // replay, is told only if the test asks for something: many ask for nothing.
  async begin(named, options) {
    if (this.current) {
      const remedy = 'useVcr is for one test after another, vcr(t) for those at once';
      throw new VcrError(`${this.current.cassette} is under way here: ${remedy}`);
    }
    try {
      this.current = await openFor(named, { ...options, port: false });
    } catch (error) {
      if (error.field !== undefined) throw error;
      this.impossible = error;
    }
    await this.point(this.current?.name ?? null);
  }

  // Ends the session of the test; rejects if a request had no match, or no session.
  async end(failed = false) {
    const { current, impossible } = this;
    this.current = this.impossible = null;
    if (!current && !impossible) return;
    const { refused } = await this.point(this.resting);
    await current?.end(failed);
    if (impossible && refused) throw impossible;
  }

  point(session) {
    return call('PUT', ['ports', String(this.port.port)], { session });
  }
}

async function openWorker() {
  const resting = await openSuite();
  return new Worker(await call('POST', ['ports'], { session: resting }), resting);
}

// Opens the session that all workers share. null where it has no cassette to replay:
// then what hooks ask for is refused.
async function openSuite() {
  const repeats = { allow_repeats: 'last' };
  try {
    const wish = heldToTheRun({ cassette: SUITE, port: false, ...repeats });
    const { mode } = await call('POST', ['sessions'], wish);
    if (mode === 'record_once') { // another run has other tests, and so other hooks
      const more = { cassette: SUITE, mode: 'replay_with_new_episodes', ...repeats };
      await call('PUT', ['sessions', SUITE, 'cassette'], more);
    }
  } catch (error) {
    if (error.field !== 'name') return null;
  }
  return SUITE;
}

const YES = ['1', 'on', 'true', 'yes'];

// Leads clients that are given nothing through the port: fetch, the agents that Node
// itself has, and programs that are started. This machine's own servers stay direct,
// unless MITMVCR_INCLUDE_LOCALHOST says otherwise, as for mitmvcr run.
async function leadAll(worker) {
  const said = (process.env.MITMVCR_INCLUDE_LOCALHOST ?? '').trim().toLowerCase();
  // Some clients take an empty list for everybody: nobody.invalid is nobody.
  const own = YES.includes(said) ? 'nobody.invalid' : 'localhost,127.0.0.1,::1';
  const none = process.env.NO_PROXY ?? process.env.no_proxy ?? own;
  worker.led ??= new Way(worker.port, sparing(none));
  const environment = { ...worker.led.environment, NO_PROXY: none, no_proxy: none };
  Object.assign(process.env, environment, { [VARIABLE]: await controlUrl() });
  http.globalAgent = worker.led.httpAgent;
  https.globalAgent = worker.led.httpsAgent;
  setDispatcher(worker.led.dispatcher);
}

// Says of a host whether a list as NO_PROXY names it, or a domain that it is in.
function sparing(list) {
  const entries = list.split(/[\s,]+/).filter(Boolean);
  return (host) => entries.some((entry) => (
    host === entry || (entry.startsWith('.') && host.endsWith(entry))
  ));
}

module.exports = { Worker, leadAll };
