// Ordinary programs of the real client libraries, one after another.
// node clients.mjs MAIN-PORT RPC-PORT [NAME...]
import { createClient } from 'graphql-ws';
import { io } from 'socket.io-client';
import mqtt from 'mqtt';
import { HubConnectionBuilder, HttpTransportType, LogLevel } from '@microsoft/signalr';
import { Client as RpcClient } from 'rpc-websockets';
import { Client as McpClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { EventSource } from 'eventsource';
import WebSocket from 'ws';
import { randomUUID } from 'node:crypto';

const [main, rpcPort, ...chosen] = process.argv.slice(2);
const host = `localhost:${main}`;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
// How long a test takes must not count.
const longer = Number(process.env.LONGER ?? 0);

const programs = {
  async graphql() {
    const client = createClient({ url: `ws://${host}/graphql`, webSocketImpl: WebSocket, lazy: false });
    const run = async (query) => {
      const seen = [];
      for await (const { data } of client.iterate({ query })) seen.push(Object.values(data)[0]);
      return seen;
    };
    const both = await Promise.all([run('subscription { count(from: 1) }'), run('{ hello(name: "you") }')]);
    await client.dispose();
    return both;
  },
  async socketio() {
    const socket = io(`http://${host}`, { transports: ['websocket'] });
    const found = [await socket.emitWithAck('double', 4), await socket.emitWithAck('double', 5)];
    socket.close();
    return found;
  },
  async mqtt() {
    const client = await mqtt.connectAsync(`ws://${host}/mqtt`, { keepalive: 1 });
    const came = new Promise((done) => client.on('message', (topic, data) => done(`${topic} ${data}`)));
    await client.subscribeAsync('demo/#', { qos: 1 });
    await client.publishAsync('demo/x', 'hello', { qos: 1 });
    const found = await came;
    await pause(longer);
    await client.endAsync();
    return found;
  },
  async signalr() {
    const url = `http://${host}/hub`;
    const hub = new HubConnectionBuilder()
      .withUrl(url, { transport: HttpTransportType.WebSockets })
      .configureLogging(LogLevel.Error)
      .build();
    hub.keepAliveIntervalInMilliseconds = 300;
    await hub.start();
    const found = await Promise.all([hub.invoke('Double', 2), hub.invoke('Double', 3)]);
    await pause(longer);
    await hub.stop();
    return found;
  },
  async jsonrpc() {
    const client = new RpcClient(`ws://localhost:${rpcPort}`, { autoconnect: true, reconnect: false }, () => randomUUID());
    await new Promise((done) => client.on('open', done));
    const found = await Promise.all([client.call('sum', [1, 2]), client.call('sum', [3, 4])]);
    client.close();
    return found;
  },
  async realtime() {
    const socket = new WebSocket(`ws://${host}/v1/realtime?model=gpt-x`);
    const next = () => new Promise((done) => socket.once('message', (data) => done(JSON.parse(data))));
    const found = [(await next()).type];
    const id = randomUUID();
    socket.send(JSON.stringify({ event_id: randomUUID(), type: 'conversation.item.create', item: { id, role: 'user' } }));
    const created = await next();
    found.push(created.type, created.item.id === id);
    socket.send(JSON.stringify({ type: 'response.create' }));
    found.push((await next()).type);
    socket.close();
    return found;
  },
  async mcp() {
    const client = new McpClient({ name: 'test', version: '1' });
    const transport = new StreamableHTTPClientTransport(new URL(`http://${host}/mcp`));
    await client.connect(transport);
    const { tools } = await client.listTools();
    const { content } = await client.callTool({ name: 'now', arguments: {} });
    await pause(longer);
    await transport.terminateSession();
    await client.close();
    return [tools[0].name, content[0].text];
  },
  async resumed() {
    const client = new McpClient({ name: 'test', version: '1' });
    const transport = new StreamableHTTPClientTransport(new URL(`http://${host}/resumed`));
    await client.connect(transport);
    const call = async (after) => {
      const { content } = await client.callTool({ name: 'later', arguments: { after } });
      return content[0].text;
    };
    // The first is over last: each comes back for its own.
    const found = await Promise.all([call(400), call(200)]);
    await pause(longer);
    found.push(await call(100));
    await transport.terminateSession();
    await client.close();
    return found;
  },
  async eventsource() {
    const source = new EventSource(`http://${host}/events`);
    const found = await new Promise((done) => (source.onmessage = ({ data }) => done(data)));
    await pause(longer);
    source.close();
    return found;
  },
  async watch() {
    const { body } = await fetch(`http://${host}/watch`);
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (text.split('\n').length < 3) text += (await reader.read()).value;
    await pause(longer);
    await reader.cancel();
    return text.trim().split('\n').length;
  },
};

for (const name of chosen.length ? chosen : Object.keys(programs)) {
  console.log(`${name} ${JSON.stringify(await programs[name]())}`);
}
process.exit(0);
