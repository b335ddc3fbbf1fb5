import superagent from 'superagent';

const [, , base] = process.argv;
const agent = superagent.agent();
console.log((await agent.get(`${base}/json`)).text);
console.log((await agent.get(`${base}/encoded/gzip`)).text);
console.log((await agent.post(`${base}/json`).send('{"a": 1}')).text);
console.log((await agent.get(`${base}/redirect/308`)).text);
console.log((await superagent.get(`${base}/cookies`).set('Cookie', 'flavour=oat')).text);
console.log((await agent.get(`${base}/sse?n=2`)).text);
