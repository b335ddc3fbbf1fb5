#!/usr/bin/env bash
# Cohere's client does not send a text that it is to tokenize: it asks the API where the model's table
# is, and fetches that from another host, by a HEAD and a GET of another HTTP library. Where that host
# refuses, the call sends the text to the API after all, and succeeds as if nothing had been.
#
# Versions: cohere 7.3.1, httpx 0.28.1, requests 2.34.2, tokenizers 0.23.3 (CPython 3.11 to 3.13).
# Source: cohere/client.py (tokenize: offline=True; any exception leads to the API, with a header
# sdk-api-warning-message) and manually_maintained/tokenizers.py (requests.head and requests.get,
# whatever httpx_client the program gave).
# Why it matters to a recorder: what is put in as the client's own httpx_client sees one request of
# three, and a replay that refuses the other two makes the program send a POST that the cassette does
# not have, with the text in it, instead of an error at the place. Recorded where the table's host
# was blocked, the cassette has that POST, and is of no use where it is not.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check cohere==7.3.1 httpx==0.28.1 requests==2.34.2 \
  tokenizers==0.23.3
cat > look.py <<'PY'
import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in list(os.environ):
    if name.lower().endswith("_proxy") or name.startswith("CO_API"):
        del os.environ[name]
import cohere
from tokenizers import Tokenizer, models, pre_tokenizers

table = Tokenizer(models.WordLevel({"a": 7, "text": 8, "?": 0}, unk_token="?"))
table.pre_tokenizer = pre_tokenizers.Whitespace()
came = []
blocked = False


class Server(BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        host = "api" if self.server is api else "tables"
        library = self.headers["User-Agent"].split("/")[0]
        came.append(f"{self.command} {host} {self.path} by {library}{' with the text' * (b'a text' in body)}")
        status, answer = 200, {"tokens": [1, 2], "token_strings": ["a", " text"]}
        if self.path.startswith("/v1/models/"):
            model = self.path.rpartition("/")[2]
            there = f"http://127.0.0.1:{tables.server_port}/{model}.json"
            answer = {"name": model, "tokenizer_url": there}
        elif host == "tables":
            status, answer = (424, {}) if blocked else (200, json.loads(table.to_str()))
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_HEAD = do_POST = do_GET

    def log_message(self, *_):
        pass


api, tables = (ThreadingHTTPServer(("127.0.0.1", 0), Server) for _ in range(2))
for each in (api, tables):
    threading.Thread(target=each.serve_forever, daemon=True).start()


def run(model):
    came.clear()
    client = cohere.Client("example", base_url=f"http://127.0.0.1:{api.server_port}")
    tokens = client.tokenize(text="a text", model=model).tokens
    print(f"  the table's host {'refuses' if blocked else 'answers'}: {tokens}")
    for each in came:
        print("   ", each)
    return tokens, list(came)


def lookup(model):
    fetched = [f"{method} tables /{model}.json by python-requests" for method in ("HEAD", "GET")]
    return [f"GET api /v1/models/{model} by cohere", *fetched]


print("cohere", version("cohere"))
answered = run("m")
blocked = True
refused = run("n")
post = "POST api /v1/tokenize by cohere with the text"
sys.exit(answered != ([7, 8], lookup("m")) or refused != ([1, 2], [*lookup("n"), post]))
PY
timeout 100 venv/bin/python -W ignore look.py 2> /dev/null || { echo "the behaviour has changed"; exit 1; }
