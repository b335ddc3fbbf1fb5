#!/usr/bin/env bash
# google-genai sends its asynchronous calls by aiohttp once some package has installed that, and by
# httpx2 before: the same program then no longer reads ALL_PROXY, and sends a POST whose connection
# ends without an answer a second time, after one to ten seconds that are drawn by chance. Its
# blocking calls go by httpx2 in both cases, and do neither.
#
# Versions: google-genai 3.6.1, httpx2 2.16.2, aiohttp 3.14.5 (CPython 3.11 to 3.13).
# Source: google/genai/_api_client.py (has_aiohttp, _use_aiohttp; _async_request sleeps and asks
# again after aiohttp's errors alone). Its README has aiohttp as an extra for faster calls, and says
# that both libraries read the proxies by urllib's getproxies.
# Why it matters to a recorder: what is patched into httpx, or put there as a transport's default,
# records nothing from the day on which another dependency brings aiohttp, and a mock that answers
# by hanging up, as some do for what they do not know, gets two requests for one. Whether
# a cassette of such a failure holds one POST or two was decided by pip.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check google-genai==3.6.1 httpx2==2.16.2
cat > look.py <<'PY'
import asyncio
import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

for name in list(os.environ):
    if name.lower().endswith("_proxy") or name.startswith(("GOOGLE_", "GEMINI_")):
        del os.environ[name]
came = []


class Server(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        came.append("by the proxy" if self.path.startswith("http://") else "directly")
        if "/models/none:" in self.path:
            return self.connection.shutdown(2)  # no answer
        part = {"content": {"role": "model", "parts": [{"text": "an answer"}]}}
        body = json.dumps({"candidates": [part]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
os.environ["ALL_PROXY"] = url

from google import genai


def client():
    return genai.Client(api_key="example", http_options={"base_url": url})


async def later(model):
    mine = client()
    return await mine.aio.models.generate_content(model=model, contents="a question")


found = {}
for model in ("m", "none"):
    for kind in ("blocking", "asynchronous"):
        came.clear()
        try:
            if kind == "blocking":
                mine = client()
                mine.models.generate_content(model=model, contents="a question")
            else:
                asyncio.run(later(model))
        except Exception as error:
            print(f"  {kind}, without an answer:", type(error).__module__.split(".")[0])
        found[f"{kind} {model}"] = " ".join(came)
        print(f"  {kind}, {model}: {came}")
aiohttp = sys.argv[1] == "aiohttp"
once = "directly" if aiohttp else "by the proxy"
expected = {
    "blocking m": "by the proxy",
    "asynchronous m": once,
    "blocking none": "by the proxy",
    "asynchronous none": " ".join([once] * (2 if aiohttp else 1)),
}
sys.exit(found != expected)
PY
venv/bin/pip list --disable-pip-version-check 2> /dev/null | grep -E "^(google-genai|httpx2) "
echo "without aiohttp:"
timeout 60 venv/bin/python -W ignore look.py without || { echo "the behaviour has changed"; exit 1; }
venv/bin/pip install -q --disable-pip-version-check aiohttp==3.14.5
echo "with aiohttp:"
timeout 60 venv/bin/python -W ignore look.py aiohttp || { echo "the behaviour has changed"; exit 1; }
