#!/usr/bin/env bash
# Alpaca's SDK for Python sends an order to buy again, four times within nine seconds, where the answer is a 504, the
# one status by which a gateway says that it does not know what became of the request; a 500, a 502 and a 503 are
# final. The orders have no client_order_id, by which the exchange could tell that they are one. After a redirect, and
# after a 200 without a body, submit_order returns None and raises nothing.
#
# Versions: alpaca-py 0.44.0 (CPython 3.11).
# Source: alpaca/common/rest.py (RESTClient._request and _one_request; DEFAULT_RETRY_EXCEPTION_CODES in
# common/constants.py is [429, 504] for each method; allow_redirects is False, and raise_for_status lets a 3xx go).
# Why it matters to a recorder: one call is up to four equal POSTs in a cassette, each with an answer of its own,
# which have to be replayed in their order; who keeps one of equal requests turns a bad moment into a lasting one or
# into none. What stands in for the exchange may not refuse by a 504, and a recorded 302 makes the program go on with
# no order in its hand.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
export HOME=$work
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check alpaca-py==0.44.0
cat > look.py <<'PY'
import http.server
import threading
from importlib.metadata import version

from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, TimeInForce
from alpaca.trading.requests import MarketOrderRequest

asked = []
told = []


class Exchange(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        asked.append((self.path, body))
        status, text = told.pop(0) if told else (200, '{"id": "example"}')
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST

    def log_message(self, *_):
        pass


exchange = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Exchange)
threading.Thread(target=exchange.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{exchange.server_port}"
client = TradingClient("example", "example", url_override=address, raw_data=True)
order = MarketOrderRequest(symbol="SPY", qty=1, side=OrderSide.BUY, time_in_force=TimeInForce.DAY)
print("alpaca-py", version("alpaca-py"))
for name, said in (
    ("504 always", [(504, "")] * 9),
    ("504 once", [(504, "")]),
    ("429 once", [(429, "")]),
    ("500", [(500, "")]),
    ("502", [(502, "")]),
    ("503", [(503, "")]),
    ("302", [(302, "")]),
    ("200 with no body", [(200, "")]),
):
    told[:] = said
    asked.clear()
    try:
        end = client.submit_order(order)
    except Exception as error:
        end = type(error).__name__
    print(f"{name}: orders sent: {len(asked)}, all equal: {len(set(asked)) == 1}, {end}")
print(*asked[0])
PY
timeout 110 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
alpaca-py 0.44.0
504 always: orders sent: 4, all equal: True, APIError
504 once: orders sent: 2, all equal: True, {'id': 'example'}
429 once: orders sent: 2, all equal: True, {'id': 'example'}
500: orders sent: 1, all equal: True, APIError
502: orders sent: 1, all equal: True, APIError
503: orders sent: 1, all equal: True, APIError
302: orders sent: 1, all equal: True, None
200 with no body: orders sent: 1, all equal: True, None
/v2/orders {"symbol": "SPY", "qty": 1.0, "side": "buy", "type": "market", "time_in_force": "day"}
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
