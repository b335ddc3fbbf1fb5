#!/usr/bin/env bash
# What LiteLLM makes of one and the same stream goes by the prefix of the model's name: JSON over several data lines, which is
# one event, is the text to openai/m and nothing, without an error, to groq/m, mistral/m and deepseek/m; behind an event that
# is only a retry it is the other way round; and an id, or a comment that keeps the line open, is the end of a text from
# gemini/m and an empty answer. The program sees a stream that ended well.
#
# Versions: litellm 1.110.2, openai 3.57.0 (CPython 3.11).
# Source: litellm's llms/base_llm/base_model_iterator.py and llms/vertex_ai/gemini's ModelResponseIterator (each reads lines, not events, and passes
# over what is no JSON); for openai/ the SDK of OpenAI reads the stream. HTML, section on event streams.
# Why it matters to a recorder: the same cassette is an answer for one route and silence for another, so that a gateway's
# recording has to keep each line of a stream as it came; a comment or an id of the recorder's own would be a text lost.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | cut -d= -f1 | grep -i '_proxy$' || true); do unset "$name"; done
export LITELLM_LOCAL_MODEL_COST_MAP=True
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check litellm==1.110.2 openai==3.57.0
cat > look.py <<'PY'
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
import litellm

litellm.suppress_debug_info = True


def google(text, end):
    candidate = {"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}
    return {"candidates": [{**candidate, "finishReason": end.upper()} if end else candidate]}


def others(text, end):
    choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": end}
    return {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


FORMS = {
    "as ever": lambda said: f"data: {json.dumps(said)}\n\n",
    "several lines": lambda said: "".join(f"data: {line}\n" for line in json.dumps(said, indent=1).split("\n")) + "\n",
    "a retry": lambda said: f"retry: 3000\n\ndata: {json.dumps(said)}\n\n",
    "a comment": lambda said: f": still there\n\ndata: {json.dumps(said)}\n\n",
    "an id": lambda said: f"id: 7\ndata: {json.dumps(said)}\n\n",
}
told = {}


class Model(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        ours = google if "/google" in self.path else others
        pieces = [told["form"](ours("pay 10", None)), told["form"](ours(" to ann", "stop"))]
        self.wfile.write(("".join(pieces) + ("" if ours is google else "data: [DONE]\n\n")).encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
threading.Thread(target=server.serve_forever, daemon=True).start()


def ask(model):
    base = f"http://127.0.0.1:{server.server_port}/{'google' if model.startswith('gemini') else 'v1'}"
    said = litellm.completion(
        model=model, api_base=base, api_key="example", messages=[{"role": "user", "content": "hi"}], stream=True, num_retries=0
    )
    try:
        return json.dumps("".join(piece.choices[0].delta.content or "" for piece in said))
    except Exception as error:
        return type(error).__name__


print("litellm", version("litellm"))
print("openai", version("openai"))
for name, form in FORMS.items():
    told["form"] = form
    print(f"{name}: " + ", ".join(f"{model} {ask(model)}" for model in ("openai/m", "groq/m", "mistral/m", "deepseek/m", "gemini/m")))
PY
timeout 200 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
litellm 1.110.2
openai 3.57.0
as ever: openai/m "pay 10 to ann", groq/m "pay 10 to ann", mistral/m "pay 10 to ann", deepseek/m "pay 10 to ann", gemini/m "pay 10 to ann"
several lines: openai/m "pay 10 to ann", groq/m "", mistral/m "", deepseek/m "", gemini/m "pay 10 to ann"
a retry: openai/m MidStreamFallbackError, groq/m "pay 10 to ann", mistral/m "pay 10 to ann", deepseek/m "pay 10 to ann", gemini/m ""
a comment: openai/m "pay 10 to ann", groq/m "pay 10 to ann", mistral/m "pay 10 to ann", deepseek/m "pay 10 to ann", gemini/m ""
an id: openai/m "pay 10 to ann", groq/m "pay 10 to ann", mistral/m "pay 10 to ann", deepseek/m "pay 10 to ann", gemini/m ""
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
