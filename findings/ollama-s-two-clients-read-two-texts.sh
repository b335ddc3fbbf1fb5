#!/usr/bin/env bash
# Of one streamed answer Ollama's two clients make two texts, and each misses what the other sees: a line that is no
# JSON the one for JavaScript leaves out, with a warning on the console, and goes on, so that "do not pay 10" is "pay
# 10", and the one for Python raises; an answer that ends before its "done" is an error to JavaScript's, and to
# Python's a text that is short.
#
# Versions: ollama 0.6.3 (CPython 3.11), ollama 0.6.4 for JavaScript (Node 20).
# Source: ollama-js's src/utils.ts (parseJSON: console.warn("invalid json: ")) and src/utils.ts's
# AbortableAsyncIterator, which wants "done" or "success" at the end; ollama/_client.py (Client._request.inner parses
# each line and looks for "error").
# Why it matters to a recorder: a stream that was cut, or that has a line of somebody else's in it, as a gateway's
# note, is a failure in one language and a good answer in the other, and so is its replay.
set -euo pipefail
for tool in python3 node npm; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | cut -d= -f1 | grep -i '_proxy$' || true); do unset "$name"; done
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check ollama==0.6.3
npm init -y > /dev/null
npm install --silent --no-audit --no-fund ollama@0.6.4
cat > chat.mjs <<'JS'
import { Ollama } from "ollama";

let text = "";
let warned = 0;
console.warn = () => (warned += 1);
const say = () => JSON.stringify(text) + (warned ? `, ${warned} warnings` : "");
try {
  const client = new Ollama({ host: process.argv[2] });
  for await (const part of await client.chat({ model: "m", messages: [{ role: "user", content: "hi" }], stream: true })) {
    text += part.message.content;
  }
  console.log(say());
} catch (error) {
  console.log(`${say()} and ${error.constructor.name}`);
}
JS
cat > look.py <<'PY'
import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

from ollama import Client


def line(text, done=False):
    return json.dumps({"model": "m", "created_at": "2026-01-01T00:00:00Z", "message": {"role": "assistant", "content": text}, "done": done}) + "\n"


ENDED = line("", True)
STREAMS = {
    "as ever": line("do not ") + line("pay 10") + ENDED,
    "a line that is cut": line("do not ")[:-9] + "\n" + line("pay 10") + ENDED,
    "a note of a gateway's": line("do not ") + "# still there\n" + line("pay 10") + ENDED,
    "an empty line": line("do not ") + "\n" + line("pay 10") + ENDED,
    "no done": line("do not ") + line("pay 10"),
    "cut within its last line": line("do not ") + line("pay 10")[:-9],
    "an error": line("do not ") + json.dumps({"error": "overloaded"}) + "\n",
    "no line end at the end": line("do not ") + line("pay 10") + ENDED.rstrip(),
}
told = {}


class Model(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.end_headers()
        self.wfile.write(told["stream"].encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"


def python():
    text = ""
    try:
        for part in Client(host=url).chat(model="m", messages=[{"role": "user", "content": "hi"}], stream=True):
            text += part.message.content
    except Exception as error:
        return f"{json.dumps(text)} and {type(error).__name__}"
    return json.dumps(text)


def node():
    return subprocess.run(["node", "chat.mjs", url], check=True, capture_output=True, text=True, timeout=60).stdout.strip()


print("ollama", version("ollama"))
with open("node_modules/ollama/package.json") as file:
    print("ollama for JavaScript", json.load(file)["version"])
for name, stream in STREAMS.items():
    told["stream"] = stream
    print(f"{name}: Python {python()}, JavaScript {node()}")
PY
timeout 200 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
ollama 0.6.3
ollama for JavaScript 0.6.4
as ever: Python "do not pay 10", JavaScript "do not pay 10"
a line that is cut: Python "" and JSONDecodeError, JavaScript "pay 10", 1 warnings
a note of a gateway's: Python "do not " and JSONDecodeError, JavaScript "do not pay 10", 1 warnings
an empty line: Python "do not " and JSONDecodeError, JavaScript "do not pay 10", 1 warnings
no done: Python "do not pay 10", JavaScript "do not pay 10" and Error
cut within its last line: Python "do not " and JSONDecodeError, JavaScript "do not ", 1 warnings and Error
an error: Python "do not " and ResponseError, JavaScript "do not " and Error
no line end at the end: Python "do not pay 10", JavaScript "do not pay 10"
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
