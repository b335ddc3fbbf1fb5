#!/usr/bin/env bash
# vdirsyncer puts the items that it asks for into a set and then, in the set's order, into the body of a REPORT: two
# runs of one program ask the same in another order, by Python's seed of hashes, which is another one in each process.
#
# Versions: vdirsyncer 0.21.0, aiohttp 3.14.5 (CPython 3.11 to 3.13).
# Source: vdirsyncer/storage/dav.py (get_multi); RFC 4791, section 7.9: an order of hrefs means nothing.
# Why it matters to a recorder: the XML is well formed and says the same, but what compares it by its order, as all do
# that compare XML, has a miss in all runs but one of many; with two items every second run passes, so that it looks
# like a flaky test. PYTHONHASHSEED, set for the recording and the replay, makes it stand still.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check vdirsyncer==0.21.0 aiohttp==3.14.5
cat > look.py <<'PY'
import asyncio
import os
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
import aiohttp
from vdirsyncer.storage.dav import CalDAVStorage

HEAD = '<?xml version="1.0"?><multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">'
ONE = """<response><href>{}</href><propstat><prop><getetag>"1"</getetag>
<C:calendar-data>BEGIN:VCALENDAR</C:calendar-data></prop><status>HTTP/1.1 200 OK</status></propstat></response>"""


class Origin(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_REPORT(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        asked = re.findall("<href>(.*?)</href>", body)
        print(" ".join(asked))
        answer = (HEAD + "".join(map(ONE.format, asked)) + "</multistatus>").encode()
        self.send_response(207)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


async def ask(url):
    async with aiohttp.TCPConnector() as connector:
        storage = CalDAVStorage(url=url, connector=connector, username="", password="")
        found = [item async for item in storage.get_multi([f"/cal/{name}.ics" for name in "abcdefgh"])]
    assert len(found) == 8, found


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
asyncio.run(ask(f"http://127.0.0.1:{origin.server_port}/cal/"))
PY
venv/bin/pip list --disable-pip-version-check 2> said | grep vdirsyncer
for run in 1 2 3 4; do env -u PYTHONHASHSEED timeout 60 venv/bin/python look.py; done | tee free
for run in 1 2; do PYTHONHASHSEED=0 timeout 60 venv/bin/python look.py; done | sed 's/^/by seed 0: /' | tee seeded
[ "$(sort -u free | wc -l)" -gt 1 ] || { echo "the behaviour has changed: one order for all"; exit 1; }
[ "$(sort -u seeded | wc -l)" = 1 ] || { echo "the behaviour has changed: the seed does not decide"; exit 1; }
[ "$(tr ' ' '\n' < free | sort -u | wc -l)" = 8 ] || { echo "the behaviour has changed: other items"; exit 1; }
