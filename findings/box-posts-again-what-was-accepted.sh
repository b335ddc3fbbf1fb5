#!/usr/bin/env bash
# Box's SDK sends a POST again, five times in all, that was answered by a 202 with a Retry-After, by which
# HTTP says that the request was accepted and when to look for its result; the fifth 202 it takes for the
# answer, as it does the first one without that header. A Retry-After that is a date, HTTP's other form of
# it, is a ValueError; and a 503 is asked again whatever the method is.
#
# Versions: boxsdk 10.18.0 (CPython 3.11 to 3.13).
# Source: boxsdk's box_sdk_gen/networking/retries.py (BoxRetryStrategy.should_retry looks at no method;
# retry_after is float() of the header). RFC 9110, sections 10.2.3 and 15.3.3. Box's own 202 is
# that of a download which is not ready yet, a GET.
# Why it matters to a recorder: a recorded 202 is repeated by the client as a refusal would be, so that one
# call is five equal POSTs in the cassette, which a replay that spends each answer once has to have all; where
# Retry-After was left out of the cassette, or put to 0 to save the wait, the replay has one, or no wait
# between them. Who changes a time in an answer to the other form of it makes a program fail.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check boxsdk==10.18.0
cat > look.py <<'PY'
import http.server
import json
import threading
import time
from email.utils import formatdate
from importlib.metadata import version

from box_sdk_gen import BoxClient, BoxDeveloperTokenAuth
from box_sdk_gen.networking.base_urls import BaseUrls
from box_sdk_gen.networking.fetch_options import FetchOptions

asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked.append(self.command)
        body = json.dumps({"type": "folder", "id": "7"}).encode()
        self.send_response(status)
        if retry_after is not None:
            self.send_header("Retry-After", retry_after)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}"
client = BoxClient(BoxDeveloperTokenAuth("example")).with_custom_base_urls(BaseUrls(base_url=url))
print("boxsdk", version("boxsdk"))
for method, status, retry_after in (
    ("POST", 200, "0"),
    ("POST", 202, None),
    ("POST", 202, "0"),
    ("GET", 202, "0"),
    ("POST", 202, formatdate(time.time(), usegmt=True)),
    ("POST", 503, "0"),
    ("POST", 424, "0"),
):
    asked.clear()
    try:
        said = client.make_request(FetchOptions(url=f"{url}/2.0/folders", method=method, data={"name": "a"})).status
    except Exception as error:
        said = type(error).__name__
    form = "a date" if retry_after and "GMT" in retry_after else retry_after
    print(f"{method} answered {status}, Retry-After {form}: {len(asked)} requests, {said}")
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
boxsdk 10.18.0
POST answered 200, Retry-After 0: 1 requests, 200
POST answered 202, Retry-After None: 1 requests, 202
POST answered 202, Retry-After 0: 5 requests, 202
GET answered 202, Retry-After 0: 5 requests, 202
POST answered 202, Retry-After a date: 1 requests, ValueError
POST answered 503, Retry-After 0: 5 requests, BoxAPIError
POST answered 424, Retry-After 0: 1 requests, BoxAPIError
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
