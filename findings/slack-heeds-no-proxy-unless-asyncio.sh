#!/usr/bin/env bash
# With HTTPS_PROXY and NO_PROXY set Slack's client for Python goes past the proxy to a host that NO_PROXY names, and
# its asyncio twin, of the same names and arguments, through it; and both take HTTPS_PROXY for plain http too, before
# HTTP_PROXY.
#
# Versions: slack_sdk 3.48.0, aiohttp 3.14.5 (CPython 3.11 to 3.13).
# Source: slack_sdk/proxy_env_variable_loader.py, which looks at four variables and not at NO_PROXY; the one hands
# what it found to urllib's ProxyHandler, which asks proxy_bypass() by itself, the other to aiohttp as `proxy=`, which
# does not.
# Why it matters to a recorder: of one program, half of whose calls are asyncio's, a host that is to be left alone is
# recorded by half; where the proxy is a recorder in replay, a stub server on loopback that NO_PROXY names is refused
# to the asyncio half alone. And a proxy that is set for http only is not used if there is another for https.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check slack_sdk==3.48.0 aiohttp==3.14.5
cat > look.py <<'PY'
import asyncio
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]


def serve(name):
    class Server(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            answer = json.dumps({"ok": True, "by": name}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


origin = serve("the origin")
os.environ["HTTPS_PROXY"] = serve("HTTPS_PROXY")
os.environ["HTTP_PROXY"] = serve("HTTP_PROXY")
from slack_sdk import WebClient
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook import WebhookClient
from slack_sdk.webhook.async_client import AsyncWebhookClient


async def by_asyncio():
    print("  AsyncWebClient is answered by", (await AsyncWebClient(base_url=f"{origin}/api/").api_test())["by"])
    print("  AsyncWebhookClient by", json.loads((await AsyncWebhookClient(origin).send(text="a")).body)["by"])


print("slack_sdk", version("slack_sdk"))
for bypass in ("", "127.0.0.1"):
    os.environ["NO_PROXY"] = bypass
    print(f"NO_PROXY={bypass}")
    print("  WebClient is answered by", WebClient(base_url=f"{origin}/api/").api_test()["by"])
    print("  WebhookClient by", json.loads(WebhookClient(origin).send(text="a").body)["by"])
    asyncio.run(by_asyncio())
PY
timeout 120 venv/bin/python -u look.py | tee found
cat > expected <<'END'
slack_sdk 3.48.0
NO_PROXY=
  WebClient is answered by HTTPS_PROXY
  WebhookClient by HTTPS_PROXY
  AsyncWebClient is answered by HTTPS_PROXY
  AsyncWebhookClient by HTTPS_PROXY
NO_PROXY=127.0.0.1
  WebClient is answered by the origin
  WebhookClient by the origin
  AsyncWebClient is answered by HTTPS_PROXY
  AsyncWebhookClient by HTTPS_PROXY
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
