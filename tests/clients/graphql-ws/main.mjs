import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const [, , , , base] = process.argv;
const url = `${base.replace('https', 'wss')}/graphql`;
const client = createClient({ url, webSocketImpl: WebSocket });
for await (const { data } of client.iterate({ query: 'subscription { count(from: 1) }' })) {
  console.log(data.count);
}
for await (const { data } of client.iterate({ query: '{ hello(name: "you") }' })) {
  console.log(data.hello);
}
await client.dispose();
