#!/usr/bin/env bash
# Refused by a 503, a 429 or a 409, Deepgram's SDK sends an upload again, and where the program gave it an iterator, as its
# types allow, the second request has an empty body: the answer to that is what the program gets, a transcript of
# nothing, with no error. Where it gave an open file the refusal becomes a LocalProtocolError of another library. Bytes are
# sent whole both times.
#
# Versions: deepgram-sdk 7.17.0, httpx 0.28.1 (CPython 3.11).
# Source: deepgram/core/http_client.py (request calls itself with the same content after _should_retry), deepgram/listen/v1/media
# (request: bytes, an Iterator or an AsyncIterator of bytes); httpx makes a new stream of what is left.
# Why it matters to a recorder: the recording has two POSTs to one URL, the second with no body and the success of the first's
# words; whoever keeps the good answer alone has that of the empty request, which no later run of the program sends. In a
# replay the refusal has to come first, and a miss that says 409 makes a second miss with nothing in it.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check deepgram-sdk==7.17.0 httpx==0.28.1
cat > look.py <<'PY'
import http.server
import inspect
import json
import threading
from importlib.metadata import version

from deepgram import DeepgramClient
from deepgram.environment import DeepgramClientEnvironment

asked = []
told = {}
ABOUT = {"transaction_key": "d", "request_id": "r", "sha256": "x", "created": "2026-01-01T00:00:00Z"}
ABOUT |= {"duration": 1.0, "channels": 1, "models": [], "model_info": {}}


class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def chunks(self):
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def do_POST(self):
        length = self.headers.get("Content-Length")
        body = self.chunks() if length is None else self.rfile.read(int(length))
        if length is not None and len(body) < int(length):
            self.close_connection = True
            return
        asked.append(len(body))
        answer = json.dumps({"metadata": ABOUT, "results": {"channels": []}}).encode()
        self.send_response(told["status"] if len(asked) == 1 else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def parts():
    for _ in range(4):
        yield b"RIFF" * 250


service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=service.serve_forever, daemon=True).start()
names = [name for name in inspect.signature(DeepgramClientEnvironment.__init__).parameters if name != "self"]
here = DeepgramClientEnvironment(**dict.fromkeys(names, f"http://127.0.0.1:{service.server_port}"))
with open("audio", "wb") as audio:
    audio.write(b"RIFF" * 1000)
print("deepgram-sdk", version("deepgram-sdk"), "httpx", version("httpx"))
for name, given in (("bytes", lambda: b"RIFF" * 1000), ("iterator", parts), ("open file", lambda: open("audio", "rb"))):
    for status in (200, 503, 429, 409, 424):
        told["status"] = status
        asked.clear()
        client = DeepgramClient(api_key="example", environment=here)
        try:
            end = type(client.listen.v1.media.transcribe_file(request=given())).__name__
        except Exception as error:
            end = type(error).__name__
        print(f"{name}, {status}: bodies of {asked}, {end}")
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
deepgram-sdk 7.17.0 httpx 0.28.1
bytes, 200: bodies of [4000], ListenV1Response
bytes, 503: bodies of [4000, 4000], ListenV1Response
bytes, 429: bodies of [4000, 4000], ListenV1Response
bytes, 409: bodies of [4000, 4000], ListenV1Response
bytes, 424: bodies of [4000], ApiError
iterator, 200: bodies of [4000], ListenV1Response
iterator, 503: bodies of [4000, 0], ListenV1Response
iterator, 429: bodies of [4000, 0], ListenV1Response
iterator, 409: bodies of [4000, 0], ListenV1Response
iterator, 424: bodies of [4000], ApiError
open file, 200: bodies of [4000], ListenV1Response
open file, 503: bodies of [4000], LocalProtocolError
open file, 429: bodies of [4000], LocalProtocolError
open file, 409: bodies of [4000], LocalProtocolError
open file, 424: bodies of [4000], ApiError
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
