#!/usr/bin/env bash
# The order that a program sends by ccxt, the usual client of crypto exchanges, says more than the program did: at OKX
# and Coinbase it has a name drawn by chance, at OKX, Gate, Bitget and MEXC besides a mark by which the exchange knows
# ccxt itself as the broker. Before the first order at Bitget and Gate comes a question about the account that nobody
# wrote; what is answered decides which API Bitget's order goes to, /api/v3 or, after a refusal of any kind, /api/v2,
# in other fields.
#
# Versions: ccxt 4.5.90 (CPython 3.11).
# Source: ccxt's okx.py (create_order_request: clOrdId, tag), coinbase.py (client_order_id), gate.py and bitget.py
# (is_unified_enabled, handle_uta_params; X-Gate-Channel-Id, X-Channel-Api-Code), mexc.py (source).
# Why it matters to a recorder: no order finds its recording by its body in the next run, as the name differs, and the
# name comes back in the answers. The question is asked once for each object, so that which test has it goes by which
# is first; one that is missing from the cassette is refused, and the order then leaves for another path and is no
# match, either.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
export HOME=$work
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check ccxt==4.5.90
cat > look.py <<'PY'
import http.server
import json
import threading
from importlib.metadata import version

import ccxt

asked = []
about_account = {"status": 200}


class Exchange(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        asked.append((self.command, self.path.partition("?")[0], body, self.headers))
        self.send_response(200 if self.command == "POST" else about_account["status"])
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST

    def log_message(self, *_):
        pass


def placed(urls):
    """Puts the address of the server here in the place of each of the exchange's."""
    return {key: placed(each) for key, each in urls.items()} if isinstance(urls, dict) else address


def order(name, status=200):
    asked.clear()
    about_account["status"] = status
    exchange = getattr(ccxt, name)({"apiKey": "example", "secret": "YWJj", "password": "example"})
    exchange.urls["api"] = placed(exchange.urls["api"])
    market = exchange.safe_market_structure()
    market.update(id="BTCUSDT", symbol="BTC/USDT", base="BTC", quote="USDT", baseId="BTC", quoteId="USDT", info={})
    market.update(type="spot", spot=True, margin=False, swap=False, future=False, option=False, contract=False)
    market["precision"].update(amount=0.001, price=0.01)
    coins = {each: {"id": each, "code": each, "precision": 0.001} for each in ("BTC", "USDT")}
    exchange.set_markets([market], coins)
    try:
        exchange.create_order("BTC/USDT", "limit", "buy", 1, 100)
    except ccxt.ExchangeError:
        pass
    return [(f"{method} {path}", body, headers) for method, path, body, headers in asked]


exchange = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Exchange)
threading.Thread(target=exchange.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{exchange.server_port}"
print("ccxt", version("ccxt"))
for name, field in (("okx", "clOrdId"), ("coinbase", "client_order_id")):
    runs = []
    for _ in range(2):
        [(line, body, _headers)] = order(name)
        (sent,) = [json.loads(body)] if name == "coinbase" else json.loads(body)
        runs.append(sent)
    one, other = (each.pop(field) for each in runs)
    print(f"{name}: {line}, {field} of two equal orders differs: {one != other}, all else equal: {runs[0] == runs[1]}")
    print("   both begin with:", one[:5] if name == "coinbase" else one[:16] == other[:16] == runs[0]["tag"])
for name, mark in (("gate", "X-Gate-Channel-Id"), ("bitget", "X-Channel-Api-Code"), ("mexc", "source")):
    for status in (200, 404) if name == "bitget" else (200,):
        sent = order(name, status)
        said = f", account {status}" if name == "bitget" else ""
        print(f"{name}{said}: {', '.join(line for line, _, _ in sent)}; {mark}: {sent[-1][2][mark]}")
        if name == "bitget":
            print("   fields:", *json.loads(sent[-1][1]))
PY
timeout 110 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
ccxt 4.5.90
okx: POST /api/v5/trade/batch-orders, clOrdId of two equal orders differs: True, all else equal: True
   both begin with: True
coinbase: POST /api/v3/brokerage/orders, client_order_id of two equal orders differs: True, all else equal: True
   both begin with: ccxt-
gate: GET /account/detail, POST /spot/orders; X-Gate-Channel-Id: ccxt
bitget, account 200: GET /api/v3/account/settings, POST /api/v3/trade/place-order; X-Channel-Api-Code: p4sve
   fields: category symbol qty side price orderType timeInForce
bitget, account 404: GET /api/v3/account/settings, POST /api/v2/spot/trade/place-order; X-Channel-Api-Code: p4sve
   fields: symbol orderType price force side size
mexc: POST /api/v3/order; source: CCXT
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
