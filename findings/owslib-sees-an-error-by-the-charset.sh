#!/usr/bin/env bash
# Whether a geodata server's error is an error to OWSLib goes by a parameter: the report that comes as text/xml
# raises ServiceException, the same as "text/xml; charset=utf-8" is the features or the map that were
# asked for. Of statuses it takes eight for errors, 400 and 500 among them, and 402, 405, 410, 418, 422,
# 424, 429 and 501 for answers: the refusal's text is written where the picture should be.
#
# Versions: OWSLib 0.35.0 (CPython 3.11 to 3.13).
# Source: OWSLib's owslib/util.py (openURL: 400, then [401, 403, 404, 500, 502, 503, 504], then the Content-Type
# against three names, letter by letter) and owslib/map/wms111.py (getmap, which looks once more).
# Why it matters to a recorder: whoever refuses what was not recorded with a status of his own has the program
# go on with the refusal's text as data, and a test that compares nothing passes. And who gives back
# an answer with its charset added, or left out, makes an error of an answer or the other way round.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check OWSLib==0.35.0
cat > look.py <<'PY'
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

from owslib.wfs import WebFeatureService
from owslib.wms import WebMapService

REPORT = b"""<?xml version="1.0"?><ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1"
version="2.0.0"><ows:Exception exceptionCode="NoApplicableCode"><ows:ExceptionText>refused
</ows:ExceptionText></ows:Exception></ows:ExceptionReport>"""
FEATURES = """<WFS_Capabilities version="2.0.0" xmlns="http://www.opengis.net/wfs/2.0"
xmlns:ows="http://www.opengis.net/ows/1.1" xmlns:xlink="http://www.w3.org/1999/xlink">
<ows:OperationsMetadata><ows:Operation name="GetFeature"><ows:DCP><ows:HTTP>
<ows:Get xlink:href="URL"/></ows:HTTP></ows:DCP></ows:Operation></ows:OperationsMetadata>
<FeatureTypeList><FeatureType><Name>a:lakes</Name><Title>Lakes</Title>
<DefaultCRS>urn:ogc:def:crs:EPSG::4326</DefaultCRS></FeatureType></FeatureTypeList>
</WFS_Capabilities>"""
MAPS = """<WMT_MS_Capabilities version="1.1.1"><Service><Name>OGC:WMS</Name></Service><Capability>
<Request><GetMap><Format>image/png</Format><DCPType><HTTP><Get><OnlineResource
xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="URL"/></Get></HTTP></DCPType></GetMap>
</Request><Layer><Title>all</Title><SRS>EPSG:4326</SRS><Layer><Name>lakes</Name>
<Title>Lakes</Title></Layer></Layer></Capability></WMT_MS_Capabilities>"""


class Origin(BaseHTTPRequestHandler):
    status, kind, body = 200, "text/xml", b""

    def do_GET(self):
        answer = (self.status, self.kind, self.body)
        if "getcapabilities" in self.path.lower():
            text = MAPS if "wms" in self.path.lower() else FEATURES
            answer = (200, "text/xml", text.replace("URL", url).encode())
        self.send_response(answer[0])
        self.send_header("Content-Type", answer[1])
        self.send_header("Content-Length", str(len(answer[2])))
        self.end_headers()
        self.wfile.write(answer[2])

    def log_message(self, *words):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/ows?"
features = WebFeatureService(url, version="2.0.0")
maps = WebMapService(url, version="1.1.1")
AREA = {"srs": "EPSG:4326", "bbox": (0, 0, 1, 1), "size": (8, 8), "format": "image/png"}
CALLS = {
    "getfeature": lambda: features.getfeature(typename=["a:lakes"]),
    "getmap": lambda: maps.getmap(layers=["lakes"], **AREA),
}


def outcome(call, status, kind, body):
    """Returns the error that the call raises, or "data" where it gives the body back."""
    Origin.status, Origin.kind, Origin.body = status, kind, body
    try:
        given = CALLS[call]().read()
    except Exception as error:
        return type(error).__name__
    given = given.encode() if isinstance(given, str) else given
    assert given == body
    return "data"


print("OWSLib", version("OWSLib"))
kinds = ("text/xml", "text/xml; charset=utf-8", "application/xml", "Text/XML")
reports = {(call, kind): outcome(call, 200, kind, REPORT) for call in CALLS for kind in kinds}
for (call, kind), said in reports.items():
    print(f"a report with 200 as {kind!r}, {call}: {said}")
statuses = (400, 401, 402, 403, 404, 405, 410, 418, 422, 424, 429, 500, 501, 502, 503, 504)
refusals = {
    call: {each: outcome(call, each, "text/plain", b"refused") for each in statuses}
    for call in CALLS
}
for call, said in refusals.items():
    print(f"a refusal, {call}:", *(f"{status} {text}" for status, text in said.items()))
for call in CALLS:
    assert reports[call, "text/xml"] == reports[call, "application/xml"] == "ServiceException"
    assert reports[call, kinds[1]] == reports[call, "Text/XML"] == "data"
taken = [402, 405, 410, 418, 422, 424, 429, 501]
for said in refusals.values():
    assert [status for status, text in said.items() if text == "data"] == taken
PY
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
timeout 200 venv/bin/python look.py || { echo "the behaviour has changed"; exit 1; }
