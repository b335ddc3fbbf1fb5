#!/usr/bin/env bash
# Where a stream of a model's answer ends in the middle of a tool's arguments LangChain completes them: of {"to": "ann",
# "amount": 1000} that stopped behind the 1 it makes a valid call with the amount 1, in tool_calls and not in
# invalid_tool_calls, and no error; of two objects one behind the other it takes the first. The same text in an answer that
# is not streamed is an invalid call.
#
# Versions: langchain-core 1.8.3, langchain-openai 1.7.4, openai 3.57.0 (CPython 3.11).
# Source: langchain_core/messages/ai.py (AIMessageChunk.init_tool_calls reads the arguments by parse_partial_json, also when
# no further piece is to come) and langchain_core/utils/json.py; openai's Stream ends where its bytes end, "[DONE]" or not.
# Why it matters to a recorder: an answer that was cut, by a limit of a recorder's own or because the origin hung up, must
# not come back as a stream that ends well: here that is no shorter text but another payment.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | cut -d= -f1 | grep -i '_proxy$' || true); do unset "$name"; done
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check langchain-core==1.8.3 langchain-openai==1.7.4 openai==3.57.0
cat > look.py <<'PY'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

from langchain_openai import ChatOpenAI

told = {}


class Model(BaseHTTPRequestHandler):
    def do_POST(self):
        streamed = json.loads(self.rfile.read(int(self.headers["Content-Length"]))).get("stream")
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream" if streamed else "application/json")
        self.end_headers()
        if streamed:
            for number, part in enumerate(told["parts"]):
                call = {"index": 0, "function": {"arguments": part}}
                if not number:
                    call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "pay", "arguments": part}}
                self.piece({"delta": {"tool_calls": [call]}, "finish_reason": None})
            if told["ended"]:
                self.piece({"delta": {}, "finish_reason": "tool_calls"})
                self.wfile.write(b"data: [DONE]\n\n")
            return
        call = {"id": "call_1", "type": "function", "function": {"name": "pay", "arguments": "".join(told["parts"])}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
        choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
        whole = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
        self.wfile.write(json.dumps(whole).encode())

    def piece(self, choice):
        said = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [{"index": 0, **choice}]}
        self.wfile.write(f"data: {json.dumps(said)}\n\n".encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
threading.Thread(target=server.serve_forever, daemon=True).start()
for name in ("langchain-core", "langchain-openai", "openai"):
    print(name, version(name))
pay = {"name": "pay", "description": "pays", "parameters": {"type": "object", "properties": {}}}
for parts, ended in (
    (['{"to": "ann", "amount": 1', "000}"], True),
    (['{"to": "ann", "amount": 1'], False),
    (['{"to": "ann", "amount": 1'], True),
    (['{"to": "an'], False),
    (['{"to": "ann"', ', "amo'], False),
    (['{"amount": 1}', '{"amount": 2}'], True),
):
    told.update(parts=parts, ended=ended)
    print("".join(parts), "and its end" if ended else "and no more")
    for streaming in (True, False):
        model = ChatOpenAI(model="m", api_key="example", base_url=f"http://127.0.0.1:{server.server_port}", max_retries=0, streaming=streaming)
        said = model.bind_tools([{"type": "function", "function": pay}]).invoke("hi")
        valid, invalid = [call["args"] for call in said.tool_calls], [call["args"] for call in said.invalid_tool_calls]
        print(f"  {'streamed' if streaming else 'whole'}: calls {valid}, invalid {invalid}")
PY
timeout 200 venv/bin/python look.py | tee found
cat > expected <<'END'
langchain-core 1.8.3
langchain-openai 1.7.4
openai 3.57.0
{"to": "ann", "amount": 1000} and its end
  streamed: calls [{'to': 'ann', 'amount': 1000}], invalid []
  whole: calls [{'to': 'ann', 'amount': 1000}], invalid []
{"to": "ann", "amount": 1 and no more
  streamed: calls [{'to': 'ann', 'amount': 1}], invalid []
  whole: calls [], invalid ['{"to": "ann", "amount": 1']
{"to": "ann", "amount": 1 and its end
  streamed: calls [{'to': 'ann', 'amount': 1}], invalid []
  whole: calls [], invalid ['{"to": "ann", "amount": 1']
{"to": "an and no more
  streamed: calls [{'to': 'an'}], invalid []
  whole: calls [], invalid ['{"to": "an']
{"to": "ann", "amo and no more
  streamed: calls [{'to': 'ann'}], invalid []
  whole: calls [], invalid ['{"to": "ann", "amo']
{"amount": 1}{"amount": 2} and its end
  streamed: calls [{'amount': 1}], invalid []
  whole: calls [], invalid ['{"amount": 1}{"amount": 2}']
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
