#!/usr/bin/env bash
# One command to a WeMo socket, to switch off, pywemo posts 21 times within almost five minutes where the connection ends
# without an answer or a refusal has a Retry-After, be it the 503 that says in how many seconds; where it has none, it is three
# times for whatever status but 200, a 404, a 424 and a 202 as well. After each seventh, or each, it looks for the device anew:
# it knocks at neighbouring ports and then asks the whole network.
#
# Versions: pywemo 2.1.2, urllib3 2.8.0 (CPython 3.11).
# Source: pywemo/ouimeaux_device/api/service.py (Session.retries: six, for a POST too; Action.max_rediscovery_attempts),
# ouimeaux_device/__init__.py (reconnect_with_device); urllib3's Retry asks again after a 413, a 429 and a 503 with
# Retry-After unless told otherwise.
# Why it matters to a recorder: one miss is three, or 21 and five minutes; between them are GETs of setup.xml at other ports
# and datagrams to everybody, which no program of its own sends: a recording of a device that stumbled has those too.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check pywemo==2.1.2 urllib3==2.8.0
cat > look.py <<'PY'
import http.server
import threading
import time
from importlib.metadata import version

import pywemo

asked = []
told = {}
waits = []
searches = []
SETUP = """<root xmlns="urn:Belkin:device-1-0"><device><deviceType>urn:Belkin:device:controllee:1</deviceType>
<friendlyName>lamp</friendlyName><manufacturer>Belkin International Inc.</manufacturer><modelName>Socket</modelName><UDN>uuid:Socket-1_0-1</UDN>
<serviceList><service><serviceType>urn:Belkin:service:basicevent:1</serviceType>
<serviceId>urn:Belkin:serviceId:basicevent1</serviceId><controlURL>/upnp/control/basicevent1</controlURL>
<eventSubURL>/upnp/event/basicevent1</eventSubURL><SCPDURL>/eventservice.xml</SCPDURL></service></serviceList></device></root>"""
SERVICE = """<scpd xmlns="urn:Belkin:service-1-0"><actionList><action><name>SetBinaryState</name><argumentList><argument>
<name>BinaryState</name><direction>in</direction></argument></argumentList></action><action><name>GetBinaryState</name>
<argumentList><argument><name>BinaryState</name><direction>out</direction></argument></argumentList></action></actionList></scpd>"""
DONE = """<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
<u:SetBinaryStateResponse xmlns:u="urn:Belkin:service:basicevent:1"><BinaryState>0</BinaryState></u:SetBinaryStateResponse>
</s:Body></s:Envelope>"""


class Lamp(http.server.BaseHTTPRequestHandler):
    def answer(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        status, text = 200, {"/setup.xml": SETUP, "/eventservice.xml": SERVICE}.get(self.path, DONE)
        if self.command == "POST":
            asked.append(self.path)
            status = told["status"]
            if status is None:
                return
        self.send_response(status)
        for name, value in told["headers"].items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def look(what, status, **headers):
    told.update(status=200, headers={})
    url = f"http://127.0.0.1:{lamp.server_port}/setup.xml"
    device = pywemo.device_from_description(url)
    device.reconnect_with_device = lambda: searches.append(1)  # it would look for the device in the network
    for each in (asked, waits, searches):
        each.clear()
    told.update(status=status, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        device.off()
        end = "done"
    except Exception as error:
        end = type(error).__name__
    print(f"{what}: {len(asked)} x off, waited {sum(waits)} s, looked for it {len(searches)} times: {end}")


time.sleep = waits.append
lamp = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Lamp)
threading.Thread(target=lamp.serve_forever, daemon=True).start()
print("pywemo", version("pywemo"))
look("200", 200)
look("424", 424)
look("404", 404)
look("202", 202)
look("500 with the answer of a 200", 500)
look("503", 503)
look("503 with Retry-After", 503, Retry_After="9")
look("no answer", None)
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
pywemo 2.1.2
200: 1 x off, waited 0 s, looked for it 0 times: done
424: 3 x off, waited 0 s, looked for it 3 times: ActionException
404: 3 x off, waited 0 s, looked for it 3 times: ActionException
202: 3 x off, waited 0 s, looked for it 3 times: ActionException
500 with the answer of a 200: 3 x off, waited 0 s, looked for it 3 times: ActionException
503: 3 x off, waited 0 s, looked for it 3 times: ActionException
503 with Retry-After: 21 x off, waited 162 s, looked for it 3 times: ActionException
no answer: 21 x off, waited 279.0 s, looked for it 3 times: ActionException
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
