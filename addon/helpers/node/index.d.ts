import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';

/** Options of a session by mitmvcr's names: `{ mode: 'replay_only', match: 'method,url' }`. */
export interface Options {
  /** That of the run counts more, and with CI set this one records nothing. */
  mode?: string;
  match?: string;
  [option: string]: string | number | boolean | string[] | undefined;
}

/** What leads clients through the session of a test. Nothing global is set. */
export interface Vcr {
  /** The name of the cassette, as `test/order/order`. */
  readonly cassette: string;
  /** As mitmvcr has it: `record_once`. */
  readonly mode: string;
  readonly proxyUrl: string;
  /** The file of the authority that a client has to trust, in PEM. */
  readonly caFile: string;
  /** What is in that file. */
  readonly ca: string;
  /** Node's own fetch. */
  readonly fetch: typeof fetch;
  /** For Node's fetch as its option `dispatcher`; not for those of the undici package. */
  readonly dispatcher: object;
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
  /** Variables for a program that a test starts. */
  readonly environment: Record<string, string>;
  /** What `make` returns, recorded; a replay has the recorded one. */
  variable<T extends string | number | boolean | object | null>(name: string, make: () => T | Promise<T>): Promise<T>;
}

export interface Session extends Vcr {
  readonly name: string;
  /** Saves and ends the session; rejects if a request had no match. */
  end(failed?: boolean): Promise<void>;
}

export interface Hooks {
  beforeAll?: Function;
  before?: Function;
  beforeEach: Function;
  afterEach: Function;
  /** jest's, which knows the name of the test. */
  expect?: { getState(): object };
}

export class VcrError extends Error {
  /** What the control API names of a wish. */
  readonly field?: string;
}

/** A session of the test with this context; it ends with the test, and fails it. */
export function vcr(context: object, name?: string, options?: Options): Promise<Session>;
export function vcr(context: object, options?: Options): Promise<Session>;
/** A session for each test of a file; `hooks` are the framework's, jest's if not given. */
export function useVcr(options?: Options, hooks?: Hooks): Vcr;
/** As `useVcr`, in a setup file: for clients that are given nothing, too. */
export function useVcrEverywhere(options?: Options, hooks?: Hooks): Promise<Vcr>;
/** A session that the caller ends. */
export function open(cassette: string, options?: Options): Promise<Session>;
