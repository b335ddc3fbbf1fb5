#!/usr/bin/env bash
# MQTT over WebSocket, which is a GET with an Upgrade, heeds none of http_proxy, https_proxy, all_proxy and ws_proxy
# in Eclipse's Paho for Python, but mqtt_proxy, and that one only where PySocks happens to be installed: without it
# the variable is passed over without a word.
#
# Versions: paho-mqtt 2.2.0, PySocks 1.7.1 (CPython 3.11 to 3.13).
# Source: paho/mqtt/client.py (_get_proxy): getproxies() knows any NAME_proxy, and Paho asks for "mqtt", as it does
# for plain MQTT; its documentation has proxy_set(), and of the variable nothing.
# Why it matters to a recorder: a run that has all usual variables set does not see the WebSocket, whose handshake is
# HTTP and could be recorded: in replay it goes to the network. Setting mqtt_proxy, of "http" or of "https", brings it
# to the proxy by CONNECT if a library is there that another package may have brought (requests[socks] has it), and
# takes plain MQTT there too, which is no HTTP.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check paho-mqtt==2.2.0
cat > look.py <<'PY'
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
import paho.mqtt.client as paho

seen = []


def serve(name):
    class Server(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(f"{name} by {self.command}, Upgrade {self.headers['Upgrade']}")
            self.send_response(502)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_CONNECT = do_GET

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


origin, proxy = serve("the origin"), serve("the proxy")
print("paho-mqtt", version("paho-mqtt"), "with PySocks" if paho.socks else "without PySocks")
for name in ("http_proxy", "https_proxy", "all_proxy", "ws_proxy", "mqtt_proxy"):
    os.environ[name] = f"http://127.0.0.1:{proxy}"
    seen.clear()
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, transport="websockets")
    try:
        client.connect("127.0.0.1", origin)
    except OSError as error:
        seen.append(type(error).__name__)
    except paho.WebsocketConnectionError as error:
        seen.append(type(error).__name__)
    print(f"  {name}: {seen[0]}")
    del os.environ[name]
PY
timeout 60 venv/bin/python -u look.py | tee found
venv/bin/pip install -q --disable-pip-version-check pysocks==1.7.1
timeout 60 venv/bin/python -u look.py | tee -a found
cat > expected <<'END'
paho-mqtt 2.2.0 without PySocks
  http_proxy: the origin by GET, Upgrade websocket
  https_proxy: the origin by GET, Upgrade websocket
  all_proxy: the origin by GET, Upgrade websocket
  ws_proxy: the origin by GET, Upgrade websocket
  mqtt_proxy: the origin by GET, Upgrade websocket
paho-mqtt 2.2.0 with PySocks
  http_proxy: the origin by GET, Upgrade websocket
  https_proxy: the origin by GET, Upgrade websocket
  all_proxy: the origin by GET, Upgrade websocket
  ws_proxy: the origin by GET, Upgrade websocket
  mqtt_proxy: the proxy by CONNECT, Upgrade None
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
