'use strict';
// A mitmvcr cassette for each test of node:test, vitest or jest. A request that it does
// not hold fails the test that made it. Nothing of mitmvcr's Python is needed here.

const { VcrError } = require('./control.cjs');
const { namedAfter, namedByTitle } = require('./names.cjs');
const { Way, open, openFor } = require('./session.cjs');
const { Worker, leadAll } = require('./worker.cjs');

// Opens a session for the test whose context is given; it ends with the test. The
// cassette is named after the test, unless `name` is given. For tests that run at once.
async function vcr(context, name, options) {
  if (typeof name === 'object') return vcr(context, undefined, name);
  const isTest = context?.task ?? context?.fullName ?? context?.name ?? name;
  if (!context || isTest === undefined) {
    throw new VcrError('vcr(t) needs what a test is given; vitest gives it in test.for');
  }
  const session = name === undefined
    ? await openFor(testOf(context), options)
    : await open(name, options);
  atEnd(context, () => ending(context, session));
  return session;
}

function atEnd(context, end) {
  if (context.onTestFinished) context.onTestFinished(end); // vitest
  else if (context.after) context.after(end); // node:test
  else throw new VcrError('this test framework says nothing of its end: use open(name)');
}

// node:test shows the first error of a test only, so the report goes beside it.
async function ending(context, session) {
  try {
    await session.end(hasFailed(context));
  } catch (error) {
    for (const line of error.message.split('\n')) context.diagnostic?.(line);
    throw error;
  }
}

// Whether a test has failed, where its framework says so.
function hasFailed({ task, passed }) {
  return task ? task.result?.state === 'fail' : passed === false;
}

// The test whose context is given, and the name of its cassette.
function testOf(context) {
  const { task, fullName, name, filePath } = context;
  if (!task) return namedByTitle(filePath ?? process.argv[1], fullName ?? name, context);
  const chain = [];
  for (let each = task; each && each !== task.file; each = each.suite) {
    if (each.name) chain.unshift({ each, beside: (each.suite ?? task.file).tasks });
  }
  return namedAfter(task.file.filepath, chain);
}

// Gives each test of a file a cassette, where they run one after another: `hooks` has
// beforeAll (or before), beforeEach and afterEach, and jest's are there without. What it
// returns leads to the session of the test that runs, and clients may be made of its
// fetch and agents once.
function useVcr(options = {}, hooks = globalThis) {
  const handle = new Handle();
  const { beforeEach, afterEach, expect } = hooks;
  const beforeAll = hooks.beforeAll ?? hooks.before;
  if (!beforeAll) throw new VcrError('give it the hooks: useVcr({}, { beforeAll, ... })');
  const jest = watchJest();
  beforeAll(async () => { await handle.opened(); });
  // jest takes a function with a parameter for one that is given a callback.
  beforeEach(async function begin() {
    const [context] = arguments;
    const isTold = context?.task || context?.name;
    const named = isTold ? testOf(context) : jestTest(expect, jest.test);
    await (await handle.opened()).begin(named, options);
  });
  afterEach(async function finish() {
    const [context] = arguments;
    await (await handle.opened()).end(context ? hasFailed(context) : jest.failed);
  });
  return handle;
}

// jest tells its hooks nothing. Its runner tells handlers of events, which stand under a
// symbol that all may name (jest-circus 30); without them no test is known to have failed,
// and tests of one title in one file are taken for one.
function watchJest() {
  const seen = { failed: false, test: null };
  globalThis[Symbol.for('EVENT_HANDLERS')]?.push(({ name, test }) => {
    if (name === 'test_start') Object.assign(seen, { failed: false, test });
    if (name === 'test_fn_failure' || name === 'hook_failure') seen.failed = true;
  });
  return seen;
}

function jestTest(expect, test) {
  const { testPath, currentTestName } = expect.getState();
  const chain = [];
  for (let each = test; each?.parent; each = each.parent) {
    chain.unshift({ each, beside: each.parent.children });
  }
  return namedAfter(testPath, chain, currentTestName);
}

// As useVcr, for a setup file: all tests have cassettes, and all clients that know of no
// proxy go there, whenever they are made.
async function useVcrEverywhere(options = {}, hooks = globalThis) {
  const handle = useVcr(options, hooks);
  await leadAll(await handle.opened());
  return handle;
}

// What leads to the session of the test that runs. Agents may be made of it before its
// port is opened, which is before the first test.
class Handle extends Way {
  #worker;

  constructor() {
    super({});
    this.variable = (name, make) => this.session.variable(name, make);
  }

  async opened() {
    this.#worker = await Worker.opened();
    return this.#worker;
  }

  get worker() {
    if (this.#worker) return this.#worker;
    throw new VcrError('its port is opened before the first test: use it in one');
  }

  get session() {
    const { current } = this.worker;
    if (!current) throw new VcrError('no test of this file is running');
    return current;
  }

  get cassette() { return this.session.cassette; }
  get mode() { return this.session.mode; }
  get proxyUrl() { return this.worker.port.proxy_url; }
  get caFile() { return this.worker.port.ca_file; }
}

module.exports = { VcrError, open, useVcr, useVcrEverywhere, vcr };
