#!/usr/bin/env bash
# Of the same answer pandas-datareader gives fewer rows each year, and none after five: a program that names no first day
# gets what is younger than five years, counted from today, and for the bank's series, FRED, that is done to the answer,
# not in the question. Of a central bank's rates it is in the URL, which is another one each day. And what is no 200 it asks
# for four times, a 201, a 404 and a 424 too.
#
# Versions: pandas-datareader 0.11.1, pandas 2.3.3 (CPython 3.11).
# Source: pandas_datareader/base.py (default_start_date, of datetime.date.today(); _get_response), fred.py (truncate),
# bankofcanada.py (params).
# Why it matters to a recorder: every request of a replay is found, and yet the test sees other rows than when it was
# recorded, one less for each month or quarter that has passed; a test that counts them fails on some day. To move the times
# of a CSV to the present is no remedy, as its rows are days of a calendar; a first day that the program names is.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check pandas-datareader==0.11.1 pandas==2.3.3
cat > look.py <<'PY'
import datetime
import http.server
import threading
from importlib.metadata import version

import pandas_datareader.base as base
from pandas_datareader.bankofcanada import BankOfCanadaReader
from pandas_datareader.fred import FredReader

asked = []
told = {}
ROWS = "observation_date,GDP\n" + "".join(f"{year}-01-01,{year}\n" for year in range(2018, 2027))


class Office(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked.append(self.path)
        self.send_response(told["status"])
        self.send_header("Content-Type", "text/csv")
        self.send_header("Content-Length", str(len(ROWS)))
        self.end_headers()
        self.wfile.write(ROWS.encode())

    def log_message(self, *_):
        pass


class Here(FredReader):
    url = property(lambda self: f"http://127.0.0.1:{office.server_port}/graph/fredgraph.csv")


class Day(datetime.date):
    """The day that is told, for today."""

    @classmethod
    def today(cls):
        return cls(*told["today"])


def read(**named):
    asked.clear()
    try:
        rows = list(Here("GDP", **named).read()["GDP"])
        return len(rows), (rows or ["none"])[0]
    except Exception as error:
        return type(error).__name__


office = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Office)
threading.Thread(target=office.serve_forever, daemon=True).start()
print("pandas-datareader", version("pandas-datareader"), "pandas", version("pandas"))
told["status"] = 200


class Clock:
    """The module datetime, with another date."""

    date = Day
    timedelta = datetime.timedelta
    datetime = datetime.datetime


for year in (2023, 2026, 2031, 2032):
    told["today"] = (year, 1, 15)
    base.datetime = Clock
    print(f"in {year}: rows and the first of them {read(end='2040-01-01')}, {asked[-1]}")
    print(f"in {year}: from a first day {read(start='2018-01-01', end='2040-01-01')}")
    print(f"in {year}: rates from", BankOfCanadaReader("FXUSDCAD", end="2040-01-01").params["start_date"])
for status in (201, 404, 424):
    told["status"] = status
    print(f"{status}: {read(end='2040-01-01')}, {len(asked)} requests")
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
pandas-datareader 0.11.1 pandas 2.3.3
in 2023: rows and the first of them (8, 2019), /graph/fredgraph.csv?id=GDP
in 2023: from a first day (9, 2018)
in 2023: rates from 2018-01-16
in 2026: rows and the first of them (5, 2022), /graph/fredgraph.csv?id=GDP
in 2026: from a first day (9, 2018)
in 2026: rates from 2021-01-16
in 2031: rows and the first of them (0, 'none'), /graph/fredgraph.csv?id=GDP
in 2031: from a first day (9, 2018)
in 2031: rates from 2026-01-16
in 2032: rows and the first of them (0, 'none'), /graph/fredgraph.csv?id=GDP
in 2032: from a first day (9, 2018)
in 2032: rates from 2027-01-16
201: RemoteDataError, 4 requests
404: RemoteDataError, 4 requests
424: RemoteDataError, 4 requests
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
