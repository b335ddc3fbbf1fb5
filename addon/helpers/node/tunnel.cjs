'use strict';
// Ways of clients through a proxy: agents for http and https, and a dispatcher for fetch.
// Nothing but the standard library knows of them; nothing global is set.

const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const tls = require('node:tls');

const DEFAULT_PORTS = { 'http:': 80, 'https:': 443 };

// Opens a socket to host:port through the proxy; calls `done` once.
function openTunnel(proxy, host, port, done) {
  const authority = net.isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
  const { hostname, port: own, username } = new URL(proxy);
  const token = Buffer.from(`${decodeURIComponent(username)}:x`).toString('base64');
  const request = http.request({
    method: 'CONNECT',
    path: authority,
    headers: {
      Host: authority,
      ...(username && { 'Proxy-Authorization': `Basic ${token}` }),
    },
    createConnection: () => net.connect(Number(own), hostname),
  });
  request.once('error', done);
  request.once('connect', (response, socket, head) => {
    request.removeListener('error', done);
    if (response.statusCode !== 200) {
      socket.destroy();
      done(new Error(`the proxy refused ${authority}: ${response.statusCode}`));
      return;
    }
    if (head.length) socket.unshift(head);
    done(null, socket);
  });
  request.end();
}

// Opens a socket to an origin, in TLS if `secure`; calls `done` once.
function connect(way, secure, options, done) {
  const { host, port } = options;
  const next = (error, raw) => {
    if (error || !secure) done(error, raw);
    else encrypt(way, raw, options, done);
  };
  if (way.spares(host)) ready(net.connect(port, host), 'connect', next);
  else openTunnel(way.proxyUrl, host, port, next);
}

function encrypt(way, raw, options, done) {
  const { host, servername = net.isIP(host) ? '' : host } = options;
  const { secureContext } = way;
  const own = { socket: raw, servername, secureContext, ALPNProtocols: ['http/1.1'] };
  ready(tls.connect({ ...options, ...own }), 'secureConnect', done);
}

function ready(socket, event, done) {
  socket.once('error', done);
  socket.once(event, () => {
    socket.removeListener('error', done);
    done(null, socket);
  });
}

const leading = (Agent, secure) => class extends Agent {
  constructor(way) {
    super({ keepAlive: true });
    this.way = way;
  }

  createConnection(options, done) {
    connect(this.way, secure, options, done);
  }

  // Its own, so that the preload of `mitmvcr run` leaves this agent alone.
  createSocket(...given) {
    return super.createSocket(...given);
  }
};

const HttpAgent = leading(http.Agent, false);
const HttpsAgent = leading(https.Agent, true);

// The global object of Node itself: jest runs tests in contexts with others.
const realGlobal = http.request.constructor('return globalThis')();
const DISPATCHERS = ['undici.globalDispatcher.2', 'undici.globalDispatcher.1'];

// The names under which fetch looks for its dispatcher in this Node, newest first.
function dispatcherNames() {
  const { FormData } = realGlobal; // is loaded with all of fetch when it is looked up
  const found = DISPATCHERS.map((name) => Symbol.for(name));
  return FormData ? found.filter((name) => realGlobal[name]) : [];
}

// Node's fetch takes a dispatcher, but Node hands out none of its classes. The one that
// it puts into the global object when fetch is first used has the class. Of a class
// that reads the environment, no proxy means the plain one.
function dispatcherFor(way) {
  const { constructor: Dispatcher } = realGlobal[dispatcherNames()[0]];
  return new Dispatcher({
    httpProxy: '',
    httpsProxy: '',
    connect({ hostname, port: given, protocol }, done) {
      const host = hostname.replace(/^\[(.*)\]$/, '$1');
      const port = Number(given || DEFAULT_PORTS[protocol]);
      connect(way, protocol === 'https:', { host, port }, done);
    },
  });
}

// Lets fetch go through a dispatcher. What a newer Node has under an older name wraps it.
function setDispatcher(dispatcher) {
  const [newest, older] = dispatcherNames();
  realGlobal[newest] = dispatcher;
  const Wrapper = realGlobal[older]?.constructor;
  if (Wrapper?.name === 'Dispatcher1Wrapper') realGlobal[older] = new Wrapper(dispatcher);
}

// Public roots, and the proxy's own.
function trusting(ca) {
  return tls.createSecureContext({ ca: [...tls.rootCertificates, ca] });
}

module.exports = {
  HttpAgent, HttpsAgent, dispatcherFor, realGlobal, setDispatcher, trusting,
};
