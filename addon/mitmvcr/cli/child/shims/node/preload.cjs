'use strict';
// Loaded by `node --require` (NODE_OPTIONS) into every Node process of `mitmvcr run`, and by
// `bun --preload` (BUN_OPTIONS).
//
// Node learnt to read HTTPS_PROXY in 22.21 and 24.5 (NODE_USE_ENV_PROXY=1). Older ones
// have nothing; in newer ones an agent that the program makes itself still goes direct,
// and the switch breaks a request that sets its own Host. So it is left alone. Each
// agent of http and https gets its connections as tunnels through the proxy, and so does
// what connects without an agent and is HTTP for certain: fetch, undici, http2 and ws.
//
// Rules: never end the program it is loaded into, say on stderr what failed, and leave
// alone who brings a proxy of their own (proxy-agent, axios, a dispatcher).

const http = require('http');
const { syncBuiltinESMExports } = require('module');
const net = require('net');
const tls = require('tls');

const DEFAULT_PORTS = { 'http:': 80, 'https:': 443 };
const TUNNEL = Symbol('mitmvcr.tunnel');
const LATER = Symbol('mitmvcr.later'); // is HTTP, and gets its tunnel when it is connected
const SEEN = Symbol('mitmvcr.seen'); // by who looks at connections before they are made
// As Node has it: what is mocked later (MSW, nock, Polly.js) is to see no CONNECT.
const { ClientRequest } = http;
const { connect: connectSocket } = net.Socket.prototype;

let mute = false;

// [the URL of the proxy, the hosts that go past it]. Deno lets a program read variables
// only with --allow-env.
function variables(protocol) {
  const { env } = process;
  try {
    const url = protocol === 'https:'
      ? env.https_proxy || env.HTTPS_PROXY
      : env.http_proxy || env.HTTP_PROXY;
    return [url, env.no_proxy || env.NO_PROXY || ''];
  } catch (error) {
    if (!mute) console.error(`mitmvcr: node:http goes past the proxy: ${error.message}`);
    mute = true;
    return [];
  }
}

function proxyFor(protocol, host, port) {
  const [url, past] = variables(protocol);
  if (!url || bypassed(host, port, past)) return null;
  const proxy = new URL(url);
  const itself = host === proxy.hostname && Number(port) === proxyPort(proxy);
  return itself ? null : proxy;
}

function proxyPort(proxy) {
  return Number(proxy.port || DEFAULT_PORTS[proxy.protocol]);
}

function bypassed(host, port, list) {
  const name = host.toLowerCase();
  return list.toLowerCase().split(/[\s,]+/).filter(Boolean).some((entry) => {
    const [, pattern, only] = /^(.*[^:]):(\d+)$/.exec(entry) || [null, entry, null];
    if (net.isIPv6(entry)) return name === entry;
    if (only && Number(only) !== Number(port)) return false;
    const domain = pattern.replace(/^\*?\./, '');
    return pattern === '*' || name === domain || name.endsWith(`.${domain}`);
  });
}

// A socket to host:port through the proxy; `done` is called once. Returns the socket on
// which this is going on, or undefined where it could not even begin.
function openTunnel(proxy, host, port, done) {
  const authority = net.isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
  const socket = net.connect({ host: proxy.hostname, port: proxyPort(proxy) });
  const request = new ClientRequest({
    method: 'CONNECT',
    path: authority,
    headers: { Host: authority, ...credentials(proxy) },
    createConnection: () => socket, // no agent: this one must not be tunnelled
  });
  request.once('error', done);
  request.once('connect', (response, raw, head) => {
    request.removeListener('error', done);
    if (response.statusCode !== 200) {
      raw.destroy();
      done(new Error(`the proxy refused ${authority}: ${response.statusCode}`));
      return;
    }
    if (head.length) raw.unshift(head);
    done(null, raw);
  });
  request.end();
  return socket;
}

function credentials(proxy) {
  if (!proxy.username) return {};
  const [user, password] = [proxy.username, proxy.password].map(decodeURIComponent);
  const token = Buffer.from(`${user}:${password}`).toString('base64');
  return { 'Proxy-Authorization': `Basic ${token}` };
}

