#!/usr/bin/env bash
# How many requests one day of electricity prices is to entsoe-py goes by four words of an answer: behind a page with
# all of the day it asks for what begins at 100, 200 and so on, for a time a day wider at both ends than the
# program's, until one says "No matching data found". Where each is answered alike it asks 49 times and gives the day
# as if all were well. Where the end comes as "text/xml; charset=utf-8" it is no end but a ValueError, and the prices
# are lost.
#
# Versions: entsoe-py 0.8.1 (CPython 3.11).
# Source: entsoe/decorators.py (documents_limited), entsoe/entsoe.py (_base_request looks for the words in a 200 only
# where the header is just application/xml or text/xml, and in a refusal anywhere; query_day_ahead_prices adds the
# days).
# Why it matters to a recorder: a matcher that leaves the query out, or a stand-in that knows one answer, is asked 49
# times and never found out, as equal prices are merged. A recording needs the last, empty answer word by word, and
# its header as it was: a tool that adds a charset, as many do to what they know to be text, makes an error of the
# whole call.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
export HOME=$work
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check entsoe-py==0.8.1
cat > look.py <<'PY'
import http.server
import os
import threading
import warnings
from importlib.metadata import version
from urllib.parse import parse_qs, urlsplit

warnings.simplefilter("ignore")
NOTHING = """<?xml version="1.0" encoding="UTF-8"?>
<Acknowledgement_MarketDocument xmlns="urn:iec62325.351:tc57wg16:451-1:acknowledgementdocument:7:0">
<Reason><code>999</code><text>No matching data found for Data item</text></Reason></Acknowledgement_MarketDocument>"""
POINTS = "".join(f"<Point><position>{n}</position><price.amount>{n}</price.amount></Point>" for n in range(1, 25))
DAY = f"""<?xml version="1.0" encoding="UTF-8"?>
<Publication_MarketDocument xmlns="urn:iec62325.351:tc57wg16:451-3:publicationdocument:7:3"><TimeSeries>
<curveType>A03</curveType><Period><timeInterval><start>2026-01-01T00:00Z</start><end>2026-01-02T00:00Z</end>
</timeInterval><resolution>PT60M</resolution>{POINTS}</Period></TimeSeries></Publication_MarketDocument>"""
asked = []
told = {}


class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        asked.append([query[name][0] for name in ("offset", "periodStart", "periodEnd")])
        first = query["offset"] == ["0"]
        status, kind, body = told["first"] if first else told["rest"]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=service.serve_forever, daemon=True).start()
os.environ["ENTSOE_ENDPOINT_URL"] = f"http://127.0.0.1:{service.server_port}/api"

import pandas
from entsoe import EntsoePandasClient

start, end = (pandas.Timestamp(f"2026-01-0{day}", tz="UTC") for day in (1, 2))
client = EntsoePandasClient("example", retry_count=1)
print("entsoe-py", version("entsoe-py"))
day = (200, "text/xml", DAY)
for name, first, rest in (
    ("the end in a 200", day, (200, "text/xml", NOTHING)),
    ("the end in a 400", day, (400, "text/xml; charset=utf-8", NOTHING)),
    ("the end in a 200 with a charset", day, (200, "text/xml; charset=utf-8", NOTHING)),
    ("the same answer to all", day, day),
    ("a page of HTML", (200, "text/html", "<html>Please log in</html>"), day),
):
    told.update(first=first, rest=rest)
    asked.clear()
    try:
        said = f"{len(client.query_day_ahead_prices('DE_LU', start=start, end=end))} prices"
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
    print(f"{name}: {len(asked)} requests, {said}")
    if len(asked) > 2:
        print("   first, second and last:", ", ".join(" ".join(each) for each in (asked[0], asked[1], asked[-1])))
PY
timeout 110 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
entsoe-py 0.8.1
the end in a 200: 2 requests, 24 prices
the end in a 400: 2 requests, 24 prices
the end in a 200 with a charset: 2 requests, ValueError: No objects to concatenate
the same answer to all: 49 requests, 24 prices
   first, second and last: 0 202512310000 202601030000, 100 202512310000 202601030000, 4800 202512310000 202601030000
a page of HTML: 1 requests, ValueError: No objects to concatenate
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
