#!/usr/bin/env bash
# The same field of a form, sent in base64 as MIME allows, is "pay 10" to Django and aiohttp and "cGF5IDEw" to Starlette,
# Werkzeug and multipart; of quoted-printable Django makes nothing either. And Starlette, which FastAPI stands on, differs
# from the library that it parses by: python-multipart's own form undoes both.
#
# Versions: Django 5.2.19, aiohttp 3.14.5, Starlette 1.10.0, Werkzeug 3.1.9, multipart 2.0.1, python-multipart 0.0.34
# (CPython 3.11 to 3.13).
# Source: Django's http/multipartparser.py (base64 alone), aiohttp's multipart.py (BodyPartReader.decode), Starlette's
# formparsers.py, which takes python-multipart's parser and not its form; RFC 7578, section 4.7, has the header
# discouraged for senders, and RFC 2045, section 6, has what it means.
# Why it matters to a recorder: what the request says is in no field that its bytes show, so that a secret or an id in such
# a part is found neither by its letters nor by what one framework makes of it, and two requests that Django takes for
# one are two to all that compare bytes. Programs that build their forms by an e-mail library send it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check django==5.2.19 aiohttp==3.14.5 starlette==1.10.0 \
  werkzeug==3.1.9 multipart==2.0.1 python-multipart==0.0.34
cat > "$work/look.py" <<'PY'
import asyncio
import io
from unittest import mock

import aiohttp
import django
import multipart
import python_multipart
from aiohttp.streams import StreamReader
from django.conf import settings
from django.test import RequestFactory
from starlette.requests import Request
from werkzeug.formparser import parse_form_data

settings.configure()
django.setup()


def form(coding):
    text = {"base64": "cGF5IDEw", "quoted-printable": "pay=2010"}[coding]
    head = f'Content-Disposition: form-data; name="text"\r\nContent-Transfer-Encoding: {coding}'
    body = f"--edge\r\n{head}\r\n\r\n{text}\r\n--edge--\r\n"
    return "multipart/form-data; boundary=edge", body.encode()


def environ(kind, body):
    length = str(len(body))
    stream = {"wsgi.input": io.BytesIO(body), "REQUEST_METHOD": "POST"}
    return {"CONTENT_TYPE": kind, "CONTENT_LENGTH": length, **stream}


def by_django(kind, body):
    return RequestFactory().post("/", data=body, content_type=kind).POST["text"]


def by_werkzeug(kind, body):
    return parse_form_data(environ(kind, body))[1]["text"]


def by_multipart(kind, body):
    return multipart.parse_form_data(environ(kind, body))[0]["text"]


def by_python_multipart(kind, body):
    found = []
    headers = {"Content-Type": kind.encode(), "Content-Length": str(len(body)).encode()}
    python_multipart.parse_form(headers, io.BytesIO(body), lambda part: found.append(part.value), None)
    return found[0].decode()


def by_starlette(kind, body):
    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def read():
        scope = {"type": "http", "method": "POST", "headers": [(b"content-type", kind.encode())]}
        return (await Request(scope, receive).form())["text"]

    return asyncio.run(read())


def by_aiohttp(kind, body):
    async def read():
        loop = asyncio.get_running_loop()
        stream = StreamReader(mock.Mock(_reading_paused=False), 2**16, loop=loop)
        stream.feed_data(body)
        stream.feed_eof()
        part = await aiohttp.MultipartReader({"Content-Type": kind}, stream).next()
        return (await part.read(decode=True)).decode()

    return asyncio.run(read())


READERS = [by_django, by_aiohttp, by_python_multipart, by_starlette, by_werkzeug, by_multipart]
print(form("base64")[1].decode())
found = {
    reader.__name__: [reader(*form(coding)).strip() for coding in ("base64", "quoted-printable")]
    for reader in READERS
}
for name, read in found.items():
    print(name, read)
decoded, base64, quoted = "pay 10", "cGF5IDEw", "pay=2010"
assert found == {
    "by_django": [decoded, quoted],
    "by_aiohttp": [decoded, decoded],
    "by_python_multipart": [decoded, decoded],
    "by_starlette": [base64, quoted],
    "by_werkzeug": [base64, quoted],
    "by_multipart": [base64, quoted],
}, "the behaviour has changed"
PY
"$work/venv/bin/python" "$work/look.py"
