#!/usr/bin/env bash
# The prices of a share that yfinance was refused, by a 424, a 404 or a 500, are no error but a table without a day,
# and a line in the log that the share is "possibly delisted". Each refusal makes it ask anew for a key, at one of two
# hosts in turn, and then for the prices again. How many requests come before goes by what this user ran before: a
# cookie and a share's time zone stay in the user's home; a cookie that has ended, or that ends after May 2033, is
# asked for with each call.
#
# Versions: yfinance 1.7.0 with requests 2.34.2, by YF_DISABLE_CURL_CFFI (CPython 3.11).
# Source: yfinance/data.py (YfData._make_request and _set_cookie_strategy; _load_cookie_curlCffi takes a time above
# 2e9 for milliseconds), cache.py, scrapers/history.py.
# Why it matters to a recorder: a recording of a first run has four or five requests and one of a second two or three,
# and a replay a year later asks for the cookie where none was asked for, as the recorded one has ended by then. What
# a replay refuses is asked for twice, the second time with a new key in the URL, and the program sees a share that is
# no more.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
export HOME=$work
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check yfinance==1.7.0 requests==2.34.2
cat > look.py <<'PY'
import http.server
import json
import logging
import os
import subprocess
import sys
import threading
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from importlib.metadata import version
from urllib.parse import urlsplit

os.environ["YF_DISABLE_CURL_CFFI"] = "1"
asked = []
refused = {"status": None}
DAY = 86400
START = 1796000400
PERIOD = {"timezone": "UTC", "gmtoffset": 0, "start": START, "end": START + 3600}
META = {
    "currency": "USD",
    "symbol": "EXMP",
    "instrumentType": "EQUITY",
    "exchangeTimezoneName": "UTC",
    "timezone": "UTC",
    "gmtoffset": 0,
    "regularMarketPrice": 3.0,
    "regularMarketTime": START + 2 * DAY,
    "priceHint": 2,
    "dataGranularity": "1d",
    "range": "5d",
    "validRanges": ["1d", "5d"],
    "currentTradingPeriod": {each: PERIOD for each in ("pre", "regular", "post")},
}
PRICES = [1.0, 2.0, 3.0]
QUOTE = {**{each: PRICES for each in ("open", "high", "low", "close")}, "volume": [1, 2, 3]}
RESULT = {
    "meta": META,
    "timestamp": [START + each * DAY for each in range(3)],
    "indicators": {"quote": [QUOTE], "adjclose": [{"adjclose": PRICES}]},
}
CHART = json.dumps({"chart": {"result": [RESULT], "error": None}})


class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        parts = urlsplit(self.path)
        name = parts.path.rpartition("/")[2] or "cookie"
        name = {"EXMP": "chart", "getcrumb": "crumb"}.get(name, name)
        asked.append(f"{name} of {self.headers['Host'].partition('.')[0]}")
        status, body = 200, {"cookie": "", "crumb": "example"}.get(name, CHART)
        if name == "chart" and refused["status"]:
            status, body = refused["status"], "not recorded"
        self.send_response(status)
        if name == "cookie":
            self.send_header("Set-Cookie", f"A3=example; Expires={EXPIRES}; Domain=.yahoo.com; Path=/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


def program(*statuses):
    import requests
    import yfinance

    class Here(requests.adapters.HTTPAdapter):
        """Brings each request to the server here."""

        def send(self, request, **more):
            request = request.copy()
            parts = urlsplit(request.url)
            request.headers["Host"] = parts.hostname
            request.url = parts._replace(scheme="http", netloc=f"127.0.0.1:{service.server_port}").geturl()
            return super().send(request, **more)

    logging.disable(logging.CRITICAL)
    yfinance.set_tz_cache_location(FOLDER)
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", Here())
    for status in statuses:
        refused["status"] = int(status)
        asked.clear()
        try:
            end = f"{len(yfinance.Ticker('EXMP', session=session).history(period='5d'))} days"
        except Exception as error:
            end = type(error).__name__
        print(f"  {status if status != '0' else 'answered'}: {', '.join(asked)}: {end}", flush=True)


if sys.argv[1:]:
    FOLDER, EXPIRES = sys.argv[1:3]
    service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=service.serve_forever, daemon=True).start()
    program(*sys.argv[3:])
else:
    print("yfinance", version("yfinance"), flush=True)
    soon = format_datetime(datetime.now(timezone.utc) + timedelta(days=300), usegmt=True)
    for name, folder, expires, statuses in (
        ("cookie of a year ago", "one", "Sun, 30 Nov 2025 09:00:00 GMT", ("0",)),
        ("cookie of 2035", "two", "Fri, 30 Nov 2035 09:00:00 GMT", ("0",)),
        ("cookie that is good, first run", "three", soon, ("0", "0")),
        ("second run", "three", soon, ("0", "424", "404", "500", "429")),
    ):
        print(name, flush=True)
        call = [sys.executable, "-W", "ignore", __file__, folder, expires, *statuses]
        subprocess.run(call, check=True, timeout=60)
PY
timeout 110 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
yfinance 1.7.0
cookie of a year ago
  answered: cookie of fc, cookie of fc, crumb of query1, chart of query2, cookie of fc, chart of query2: 3 days
cookie of 2035
  answered: cookie of fc, cookie of fc, crumb of query1, chart of query2, cookie of fc, chart of query2: 3 days
cookie that is good, first run
  answered: cookie of fc, crumb of query1, chart of query2, chart of query2: 3 days
  answered: chart of query2: 3 days
second run
  answered: crumb of query1, chart of query2: 3 days
  424: chart of query2, crumb of query2, chart of query2: 0 days
  404: chart of query2, crumb of query1, chart of query2: 0 days
  500: chart of query2, crumb of query2, chart of query2: 0 days
  429: chart of query2, crumb of query1, chart of query2: YFRateLimitError
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
