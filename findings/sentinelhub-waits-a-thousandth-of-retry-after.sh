#!/usr/bin/env bash
# Sentinel Hub's client takes Retry-After for milliseconds, where HTTP has seconds: told to wait half a minute it asks again
# at once, told "1" twenty times it asks twenty times more within some seconds, and by default there is no limit to that, as
# max_retries is None. A 429 without the header it waits for by 30 seconds, and a Retry-After that is a date, HTTP's other
# form of it, is a bare ValueError and no second request.
#
# Versions: sentinelhub 3.12.0 (CPython 3.11).
# Source: sentinelhub/download/rate_limit.py (SentinelHubRateLimit.update: int() of the header, divided by 1000; next_download_time),
# download/sentinelhub_client.py (a loop that a 429 continues; default_retry_time). RFC 9110, section 10.2.3.
# Why it matters to a recorder: how many equal requests one recording holds goes by who answered: the service itself, which
# means milliseconds, or a gateway before it, whose seconds make hundreds of them. A cassette whose headers were
# thinned out to what the test needs makes each recorded 429 a wait of half a minute in the replay, and one in which times
# were moved, or written anew as dates, an error.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
export HOME=$work XDG_CONFIG_HOME=$work
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check sentinelhub==3.12.0
cat > look.py <<'PY'
import http.server
import threading
import time
import warnings
from importlib.metadata import version

from sentinelhub import DownloadRequest, SentinelHubDownloadClient, SHConfig

warnings.simplefilter("ignore")
asked = []
told = {}


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked.append(time.monotonic())
        refused = len(asked) <= told["times"]
        self.send_response(429 if refused else 200)
        if refused and told["header"] is not None:
            self.send_header("Retry-After", told["header"])
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}/process"
print("sentinelhub", version("sentinelhub"))
print("tries by default:", SHConfig().max_retries)
print("waits without the header:", SentinelHubDownloadClient().default_retry_time / 1000, "s")
for times, header in ((1, "30"), (20, "1"), (1, "3000"), (1, "Mon, 30 Nov 2026 09:00:00 GMT")):
    told.update(times=times, header=header)
    asked.clear()
    client = SentinelHubDownloadClient(config=SHConfig())
    try:
        said = client.download(DownloadRequest(url=url, use_session=False), max_threads=1)
    except ValueError as error:
        said = type(error).__name__
    waits = [after - before for before, after in zip(asked, asked[1:])]
    longest = "none" if not waits else next(f"under {most} s" for most in (2.5, 20) if max(waits) < most)
    print(f"{times} times 429, Retry-After {header}: {len(asked)} requests, longest wait {longest}, {said}")
PY
timeout 110 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
sentinelhub 3.12.0
tries by default: None
waits without the header: 30.0 s
1 times 429, Retry-After 30: 2 requests, longest wait under 2.5 s, {}
20 times 429, Retry-After 1: 21 requests, longest wait under 2.5 s, {}
1 times 429, Retry-After 3000: 2 requests, longest wait under 20 s, {}
1 times 429, Retry-After Mon, 30 Nov 2026 09:00:00 GMT: 1 requests, longest wait none, ValueError
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
