#!/usr/bin/env bash
# "Retry-After: 0", which says that the client may ask again at once, is taken for no hint
# by azure-core's poller, which then waits its 30 seconds, and by openai, which backs off
# for about half a second.
#
# Versions: azure-core 1.41.0, openai 3.57.0; beside them urllib3 2.8.0, which does not
# wait (CPython 3.11 to 3.13).
# Source: azure-core's polling/base_polling.py (LROBasePolling._extract_delay: the delay
# counts if it is true), openai's _base_client.py (_calculate_retry_timeout: above 0);
# RFC 9110, section 10.2.3, has a non-negative number of seconds.
# Why it matters to a recorder: to make the waits of a replay short, the obvious value is
# 0, and with it a replay of a long-running operation takes longer than the recording.
# The smallest value above 0 that a client reads is what helps, and that differs too.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
  azure-core==1.41.0 requests==2.34.2 openai==3.57.0 urllib3==2.8.0
cat > "$work/look.py" <<'PY'
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import openai
import urllib3
from azure.core import PipelineClient
from azure.core.pipeline.transport import RequestsTransport
from azure.core.polling import LROPoller
from azure.core.polling.base_polling import LROBasePolling
from azure.core.rest import HttpRequest


class Origin(BaseHTTPRequestHandler):
    """An operation that runs until it was asked for twice, and a service that is
    available from the second try on."""

    protocol_version = "HTTP/1.1"
    hint = "0"
    asked = 0

    def do_GET(self):
        Origin.asked += 1
        state = "Running" if Origin.asked == 1 else "Succeeded"
        self.answer(200, {"status": state})

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        Origin.asked += 1
        if self.path == "/operation":
            Origin.asked = 0
            self.answer(202, {}, {"Operation-Location": f"{base}/status"})
        elif Origin.asked == 1:
            self.answer(503, {"error": {}})
        else:
            self.answer(200, {"id": "x", "object": "response", "output": []})

    def answer(self, code, body, fields=()):
        data = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Retry-After", Origin.hint)
        for name, value in dict(fields).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class Noting(RequestsTransport):
    """Writes down how long it was told to wait, and does not."""

    def __init__(self):
        super().__init__()
        self.waits = []

    def sleep(self, duration):
        self.waits.append(duration)


def azure(hint):
    Origin.hint, Origin.asked = hint, 0
    transport = Noting()
    with PipelineClient(base, transport=transport) as client:
        begin = HttpRequest("POST", f"{base}/operation")
        first = client.send_request(begin, _return_pipeline_response=True)
        poller = LROPoller(client, first, lambda _: "done", LROBasePolling())
        assert poller.result(60) == "done"
    return transport.waits


def noted(call):
    """What a call sleeps for, without sleeping."""
    waits, slept = [], time.sleep
    time.sleep = waits.append
    try:
        call()
    finally:
        time.sleep = slept
    return waits


def with_openai(hint):
    Origin.hint, Origin.asked = hint, 0
    with openai.OpenAI(api_key="none", base_url=base) as client:
        return noted(lambda: client.responses.create(model="x", input="x"))


def with_urllib3(hint):
    Origin.hint, Origin.asked = hint, 0
    retries = urllib3.Retry(3, status_forcelist=[503], allowed_methods=None)
    with urllib3.PoolManager() as pool:
        return noted(lambda: pool.request("POST", f"{base}/x", retries=retries))


server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
base = f"http://127.0.0.1:{server.server_port}"
threading.Thread(target=server.serve_forever, daemon=True).start()
for name in ("azure-core", "openai", "urllib3"):
    print(name, version(name))
found = {
    (name, hint): ask(hint)
    for name, ask in (("azure-core", azure), ("openai", with_openai), ("urllib3", with_urllib3))
    for hint in ("1", "0")
}
server.shutdown()
for (name, hint), waits in found.items():
    print(f"{name}, Retry-After: {hint} -> waits {[round(wait, 1) for wait in waits]}")
assert set(found["azure-core", "1"]) == {1}
assert set(found["azure-core", "0"]) == {30}
assert found["openai", "1"] == [1]
(wait,) = found["openai", "0"]
assert 0.3 < wait < 0.6
assert found["urllib3", "1"] == [1] and found["urllib3", "0"] == []
PY
"$work/venv/bin/python" "$work/look.py"
