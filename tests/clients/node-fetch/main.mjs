import fetch from 'node-fetch';

const words = process.argv.slice(2);
const [base] = words;
const json = { 'Content-Type': 'application/json' };

async function show(path, options) {
  const answer = await fetch(base + path, options);
  console.log(await answer.text());
}

await show('/json');
await show('/encoded/gzip');
await show('/json', { method: 'POST', body: '{"a": 1}', headers: json });
await show('/redirect/308');
await show('/cookies', { headers: { Cookie: 'flavour=oat' } });
const stream = (await fetch(`${base}/sse?n=2`)).body;
for await (const piece of stream) console.log(piece.toString());
