import got from 'got';

const client = got.extend({ prefixUrl: process.argv[2], http2: true });
console.log(await client('json').text());
console.log(await client.post('json', { body: '{"a": 1}' }).text());
