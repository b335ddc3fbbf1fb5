// Servers of the real libraries, each at a path or a port of its own.
// node server.mjs [LEAF.pem ADDRESS]  prints its ports as JSON, and serves until its input
// ends; with a certificate the main one speaks TLS there.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { WebSocketServer, createWebSocketStream } from 'ws';
import { Server as SocketIo } from 'socket.io';
import { GraphQLObjectType, GraphQLSchema, GraphQLString, GraphQLInt } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { Aedes } from 'aedes';
import { Server as Rpc } from 'rpc-websockets';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { InMemoryEventStore } from '@modelcontextprotocol/sdk/examples/shared/inMemoryEventStore.js';
import { z } from 'zod';
import { randomUUID } from 'node:crypto';

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: { hello: { type: GraphQLString, args: { name: { type: GraphQLString } }, resolve: (_, { name }) => `hello ${name}` } },
  }),
  subscription: new GraphQLObjectType({
    name: 'Subscription',
    fields: {
      count: {
        type: GraphQLInt,
        args: { from: { type: GraphQLInt } },
        subscribe: async function* (_, { from }) {
          for (let n = from; n < from + 3; n++) yield { count: n };
        },
      },
    },
  }),
});

const sockets = (handle, options = {}) => {
  const made = new WebSocketServer({ noServer: true, ...options });
  handle(made);
  return (request, socket, head) =>
    made.handleUpgrade(request, socket, head, (ws) => made.emit('connection', ws, request));
};

const aedes = await Aedes.createBroker();
const SEPARATOR = '\x1e';
const upgrades = {
  '/graphql': sockets((made) => useServer({ schema }, made), {
    handleProtocols: (offered) => [...offered].find((each) => each === 'graphql-transport-ws') ?? false,
  }),
  '/mqtt': sockets(
    (made) => made.on('connection', (ws, request) => aedes.handle(createWebSocketStream(ws), request)),
    { handleProtocols: () => 'mqtt' },
  ),
  // A hub, as SignalR's protocol has it.
  '/hub': sockets((made) =>
    made.on('connection', (ws) =>
      ws.on('message', (data) => {
        for (const text of String(data).split(SEPARATOR).slice(0, -1)) {
          const said = JSON.parse(text);
          const answer = (value) => ws.send(JSON.stringify(value) + SEPARATOR);
          if (said.protocol) answer({});
          else if (said.type === 1) answer({ type: 3, invocationId: said.invocationId, result: said.arguments[0] * 2 });
        }
      }),
    ),
  ),
  // Shaped like OpenAI's realtime API: what a client made up comes back.
  '/v1/realtime': sockets((made) =>
    made.on('connection', (ws) => {
      ws.send(JSON.stringify({ type: 'session.created', event_id: randomUUID(), session: { id: 'sess_1' } }));
      ws.on('message', (data) => {
        const said = JSON.parse(data);
        if (said.type === 'conversation.item.create') {
          ws.send(JSON.stringify({ type: 'conversation.item.created', item: said.item }));
        } else {
          ws.send(JSON.stringify({ type: 'response.done', response: { id: 'resp_1', said: said.type } }));
        }
      });
    }),
  ),
};

// MCP over streamable HTTP, with a listening GET that the DELETE ends.
const sessions = new Map();
const mcp = (options) => async (request, response) => {
  const id = request.headers['mcp-session-id'];
  let transport = sessions.get(id);
  if (transport === undefined) {
    const server = new McpServer({ name: 'demo', version: '1.0.0' });
    server.registerTool('now', { description: 'What is said' }, async () => {
      await server.server.notification({ method: 'notifications/message', params: { level: 'info', data: 'on its way' } });
      return { content: [{ type: 'text', text: 'it is now' }] };
    });
    // Its stream is closed before the result is there: the client comes back for that.
    const later = { description: 'What takes a while', inputSchema: { after: z.number() } };
    server.registerTool('later', later, async ({ after }, extra) => {
      extra.closeSSEStream();
      await new Promise((done) => setTimeout(done, after));
      return { content: [{ type: 'text', text: `after ${after} ms` }] };
    });
    server.server.registerCapabilities({ logging: {} });
    transport = new StreamableHTTPServerTransport({
      ...options,
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (made) => sessions.set(made, transport),
    });
    await server.connect(transport);
  }
  await transport.handleRequest(request, response);
};

let ticks = 0;
const routes = {
  '/mcp': mcp({}),
  '/resumed': mcp({ eventStore: new InMemoryEventStore(), retryInterval: 50 }),
  '/events': (request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`id: ${++ticks}\ndata: tick ${ticks}\n\n`);
  },
  '/watch': (request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"type":"ADDED","object":{"kind":"Pod"}}\n{"type":"MODIFIED","object":{"kind":"Pod"}}\n');
  },
  '/hub/negotiate': (request, response) => {
    response.setHeader('content-type', 'application/json');
    const transports = [{ transport: 'WebSockets', transferFormats: ['Text'] }];
    response.end(JSON.stringify({ connectionId: 'c1', connectionToken: 't1', negotiateVersion: 1, availableTransports: transports }));
  },
};
const answer = (request, response) => {
  const { pathname } = new URL(request.url, 'http://h');
  (routes[pathname] ?? ((_, r) => r.writeHead(404).end()))(request, response);
};
const [, , leaf, address = '127.0.0.1'] = process.argv;
const pem = leaf && readFileSync(leaf);
const server = pem ? https.createServer({ cert: pem, key: pem }, answer) : http.createServer(answer);
const io = new SocketIo(server, { transports: ['websocket'] });
io.on('connection', (socket) => socket.on('double', (n, answer) => answer(2 * n)));
const theirs = server.listeners('upgrade');
server.removeAllListeners('upgrade');
server.on('upgrade', (request, socket, head) => {
  const { pathname } = new URL(request.url, 'http://h');
  const own = upgrades[pathname];
  if (own) own(request, socket, head);
  else theirs.forEach((each) => each.call(server, request, socket, head));
});
const free = () =>
  new Promise((done) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
const rpcPort = await free();
const rpc = new Rpc({ port: rpcPort, host: '127.0.0.1' });
rpc.register('sum', (params) => params[0] + params[1]);
server.listen(0, address, () => console.log(JSON.stringify({ main: server.address().port, rpc: rpcPort })));
process.stdin.resume().on('end', () => process.exit(0));
