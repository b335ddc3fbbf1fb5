'use strict';
// Loaded by `node --require` (NODE_OPTIONS) into every Node process of `mitmvcr run`.
//
// Node learnt to read HTTPS_PROXY in 22.21 and 24.5 (NODE_USE_ENV_PROXY=1). Older ones
// have nothing, and in newer ones an agent that the program makes itself still goes
// direct. So: an agent without a proxy of its own gets each connection as a tunnel
// through the proxy; fetch of an old Node gets a dispatcher that does the same.
//
// Rules: never end the program it is loaded into, say on stderr what failed, and leave
// alone who brings a proxy of their own (proxy-agent, axios, a dispatcher).

const http = require('http');
const net = require('net');
const tls = require('tls');

const DEFAULT_PORTS = { 'http:': 80, 'https:': 443 };
const TUNNEL = Symbol('mitmvcr.tunnel');

function proxyFor(protocol, host, port) {
  const { env } = process;
  const url = protocol === 'https:'
    ? env.https_proxy || env.HTTPS_PROXY
    : env.http_proxy || env.HTTP_PROXY;
  if (!url || bypassed(host, port, env.no_proxy || env.NO_PROXY || '')) return null;
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
  const request = http.request({
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
    return (options && options[TUNNEL]) || createConnection.call(this, options, ...rest);
  };

  http.Agent.prototype.createSocket = function throughProxy(req, options, done) {
    const all = { ...options, ...this.options };
    const host = all.host || 'localhost';
    const port = all.port || this.defaultPort;
    const ownProxy = this.options.proxyEnv || this.createSocket !== throughProxy;
    const proxy = ownProxy || all.socketPath || all.socket
      ? null : proxyFor(this.protocol, host, port);
    if (!proxy) {
      createSocket.call(this, req, options, done);
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

const DISPATCHER = Symbol.for('undici.globalDispatcher.1');
const DISPATCHER_2 = Symbol.for('undici.globalDispatcher.2');

// fetch and the undici package read one dispatcher from the global object. Node hands
// out no other way to its own Agent class than the one it puts there when first used.
function patchFetch() {
  if (typeof fetch !== 'function' || !globalThis.FormData) return;
  const { constructor: Agent } = globalThis[DISPATCHER];
  globalThis[DISPATCHER] = new Agent({ connect });
}

// undici 8, in a Node whose own is older, finds nothing under the second name; it then
// defines an Agent of its own there, and under the first name in place of ours. It
// looks the name up right before: from then on its two definitions are put right.
function patchNewerUndici() {
  if (globalThis[DISPATCHER_2]) return;
  const { defineProperty } = Object;
  const correct = (target, key, descriptor) => {
    if (target === globalThis && key === DISPATCHER_2) {
      const { constructor: Agent } = descriptor.value;
      return defineProperty(target, key, { ...descriptor, value: new Agent({ connect }) });
    }
    if (target !== globalThis || key !== DISPATCHER) {
      return defineProperty(target, key, descriptor);
    }
    Object.defineProperty = defineProperty;
    return target[key] ? target : defineProperty(target, key, descriptor);
  };
  defineProperty(globalThis, DISPATCHER_2, {
    configurable: true,
    get() {
      Object.defineProperty = correct;
      return undefined;
    },
  });
}

// undici's connector: a plain or TLS socket to the origin, which is ready when given.
function connect({ hostname, protocol, port, servername }, done) {
  const target = Number(port || DEFAULT_PORTS[protocol]);
  const proxy = proxyFor(protocol, hostname, target);
  if (proxy) {
    openTunnel(proxy, hostname, target, (error, raw) => {
      if (error) done(error);
      else secure(protocol, hostname, servername, raw, done);
    });
    return;
  }
  const raw = net.connect({ host: hostname, port: target });
  raw.once('error', done);
  raw.once('connect', () => {
    raw.removeListener('error', done);
    secure(protocol, hostname, servername, raw, done);
  });
}

function secure(protocol, hostname, servername, raw, done) {
  if (protocol !== 'https:') {
    done(null, raw);
    return;
  }
  const name = servername || (net.isIP(hostname) ? '' : hostname);
  const socket = tls.connect({
    socket: raw,
    host: hostname,
    servername: name,
    ALPNProtocols: ['http/1.1'],
  });
  socket.once('error', done);
  socket.once('secureConnect', () => {
    socket.removeListener('error', done);
    done(null, socket);
  });
}

try {
  patchAgents();
  const native = process.allowedNodeEnvironmentFlags.has('--use-env-proxy');
  if (!native) patchFetch();
  patchNewerUndici();
} catch (error) {
  process.stderr.write(`mitmvcr: Node goes past the proxy here: ${error.message}\n`);
}
