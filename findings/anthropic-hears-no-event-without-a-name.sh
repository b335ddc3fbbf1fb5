#!/usr/bin/env bash
# Anthropic's SDKs pass over each event of a stream that has no line "event: ...", though the data of each says its type as
# well: of an answer whose first part lacks that line "do not pay 10" is " pay 10", without those lines it is an empty one,
# with no error, to who reads the events, and a bare AssertionError in Python to who asks for the message. Which name it is
# counts for nothing. Vercel's client for Anthropic does without.
#
# Versions: anthropic 2.14.0 (CPython 3.11); @anthropic-ai/sdk 1.14.0, ai 6.0.326, @ai-sdk/anthropic 3.0.140
# (Node 20).
# Source: anthropic/_streaming.py (Stream.__stream__ goes on to the next where sse.event is None) and the Node SDK's
# core/streaming (Stream.fromSSEResponse).
# Why it matters to a recorder: who keeps the data of events and not their names, as a log of JSON does, has kept nothing of
# this API's answers; and a stream that loses one such line loses that part of the text, without an error.
set -euo pipefail
for tool in python3 node npm; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | cut -d= -f1 | grep -i '_proxy$' || true); do unset "$name"; done
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check anthropic==2.14.0
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @anthropic-ai/sdk@1.14.0 ai@6.0.326 @ai-sdk/anthropic@3.0.140
cat > chat.mjs <<'JS'
import Anthropic from "@anthropic-ai/sdk";
import { createAnthropic } from "@ai-sdk/anthropic";
import { streamText } from "ai";

const [url] = process.argv.slice(2);
const asked = { model: "m", max_tokens: 9, messages: [{ role: "user", content: "hi" }] };
const client = new Anthropic({ apiKey: "example", baseURL: url, maxRetries: 0 });
globalThis.AI_SDK_LOG_WARNINGS = false;
for (const [name, ask] of Object.entries({
  "anthropic for Node, events": async () => {
    let text = "";
    for await (const one of await client.messages.create({ ...asked, stream: true })) text += one.delta?.text ?? "";
    return text;
  },
  "anthropic for Node, message": async () => (await client.messages.stream(asked).finalMessage()).content[0].text,
  Vercel: async () => {
    let text = "";
    const model = createAnthropic({ apiKey: "example", baseURL: `${url}/v1` })("m");
    for await (const piece of streamText({ model, prompt: "hi", maxRetries: 0, onError() {} }).textStream) text += piece;
    return text;
  },
})) {
  console.log(`  ${name}: ${await ask().then(JSON.stringify, (error) => error.constructor.name)}`);
}
JS
cat > look.py <<'PY'
import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import anthropic


def part(text):
    return {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}


MESSAGE = {"id": "1", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None, "stop_sequence": None}
EVENTS = [
    {"type": "message_start", "message": {**MESSAGE, "usage": {"input_tokens": 1, "output_tokens": 1}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    part("do not"),
    part(" pay 10"),
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 5}},
    {"type": "message_stop"},
]
FORMS = {
    "as ever": lambda number, kind: f"event: {kind}\n",
    "no names": lambda number, kind: "",
    "one part without its name": lambda number, kind: "" if number == 2 else f"event: {kind}\n",
    "one part by a new name": lambda number, kind: f"event: {'content_block_part' if number == 2 else kind}\n",
    "one part by another's name": lambda number, kind: f"event: {'message_delta' if number == 2 else kind}\n",
}
told = {}


class Model(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        said = [f"{told['form'](number, data['type'])}data: {json.dumps(data)}\n\n" for number, data in enumerate(EVENTS)]
        self.wfile.write("".join(said).encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
hi = [{"role": "user", "content": "hi"}]
client = anthropic.Anthropic(api_key="example", base_url=url, max_retries=0)


def events():
    return "".join(getattr(one.delta, "text", "") for one in client.messages.create(model="m", max_tokens=9, messages=hi, stream=True) if hasattr(one, "delta"))


def message():
    with client.messages.stream(model="m", max_tokens=9, messages=hi) as said:
        return said.get_final_message().content[0].text


for name in ("anthropic",):
    print(name, version(name))
for name in ("@anthropic-ai/sdk", "ai", "@ai-sdk/anthropic"):
    with open(f"node_modules/{name}/package.json") as file:
        print(name, json.load(file)["version"])
for name, form in FORMS.items():
    told["form"] = form
    print(f"{name}:")
    for who, ask in (("anthropic for Python, events", events), ("anthropic for Python, message", message)):
        try:
            print(f"  {who}: {json.dumps(ask())}")
        except Exception as error:
            print(f"  {who}: {type(error).__name__}")
    ran = subprocess.run(["node", "chat.mjs", url], check=True, capture_output=True, text=True, timeout=100)
    print(ran.stdout.rstrip())
PY
timeout 300 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
anthropic 2.14.0
@anthropic-ai/sdk 1.14.0
ai 6.0.326
@ai-sdk/anthropic 3.0.140
as ever:
  anthropic for Python, events: "do not pay 10"
  anthropic for Python, message: "do not pay 10"
  anthropic for Node, events: "do not pay 10"
  anthropic for Node, message: "do not pay 10"
  Vercel: "do not pay 10"
no names:
  anthropic for Python, events: ""
  anthropic for Python, message: AssertionError
  anthropic for Node, events: ""
  anthropic for Node, message: AnthropicError
  Vercel: "do not pay 10"
one part without its name:
  anthropic for Python, events: " pay 10"
  anthropic for Python, message: " pay 10"
  anthropic for Node, events: " pay 10"
  anthropic for Node, message: " pay 10"
  Vercel: "do not pay 10"
one part by a new name:
  anthropic for Python, events: "do not pay 10"
  anthropic for Python, message: "do not pay 10"
  anthropic for Node, events: "do not pay 10"
  anthropic for Node, message: "do not pay 10"
  Vercel: "do not pay 10"
one part by another's name:
  anthropic for Python, events: "do not pay 10"
  anthropic for Python, message: "do not pay 10"
  anthropic for Node, events: "do not pay 10"
  anthropic for Node, message: "do not pay 10"
  Vercel: "do not pay 10"
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
