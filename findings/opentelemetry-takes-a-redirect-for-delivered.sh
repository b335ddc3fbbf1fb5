#!/usr/bin/env bash
# OpenTelemetry's exporter for Python follows no redirect any more and calls each one a success: where a collector
# answers by a 307 or 308, as one does that has moved to https, the spans are lost without a line in the log. An older
# release posted them to the new address. And where the connection ends without an answer it posts each try twice.
#
# Versions: opentelemetry-exporter-otlp-proto-http 1.45.2 (with opentelemetry-exporter-otlp-common 0.66b2) and 1.38.0
# (CPython 3.11 to 3.13).
# Source: opentelemetry/exporter/otlp/common/http.py (export: 200 <= status_code < 400; _submit asks again at once) and
# exporter/http/transport/_requests.py (allow_redirects=False); 1.38 leaves redirects to requests.
# Why it matters to a recorder: what an upgrade changes is no error but one interaction less, so that an old recording
# has one that is never used, and a new one a 308 alone. Equal posts in pairs are two interactions of one export, and
# a replay that gives the answer at once needs one of them.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > look.py <<'PY'
import logging
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in [name for name in os.environ if name.lower().endswith("_proxy") or name.startswith("OTEL_")]:
    del os.environ[name]
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider

lines = []
logging.basicConfig(handlers=[type("Kept", (logging.Handler,), {"emit": lambda _, line: lines.append(line)})()])
asked = []
status = 200
drop = 0


class Collector(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        global drop
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        asked.append(f"{self.command} {self.path}{'' if body else ' without a body'}")
        if drop:
            drop -= 1
            self.close_connection = True
            return
        moved = self.path == "/v1/traces" and status != 200
        self.send_response(status if moved else 200)
        if moved:
            self.send_header("Location", "/new/traces")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *_):
        pass


collector = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
threading.Thread(target=collector.serve_forever, daemon=True).start()
print("opentelemetry-exporter-otlp-proto-http", version("opentelemetry-exporter-otlp-proto-http"))
span = TracerProvider().get_tracer("program").start_span("payment")
span.end()
for status, drop in ((200, 0), (302, 0), (307, 0), (308, 0), (200, 3)):
    name = f"{drop} connections end" if drop else f"told {status}"
    asked.clear()
    lines.clear()
    exporter = OTLPSpanExporter(endpoint=f"http://127.0.0.1:{collector.server_port}/v1/traces")
    try:
        said = exporter.export([span]).name
    except Exception as error:
        said = type(error).__name__
    print(f"  {name}: {', '.join(asked)}: {said}, lines in the log: {len(lines)}")
PY
for release in 1.38.0 1.45.2; do
  python3 -m venv "venv-$release"
  "venv-$release/bin/pip" install -q --disable-pip-version-check "opentelemetry-exporter-otlp-proto-http==$release" \
    "opentelemetry-sdk==$release"
  timeout 60 "venv-$release/bin/python" -u look.py
done | tee found
cat > expected <<'END'
opentelemetry-exporter-otlp-proto-http 1.38.0
  told 200: POST /v1/traces: SUCCESS, lines in the log: 0
  told 302: POST /v1/traces, GET /new/traces without a body: SUCCESS, lines in the log: 0
  told 307: POST /v1/traces, POST /new/traces: SUCCESS, lines in the log: 0
  told 308: POST /v1/traces, POST /new/traces: SUCCESS, lines in the log: 0
  3 connections end: POST /v1/traces, POST /v1/traces: ConnectionError, lines in the log: 0
opentelemetry-exporter-otlp-proto-http 1.45.2
  told 200: POST /v1/traces: SUCCESS, lines in the log: 0
  told 302: POST /v1/traces: SUCCESS, lines in the log: 0
  told 307: POST /v1/traces: SUCCESS, lines in the log: 0
  told 308: POST /v1/traces: SUCCESS, lines in the log: 0
  3 connections end: POST /v1/traces, POST /v1/traces, POST /v1/traces, POST /v1/traces: SUCCESS, lines in the log: 1
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
