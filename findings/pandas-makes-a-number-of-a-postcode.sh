#!/usr/bin/env bash
# pandas makes numbers of texts: of {"zip":"01234","id":"007","part":"1e3"} its read_json has 1234, 7 and 1000.0, and of a
# number in a field that is called timestamp or modified, or ends in _at, a day, be it a price; one whole number beyond 64
# bits costs the whole answer. to_json writes ten digits behind the point. polars and DuckDB keep each of these as it was
# sent, but a text 2026-11-30 is a day to DuckDB, and stays a text in pandas.
#
# Versions: pandas 3.1.1, polars 2.1.0, duckdb 2.0.1 (CPython 3.11).
# Source: pandas' read_json with dtype, convert_dates and keep_default_dates, all on by default, and to_json with
# double_precision=10.
# Why it matters to a recorder: what a program asks for next, by an id that it read in a table, is another URL than its answer
# has: /items/7 where the API said 007. Links between an answer and the next request are lost to whoever looks for
# the letters.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check pandas==3.1.1 polars==2.1.0 duckdb==2.0.1
cat > answer.json <<'JSON'
[{"zip":"01234","id":"007","part":"1e3","day":"2026-11-30",
  "timestamp":1764500000,"modified":1764500000,"paid_at":1764500000}]
JSON
cat > look.py <<'PY'
import io

import duckdb
import pandas
import polars

read = pandas.read_json("answer.json")
print("pandas", *(f"{name}={str(read[name][0]).replace(' ', 'T')}" for name in read))
read = polars.read_json("answer.json")
print("polars", *(f"{name}={read[name][0]!r}" for name in read.columns))
read = duckdb.sql("select * from 'answer.json'")
print("DuckDB", *(f"{name}={value!r}" for name, value in zip(read.columns, read.fetchall()[0], strict=True)))
try:
    pandas.read_json(io.StringIO('[{"id":18446744073709551616}]'))
except ValueError as error:
    print("pandas, beyond 64 bits:", error)
place = pandas.read_json(io.StringIO('[{"lat":10.005202927094325}]'))
print("pandas, written:", place.to_json(orient="records"))
PY
venv/bin/python look.py > found
cat found
cat > expected <<'END'
pandas zip=1234 id=7 part=1000.0 day=2026-11-30 timestamp=2025-11-30T10:53:20 modified=2025-11-30T10:53:20 paid_at=2025-11-30T10:53:20
polars zip='01234' id='007' part='1e3' day='2026-11-30' timestamp=1764500000 modified=1764500000 paid_at=1764500000
DuckDB zip='01234' id='007' part='1e3' day=datetime.date(2026, 11, 30) timestamp=1764500000 modified=1764500000 paid_at=1764500000
pandas, beyond 64 bits: Value is too big! at position 6
pandas, written: [{"lat":10.0052029271}]
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
