const http = require('node:http');
const { clients } = require('./plain.cjs');

let token;
beforeAll(async () => { token = await clients.fetch('/json?token'); });

test.each(Object.entries(clients))('%s knows nothing', async (name, ask) => {
  for (const n of [1, 2]) expect(await ask(`/json?${n}`)).toBe(`/json?${n}`);
  expect(token).toBe('/json?token');
});

test('servers of the test are reached directly', async () => {
  const server = http.createServer((_, answer) => answer.end('mine')).listen(0);
  await new Promise((resolve) => { server.once('listening', resolve); });
  const url = `http://localhost:${server.address().port}`;
  expect(await (await fetch(url)).text()).toBe('mine');
  server.closeAllConnections();
  server.close();
});
