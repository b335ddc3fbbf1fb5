#!/usr/bin/env bash
# web3.py sends a signed transaction five times where the node refuses it by whatever status, a 400 or a 424 too, and one that
# the node is to sign once; of eth_sign it is five again. Where the connection ends without an answer its AsyncHTTPProvider
# does the same, and HTTPProvider, by the same default, sends each once: that looks for Python's own ConnectionError, which
# requests never raises. No status but of 400 and more is looked at, and no Retry-After.
#
# Versions: web3 8.0.0, requests 2.34.2 (CPython 3.11).
# Source: web3/providers/rpc/utils.py (REQUEST_RETRY_ALLOWLIST has eth_sendRawTransaction and eth_sign), rpc.py and
# async_rpc.py (exception_retry_configuration: the errors of each).
# Why it matters to a recorder: each miss of a listed method is five misses, all with one JSON-RPC id, and a 424 is as good
# as a 503; a recording of a node that stumbled has five requests by one provider, and one by the other, for the same program.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check web3==8.0.0 requests==2.34.2
cat > look.py <<'PY'
import asyncio
import http.server
import json
import threading
import time
from importlib.metadata import version

from web3 import AsyncHTTPProvider, HTTPProvider

asked = []
waits = []
answers = []


class Node(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        asked.append(query["id"])
        status = answers[0]
        if status is None:
            self.close_connection = True
            return
        body = json.dumps({"jsonrpc": "2.0", "id": query["id"], "result": "0x7"}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Retry-After", "60")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


async def at_once(seconds, sleep=asyncio.sleep):
    waits.append(seconds)
    await sleep(0)


def look(what, kind, method, status):
    asked.clear()
    waits.clear()
    answers[:] = [status]
    provider = kind(f"http://127.0.0.1:{node.server_port}")

    async def call():
        try:
            return await provider.make_request(method, ["0x"])
        finally:
            await provider.disconnect()

    try:
        said = asyncio.run(call()) if kind is AsyncHTTPProvider else provider.make_request(method, ["0x"])
        end = said["result"]
    except Exception as error:
        end = type(error).__name__
    print(f"{what}, {method}, {status}: {len(asked)} requests, {len(set(asked))} ids, waited {sum(waits)} s: {end}")


time.sleep = waits.append
asyncio.sleep = at_once
node = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Node)
threading.Thread(target=node.serve_forever, daemon=True).start()
print("web3", version("web3"))
for kind in (HTTPProvider, AsyncHTTPProvider):
    for method in ("eth_sendRawTransaction", "eth_sendTransaction", "eth_sign", "personal_sendTransaction"):
        for status in (424, None):
            look(kind.__name__, kind, method, status)
look("HTTPProvider", HTTPProvider, "eth_sendRawTransaction", 201)
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
web3 8.0.0
HTTPProvider, eth_sendRawTransaction, 424: 5 requests, 1 ids, waited 1.875 s: HTTPError
HTTPProvider, eth_sendRawTransaction, None: 1 requests, 1 ids, waited 0 s: ConnectionError
HTTPProvider, eth_sendTransaction, 424: 1 requests, 1 ids, waited 0 s: HTTPError
HTTPProvider, eth_sendTransaction, None: 1 requests, 1 ids, waited 0 s: ConnectionError
HTTPProvider, eth_sign, 424: 5 requests, 1 ids, waited 1.875 s: HTTPError
HTTPProvider, eth_sign, None: 1 requests, 1 ids, waited 0 s: ConnectionError
HTTPProvider, personal_sendTransaction, 424: 1 requests, 1 ids, waited 0 s: HTTPError
HTTPProvider, personal_sendTransaction, None: 1 requests, 1 ids, waited 0 s: ConnectionError
AsyncHTTPProvider, eth_sendRawTransaction, 424: 5 requests, 1 ids, waited 1.875 s: ClientResponseError
AsyncHTTPProvider, eth_sendRawTransaction, None: 5 requests, 1 ids, waited 1.875 s: ServerDisconnectedError
AsyncHTTPProvider, eth_sendTransaction, 424: 1 requests, 1 ids, waited 0 s: ClientResponseError
AsyncHTTPProvider, eth_sendTransaction, None: 1 requests, 1 ids, waited 0 s: ServerDisconnectedError
AsyncHTTPProvider, eth_sign, 424: 5 requests, 1 ids, waited 1.875 s: ClientResponseError
AsyncHTTPProvider, eth_sign, None: 5 requests, 1 ids, waited 1.875 s: ServerDisconnectedError
AsyncHTTPProvider, personal_sendTransaction, 424: 1 requests, 1 ids, waited 0 s: ClientResponseError
AsyncHTTPProvider, personal_sendTransaction, None: 1 requests, 1 ids, waited 0 s: ServerDisconnectedError
HTTPProvider, eth_sendRawTransaction, 201: 1 requests, 1 ids, waited 0 s: 0x7
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
