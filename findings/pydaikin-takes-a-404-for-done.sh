#!/usr/bin/env bash
# Told to set a temperature, the client by which Home Assistant talks to Daikin's heat pumps takes a 404 for done: nothing is
# raised and its state has the new value, as after a 200; a 403 is an error, and every other refusal, a 400 and a 424 too, has
# the command sent three times. What it sends as a command is a GET, and before it goes another one for all that the
# program did not name, whose answer stands in the command.
#
# Versions: pydaikin 2.16.0, aiohttp 3.14.5 (CPython 3.11).
# Source: pydaikin/daikin_base.py (_get_resource: a 404 is an empty answer, since devices are told apart by what they do
# not have; tenacity's retry on each ClientResponseError), daikin_brp069.py (set, _update_settings).
# Why it matters to a recorder: a 404 for a miss is a success to this program, whose test then passes with nothing recorded
# of the command; with a 424 each miss is three. The command's URL goes by an earlier answer, so that a
# recording in which that changed makes another URL of the same program.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check pydaikin==2.16.0 aiohttp==3.14.5
cat > look.py <<'PY'
import asyncio
import http.server
import threading
from importlib.metadata import version

import aiohttp
from pydaikin.daikin_brp069 import DaikinBRP069

asked = []
told = {}


class Pump(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked.append(self.path)
        if self.path.startswith("/aircon/get_control_info"):
            status, text = 200, f"ret=OK,pow=1,mode=3,stemp=25.0,shum={told['shum']},f_rate=A,f_dir=0"
        else:
            status, text = told["status"], "ret=OK" if told["status"] == 200 else "no"
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


async def main():
    async with aiohttp.ClientSession() as session:
        for status, shum in ((200, 0), (200, 40), (404, 0), (403, 0), (400, 0), (424, 0), (500, 0)):
            told.update(status=status, shum=shum)
            asked.clear()
            device = DaikinBRP069("127.0.0.1", session)
            device.base_url = f"http://127.0.0.1:{pump.server_port}"
            try:
                await device.set({"stemp": "21"})
                end = "done"
            except Exception as error:
                end = type(error).__name__
            degrees = device.values.get("stemp", invalidate=False)
            print(f"{status}, shum={shum}: {len(asked)} requests, {end}, degrees {degrees}, {asked[-1]}")


pump = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pump)
threading.Thread(target=pump.serve_forever, daemon=True).start()
print("pydaikin", version("pydaikin"))
asyncio.run(main())
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
pydaikin 2.16.0
200, shum=0: 2 requests, done, degrees 21, /aircon/set_control_info?mode=3&pow=1&shum=0&stemp=21&f_rate=A&f_dir=0
200, shum=40: 2 requests, done, degrees 21, /aircon/set_control_info?mode=3&pow=1&shum=40&stemp=21&f_rate=A&f_dir=0
404, shum=0: 2 requests, done, degrees 21, /aircon/set_control_info?mode=3&pow=1&shum=0&stemp=21&f_rate=A&f_dir=0
403, shum=0: 2 requests, HTTPForbidden, degrees 21, /aircon/set_control_info?mode=3&pow=1&shum=0&stemp=21&f_rate=A&f_dir=0
400, shum=0: 4 requests, ClientResponseError, degrees 21, /aircon/set_control_info?mode=3&pow=1&shum=0&stemp=21&f_rate=A&f_dir=0
424, shum=0: 4 requests, ClientResponseError, degrees 21, /aircon/set_control_info?mode=3&pow=1&shum=0&stemp=21&f_rate=A&f_dir=0
500, shum=0: 4 requests, ClientResponseError, degrees 21, /aircon/set_control_info?mode=3&pow=1&shum=0&stemp=21&f_rate=A&f_dir=0
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
