import axios from 'axios';

const client = axios.create({ baseURL: process.argv[2], responseType: 'text' });
console.log((await client.get('/json')).data);
console.log((await client.get('/encoded/gzip')).data);
console.log((await client.post('/json', '{"a": 1}')).data);
console.log((await client.get('/redirect/308')).data);
console.log((await client.get('/cookies', { headers: { Cookie: 'flavour=oat' } })).data);
const answer = await client.get('/sse', { params: { n: 2 }, responseType: 'stream' });
for await (const piece of answer.data) console.log(piece.toString());
