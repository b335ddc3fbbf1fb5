#!/usr/bin/env bash
# A streamed answer that ends early, by a body that ends as HTTP has it but without the last events, is a final message to
# OpenAI's and Anthropic's SDKs for Python, with nothing but the reason of its end missing, and an error to the same two for
# Node, whose helpers have the same names. Of Vercel's two clients for one language the one says that it ended for an "other"
# reason and the one for compatible models by an "error". And Anthropic's for Node refuses a whole answer, too, if the line
# end behind its last event is missing.
#
# Versions: openai 3.57.0, anthropic 2.14.0 (CPython 3.11); openai 6.49.0, @anthropic-ai/sdk 1.14.0, ai 6.0.326, @ai-sdk/openai
# 3.0.141, @ai-sdk/openai-compatible 2.0.92 (Node 20).
# Source: openai/lib/streaming/chat (get_final_completion takes what was gathered) against ChatCompletionStream's "missing
# finish_reason for choice"; anthropic/lib/streaming (get_final_message) against MessageStream's "stream ended without".
# Why it matters to a recorder: a stream that the recorder itself cut or that a crash left short must not be played as one that
# ended, since half of the clients cannot tell; and the empty line at the end of a stream counts.
set -euo pipefail
for tool in python3 node npm; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | cut -d= -f1 | grep -i '_proxy$' || true); do unset "$name"; done
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check openai==3.57.0 anthropic==2.14.0
npm init -y > /dev/null
npm install --silent --no-audit --no-fund openai@6.49.0 @anthropic-ai/sdk@1.14.0 ai@6.0.326 @ai-sdk/openai@3.0.141 \
  @ai-sdk/openai-compatible@2.0.92
cat > chat.mjs <<'JS'
import Anthropic from "@anthropic-ai/sdk";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { streamText } from "ai";
import OpenAI from "openai";

const [url] = process.argv.slice(2);
const messages = [{ role: "user", content: "hi" }];
const say = (text, end) => `${JSON.stringify(text)}, end ${end ?? "unknown"}`;
async function vercel(model) {
  const said = streamText({ model, prompt: "hi", maxRetries: 0, onError() {} });
  let text = "";
  for await (const piece of said.textStream) text += piece;
  return say(text, await said.finishReason);
}
for (const [name, ask] of Object.entries({
  "openai for Node": async () => {
    const client = new OpenAI({ apiKey: "example", baseURL: `${url}/openai`, maxRetries: 0 });
    const [said] = (await client.chat.completions.stream({ model: "m", messages }).finalChatCompletion()).choices;
    return say(said.message.content, said.finish_reason);
  },
  "anthropic for Node": async () => {
    const client = new Anthropic({ apiKey: "example", baseURL: `${url}/anthropic`, maxRetries: 0 });
    const said = await client.messages.stream({ model: "m", max_tokens: 9, messages }).finalMessage();
    return say(said.content[0].text, said.stop_reason);
  },
  "Vercel, openai": () => vercel(createOpenAI({ apiKey: "example", baseURL: `${url}/openai` }).chat("m")),
  "Vercel, compatible": () => vercel(createOpenAICompatible({ name: "gateway", apiKey: "example", baseURL: `${url}/openai` })("m")),
})) {
  console.log(`  ${name}: ${await ask().catch((error) => error.constructor.name)}`);
}
JS
cat > look.py <<'PY'
import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import anthropic
import openai


def chunk(delta, end=None):
    choices = [{"index": 0, "delta": delta, "finish_reason": end}]
    return None, {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices}


def named(name, **said):
    return name, {"type": name, **said}


