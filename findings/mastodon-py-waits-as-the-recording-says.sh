#!/usr/bin/env bash
# A 429 of last year has Mastodon.py wait as long as it did then, two hundred seconds or up to five minutes: it takes the
# distance of X-RateLimit-Reset from the answer's own Date, not from now; without the Date the same answer is two seconds. A
# Retry-After is nothing to it, and a reset that is no time is an error. A picture without a name is named by clock and chance.
#
# Versions: Mastodon.py 2.3.3, requests 2.34.2 (CPython 3.11).
# Source: mastodon/internals.py (__api_request: "Adjust server time to local clock"; ratelimit_method is "wait" unless told
# otherwise; __load_media_file).
# Why it matters to a recorder: a replay of a recorded limit hangs for minutes, and one that leaves out or renews the Date
# does not, or waits for another time; moving the two apart changes the wait. The upload's body has another file name in each
# run, which is no boundary, and misses unless multipart file names are left out.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check Mastodon.py==2.3.3 requests==2.34.2
cat > look.py <<'PY'
import http.server
import json
import re
import threading
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from importlib.metadata import version

from mastodon import Mastodon

asked = []
waits = []
headers = {}
LAST_YEAR = datetime(2025, 1, 1, 12, tzinfo=timezone.utc)


class Home(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        asked.append(self.rfile.read(int(self.headers["Content-Length"] or 0)))
        limited = len(asked) < 2 and headers
        said = json.dumps({"error": "slow down"} if limited else {"id": "7", "url": "http://example.com/a", "version": "4.5.0"}).encode()
        self.send_response_only(429 if limited else 200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def client():
    return Mastodon(access_token="example", api_base_url=f"http://127.0.0.1:{home.server_port}", version_check_mode="none")


def look(what, **given):
    asked.clear()
    waits.clear()
    headers.clear()
    headers.update({name.replace("_", "-"): value for name, value in given.items()})
    try:
        client().status_post("hello")
        end = "done"
    except Exception as error:
        end = type(error).__name__
    print(f"{what}: {len(asked)} requests, waited {round(sum(waits))} s: {end}")


time.sleep = waits.append
home = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Home)
threading.Thread(target=home.serve_forever, daemon=True).start()
print("Mastodon.py", version("Mastodon.py"))
date = format_datetime(LAST_YEAR, usegmt=True)
reset = (LAST_YEAR + timedelta(seconds=200)).isoformat()
far = (LAST_YEAR + timedelta(days=2)).isoformat()
look("429 of last year, reset and Date", X_RateLimit_Reset=reset, Date=date)
look("429 of last year, reset alone", X_RateLimit_Reset=reset)
look("429 of last year, reset in two days and Date", X_RateLimit_Reset=far, Date=date)
look("429, Retry-After alone", Retry_After="50")
look("429, no word of time", X_Other="1")
look("429, a reset that is no time", X_RateLimit_Reset="soon")
look("200")
asked.clear()
headers.clear()
names = set()
for _ in range(2):
    client().media_post(b"\x89PNG\r\n\x1a\n", mime_type="image/png")
for body in asked:
    names.update(re.findall(rb'filename="(.*?)"', body))
print("two equal pictures have", len(names), "names like", re.sub(r"[0-9.]+_[0-9a-f]{32}", "TIME_CHANCE", min(names).decode()))
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
Mastodon.py 2.3.3
429 of last year, reset and Date: 2 requests, waited 200 s: done
429 of last year, reset alone: 2 requests, waited 2 s: done
429 of last year, reset in two days and Date: 2 requests, waited 300 s: done
429, Retry-After alone: 2 requests, waited 2 s: done
429, no word of time: 2 requests, waited 2 s: done
429, a reset that is no time: 1 requests, waited 0 s: MastodonRatelimitError
200: 1 requests, waited 0 s: done
two equal pictures have 2 names like mastodonpyupload_TIME_CHANCE.png
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
