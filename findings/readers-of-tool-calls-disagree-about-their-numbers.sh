#!/usr/bin/env bash
# Which of two tool calls a streamed answer has goes by who reads it, where a gateway leaves their numbers out, as some that
# speak OpenAI's language do, or gives both the number 0: LangChain and Vercel's client for compatible models have two, of
# OpenAI's own SDKs the one for Node has none, with the finish_reason "tool_calls", and the one for Python a TypeError or one
# call "paypay" with the id "call_1call_2", LiteLLM one with both arguments. Vercel's client for OpenAI has two or none.
#
# Versions: openai 3.57.0, langchain-openai 1.7.4, litellm 1.110.2 (CPython 3.11); openai 6.49.0, ai 6.0.326, @ai-sdk/openai
# 3.0.141, @ai-sdk/openai-compatible 2.0.92 (Node 20).
# Source: openai/lib/streaming/_deltas.py (accumulate_delta joins every text that has come before, an id and a name too) and
# the Node SDK's ChatCompletionStream (calls are put at tool_calls[index]), litellm's stream_chunk_builder, @ai-sdk's
# streaming tool-call trackers (an index, else the place in the list).
# Why it matters to a recorder: the same recorded stream makes another program do another thing; what a recorder writes of a
# delta must not drop an index of 0 or a null, nor repeat an id, as each is an answer of its own to one of these.
set -euo pipefail
for tool in python3 node npm; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | cut -d= -f1 | grep -i '_proxy$' || true); do unset "$name"; done
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check openai==3.57.0 langchain-openai==1.7.4 litellm==1.110.2
npm init -y > /dev/null
npm install --silent --no-audit --no-fund openai@6.49.0 ai@6.0.326 @ai-sdk/openai@3.0.141 @ai-sdk/openai-compatible@2.0.92
cat > calls.mjs <<'JS'
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { jsonSchema, streamText, tool } from "ai";
import OpenAI from "openai";

const [baseURL] = process.argv.slice(2);
const parameters = { type: "object", properties: {} };
async function openai() {
  const client = new OpenAI({ apiKey: "example", baseURL, maxRetries: 0 });
  const tools = [{ type: "function", function: { name: "pay", parameters } }];
  const said = await client.chat.completions.stream({ model: "m", messages: [{ role: "user", content: "hi" }], tools }).finalChatCompletion();
  return (said.choices[0].message.tool_calls ?? []).map((call) => [call.id, call.function.name, call.function.arguments]);
}
async function vercel(model) {
  const said = streamText({ model, prompt: "hi", tools: { pay: tool({ inputSchema: jsonSchema(parameters) }) }, maxRetries: 0, onError() {} });
  for await (const _ of said.textStream);
  return (await said.toolCalls).map((call) => [call.toolCallId, call.toolName, JSON.stringify(call.input)]);
}
for (const [name, ask] of Object.entries({
  "openai for Node": openai,
  "Vercel, openai": () => vercel(createOpenAI({ apiKey: "example", baseURL }).chat("m")),
  "Vercel, compatible": () => vercel(createOpenAICompatible({ name: "gateway", apiKey: "example", baseURL })("m")),
})) {
  const said = await ask().catch((error) => error.name ?? "Error");
  console.log(`  ${name}: ${typeof said === "string" ? said : said.map((call) => call.join(" ")).join(", ") || "none"}`);
}
JS
cat > look.py <<'PY'
import json
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
import litellm
from langchain_openai import ChatOpenAI
from openai import OpenAI

litellm.suppress_debug_info = True


def call(number, identity, name, said):
    part = {"function": {"name": name, "arguments": said} if name else {"arguments": said}}
    if identity:
        part.update(id=identity, type="function")
    return part if number is None else {"index": number, **part}


CASES = {
    "as ever": [call(0, "call_1", "pay", '{"n":'), call(0, None, None, "1}"), call(1, "call_2", "pay", '{"n":2}')],
    "no numbers": [call(None, "call_1", "pay", '{"n":1}'), call(None, "call_2", "pay", '{"n":2}')],
    "both are number 0": [call(0, "call_1", "pay", '{"n":1}'), call(0, "call_2", "pay", '{"n":2}')],
    "one call, named in each piece": [call(0, "call_1", "pay", '{"n":'), call(0, "call_1", "pay", "1}")],
    "one call, numbered from 1": [call(1, "call_1", "pay", '{"n":1}')],
}
told = {}


