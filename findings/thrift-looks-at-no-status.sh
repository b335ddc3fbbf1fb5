#!/usr/bin/env bash
# Thrift's HTTP transport for Python looks at no status: a result that comes with a 500, a 424, a 404
# or a redirect is the call's result, and no header is compared either. What is no Thrift message,
# as an error's JSON is, it reads as one: the first four letters are a length.
#
# Versions: thrift 0.25.0 (CPython 3.11 to 3.13).
# Source: Thrift's lib/py/src/transport/THttpClient.py (flush keeps status and headers in `code` and
# `headers`, and raises nothing), TBinaryProtocol.py (readMessageBegin). Thrift's client for
# Node refuses any status but 200.
# Why it matters to a recorder: a refusal by status alone is not seen by such a program, so that what
# it is told depends on the body: behind a 424 with text it raises an error about a length, which
# names neither the status nor the text, and behind an empty one an EOFError. Whoever replays a
# recorded failure may give back a body that is a success.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check thrift==0.25.0
cat > look.py <<'PY'
import http.server
import threading
from importlib.metadata import version

from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.Thrift import TMessageType, TType
from thrift.transport.THttpClient import THttpClient
from thrift.transport.TTransport import TMemoryBuffer


def message(kind, value=None):
    """Writes a call of balance(), or its result."""
    memory = TMemoryBuffer()
    to = TBinaryProtocol(memory)
    to.writeMessageBegin("balance", kind, 1)
    to.writeStructBegin("")
    if value is not None:
        to.writeFieldBegin("success", TType.I32, 0)
        to.writeI32(value)
        to.writeFieldEnd()
    to.writeFieldStop()
    to.writeStructEnd()
    to.writeMessageEnd()
    return memory.getvalue()


class Origin(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def balance():
    transport = THttpClient(f"http://127.0.0.1:{origin.server_port}/")
    transport.open()
    transport.write(message(TMessageType.CALL))
    transport.flush()
    answer = TBinaryProtocol(transport)
    answer.readMessageBegin()
    answer.readStructBegin()
    answer.readFieldBegin()
    return answer.readI32()


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("thrift", version("thrift"))
reply = message(TMessageType.REPLY, 7)
for status, body in [(s, reply) for s in (200, 302, 404, 424, 500)] + [(424, b'{"error": "no"}'), (424, b"")]:
    what = "a result" if body == reply else body.decode() or "nothing"
    try:
        print(f"{status} with {what}: {balance()}")
    except Exception as error:
        print(f"{status} with {what}: {type(error).__name__} {error}".rstrip())
PY
timeout 60 venv/bin/python look.py | tee found
cat > expected <<'END'
thrift 0.25.0
200 with a result: 7
302 with a result: 7
404 with a result: 7
424 with a result: 7
500 with a result: 7
424 with {"error": "no"}: TTransportException Length exceeded max allowed: 16384000
424 with nothing: EOFError
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
