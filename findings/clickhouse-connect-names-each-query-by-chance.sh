#!/usr/bin/env bash
# No two requests of clickhouse-connect have one URL: each has a random query_id, and the program's queries
# a random session_id, too. Before the first of them come three that nobody wrote, and the answer to the second,
# the list of the server's settings, decides which parameters and which codings all later ones have.
#
# Versions: clickhouse-connect 1.12.0, urllib3 2.8.0 (CPython 3.11 to 3.13).
# Source: clickhouse-connect's clickhouse_connect/driver/httpclient.py (uuid4) and driver/_backend/httpcommon.py
# (apply_http_server_settings goes by which settings the server has, and which of them may be written).
# Why it matters to a recorder: nothing matches until two parameters are left out, and then only the body, the
# SQL, tells requests apart. What is left of the URL belongs to the server that was asked: another release or
# a user who may write nothing makes other URLs of the same program, also if the recorded answer of the
# settings is cut or put in place of another. autogenerate_query_id=False and autogenerate_session_id=False
# leave the ids out.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check clickhouse-connect==1.12.0 urllib3==2.8.0
cat > look.py <<'PY'
import http.server
import threading
from importlib.metadata import version
from urllib.parse import parse_qsl, urlsplit

import clickhouse_connect

asked = []
PLAIN = ["max_threads"]
USUAL = ["cancel_http_readonly_queries_on_client_close", "enable_http_compression"]
USUAL += ["http_headers_progress_interval_ms", "max_threads", "send_progress_in_http_headers"]


def native(**columns):
    """Write a block of ClickHouse's Native format: texts, or numbers of one byte."""
    out = bytes([len(columns), len(next(iter(columns.values())))])
    for name, values in columns.items():
        of_text = isinstance(values[0], str)
        out += b"".join(map(text, (name, "String" if of_text else "UInt8")))
        out += b"".join(map(text, values)) if of_text else bytes(values)
    return out


def text(value):
    return bytes([len(value)]) + value.encode()


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        query = self.rfile.read(int(self.headers["Content-Length"])).decode()
        asked.append((query, dict(parse_qsl(urlsplit(self.path).query)), self.headers["Accept-Encoding"]))
        body = native(n=[7])
        if "version()" in query:
            body = b"26.1.1.1\tUTC\n"
        elif "system.settings" in query:
            body = native(name=settings, value=["0"] * len(settings), readonly=[fixed] * len(settings))
        self.send_response(200)
        self.send_header("X-ClickHouse-Format", "Native")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
print("clickhouse-connect", version("clickhouse-connect"))
off = {"autogenerate_query_id": False, "autogenerate_session_id": False}
for name, settings, fixed, options in (
    ("the usual settings", USUAL, 0, {}),
    ("for a user who may write none", USUAL, 1, {}),
    ("a server that has none of them", PLAIN, 0, {}),
    ("without ids", PLAIN, 0, off),
):
    asked.clear()
    for _ in range(2):
        client = clickhouse_connect.get_client(host="127.0.0.1", port=server.server_port, **options)
        assert client.query("SELECT 7 AS n").result_rows == [(7,)]
    run = len(asked) // 2
    print(f"{name}:")
    if settings is USUAL and not fixed:
        print("  before it:", "; ".join(query.partition(" FROM")[0].split("\n")[0] for query, *_ in asked[: run - 1]))
    (_, one, codings), (_, two, _) = asked[run - 1], asked[-1]
    print("  its parameters:", *sorted(one))
    print("  that differ in a second run:", *sorted(key for key in one if one[key] != two[key]) or "-")
    print("  codings:", codings.split(",")[0], "and others" if "," in codings else "alone")
    ids = [parameters["query_id"] for _, parameters, _ in asked if "query_id" in parameters]
    print(f"  query_ids: {len(ids)}, of which different: {len(set(ids))}, of {len(asked)} requests")
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
clickhouse-connect 1.12.0
the usual settings:
  before it: SELECT version(), timezone(); SELECT name, value, readonly; SELECT 1 AS check
  its parameters: cancel_http_readonly_queries_on_client_close enable_http_compression http_headers_progress_interval_ms query_id send_progress_in_http_headers session_id wait_end_of_query
  that differ in a second run: query_id session_id
  codings: lz4 and others
  query_ids: 8, of which different: 8, of 8 requests
for a user who may write none:
  its parameters: query_id session_id wait_end_of_query
  that differ in a second run: query_id session_id
  codings: identity alone
  query_ids: 8, of which different: 8, of 8 requests
a server that has none of them:
  its parameters: query_id session_id wait_end_of_query
  that differ in a second run: query_id session_id
  codings: identity alone
  query_ids: 8, of which different: 8, of 8 requests
without ids:
  its parameters: wait_end_of_query
  that differ in a second run: -
  codings: identity alone
  query_ids: 0, of which different: 0, of 8 requests
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