// http and https agents, their subclasses too (agentkeepalive): the tunnel is made
// before createSocket, which then stays as synchronous as they expect it.
function patchAgents() {
  const { createSocket, createConnection } = http.Agent.prototype;

  http.Agent.prototype.createConnection = function (options, ...rest) {
    if (options && options[TUNNEL]) return options[TUNNEL];
    const connect = options && options[LATER] ? net.connect : createConnection;
    return connect.call(this, options, ...rest);
  };

  http.Agent.prototype.createSocket = function throughProxy(req, options, done) {
    const all = { ...options, ...this.options };
    const host = all.host || 'localhost';
    const port = all.port || this.defaultPort;
    const ownProxy = this.options.proxyEnv || this.createSocket !== throughProxy;
    const proxy = ownProxy || all.socketPath || all.socket || isOfAnother(req.path, host, port)
      ? null : proxyFor(this.protocol, host, port);
    if (!proxy || isMock(this) || isWatched()) {
      createSocket.call(this, req, proxy ? { ...options, [LATER]: true } : options, done);
      return;
    }
    const socket = openTunnel(proxy, host, port, (error, raw) => {
      if (error) {
        this.removeSocket(socket, options); // lets the next in the queue try
        done(error);
        return;
      }
      forget(this, options, socket);
      const through = this.protocol === 'https:' ? { socket: raw } : { [TUNNEL]: raw };
      createSocket.call(this, req, { ...options, ...through }, done);
    });
    count(this, options, socket);
  };
}

// Does it decide only once a request is there whether that is to be sent at all? So do those
// of @mswjs/interceptors, which MSW and nock stand on.
function isMock({ onRequest, onResponse }) {
  return typeof onRequest === 'function' && typeof onResponse === 'function';
}

// So do newer ones of it, on which nock 15 stands, once a socket is to be connected. Who only
// looks on there (dd-trace) is none of them.
function isWatched() {
  const mocks = globalThis.__MSW_INTERCEPTORS_REGISTRY;
  return Boolean(mocks) && mocks.has(Symbol.for('socket-interceptor'))
    && net.Socket.prototype.connect !== connectOrTunnel;
}

