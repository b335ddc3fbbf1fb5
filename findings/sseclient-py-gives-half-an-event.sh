#!/usr/bin/env bash
# sseclient-py gives a program the event that its stream ended in as if it were whole: of a stream
# that stops behind "data: pay 10" of "data: pay 1000" it makes the event "pay 10". The standard
# has such a rest thrown away, as httpx-sse, LaunchDarkly's client, the SDKs of OpenAI and
# Anthropic, and eventsource-parser do.
#
# Versions: sseclient-py 1.9.0, httpx-sse 0.4.3, launchdarkly-eventsource 1.7.4, openai 3.57.0,
# anthropic 2.14.0 (CPython 3.11 to 3.13), eventsource-parser 3.1.1 for Node.
# Source: sseclient-py's sseclient/__init__.py (SSEClient._read hands over what is left when the source
# ends, and events() dispatches it); HTML's section 9.2.6: once the end of the file is reached,
# any pending data must be discarded.
# Why it matters to a recorder: a recording that was left in the middle of a stream holds a part of
# an event, and whoever replays it as an answer that has ended in order (with its own length, or
# with a last chunk) gives a program a number, or a word, that its origin never said. It has
# to end in the failure that it was, or with the last whole event.
set -euo pipefail
for tool in python3 node npm; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check sseclient-py==1.9.0 httpx-sse==0.4.3 requests==2.34.2 \
  httpx==0.28.1 launchdarkly-eventsource==1.7.4 openai==3.57.0 anthropic==2.14.0
npm install --silent --no-audit --no-fund eventsource-parser@3.1.1
cat > look.py <<'PY'
import http.server
import importlib.metadata
import threading

import httpx
import httpx_sse
import ld_eventsource
import requests
import sseclient
from anthropic._streaming import SSEDecoder as Anthropic
from ld_eventsource.config import ConnectStrategy, ErrorStrategy
from openai._streaming import SSEDecoder as OpenAI

CUT = b"data: hello\n\ndata: pay 10"


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Content-Length", str(len(CUT)))
        self.end_headers()
        self.wfile.write(CUT)

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}/"


def say(name, events):
    print(name, importlib.metadata.version(name), [each.data for each in events])


with requests.get(url, stream=True) as answer:
    say("sseclient-py", sseclient.SSEClient(answer).events())
with httpx.Client() as client, httpx_sse.connect_sse(client, "GET", url) as source:
    say("httpx-sse", source.iter_sse())
once = {"connect": ConnectStrategy.http(url), "error_strategy": ErrorStrategy.always_fail()}
say("launchdarkly-eventsource", ld_eventsource.SSEClient(**once).events)
for name, decoder in (("openai", OpenAI()), ("anthropic", Anthropic())):
    with httpx.stream("GET", url) as answer:
        say(name, decoder.iter_bytes(answer.iter_bytes()))
PY
cat > look.mjs <<'JS'
import fs from 'node:fs';
import { createParser } from 'eventsource-parser';

const found = [];
createParser({ onEvent: (event) => found.push(event.data) }).feed('data: hello\n\ndata: pay 10');
const { version } = JSON.parse(fs.readFileSync('node_modules/eventsource-parser/package.json'));
console.log('eventsource-parser', version, found);
JS
{ timeout 60 venv/bin/python look.py && node look.mjs; } | tee found
cat > expected <<'END'
sseclient-py 1.9.0 ['hello', 'pay 10']
httpx-sse 0.4.3 ['hello']
launchdarkly-eventsource 1.7.4 ['hello']
openai 3.57.0 ['hello']
anthropic 2.14.0 ['hello']
eventsource-parser 3.1.1 [ 'hello' ]
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
