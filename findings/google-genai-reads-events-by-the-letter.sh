#!/usr/bin/env bash
# Google's GenAI SDKs read a stream of events by the letter, each in its own way. In Node an "id: 7" or an event's
# name in front of the data makes an answer of nothing, with no error, and an id behind it, or JSON over several lines, a
# SyntaxError; in Python a "data:" without a blank behind it, a comment that keeps the line open, an id and a name are each
# an UnknownApiResponseError. All of these the standard has read as the same stream.
#
# Versions: google-genai 3.6.1 (CPython 3.11), @google/genai 2.32.0 (Node 20).
# Source: google/genai/_api_client.py (HttpResponse._iter_response_stream looks for lines that begin with "data: " and keeps
# all else as JSON that goes on in the next line) and @google/genai's ApiClient.processStreamResponse (it cuts the
# bytes at empty lines and looks whether each part begins with "data:"). HTML, section on event streams.
# Why it matters to a recorder: a stream that is written anew, with ids that count its events or with a comment while a
# slow part is waited for, is the same to a browser and no answer, or an error, to these two; a replay has to give
# the bytes of the recording and nothing that is its own, keep-alives included.
set -euo pipefail
for tool in python3 node npm; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | cut -d= -f1 | grep -i '_proxy$' || true); do unset "$name"; done
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check google-genai==3.6.1
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @google/genai@2.32.0
cat > chat.mjs <<'JS'
import { GoogleGenAI } from "@google/genai";

const client = new GoogleGenAI({ apiKey: "example", httpOptions: { baseUrl: process.argv[2] } });
let text = "";
try {
  for await (const piece of await client.models.generateContentStream({ model: "m", contents: "hi" })) text += piece.text;
  console.log(JSON.stringify(text));
} catch (error) {
  console.log(error.name);
}
JS
cat > look.py <<'PY'
import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

from google import genai

PIECES = [
    {"candidates": [{"content": {"parts": [{"text": text}], "role": "model"}, "index": 0, **end}]}
    for text, end in (("pay 10", {}), (" to ann", {"finishReason": "STOP"}))
]
FORMS = {
    "as ever": lambda said: f"data: {json.dumps(said)}\n\n",
    "no blank behind the colon": lambda said: f"data:{json.dumps(said)}\n\n",
    "an id": lambda said: f"id: 7\ndata: {json.dumps(said)}\n\n",
    "an id behind the data": lambda said: f"data: {json.dumps(said)}\nid: 7\n\n",
    "an event's name": lambda said: f"event: message\ndata: {json.dumps(said)}\n\n",
    "a comment": lambda said: f": still there\n\ndata: {json.dumps(said)}\n\n",
    "several lines": lambda said: "".join(f"data: {line}\n" for line in json.dumps(said, indent=1).split("\n")) + "\n",
}
told = {}


class Model(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write("".join(map(told["form"], PIECES)).encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
client = genai.Client(api_key="example", http_options={"base_url": url})


def python():
    try:
        return json.dumps("".join(piece.text for piece in client.models.generate_content_stream(model="m", contents="hi")))
    except Exception as error:
        return type(error).__name__


def node():
    return subprocess.run(["node", "chat.mjs", url], check=True, capture_output=True, text=True, timeout=60).stdout.strip()


print("google-genai", version("google-genai"))
with open("node_modules/@google/genai/package.json") as file:
    print("@google/genai", json.load(file)["version"])
for name, form in FORMS.items():
    told["form"] = form
    print(f"{name}: Python {python()}, Node {node()}")
PY
timeout 200 venv/bin/python look.py | tee found
cat > expected <<'END'
google-genai 3.6.1
@google/genai 2.32.0
as ever: Python "pay 10 to ann", Node "pay 10 to ann"
no blank behind the colon: Python UnknownApiResponseError, Node "pay 10 to ann"
an id: Python UnknownApiResponseError, Node ""
an id behind the data: Python UnknownApiResponseError, Node SyntaxError
an event's name: Python UnknownApiResponseError, Node ""
a comment: Python UnknownApiResponseError, Node "pay 10 to ann"
several lines: Python "pay 10 to ann", Node SyntaxError
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
