'use strict';
// The name of a test's cassette: its file in the suite, and its own name.

const { createHash } = require('node:crypto');
const path = require('node:path');
const { fileURLToPath } = require('node:url');

const { root } = require('./control.cjs');

// What one of the systems that cassettes are checked out on has not in a name.
const UNFIT = /[\u0000-\u001f\u007f\\/:*?"<>|%]/g;
// A system has at most 255 bytes; some are for suffixes of files beside the cassette.
const LONGEST = 180;

function fit(name) {
  const found = name.replace(UNFIT, '-').replace(/^[ .]+|[ .]+$/g, '') || 'test';
  const bytes = Buffer.from(found);
  if (bytes.length <= LONGEST) return found;
  const digest = createHash('sha256').update(found).digest('hex').slice(0, 16);
  const start = bytes.subarray(0, LONGEST).toString('utf8').replace(/\ufffd+$/, '');
  return `${start}...${digest}`;
}

// The folder of a file's cassettes: `test/order` of `test/order.test.mjs`.
function folderOf(file) {
  if (!file) return [];
  const plain = file.startsWith('file:') ? fileURLToPath(file) : file;
  const inside = path.relative(root(), plain);
  const parts = inside.startsWith('..') ? [path.basename(plain)] : inside.split(path.sep);
  const last = parts.pop().replace(/(?:[._-](?:test|spec))?\.[cm]?[jt]sx?$/, '');
  return [...parts, last].map(fit);
}

function nameOf(file, titles) {
  return [...folderOf(file), ...titles.map(fit)].join('/');
}

module.exports = { nameOf };
