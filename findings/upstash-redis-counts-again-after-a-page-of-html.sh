#!/usr/bin/env bash
# Upstash's Redis client for Python looks at no status: {"result": 7} is the result with a 500, a 401 and a 424 as well, and
# a command whose answer is no JSON, a page of HTML or nothing at all, is sent again three seconds later, be that answer
# a 200 or a 204 and the command an INCR. Its twin for JavaScript sends each once, and raises at each status but 2xx.
#
# Versions: upstash-redis 1.8.0 (CPython 3.11), @upstash/redis 1.39.0 (Node 20).
# Source: upstash_redis/http.py (SyncHttpClient.execute takes r.json() within the try whose except asks again, and hands on
# to format_response what it gave, which looks for "error" and then for "result"; status_code is read nowhere).
# Why it matters to a recorder: it is the body of an answer that says whether there is a next request, and no status that a
# recorder makes up for what it does not have ends the matter, unless JSON comes with it; a miss that is told in HTML or
# in plain text is two. And a recording of one INCR may hold two of them, equal but for a header that counts the
# second, Upstash-Telemetry-Retry, so that a header left out of the comparison makes them one.
set -euo pipefail
for tool in python3 node npm; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | cut -d= -f1 | grep -i '_proxy$' || true); do unset "$name"; done
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check upstash-redis==1.8.0
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @upstash/redis@1.39.0
cat > count.mjs <<'JS'
import { Redis } from "@upstash/redis";

const redis = new Redis({ url: process.argv[2], token: "example", enableAutoPipelining: false });
try {
  console.log(await redis.incr("orders"));
} catch (error) {
  console.log(error.name);
}
JS
cat > look.py <<'PY'
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

from upstash_redis import Redis

told = {}
asked = []


class Database(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked.append(self.rfile.read(int(self.headers["Content-Length"])))
        counted.append(self.headers["Upstash-Telemetry-Retry"])
        self.send_response(told["status"])
        if told["status"] != 204:
            self.send_header("Content-Length", str(len(told["body"])))
        self.end_headers()
        self.wfile.write(told["body"])

    def log_message(self, *_):
        pass


counted = []
server = ThreadingHTTPServer(("127.0.0.1", 0), Database)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"


def python():
    try:
        return Redis(url=url, token="example", rest_retry_interval=0.1).incr("orders")
    except Exception as error:
        return type(error).__name__


def node():
    ran = subprocess.run(["node", "count.mjs", url], check=True, capture_output=True, text=True, timeout=60)
    return ran.stdout.strip()


print("upstash-redis", version("upstash-redis"))
with open("node_modules/@upstash/redis/package.json") as file:
    print("@upstash/redis", json.load(file)["version"])
for status, body in (
    (200, b'{"result": 7}'),
    (500, b'{"result": 7}'),
    (424, b'{"result": 7}'),
    (401, b'{"error": "WRONGPASS"}'),
    (200, b"<p>Log in</p>"),
    (204, b""),
    (424, b"nothing recorded"),
):
    told.update(status=status, body=body)
    for run in (python, node):
        asked.clear()
        counted.clear()
        said = run()
        assert len({body.lower().replace(b" ", b"") for body in asked}) == 1, asked
        print(f"{status} {body.decode() or 'nothing'}, {run.__name__}: {said}, sent {len(asked)} times, counted as {counted}")
PY
timeout 100 venv/bin/python look.py | tee found
cat > expected <<'END'
upstash-redis 1.8.0
@upstash/redis 1.39.0
200 {"result": 7}, python: 7, sent 1 times, counted as [None]
200 {"result": 7}, node: 7, sent 1 times, counted as [None]
500 {"result": 7}, python: 7, sent 1 times, counted as [None]
500 {"result": 7}, node: UpstashError, sent 1 times, counted as [None]
424 {"result": 7}, python: 7, sent 1 times, counted as [None]
424 {"result": 7}, node: UpstashError, sent 1 times, counted as [None]
401 {"error": "WRONGPASS"}, python: UpstashError, sent 1 times, counted as [None]
401 {"error": "WRONGPASS"}, node: UpstashError, sent 1 times, counted as [None]
200 <p>Log in</p>, python: JSONDecodeError, sent 2 times, counted as [None, '1']
200 <p>Log in</p>, node: UpstashJSONParseError, sent 1 times, counted as [None]
204 nothing, python: JSONDecodeError, sent 2 times, counted as [None, '1']
204 nothing, node: UpstashJSONParseError, sent 1 times, counted as [None]
424 nothing recorded, python: JSONDecodeError, sent 2 times, counted as [None, '1']
424 nothing recorded, node: UpstashJSONParseError, sent 1 times, counted as [None]
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
