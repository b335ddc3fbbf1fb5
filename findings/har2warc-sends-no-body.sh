#!/usr/bin/env bash
# har2warc, by which HTTP archives become web archives, leaves out the body of each POST whose bodySize is -1,
# HAR's word for a size that is not known, makes a 204 of a request that failed, writes letters as UTF-8
# under a Content-Type that says ISO-8859-1, and keeps the first of two cookies that stand in one header.
#
# Versions: har2warc 1.0.4, warcio 1.8.1 (CPython 3.11 to 3.13).
# Source: har2warc's har2warc/har2warc.py (`bodySize > 0` before it looks at postData, `or 204` for a status of 0);
# HAR 1.2: bodySize is -1 "if the info is not available", a body in text is decoded to UTF-8.
# Why it matters to a recorder: what comes back by the archive is a POST without its body, so that two payments
# are one request, and an error of the network is an answer, an empty one, with which a program goes on. Of
# letters beyond ASCII the charset tells another text. Who writes HAR has to give the size, and who
# converts has to take the archive itself: for an answer the lengths fit again.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check har2warc==1.0.4 warcio==1.8.1
cat > look.py <<'PY'
import json
import subprocess
from importlib.metadata import version

from warcio.archiveiterator import ArchiveIterator


def fields(values):
    return [{"name": name, "value": value} for name, value in values.items()]


def entry(path, method="GET", sent=None, size=-1, status=200, text="", **headers):
    common = {"cookies": [], "headersSize": -1, "bodySize": -1, "httpVersion": "HTTP/1.1"}
    request = {"method": method, "url": f"http://a.test/{path}", "queryString": [], **common}
    request["headers"] = fields({"Host": "a.test"})
    if sent:
        request["headers"] += fields({"Content-Length": str(len(sent))})
        request["bodySize"] = size
        request["postData"] = {"mimeType": "application/json", "text": sent}
    named = fields({name.replace("_", "-"): value for name, value in headers.items()})
    response = {"status": status, "statusText": "", "headers": named, "redirectURL": "", **common}
    mime = headers.get("Content_Type", "")
    response["content"] = {"size": len(text), "mimeType": mime, "text": text}
    timings = {"send": 0, "wait": 1, "receive": 0}
    begun = {"startedDateTime": "2026-11-28T00:00:00.000Z", "time": 1}
    return {**begun, "request": request, "response": response, "cache": {}, "timings": timings}


latin = "text/plain; charset=iso-8859-1"
entries = [
    entry("pay", "POST", '{"amount": 1}', text="paid", Content_Type="text/plain"),
    entry("sized", "POST", '{"amount": 1}', size=13, text="paid", Content_Type="text/plain"),
    entry("lost", status=0),
    entry("name", text="\u00e9", Content_Type=latin, Set_Cookie="session=s\ncsrf=c"),
]
creator = {"name": "look", "version": "1"}
with open("look.har", "w") as file:
    json.dump({"log": {"version": "1.2", "creator": creator, "pages": [], "entries": entries}}, file)
subprocess.run(["venv/bin/har2warc", "look.har", "look.warc.gz"], check=True)
found = {}
with open("look.warc.gz", "rb") as file:
    for record in ArchiveIterator(file):
        if record.rec_type not in ("request", "response"):
            continue
        path = record.rec_headers.get_header("WARC-Target-URI").rpartition("/")[2]
        head, body = record.http_headers, record.raw_stream.read()
        found[path, record.rec_type] = (head.get_statuscode(), dict(head.headers), body)
print("har2warc", version("har2warc"), "warcio", version("warcio"))
for key, value in found.items():
    print(*key, value)
assert found["pay", "request"][2] == b"" and found["pay", "response"][2] == b"paid"
assert found["sized", "request"][2] == b'{"amount": 1}'
assert found["lost", "response"][0] == "204"
status, headers, body = found["name", "response"]
assert (headers["Content-Type"], body) == (latin, b"\xc3\xa9")
assert headers["Set-Cookie"] == "session=s" and "csrf" not in str(headers)
PY
venv/bin/python look.py || { echo "the behaviour has changed"; exit 1; }
