#!/usr/bin/env bash
# What an answer cost goes by who adds: where each piece of a stream says how many tokens there have been so far, as
# gateways and servers of open models do that were asked for it (continuous_usage_stats), LangChain adds them up, so
# that an answer of 5 and 3 tokens cost 15 and 6, without an error; OpenAI's SDK, Vercel's and LangChain's own answer
# that is not streamed say 5 and 3. OpenAI itself says it once, in a last piece without choices.
#
# Versions: langchain-openai 1.7.4, langchain-core 1.8.3, openai 3.57.0 (CPython 3.11), ai 6.0.326,
# @ai-sdk/openai-compatible 2.0.92 (Node 20).
# Source: langchain_core/messages/ai.py (add_ai_message_chunks adds usage_metadata of the pieces), langchain_openai's
# _convert_chunk_to_generation_chunk, which takes usage from each.
# Why it matters to a recorder: the same cassette is another price by the client, and a budget in a test goes by it;
# who records through a gateway has its pieces, who records without has OpenAI's.
set -euo pipefail
for tool in python3 node npm; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | cut -d= -f1 | grep -i '_proxy$' || true); do unset "$name"; done
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check langchain-openai==1.7.4 langchain-core==1.8.3 openai==3.57.0
npm init -y > /dev/null
npm install --silent --no-audit --no-fund ai@6.0.326 @ai-sdk/openai-compatible@2.0.92
cat > chat.mjs <<'JS'
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { streamText } from "ai";

const provider = createOpenAICompatible({ name: "gateway", apiKey: "example", baseURL: process.argv[2], includeUsage: true });
const said = streamText({ model: provider("m"), prompt: "hi", maxRetries: 0 });
for await (const _ of said.textStream);
const spent = await said.usage;
console.log(`${spent.inputTokens} and ${spent.outputTokens}`);
JS
cat > look.py <<'PY'
import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

from langchain_openai import ChatOpenAI
from openai import OpenAI

told = {}


def usage(made):
    return {"prompt_tokens": 5, "completion_tokens": made, "total_tokens": 5 + made}


class Model(BaseHTTPRequestHandler):
    def do_POST(self):
        streamed = json.loads(self.rfile.read(int(self.headers["Content-Length"]))).get("stream")
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream" if streamed else "application/json")
        self.end_headers()
        whole = {"id": "1", "created": 1, "model": "m"}
        if not streamed:
            choice = {"index": 0, "message": {"role": "assistant", "content": "pay 10 now"}, "finish_reason": "stop"}
            self.wfile.write(json.dumps({**whole, "object": "chat.completion", "choices": [choice], "usage": usage(3)}).encode())
            return
        for made, (text, end) in enumerate((("pay", None), (" 10", None), (" now", "stop")), 1):
            choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": end}
            self.piece({**whole, "choices": [choice], **({"usage": usage(made)} if told["each"] else {})})
        if not told["each"]:
            self.piece({**whole, "choices": [], "usage": usage(3)})
        self.wfile.write(b"data: [DONE]\n\n")

    def piece(self, said):
        self.wfile.write(f"data: {json.dumps({**said, 'object': 'chat.completion.chunk'})}\n\n".encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"


def langchain(streaming):
    said = ChatOpenAI(model="m", api_key="example", base_url=url, max_retries=0, streaming=streaming, stream_usage=True).invoke("hi")
    return f"{said.usage_metadata['input_tokens']} and {said.usage_metadata['output_tokens']}"


def openai():
    hi = [{"role": "user", "content": "hi"}]
    with OpenAI(api_key="example", base_url=url, max_retries=0).chat.completions.stream(
        model="m", messages=hi, stream_options={"include_usage": True}
    ) as said:
        spent = said.get_final_completion().usage
    return f"{spent.prompt_tokens} and {spent.completion_tokens}"


def vercel():
    return subprocess.run(["node", "chat.mjs", url], check=True, capture_output=True, text=True, timeout=60).stdout.strip()


for name in ("langchain-openai", "langchain-core", "openai"):
    print(name, version(name))
for name in ("ai", "@ai-sdk/openai-compatible"):
    with open(f"node_modules/{name}/package.json") as file:
        print(name, json.load(file)["version"])
for each in (False, True):
    told["each"] = each
    print("each piece says how many so far:" if each else "the last piece says it:")
    print(f"  LangChain, streamed {langchain(True)}; LangChain, whole {langchain(False)}; OpenAI {openai()}; Vercel {vercel()}")
PY
timeout 200 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
langchain-openai 1.7.4
langchain-core 1.8.3
openai 3.57.0
ai 6.0.326
@ai-sdk/openai-compatible 2.0.92
the last piece says it:
  LangChain, streamed 5 and 3; LangChain, whole 5 and 3; OpenAI 5 and 3; Vercel 5 and 3
each piece says how many so far:
  LangChain, streamed 15 and 6; LangChain, whole 5 and 3; OpenAI 5 and 3; Vercel 5 and 3
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
