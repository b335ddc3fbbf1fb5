#!/usr/bin/env bash
# Where the body is an iterator, as its types allow, azure-core, on which all of Azure's SDKs for Python stand, sends
# a refused PUT or POST again with an empty body, and the 201 to that is the program's success. What it sends again is
# a 500, a 503 or a 504, and with a Retry-After any refusal at all, a 400, a 404 and a 424 too, four times.
#
# Versions: azure-core 1.41.0, requests 2.34.2 (CPython 3.11 to 3.13).
# Source: azure-core's azure/core/pipeline/policies/_retry.py (is_retry: any status from 400 on with a Retry-After;
# increment rewinds a body that has read() and seek(), and passes over one that has neither), and azure/core/rest,
# whose ContentType takes an Iterable[bytes]. retry-after-ms, which azure-core reads elsewhere, does not count here.
# Why it matters to a recorder: one call is two requests, the first with the text and the second with none, and the
# answer to the empty one is what the program goes by; a replay that gives the 201 to the first is better than what
# was recorded. Whether a 424 is final to a program hangs on a header that a recorder keeps or leaves out.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check azure-core==1.41.0 requests==2.34.2
cat > look.py <<'PY'
import http.server
import io
import threading
from importlib.metadata import version

from azure.core import PipelineClient
from azure.core.pipeline.policies import RetryPolicy
from azure.core.rest import HttpRequest

asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def said(self):
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def answer(self):
        asked.append(self.said().decode())
        self.send_response(refusal if len(asked) <= times else 201)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_PUT = do_POST = answer

    def log_message(self, *_):
        pass


def look(method, content):
    asked.clear()
    request = HttpRequest(method, f"http://127.0.0.1:{origin.server_port}/", content=content)
    status = client.send_request(request).status_code
    print(f"{method} {type(content).__name__}, {times} x {refusal} {headers or ''}: {asked}, {status}")


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
client = PipelineClient(f"http://127.0.0.1:{origin.server_port}", policies=[RetryPolicy(retry_backoff_factor=0.01)])
print("azure-core", version("azure-core"))
refusal, times, headers = 503, 1, {}
for method in ("PUT", "POST"):
    look(method, b"hello")
    look(method, io.BytesIO(b"hello"))
    look(method, iter([b"hel", b"lo"]))
times = 9
for refusal in (400, 404, 424):
    for headers in ({}, {"Retry-After": "0"}, {"retry-after-ms": "1"}):
        look("POST", b"hello")
PY
timeout 60 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
azure-core 1.41.0
PUT bytes, 1 x 503 : ['hello', 'hello'], 201
PUT BytesIO, 1 x 503 : ['hello', 'hello'], 201
PUT list_iterator, 1 x 503 : ['hello', ''], 201
POST bytes, 1 x 503 : ['hello', 'hello'], 201
POST BytesIO, 1 x 503 : ['hello', 'hello'], 201
POST list_iterator, 1 x 503 : ['hello', ''], 201
POST bytes, 9 x 400 : ['hello'], 400
POST bytes, 9 x 400 {'Retry-After': '0'}: ['hello', 'hello', 'hello', 'hello'], 400
POST bytes, 9 x 400 {'retry-after-ms': '1'}: ['hello'], 400
POST bytes, 9 x 404 : ['hello'], 404
POST bytes, 9 x 404 {'Retry-After': '0'}: ['hello', 'hello', 'hello', 'hello'], 404
POST bytes, 9 x 404 {'retry-after-ms': '1'}: ['hello'], 404
POST bytes, 9 x 424 : ['hello'], 424
POST bytes, 9 x 424 {'Retry-After': '0'}: ['hello', 'hello', 'hello', 'hello'], 424
POST bytes, 9 x 424 {'retry-after-ms': '1'}: ['hello'], 424
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