MESSAGE = {"id": "1", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None, "stop_sequence": None}
EVENTS = {
    "openai": [chunk({"role": "assistant", "content": "pay 10"}), chunk({"content": " to ann"}), chunk({}, "stop")],
    "anthropic": [
        named("message_start", message={**MESSAGE, "usage": {"input_tokens": 1, "output_tokens": 1}}),
        named("content_block_start", index=0, content_block={"type": "text", "text": ""}),
        named("content_block_delta", index=0, delta={"type": "text_delta", "text": "pay 10"}),
        named("content_block_delta", index=0, delta={"type": "text_delta", "text": " to ann"}),
        named("content_block_stop", index=0),
        named("message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage={"output_tokens": 5}),
        named("message_stop"),
    ],
}
LEFT_OUT = {"openai": 2, "anthropic": 4}
told = {}


class Model(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        kind = self.path.split("/")[1]
        events = EVENTS[kind][: -LEFT_OUT[kind]] if told["form"] == "early" else EVENTS[kind]
        said = "".join((f"event: {name}\n" if name else "") + f"data: {json.dumps(data)}\n\n" for name, data in events)
        if kind == "openai" and told["form"] != "early":
            said += "data: [DONE]\n\n"
        if told["form"] == "without the last line end":
            said = said[:-1]
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said.encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
hi = [{"role": "user", "content": "hi"}]


def say(text, end):
    return f'{json.dumps(text)}, end {getattr(end, "value", end) or "unknown"}'


def of_openai():
    with openai.OpenAI(api_key="example", base_url=f"{url}/openai", max_retries=0).chat.completions.stream(model="m", messages=hi) as said:
        choice = said.get_final_completion().choices[0]
    return say(choice.message.content, choice.finish_reason)


def of_anthropic():
    client = anthropic.Anthropic(api_key="example", base_url=f"{url}/anthropic", max_retries=0)
    with client.messages.stream(model="m", max_tokens=9, messages=hi) as said:
        message = said.get_final_message()
    return say(message.content[0].text, message.stop_reason)


for name in ("openai", "anthropic"):
    print(name, version(name))
for name in ("openai", "@anthropic-ai/sdk", "ai", "@ai-sdk/openai", "@ai-sdk/openai-compatible"):
    with open(f"node_modules/{name}/package.json") as file:
        print(name, json.load(file)["version"])
for form in ("whole", "early", "without the last line end"):
    told["form"] = form
    print(f"{form}:")
    for ask in (of_openai, of_anthropic):
        try:
            print(f"  {ask.__name__[3:]} for Python: {ask()}")
        except Exception as error:
            print(f"  {ask.__name__[3:]} for Python: {type(error).__name__}")
    print(subprocess.run(["node", "chat.mjs", url], check=True, capture_output=True, text=True, timeout=100).stdout.rstrip())
PY
timeout 300 venv/bin/python look.py 2> errors | grep . | tee found
cat > expected <<'END'
openai 3.57.0
anthropic 2.14.0
openai 6.49.0
@anthropic-ai/sdk 1.14.0
ai 6.0.326
@ai-sdk/openai 3.0.141
@ai-sdk/openai-compatible 2.0.92
whole:
  openai for Python: "pay 10 to ann", end stop
  anthropic for Python: "pay 10 to ann", end end_turn
  openai for Node: "pay 10 to ann", end stop
  anthropic for Node: "pay 10 to ann", end end_turn
  Vercel, openai: "pay 10 to ann", end stop
  Vercel, compatible: "pay 10 to ann", end stop
early:
  openai for Python: "pay 10", end unknown
  anthropic for Python: "pay 10", end unknown
  openai for Node: OpenAIError
  anthropic for Node: AnthropicError
  Vercel, openai: "pay 10", end other
  Vercel, compatible: "pay 10", end error
without the last line end:
  openai for Python: "pay 10 to ann", end stop
  anthropic for Python: "pay 10 to ann", end end_turn
  openai for Node: "pay 10 to ann", end stop
  anthropic for Node: AnthropicError
  Vercel, openai: "pay 10 to ann", end stop
  Vercel, compatible: "pay 10 to ann", end stop
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
