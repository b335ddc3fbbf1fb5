#!/usr/bin/env bash
# huggingface_hub's InferenceClient reads a stream of events by its lines: JSON over several lines, which are one
# event, is a bare JSONDecodeError, and so is, behind all of a good answer, an end without a blank, "data:[DONE]"; an
# event that is no piece of the answer, as "event: ping" of a service that keeps a line open, is a TypeError where the
# program looks at its choices, and behind a byte order mark the first piece of the text is missing without an error.
# Its twin for Node reads all of these.
#
# Versions: huggingface_hub 2.4.0 (CPython 3.11), @huggingface/inference 4.13.30 (Node 20).
# Source: huggingface_hub/inference/_common.py (_format_chat_completion_stream_output passes over lines that do not
# begin with "data:", and looks for "data: [DONE]" letter for letter). HTML, section on event streams.
# Why it matters to a recorder: the bytes of a stream have to come back as they were, blanks and line ends with them;
# a gateway that writes its events anew works with the one language and not with the other.
set -euo pipefail
for tool in python3 node npm; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | cut -d= -f1 | grep -i '_proxy$' || true); do unset "$name"; done
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check huggingface_hub==2.4.0
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @huggingface/inference@4.13.30
cat > chat.mjs <<'JS'
import { InferenceClient } from "@huggingface/inference";

const client = new InferenceClient("example", { endpointUrl: process.argv[2] });
let text = "";
try {
  for await (const piece of client.chatCompletionStream({ model: "m", messages: [{ role: "user", content: "hi" }] })) {
    text += piece.choices?.[0]?.delta.content ?? "";
  }
  console.log(JSON.stringify(text));
} catch (error) {
  console.log(error.constructor.name);
}
JS
cat > look.py <<'PY'
import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

from huggingface_hub import InferenceClient

PIECES = [
    {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m",
     "choices": [{"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": end}]}
    for text, end in (("do not ", None), ("pay 10", "stop"))
]


def lines(said):
    return "".join(f"data: {line}\n" for line in json.dumps(said, indent=1).split("\n")) + "\n"


STREAMS = {
    "as ever": "".join(f"data: {json.dumps(said)}\n\n" for said in PIECES) + "data: [DONE]\n\n",
    "no blank behind the colon": "".join(f"data:{json.dumps(said)}\n\n" for said in PIECES) + "data: [DONE]\n\n",
    "no blank before the end": "".join(f"data: {json.dumps(said)}\n\n" for said in PIECES) + "data:[DONE]\n\n",
    "several lines": "".join(map(lines, PIECES)) + "data: [DONE]\n\n",
    "a ping": "event: ping\ndata: {}\n\n" + "".join(f"data: {json.dumps(said)}\n\n" for said in PIECES) + "data: [DONE]\n\n",
    "a byte order mark": "\ufeff" + "".join(f"data: {json.dumps(said)}\n\n" for said in PIECES) + "data: [DONE]\n\n",
}
told = {}


class Model(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(told["stream"].encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
client = InferenceClient(base_url=url, api_key="example")


def python():
    try:
        said = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}], stream=True)
        return json.dumps("".join(piece.choices[0].delta.content for piece in said))
    except Exception as error:
        return type(error).__name__


def node():
    return subprocess.run(["node", "chat.mjs", url], check=True, capture_output=True, text=True, timeout=60).stdout.strip()


print("huggingface_hub", version("huggingface_hub"))
with open("node_modules/@huggingface/inference/package.json") as file:
    print("@huggingface/inference", json.load(file)["version"])
for name, stream in STREAMS.items():
    told["stream"] = stream
    print(f"{name}: Python {python()}, Node {node()}")
PY
timeout 200 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
huggingface_hub 2.4.0
@huggingface/inference 4.13.30
as ever: Python "do not pay 10", Node "do not pay 10"
no blank behind the colon: Python "do not pay 10", Node "do not pay 10"
no blank before the end: Python JSONDecodeError, Node "do not pay 10"
several lines: Python JSONDecodeError, Node "do not pay 10"
a ping: Python TypeError, Node "do not pay 10"
a byte order mark: Python "pay 10", Node "do not pay 10"
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