class Model(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        deltas = [({"role": "assistant", "content": None, "tool_calls": [part]}, None) for part in told["calls"]]
        for delta, end in [*deltas, ({}, "tool_calls")]:
            choices = [{"index": 0, "delta": delta, "finish_reason": end}]
            said = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices}
            self.wfile.write(f"data: {json.dumps(said)}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
hi = [{"role": "user", "content": "hi"}]
tools = [{"type": "function", "function": {"name": "pay", "description": "pays", "parameters": {"type": "object", "properties": {}}}}]


def openai():
    with OpenAI(api_key="example", base_url=url, max_retries=0).chat.completions.stream(model="m", messages=hi, tools=tools) as said:
        return [(one.id, one.function.name, one.function.arguments) for one in said.get_final_completion().choices[0].message.tool_calls]


def langchain():
    said = ChatOpenAI(model="m", api_key="example", base_url=url, max_retries=0, streaming=True).bind_tools(tools).invoke("hi")
    return [(one["id"], one["name"], json.dumps(one["args"], separators=(",", ":"))) for one in said.tool_calls]


def lite():
    said = list(litellm.completion(model="openai/m", api_base=url, api_key="example", messages=hi, tools=tools, stream=True))
    calls = litellm.stream_chunk_builder(said, messages=hi).choices[0].message.tool_calls
    return [(one.id, one.function.name, one.function.arguments) for one in calls]


for name in ("openai", "langchain-openai", "litellm"):
    print(name, version(name))
for name in ("openai", "ai", "@ai-sdk/openai", "@ai-sdk/openai-compatible"):
    with open(f"node_modules/{name}/package.json") as file:
        print(name, json.load(file)["version"])
for name, calls in CASES.items():
    told["calls"] = calls
    print(f"{name}:")
    for who, ask in (("openai for Python", openai), ("LangChain", langchain), ("LiteLLM", lite)):
        try:
            print(f"  {who}: " + (", ".join(" ".join(one) for one in ask()) or "none"))
        except Exception as error:
            print(f"  {who}: {type(error).__name__}")
    ran = subprocess.run(["node", "calls.mjs", url], check=True, capture_output=True, text=True, timeout=100)
    print(ran.stdout.rstrip())
PY
timeout 300 venv/bin/python look.py 2> errors | grep -v 'Provider List' | grep . | tee found
cat > expected <<'END'
openai 3.57.0
langchain-openai 1.7.4
litellm 1.110.2
openai 6.49.0
ai 6.0.326
@ai-sdk/openai 3.0.141
@ai-sdk/openai-compatible 2.0.92
as ever:
  openai for Python: call_1 pay {"n":1}, call_2 pay {"n":2}
  LangChain: call_1 pay {"n":1}, call_2 pay {"n":2}
  LiteLLM: call_1 pay {"n":1}, call_2 pay {"n":2}
  openai for Node: call_1 pay {"n":1}, call_2 pay {"n":2}
  Vercel, openai: call_1 pay {"n":1}, call_2 pay {"n":2}
  Vercel, compatible: call_1 pay {"n":1}, call_2 pay {"n":2}
no numbers:
  openai for Python: TypeError
  LangChain: call_1 pay {"n":1}, call_2 pay {"n":2}
  LiteLLM: call_2 pay {"n":1}{"n":2}
  openai for Node: none
  Vercel, openai: none
  Vercel, compatible: call_1 pay {"n":1}, call_2 pay {"n":2}
both are number 0:
  openai for Python: call_1call_2 paypay {"n":1}{"n":2}
  LangChain: call_1 pay {"n":1}, call_2 pay {"n":2}
  LiteLLM: call_2 pay {"n":1}{"n":2}
  openai for Node: call_2 pay {"n":1}{"n":2}
  Vercel, openai: call_1 pay {"n":1}, call_2 pay {"n":2}
  Vercel, compatible: call_1 pay {"n":1}, call_2 pay {"n":2}
one call, named in each piece:
  openai for Python: call_1call_1 paypay {"n":1}
  LangChain: call_1 paypay {"n":1}
  LiteLLM: call_1 pay {"n":1}
  openai for Node: call_1 pay {"n":1}
  Vercel, openai: call_1 pay {"n":1}
  Vercel, compatible: call_1 pay {"n":1}
one call, numbered from 1:
  openai for Python: IndexError
  LangChain: call_1 pay {"n":1}
  LiteLLM: call_1 pay {"n":1}
  openai for Node: Error
  Vercel, openai: call_1 pay {"n":1}
  Vercel, compatible: call_1 pay {"n":1}
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
