#!/usr/bin/env bash
# A day of an archive that was refused is a day without pictures to sunpy's scraper, by which its clients look for files: after
# a 424, a 401, a 410, a 500 and a 503 the list has the other days', without an error or a warning. A 400 and a 403 are errors;
# a 429 and a 504 it asks again for, six times, and heeds their Retry-After, and that of a 503 not.
#
# Versions: sunpy 7.0.5, astropy 7.2.0 (CPython 3.11).
# Source: sunpy/net/scraper.py (_httpfilelist: 404, 400, 403, 429 and 504 are handled, and what is left of HTTPError falls
# through).
# Why it matters to a recorder: a miss by a 424 is a shorter list, and a test of "all that was found can be read" passes with
# less; a miss by a 403 is seen. An origin that stumbled for one day is recorded as an archive without it.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
export HOME=$work
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check sunpy[net]==7.0.5 astropy==7.2.0 numpy==2.3.5
cat > look.py <<'PY'
import http.server
import threading
from importlib.metadata import version

import sunpy.net.scraper as module
from sunpy.net import Scraper
from sunpy.time import TimeRange

asked = []
told = {}
waits = []


class Archive(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        day = self.path.strip("/").rpartition("/")[2]
        asked.append(day)
        status = told["status"] if day == "02" and asked.count(day) <= told["times"] else 200
        body = f'<a href="sun_202601{day}.fits">sun</a>'.encode() if status == 200 else b"no"
        self.send_response(status)
        for name, value in told["headers"].items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def look(what, status, times=99, **headers):
    asked.clear()
    waits.clear()
    told.update(status=status, times=times, headers={name.replace("_", "-"): value for name, value in headers.items()})
    url = f"http://127.0.0.1:{archive.server_port}/"
    scraper = Scraper(format=url + "{{year:4d}}/{{month:2d}}/{{day:2d}}/sun_{{year:4d}}{{month:2d}}{{day:2d}}.fits")
    try:
        end = ", ".join(name.rpartition("/")[2] for name in scraper.filelist(TimeRange("2026-01-01", "2026-01-03")))
    except Exception as error:
        end = type(error).__name__
    print(f"{what}: {end}; {len(asked)} requests, waited {sum(waits)} s")


module.sleep = waits.append
archive = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Archive)
threading.Thread(target=archive.serve_forever, daemon=True).start()
print("sunpy", version("sunpy"))
for status in (200, 404, 424, 401, 410, 500, 502, 503, 400, 403):
    look(status, status)
look("429 once, Retry-After", 429, 1, Retry_After="9")
look("504 once, without", 504, 1)
look("503 once, Retry-After", 503, 1, Retry_After="9")
look("504 for ever", 504)
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
sunpy 7.0.5
200: sun_20260101.fits, sun_20260102.fits, sun_20260103.fits; 3 requests, waited 0 s
404: sun_20260101.fits, sun_20260103.fits; 3 requests, waited 0 s
424: sun_20260101.fits, sun_20260103.fits; 3 requests, waited 0 s
401: sun_20260101.fits, sun_20260103.fits; 3 requests, waited 0 s
410: sun_20260101.fits, sun_20260103.fits; 3 requests, waited 0 s
500: sun_20260101.fits, sun_20260103.fits; 3 requests, waited 0 s
502: sun_20260101.fits, sun_20260103.fits; 3 requests, waited 0 s
503: sun_20260101.fits, sun_20260103.fits; 3 requests, waited 0 s
400: HTTPError; 2 requests, waited 0 s
403: HTTPError; 2 requests, waited 0 s
429 once, Retry-After: sun_20260101.fits, sun_20260102.fits, sun_20260103.fits; 4 requests, waited 9 s
504 once, without: sun_20260101.fits, sun_20260102.fits, sun_20260103.fits; 4 requests, waited 2 s
503 once, Retry-After: sun_20260101.fits, sun_20260103.fits; 3 requests, waited 0 s
504 for ever: HTTPError; 7 requests, waited 12 s
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
