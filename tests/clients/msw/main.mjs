import https from 'node:https';

import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';

const base = process.argv[2];

function ask(url, method = 'GET', body = undefined) {
  return new Promise((done, fail) => {
    const asked = https.request(url, { method }, async (answer) => {
      let text = '';
      for await (const piece of answer.setEncoding('utf8')) text += piece;
      done(text);
    });
    asked.on('error', fail);
    asked.end(body);
  });
}

const server = setupServer(
  http.get('https://mocked.invalid/x', () => HttpResponse.text('mocked')),
  http.get(`${base}/mocked`, () => HttpResponse.text('mocked')),
);
server.listen({ onUnhandledRequest: 'bypass' });

console.log(await ask('https://mocked.invalid/x'));
console.log(await ask(`${base}/mocked`));
console.log(await ask(`${base}/json`));
console.log(await ask(`${base}/json`, 'POST', '{"a": 1}'));
server.close();
