import got from 'got';

const client = got.extend({ prefixUrl: process.argv[2] });
console.log(await client('json').text());
console.log(await client('encoded/gzip').text());
console.log(await client.post('json', { body: '{"a": 1}' }).text());
console.log(await client('redirect/308').text());
console.log(await client('cookies', { headers: { cookie: 'flavour=oat' } }).text());
for await (const piece of client.stream('sse?n=2')) console.log(piece.toString());
