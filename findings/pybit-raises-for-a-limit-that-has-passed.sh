#!/usr/bin/env bash
# Told by Bybit that there were too many requests, its SDK sleeps until the time in a header of that answer and sends
# the order again; where that time has passed by the clock of the machine, be it by a second, the call ends in a bare
# ValueError, "sleep length must be non-negative". Of a refusal 10002, about the clock, it sends the order again with
# another X-BAPI-RECV-WINDOW, 2.5 seconds more each time, three times in all; 200 and a page of HTML is an order that
# has failed.
#
# Versions: pybit 5.17.0 (CPython 3.11).
# Source: pybit/_http_manager.py (_handle_retryable_error: X-Bapi-Limit-Reset-Timestamp less the present time goes to
# time.sleep; recv_window; retry_codes, of a 200's retCode, for each method).
# Why it matters to a recorder: a recorded rate limit is always of the past, so that a program which went on when it
# was recorded raises in each replay; what does not move that header, which no standard names, with the other times
# cannot replay it. A network slower than the exchange's second makes the same error in life. Two of the orders differ
# by their headers alone.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
export HOME=$work
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check pybit==5.17.0
cat > look.py <<'PY'
import http.server
import json
import logging
import threading
import time
from importlib.metadata import version

from pybit.unified_trading import HTTP

logging.disable(logging.CRITICAL)
asked = []
told = []


class Exchange(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        asked.append((body, self.headers["X-BAPI-RECV-WINDOW"]))
        code, ahead = told.pop(0) if told else (0, None)
        text = json.dumps({"retCode": code, "retMsg": "example", "result": {"orderId": "example"}})
        if code == "page":
            text = "<html></html>"
        self.send_response(200)
        if ahead is not None:
            self.send_header("X-Bapi-Limit-Reset-Timestamp", str(int((time.time() + ahead) * 1000)))
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


exchange = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Exchange)
threading.Thread(target=exchange.serve_forever, daemon=True).start()
client = HTTP(api_key="example", api_secret="example", retry_delay=0)
client.endpoint = f"http://127.0.0.1:{exchange.server_port}"
print("pybit", version("pybit"))
for name, said in (
    ("limit, ends in 2 s", [(10006, 2)]),
    ("limit, ended 1 s ago", [(10006, -1)]),
    ("limit, ended a year ago", [(10006, -31536000)]),
    ("limit, without the header", [(10006, None)]),
    ("10002 twice", [(10002, None)] * 2),
    ("10002 always", [(10002, None)] * 9),
    ("10001, about the order", [(10001, None)]),
    ("a page of HTML", [("page", None)]),
):
    told[:] = said
    asked.clear()
    try:
        end = client.place_order(category="spot", symbol="BTCUSDT", side="Buy", orderType="Market", qty="1")["retMsg"]
    except Exception as error:
        end = type(error).__name__
        end += f": {error}" if isinstance(error, ValueError) and "sleep" in str(error) else ""
    windows = " ".join(window for _, window in asked)
    print(f"{name}: {len(asked)} orders, {len({body for body, _ in asked})} body, windows {windows}: {end}")
PY
timeout 110 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
pybit 5.17.0
limit, ends in 2 s: 2 orders, 1 body, windows 5000 5000: example
limit, ended 1 s ago: 1 orders, 1 body, windows 5000: ValueError: sleep length must be non-negative
limit, ended a year ago: 1 orders, 1 body, windows 5000: ValueError: sleep length must be non-negative
limit, without the header: 2 orders, 1 body, windows 5000 5000: example
10002 twice: 3 orders, 1 body, windows 5000 7500 10000: example
10002 always: 3 orders, 1 body, windows 5000 7500 10000: FailedRequestError
10001, about the order: 1 orders, 1 body, windows 5000: InvalidRequestError
a page of HTML: 1 orders, 1 body, windows 5000: FailedRequestError
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
