#!/usr/bin/env bash
# b2sdk holds the Date of each answer against the clock of the machine: a good answer, to a log-in, a
# listing or an upload, raises ClockSkew where it is of more than ten minutes ago or ahead, and
# an error without a name where it has no Date, which HTTP lets a server without a clock leave out.
#
# Versions: b2sdk 2.13.2, requests 2.34.2 (CPython 3.11 to 3.13).
# Source: b2sdk's b2sdk/_internal/b2http.py (ClockSkewHook, which looks at each answer, also for the
# command-line client that stands on it). RFC 9110, section 6.6.1, on servers without a clock, and
# 5.6.7, by which a client takes a date in asctime's spelling, too.
# Why it matters to a recorder: a recording of last week is refused by the client though each request
# matches, so that a replay reports no miss, and all that follows the log-in as unused; where Date was
# left out of the cassette as noise the error is "UnknownError" and names no clock. Date has to
# be moved to the present, or the program to say B2HttpApiConfig(install_clock_skew_hook=False).
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check b2sdk==2.13.2 requests==2.34.2
cat > look.py <<'PY'
import http.server
import json
import threading
import time
from email.utils import formatdate
from importlib.metadata import version

from b2sdk.v2 import B2Api, B2HttpApiConfig, InMemoryAccountInfo

asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    def answer(self):
        asked.append(self.path.rpartition("/")[2])
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        here = f"http://127.0.0.1:{self.server.server_port}"
        sizes = {"recommendedPartSize": 100_000_000, "absoluteMinimumPartSize": 5_000_000}
        urls = {"apiUrl": here, "downloadUrl": here, "s3ApiUrl": here}
        allowed = {"capabilities": ["listBuckets"], "bucketId": None, "bucketName": None, "namePrefix": None}
        storage = {"infoType": "storageApi", **sizes, **urls, **allowed, "allowed": allowed}
        body = {"accountId": "a1", "authorizationToken": "example", "buckets": [], **sizes, **urls, "allowed": allowed}
        body = json.dumps({**body, "apiInfo": {"storageApi": storage}}).encode()
        self.send_response_only(200)
        if date := dates[0 if asked[-1] == "b2_authorize_account" else 1]:
            self.send_header("Date", date)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def off(minutes):
    return formatdate(time.time() + 60 * minutes, usegmt=True)


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("b2sdk", version("b2sdk"))
cases = {
    "as of now": (off(0), off(0)),
    "9 minutes ago": (off(0), off(-9)),
    "11 minutes ago": (off(0), off(-11)),
    "11 minutes ahead": (off(0), off(11)),
    "a week ago, from the log-in on": (off(-7 * 24 * 60),) * 2,
    "no Date": (off(0), None),
    "in asctime's spelling": (off(0), time.asctime(time.gmtime())),
    "without the hook, a week ago": (off(-7 * 24 * 60),) * 2,
}
for name, dates in cases.items():
    asked.clear()
    try:
        config = B2HttpApiConfig(install_clock_skew_hook="hook" not in name)
        api = B2Api(InMemoryAccountInfo(), api_config=config)
        api.authorize_account(f"http://127.0.0.1:{origin.server_port}", "id", "key")
        said = f"{len(api.list_buckets())} buckets"
    except Exception as error:
        said = type(error).__name__
    print(f"{name}: {said}; asked: {', '.join(asked)}")
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
b2sdk 2.13.2
as of now: 0 buckets; asked: b2_authorize_account, b2_list_buckets
9 minutes ago: 0 buckets; asked: b2_authorize_account, b2_list_buckets
11 minutes ago: ClockSkew; asked: b2_authorize_account, b2_list_buckets
11 minutes ahead: ClockSkew; asked: b2_authorize_account, b2_list_buckets
a week ago, from the log-in on: ClockSkew; asked: b2_authorize_account
no Date: UnknownError; asked: b2_authorize_account, b2_list_buckets
in asctime's spelling: BadDateFormat; asked: b2_authorize_account, b2_list_buckets
without the hook, a week ago: 0 buckets; asked: b2_authorize_account, b2_list_buckets
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
