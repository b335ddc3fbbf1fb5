#!/usr/bin/env bash
# haralyzer, the usual reader of HTTP archives for Python, takes two requests that ran side by side for one after the
# other where their times are given to the microsecond and do not differ by whole milliseconds: two of two seconds
# each that began 10.5 ms apart took 4000 ms, and 2010 ms if they began 10 ms apart. The time to the first byte has
# the TLS handshake twice, as the format says that "ssl" is a part of "connect", and it adds both.
#
# Versions: haralyzer 2.4.0 (CPython 3.11).
# Source: haralyzer/assets.py (HarParser.create_asset_timeline counts moments, a millisecond apart, under the very
# time at which a request began; HarPage.time_to_first_byte adds all of timings but "receive"). HTTP Archive 1.2,
# timings: ssl.
# Why it matters to a recorder: browsers write milliseconds and proxies microseconds (mitmproxy's own export does), so
# that the same page is twice as slow in the one's archive as in the other's, and the sum shows nothing odd. Who
# writes archives for such readers rounds startedDateTime; a "connect" without the handshake would be right here
# alone.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
export HOME=$work
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check haralyzer==2.4.0
cat > look.py <<'PY'
from importlib.metadata import version

from haralyzer import HarParser

HANDSHAKE = {"blocked": -1, "dns": -1, "connect": 100, "ssl": 80, "send": 0, "wait": 50, "receive": 1850}
PLAIN = {**HANDSHAKE, "ssl": -1}


def entry(number, started, timings):
    request = {"method": "GET", "url": f"https://example.com/{number}.png", "httpVersion": "HTTP/1.1"}
    response = {"status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "redirectURL": ""}
    for each in (request, response):
        each.update(headers=[], cookies=[], headersSize=-1, bodySize=5)
    request["queryString"] = []
    response["headers"] = [{"name": "Content-Type", "value": "image/png"}]
    response["content"] = {"size": 5, "mimeType": "image/png"}
    said = {"pageref": "page", "startedDateTime": started, "time": 2000, "cache": {}}
    return {**said, "request": request, "response": response, "timings": timings}


def look(name, second, timings):
    first = "2026-11-30T10:00:00.000000Z"
    page = {"id": "page", "startedDateTime": first, "title": "example", "pageTimings": {}}
    entries = [entry(1, first, timings), entry(2, f"2026-11-30T10:00:{second}Z", timings)]
    log = {"version": "1.2", "creator": {"name": "example", "version": "1"}, "pages": [page], "entries": entries}
    (read,) = HarParser({"log": log}).pages
    side_by_side = read.get_load_time(content_type="image.*")
    print(f"{name}: {side_by_side} ms, first byte after {read.time_to_first_byte} ms")


print("haralyzer", version("haralyzer"))
look("two requests of 2000 ms at the same time", "00.000000", HANDSHAKE)
look("one 10 ms after the other", "00.010000", HANDSHAKE)
look("one 10.5 ms after the other", "00.010500", HANDSHAKE)
look("one a microsecond after the other", "00.000001", HANDSHAKE)
look("the same, no TLS of its own", "00.000001", PLAIN)
PY
timeout 110 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
haralyzer 2.4.0
two requests of 2000 ms at the same time: 2000 ms, first byte after 230 ms
one 10 ms after the other: 2010 ms, first byte after 230 ms
one 10.5 ms after the other: 4000 ms, first byte after 230 ms
one a microsecond after the other: 4000 ms, first byte after 230 ms
the same, no TLS of its own: 4000 ms, first byte after 150 ms
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