// Is a whole URL asked of another place than it names? That is then a proxy.
function isOfAnother(path, host, port) {
  const [, protocol, place] = /^(https?:)\/\/(?:[^/?#]*@)?([^/?#]*)/i.exec(path) || [];
  if (!protocol) return false;
  const name = net.isIPv6(host) ? `[${host}]` : host;
  const isDefault = Number(port) === DEFAULT_PORTS[protocol.toLowerCase()];
  const same = isDefault ? [name, `${name}:${port}`] : [`${name}:${port}`];
  return !same.some((each) => each.toLowerCase() === place.toLowerCase());
}

// A tunnel on its way counts as a socket, so that maxSockets holds.
function count(agent, options, socket) {
  const name = agent.getName(options);
  agent.sockets[name] = [...(agent.sockets[name] || []), socket];
  agent.totalSocketCount += 1;
}

function forget(agent, options, socket) {
  const name = agent.getName(options);
  const rest = (agent.sockets[name] || []).filter((other) => other !== socket);
  if (rest.length) agent.sockets[name] = rest;
  else delete agent.sockets[name];
  agent.totalSocketCount -= 1;
}

// Is it HTTP that is to be spoken on a connection with these options? Databases speak TLS
// as well, to authorities of their own. undici is alone in giving a highWaterMark.
function isHttp({ ALPNProtocols: offered, headers, highWaterMark, [LATER]: later }) {
  const upgrade = headers && (headers.Upgrade || headers.upgrade);
  const names = offered ? Buffer.from([].concat(offered).join(), 'latin1').toString() : '';
  return Boolean(later || upgrade || highWaterMark || /\bh2\b|http\/1/.test(names));
}

// The arguments of net.connect and tls.connect: (options), (port, host, options), with a
// listener behind.
function asOptions(args) {
  const options = {};
  args.forEach((arg, place) => {
    if (arg && typeof arg === 'object') Object.assign(options, arg);
    else if (typeof arg === 'string' && Number.isNaN(Number(arg))) options.host = arg;
    else if (place === 0 && typeof arg !== 'function') options.port = arg;
  });
  return options;
}

function proxyOf(protocol, options) {
  const { host = 'localhost', port, path, socket } = options;
  if (socket || !port || (path && !options.headers) || !isHttp(options)) return null;
  return proxyFor(protocol, host, port);
}

// What undici, http2 and ws connect with. They need a socket at once: it says that it is
// connected when the tunnel is.
function patchConnect() {
  const { connect: connectTls } = tls;
  const { connect: connectNet } = net;

  tls.connect = function connect(...args) {
    const options = asOptions(args);
    const proxy = proxyOf('https:', options);
    if (!proxy) return connectTls.apply(this, args);
    const listener = args.find((arg) => typeof arg === 'function');
    if (isWatched() && !options[SEEN]) return connectTls({ ...options, [SEEN]: true }, listener);
    const raw = new net.Socket(); // without a handle as yet, or TLS would read from it
    const { servername = net.isIP(options.host) ? '' : options.host } = options;
    const socket = connectTls({ ...options, servername, socket: raw }, listener);
    // In Node TLS over what has no handle holds up no process, and can be told nothing. In
    // Bun it has the handle, and what is below asks it.
    if (!process.versions.bun) {
      ['ref', 'unref', 'setKeepAlive', 'setNoDelay'].forEach((name) => {
        socket[name] = (...words) => { raw[name](...words); return socket; };
      });
    }
    tunnel(raw, proxy, options.host || 'localhost', options.port);
    return socket;
  };

  net.connect = function connect(...args) {
    const options = asOptions(args);
    const proxy = proxyOf('http:', options);
    if (!proxy) return connectNet.apply(this, args);
    const listener = args.find((arg) => typeof arg === 'function');
    if (isWatched()) return connectNet({ ...options, [SEEN]: true }, listener);
    const raw = new net.Socket(options);
    if (listener) raw.once('connect', listener);
    return tunnel(raw, proxy, options.host || 'localhost', options.port);
  };

  net.createConnection = net.connect;
  net.Socket.prototype.connect = connectOrTunnel;
  syncBuiltinESMExports();
}

// What stands below those mocks: they connect each socket to nobody first, by a lookup of
// their own, and then another one, for what they let pass.
function connectOrTunnel(...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  const { lookup, host = 'localhost', port } = options || {};
  const proxy = options && options[SEEN] && !(lookup && lookup.name === 'mockLookup')
    ? proxyOf('http:', options) : null;
  if (!proxy) return connectSocket.apply(this, args);
  if (this instanceof tls.TLSSocket) return this.destroy(new Error(`no tunnel to ${host}`));
  return tunnel(this, proxy, host, port);
}

// Connects a socket to host:port through the proxy; its users see neither the connection
// to the proxy nor what the proxy answers.
function tunnel(socket, proxy, host, port) {
  const authority = net.isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
  const lines = Object.entries({ Host: authority, ...credentials(proxy) });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  let answer = Buffer.alloc(0);
  let first = [];
  socket.emit = function emit(event, ...args) {
    if (event === 'connect') {
      first.forEach((write) => write.call(socket));
      socket.resume();
      socket._read(); // a read that was wanted before waits for the event
    } else if (event === 'data') taken(args[0]);
    else if (event !== 'ready') return net.Socket.prototype.emit.call(this, event, ...args);
    return true;
  };
  function taken(piece) {
    answer = Buffer.concat([answer, Buffer.from(piece)]); // text, if an encoding is set
    const end = answer.indexOf('\r\n\r\n');
    if (end < 0) return;
    delete socket.emit;
    const [, status] = answer.toString('latin1').split(' ', 2);
    if (status !== '200') {
      socket.destroy(new Error(`the proxy refused ${authority}: ${status}`));
      return;
    }
    if (answer.length > end + 4) socket.unshift(answer.subarray(end + 4));
    socket.uncork();
    socket.emit('connect');
    socket.emit('ready');
  }
  connectSocket.call(socket, { host: proxy.hostname, port: proxyPort(proxy) });
  // Ours is written first: ws over plain HTTP writes before it is connected. Node keeps
  // what is written early in a listener, which is not to hear of the connection to others.
  const others = socket.rawListeners('connect');
  socket.write(`CONNECT ${authority} HTTP/1.1\r\n${head}\r\n`);
  first = socket.rawListeners('connect').filter((each) => !others.includes(each));
  first.forEach((each) => socket.removeListener('connect', each));
  socket.cork();
  return socket;
}

// Bun's own takes a proxy as an option, beside headers and the like.
function patchBunWebSocket() {
  const made = (target, [address, second, ...rest], newTarget) => {
    const known = typeof second === 'object' && !Array.isArray(second) && second;
    const options = known || { protocols: second || [] };
    const { protocol, hostname, port } = new URL(address);
    const like = protocol.replace('ws', 'http');
    const proxy = options.proxy ? null : proxyFor(like, hostname, port || DEFAULT_PORTS[like]);
    const words = proxy ? [{ ...options, proxy: proxy.href }, ...rest] : [second, ...rest];
    return Reflect.construct(target, [address, ...words], newTarget);
  };
  globalThis.WebSocket = new Proxy(globalThis.WebSocket, { construct: made });
}

try {
  // Deno obeys NODE_OPTIONS too, and reads the proxy's variables itself, except in
  // Node's modules. Bun's fetch reads them; its node:https is like Node's from 1.4 on.
  if (http.Agent.prototype.createSocket) {
    patchAgents();
    patchConnect();
  }
  if (process.versions.bun) patchBunWebSocket();
} catch (error) {
  process.stderr.write(`mitmvcr: Node goes past the proxy here: ${error.message}\n`);
}
