#!/usr/bin/env bash
# Whether play() of SoCo, the usual client of Sonos' loudspeakers, is one request or two goes by the clock: it asks
# the speaker first which of the house lead a group, if the last answer to that is more than five seconds old, and the
# speaker's name comes from the same answer, so that a name read at once is no request and a while later is one. The
# first call of a process is five requests, among them the descriptions of each service that it is to use.
#
# Versions: soco 0.32.5 (CPython 3.11).
# Source: soco/zonegroupstate.py (POLLING_CACHE_TIMEOUT of 5 seconds, poll), core.py (only_on_master, household_id),
# services.py (the actions of a service, read once for each object of it); SoCo(ip) gives one object for each address
# in a process.
# Why it matters to a recorder: a program that thinks between two calls, or a slower machine, asks for the group anew,
# and a cassette of a quick run has too few of those; a replay that answers at once needs fewer than were recorded.
# Run alone, a test needs the descriptions that another one had fetched. The port is 1400 for all, beyond the
# program's reach.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
export HOME=$work
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check soco==0.32.5
cat > look.py <<'PY'
import http.server
import threading
import time
from html import escape
from importlib.metadata import version

import soco

ACTIONS = {
    "GetHouseholdID": ((), ("CurrentHouseholdID",)),
    "GetZoneGroupState": ((), ("ZoneGroupState",)),
    "Play": (("InstanceID", "Speed"), ()),
    "GetVolume": (("InstanceID", "Channel"), ("CurrentVolume",)),
}
MEMBER = '<ZoneGroupMember UUID="RINCON_1" Location="http://127.0.0.1:1400/xml/device.xml" ZoneName="Kitchen" BootSeq="1"/>'
GROUP = f'<ZoneGroup Coordinator="RINCON_1" ID="RINCON_1:1">{MEMBER}</ZoneGroup>'
SAYS = {
    "CurrentHouseholdID": "example",
    "ZoneGroupState": escape(f"<ZoneGroupState><ZoneGroups>{GROUP}</ZoneGroups></ZoneGroupState>"),
    "CurrentVolume": "5",
}
asked = []


def described():
    actions, states = "", set()
    for action, ways in ACTIONS.items():
        arguments = ""
        for way, names in zip(("in", "out"), ways):
            for name in names:
                states.add(name)
                said = f"<direction>{way}</direction><relatedStateVariable>{name}</relatedStateVariable>"
                arguments += f"<argument><name>{name}</name>{said}</argument>"
        actions += f"<action><name>{action}</name><argumentList>{arguments}</argumentList></action>"
    table = "".join(f"<stateVariable><name>{each}</name><dataType>string</dataType></stateVariable>" for each in states)
    lists = f"<actionList>{actions}</actionList><serviceStateTable>{table}</serviceStateTable>"
    return f'<scpd xmlns="urn:schemas-upnp-org:service-1-0">{lists}</scpd>'


class Speaker(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        if self.command == "GET":
            asked.append(self.path)
            text = described()
        else:
            service, action = self.headers["SOAPACTION"].strip('"').split("#")
            asked.append(action)
            said = "".join(f"<{name}>{SAYS[name]}</{name}>" for name in ACTIONS[action][1])
            body = f'<u:{action}Response xmlns:u="{service}">{said}</u:{action}Response>'
            text = f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{body}</s:Body></s:Envelope>'
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 1400), Speaker)
threading.Thread(target=server.serve_forever, daemon=True).start()
print("soco", version("soco"))
speaker = soco.SoCo("127.0.0.1")
for name, pause in (("first", 0), ("at once", 0), ("six seconds later", 6), ("at once", 0)):
    time.sleep(pause)
    asked.clear()
    speaker.play()
    print(f"play() {name}: {', '.join(asked)}")
for name, pause in (("at once", 0), ("six seconds later", 6)):
    time.sleep(pause)
    asked.clear()
    said = speaker.group.label
    print(f"the group's name {name}: {said}, {', '.join(asked) or 'no request'}")
print("a second SoCo of the same address is the first one:", soco.SoCo("127.0.0.1") is speaker)
PY
timeout 110 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
soco 0.32.5
play() first: /xml/DeviceProperties1.xml, GetHouseholdID, /xml/ZoneGroupTopology1.xml, GetZoneGroupState, Play
play() at once: Play
play() six seconds later: GetZoneGroupState, Play
play() at once: Play
the group's name at once: Kitchen, no request
the group's name six seconds later: Kitchen, GetZoneGroupState
a second SoCo of the same address is the first one: True
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
