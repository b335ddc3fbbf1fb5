#!/usr/bin/env bash
# An error that comes in the middle of a streamed answer, behind its 200, as a service says that it is overloaded, is nothing to
# Cohere's SDK for Python and to LangChain's client of Mistral: the first half of the text is the answer, and nothing is
# raised. Mistral's own SDK raises an error about missing fields, Cohere's for Node one about a missing "type", of which the
# service's words are not the message; OpenAI's SDK raises what the service says.
#
# Versions: cohere 7.3.1, mistralai 3.7.0, langchain-mistralai 1.1.6, openai 3.57.0 (CPython 3.11), cohere-ai 8.1.0 (Node 20).
# Source: langchain_mistralai/chat_models.py (_stream skips each chunk whose "choices" are missing), cohere/v2/raw_client.py
# (chat_stream: data that fits no kind of event is passed over or made one without a type).
# Why it matters to a recorder: a refusal that a recorder puts behind a 200 that has begun is lost on these; where a replay
# fails within a stream, the connection has to break, as no words do. And what a recording holds of such a run is an
# answer that a test took for good.
set -euo pipefail
for tool in python3 node npm; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | cut -d= -f1 | grep -i '_proxy$' || true); do unset "$name"; done
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check cohere==7.3.1 mistralai==3.7.0 langchain-mistralai==1.1.6 openai==3.57.0
npm init -y > /dev/null
npm install --silent --no-audit --no-fund cohere-ai@8.1.0
cat > chat.mjs <<'JS'
import { CohereClientV2 } from "cohere-ai";

const [url] = process.argv.slice(2);
const client = new CohereClientV2({ token: "example", environment: url, baseUrl: url });
let text = "";
try {
  for await (const one of await client.chatStream({ model: "m", messages: [{ role: "user", content: "hi" }] })) {
    if (one.type === "content-delta") text += one.delta.message.content.text;
  }
  console.log(JSON.stringify(text));
} catch (error) {
  console.log(`${JSON.stringify(text)} and ${error.constructor.name}, overloaded in its message: ${error.message.includes("overloaded")}`);
}
JS
cat > look.py <<'PY'
import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import cohere
import openai
from langchain_mistralai import ChatMistralAI
from mistralai.client import Mistral


def chunk(text, end=None):
    choices = [{"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": end}]
    return {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices}


def part(text):
    return {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": text}}}}


ERRORS = {"openai": {"error": {"message": "overloaded", "type": "server_error", "code": 500}}, "cohere": {"message": "overloaded"}}
EVENTS = {
    "openai": [chunk("pay 10"), chunk(" to ann", "stop")],
    "cohere": [part("pay 10"), part(" to ann"), {"type": "message-end", "delta": {"finish_reason": "COMPLETE"}}],
}
told = {}


class Model(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        kind = self.path.split("/")[1]
        events = EVENTS[kind]
        if told["fails"]:
            events = [events[0], ERRORS[kind]]
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write("".join(f"data: {json.dumps(data)}\n\n" for data in events).encode())
        if kind == "openai" and not told["fails"]:
            self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
hi = [{"role": "user", "content": "hi"}]


def of_cohere():
    for one in cohere.ClientV2("example", base_url=f"{url}/cohere").chat_stream(model="m", messages=hi):
        if one.type == "content-delta":
            yield one.delta.message.content.text


def of_mistral():
    for one in Mistral(api_key="example", server_url=f"{url}/openai").chat.stream(model="m", messages=hi):
        yield one.data.choices[0].delta.content


def of_langchain():
    for one in ChatMistralAI(model="m", api_key="example", endpoint=f"{url}/openai", max_retries=1).stream("hi"):
        yield one.content


def of_openai():
    for one in openai.OpenAI(api_key="example", base_url=f"{url}/openai", max_retries=0).chat.completions.create(model="m", messages=hi, stream=True):
        yield one.choices[0].delta.content


def python(ask):
    text = ""
    try:
        for piece in ask():
            text += piece
    except Exception as error:
        return f"{json.dumps(text)} and {type(error).__name__}, overloaded in its message: {'overloaded' in str(error)}"
    return json.dumps(text)


for name in ("cohere", "mistralai", "langchain-mistralai", "openai"):
    print(name, version(name))
with open("node_modules/cohere-ai/package.json") as file:
    print("cohere-ai", json.load(file)["version"])
for fails in (False, True):
    told["fails"] = fails
    print("an error in the middle:" if fails else "no error:")
    for ask in (of_cohere, of_mistral, of_langchain, of_openai):
        print(f"  {ask.__name__[3:]}: {python(ask)}")
    ran = subprocess.run(["node", "chat.mjs", f"{url}/cohere"], check=True, capture_output=True, text=True, timeout=100)
    print(f"  cohere for Node: {ran.stdout.strip()}")
PY
timeout 300 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
cohere 7.3.1
mistralai 3.7.0
langchain-mistralai 1.1.6
openai 3.57.0
cohere-ai 8.1.0
no error:
  cohere: "pay 10 to ann"
  mistral: "pay 10 to ann"
  langchain: "pay 10 to ann"
  openai: "pay 10 to ann"
  cohere for Node: "pay 10 to ann"
an error in the middle:
  cohere: "pay 10"
  mistral: "pay 10" and ResponseValidationError, overloaded in its message: False
  langchain: "pay 10"
  openai: "pay 10" and APIError, overloaded in its message: True
  cohere for Node: "pay 10" and ParseError, overloaded in its message: false
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
