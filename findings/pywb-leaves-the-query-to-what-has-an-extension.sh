#!/usr/bin/env bash
# pywb answers /items.json?id=2, which its archive does not have, with what that has of
# /items.json?id=1, and 200: where a path ends like a file's name the whole query may differ.
# Of /items?id=2 it says 404. A newer time in ?ts= or a number in ?_= may differ everywhere.
#
# Versions: pywb 2.10.0, warcio 1.8.1, cryptography 38.0.4 (CPython 3.11).
# Source: pywb's pywb/rules.yaml (default_filters: "exts that should not be treated as files
# (ignore all query args)" lists php and a few more, so that json, xml and csv are files) and
# pywb/warcserver/index/fuzzymatcher.py. RFC 3986, section 3.4: the query, with the path, says
# which resource is meant.
# Why it matters to a recorder: many APIs put their format behind a dot, as Rails does (.json, .xml,
# .csv). A replay of an archive by pywb gives a program another item, page or search than it
# asked for, and a test stays green; converted for a recorder that compares URLs, the same
# archive misses there, and rightly so.
set -euo pipefail
command -v curl > /dev/null || { echo "curl is not installed" >&2; exit 1; }
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pywb==2.10.0 warcio==1.8.1 \
  pyOpenSSL==22.0.0 cryptography==38.0.4 gevent==26.9.0 setuptools==65.5.0
cat > archive.py <<'PY'
from io import BytesIO

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

with open("api.warc.gz", "wb") as file:
    writer = WARCWriter(file, gzip=True)
    for path in ("items.json?id=1", "items?id=1", "feed?ts=1700000000000&user=1", "poll?_=1"):
        head = StatusAndHeaders("200 OK", [("Content-Type", "text/plain")], protocol="HTTP/1.1")
        url = f"http://api.example/{path}"
        body = BytesIO(f"recorded for {path}".encode())
        writer.write_record(
            writer.create_warc_record(url, "response", payload=body, http_headers=head)
        )
PY
venv/bin/python archive.py
venv/bin/wb-manager init api > log 2>&1
venv/bin/wb-manager add api api.warc.gz >> log 2>&1
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
venv/bin/wayback --port "$port" --bind 127.0.0.1 --proxy api >> log 2>&1 &
server=$!
ask() {
  curl -s --max-time 20 --noproxy '' --proxy "http://127.0.0.1:$port" -o answer \
    -w '%{http_code}' "http://api.example/$1"
}
for _ in $(seq 120); do
  if [ "$(ask 'poll?_=1' || true)" = 200 ]; then break; fi
  kill -0 "$server" || { cat log; exit 1; }
  sleep 0.5
done
for path in 'items.json?id=1' 'items.json?id=2' 'items.json' 'items?id=1' 'items?id=2' \
  'feed?ts=1800000000000&user=1' 'feed?ts=1800000000000&user=2' 'poll?_=2'; do
  status=$(ask "$path")
  if [ "$status" = 200 ]; then status="200 $(cat answer)"; fi
  echo "$path: $status"
done > found
venv/bin/python -c 'from importlib.metadata import version; print("pywb", version("pywb"))'
cat found
cat > expected <<'END'
items.json?id=1: 200 recorded for items.json?id=1
items.json?id=2: 200 recorded for items.json?id=1
items.json: 200 recorded for items.json?id=1
items?id=1: 200 recorded for items?id=1
items?id=2: 404
feed?ts=1800000000000&user=1: 200 recorded for feed?ts=1700000000000&user=1
feed?ts=1800000000000&user=2: 404
poll?_=2: 200 recorded for poll?_=1
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
