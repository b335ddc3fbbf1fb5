import needle from 'needle';

const [, , base] = process.argv;
const options = { compressed: true, parse_response: false };

async function show(answer) {
  console.log((await answer).body.toString());
}

await show(needle('get', `${base}/json`, options));
await show(needle('get', `${base}/encoded/gzip`, options));
await show(needle('post', `${base}/json`, '{"a": 1}', options));
await show(needle('get', `${base}/cookies`, { ...options, cookies: { flavour: 'oat' } }));
await show(needle('get', `${base}/sse?n=2`, options));
