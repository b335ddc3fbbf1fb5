import ky from 'ky';

const client = ky.create({ prefix: process.argv[2] });
console.log(await client('json').text());
console.log(await client('encoded/gzip').text());
console.log(await client.post('json', { body: '{"a": 1}' }).text());
console.log(await client('redirect/308').text());
console.log(await client('cookies', { headers: { Cookie: 'flavour=oat' } }).text());
console.log(await client('sse?n=2').text());
