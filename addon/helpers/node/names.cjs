'use strict';
// The name of a test's cassette: its file in the suite, and its own name. And the test as
// no other is: a cassette's name may be that of several.

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

// What a test stands in, and itself: `each` has a name, and stands `beside` others. Where
// there are several of one name, the later ones have a number. `title` is all of it as one.
function namedAfter(file, chain, title) {
  const titles = title === undefined ? chain.map(({ each }) => each.name) : [title];
  const unique = chain.map(({ each, beside }) => {
    const alike = beside.filter(({ name }) => name === each.name).indexOf(each);
    const own = each.name.includes(' > ') ? JSON.stringify(each.name) : each.name;
    return numbered(own, alike);
  });
  const parts = unique.length ? unique : titles;
  return { cassette: nameOf(file, titles), test: [file, ...parts].join(' > ') };
}

function numbered(name, alike) {
  return alike > 0 ? `${name} (${alike + 1})` : name;
}

// How many tests of a title there were so far, and which of them a context is.
const counts = new Map();
const numbers = new WeakMap();

// A test of node:test, of which nothing else is told; none is run twice in a process.
function namedByTitle(file, title, context) {
  const whole = `${file} > ${title}`;
  if (!numbers.has(context)) {
    numbers.set(context, counts.get(whole) ?? 0);
    counts.set(whole, numbers.get(context) + 1);
  }
  const test = numbered(whole, numbers.get(context));
  return { cassette: nameOf(file, title.split(' > ')), test };
}

module.exports = { namedAfter, namedByTitle };
