import https from 'node:https';

import nock from 'nock';

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

nock('https://mocked.invalid').get('/x').reply(200, 'mocked');
nock(base, { allowUnmocked: true }).get('/mocked').reply(200, 'mocked');

console.log(await ask('https://mocked.invalid/x'));
console.log(await ask(`${base}/mocked`));
console.log(await ask(`${base}/json`));
console.log(await ask(`${base}/json`, 'POST', '{"a": 1}'));
