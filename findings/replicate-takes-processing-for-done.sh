#!/usr/bin/env bash
# replicate.run() takes a prediction that is "processing" for one that is done: it asks for nothing more and returns what there
# is of an output, a part or None, without an error; of one that is "starting" it asks until that ends. Which of the two
# words comes goes by how far the machine was after the minute that the first request asks for (Prefer: wait).
#
# Versions: replicate 1.0.7 (CPython 3.11).
# Source: replicate/run.py (in_terminal_state = is_blocking and prediction.status != "starting"; its comment says that the
# service answers "processing" for what is done) and replicate/prediction.py (wait). A program that says wait=False gets all.
# Why it matters to a recorder: whether a recording has one interaction or many goes by one word in the first answer, which
# goes by the load of a machine that nobody knows; a recording that says "processing" gives each replay the same part
# of a text, or nothing, and the test that was recorded with it has that for the right result. "canceled" is None, too.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check replicate==1.0.7
cat > look.py <<'PY'
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
import replicate

asked = []
told = {}


class Service(BaseHTTPRequestHandler):
    """Answers a new prediction as it is told to, and each later question with the whole."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked.append(f"{self.command} ({self.headers['Prefer']})")
        status, output = told["first"] if len(asked) == 1 else ("succeeded", "hello, Ann")
        urls = {"get": f"http://{address}/v1/predictions/p7", "cancel": f"http://{address}/v1/predictions/p7/cancel"}
        known = {"id": "p7", "model": "ann/tales", "version": "hidden", "source": "api", "urls": urls, "logs": ""}
        body = json.dumps({**known, "input": {}, "status": status, "output": output, "error": None}).encode()
        self.send_response(201 if self.command == "POST" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"127.0.0.1:{server.server_port}"
print("replicate", version("replicate"))
for first, options in (
    (("succeeded", "hello, Ann"), {}),
    (("starting", None), {}),
    (("processing", "hello"), {}),
    (("processing", None), {}),
    (("canceled", None), {}),
    (("processing", "hello"), {"wait": False}),
):
    told["first"] = first
    asked.clear()
    client = replicate.Client(api_token="example", base_url=f"http://{address}")
    said = client.run("ann/tales", input={"prompt": "7"}, use_file_output=False, **options)
    print(f"{first[0]}, {first[1]!r}{', wait=False' if options else ''}: {said!r}, asked {asked}")
PY
timeout 100 venv/bin/python look.py | tee found
cat > expected <<'END'
replicate 1.0.7
succeeded, 'hello, Ann': 'hello, Ann', asked ['POST (wait)']
starting, None: 'hello, Ann', asked ['POST (wait)', 'GET (None)']
processing, 'hello': 'hello', asked ['POST (wait)']
processing, None: None, asked ['POST (wait)']
canceled, None: None, asked ['POST (wait)']
processing, 'hello', wait=False: 'hello, Ann', asked ['POST (None)', 'GET (None)']
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
