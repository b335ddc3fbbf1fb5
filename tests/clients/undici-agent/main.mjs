import { Agent, request } from 'undici';

const [, , base] = process.argv;
const optionsOfAll = { dispatcher: new Agent({ connections: 2 }) };

async function show(path, options = {}) {
  const { statusCode, headers, body } = await request(base + path, { ...optionsOfAll, ...options });
  if (statusCode === 308) await show(headers.location);
  else console.log(await body.text());
}

await show('/json');
await show('/json', { method: 'POST', body: '{"a": 1}' });
await show('/redirect/308');
await show('/cookies', { headers: { Cookie: 'flavour=oat' } });
await show('/sse?n=2');
