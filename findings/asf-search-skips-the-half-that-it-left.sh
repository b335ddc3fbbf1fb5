#!/usr/bin/env bash
# A scene of a radar satellite whose download broke off is done the second time: asf_search leaves the half under the scene's
# own name, raises, and skips, with a warning, what is already there; so it does with a page of HTML. What was refused by
# whatever 4xx, a 404, a 424 and a 429 too, is an error of authentication.
#
# Versions: asf_search 14.1.0, requests 2.34.2 (CPython 3.11).
# Source: asf_search/download/download.py (download_url: os.path.isfile, then open(..., 'wb') under the last name;
# _try_get_response: 400 to 499 are an ASFAuthenticationError).
# Why it matters to a recorder: a test that tries again, or the next one in the same folder, sends nothing and passes with half
# a file: the second request of the recording has no like in the replay, or the other way round. A miss by a 424 reads as a
# log-in that failed.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check asf-search==14.1.0 requests==2.34.2
cat > look.py <<'PY'
import http.server
import os
import tempfile
import threading
import warnings
from importlib.metadata import version

import asf_search
from asf_search.download import download as module

warnings.simplefilter("ignore")
WHOLE = b"pay 10 and 1000" * 2000
told = {}
asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked.append(self.path)
        status, length, body = told["answers"].pop(0) if told["answers"] else (200, len(WHOLE), WHOLE)
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *_):
        pass


def look(what, times, *answers):
    asked.clear()
    told["answers"] = list(answers)
    ends = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(times):
            try:
                asf_search.download_url(f"http://127.0.0.1:{origin.server_port}/scene.zip", folder, session=asf_search.ASFSession())
                ends.append("done")
            except Exception as error:
                ends.append(f"{type(error).__name__} {str(error)[:12]}".strip() if answers[0][0] >= 400 else type(error).__name__)
        kept = os.path.join(folder, "scene.zip")
        size = f"{os.path.getsize(kept)} of {len(WHOLE)} bytes" if os.path.exists(kept) else "nothing"
    print(f"{what}: {', '.join(ends)}; {len(asked)} requests, kept {size}")


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("asf_search", version("asf-search"))
module._try_get_response.retry.sleep = lambda seconds: None
look("whole, called twice", 2)
look("broken off, called twice", 2, (200, len(WHOLE), WHOLE[:16384]))
look("a page of HTML with 200, called twice", 2, (200, 6, b"<html>"))
for status in (401, 404, 424, 429, 503):
    look(f"{status}, called twice", 2, (status, 2, b"no"))
look("202 twice", 1, (202, 2, b"no"), (202, 2, b"no"))
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
asf_search 14.1.0
whole, called twice: done, done; 1 requests, kept 30000 of 30000 bytes
broken off, called twice: ChunkedEncodingError, done; 1 requests, kept 16384 of 30000 bytes
a page of HTML with 200, called twice: done, done; 1 requests, kept 6 of 30000 bytes
401, called twice: ASFAuthenticationError HTTP 401: no, done; 2 requests, kept 30000 of 30000 bytes
404, called twice: ASFAuthenticationError HTTP 404: no, done; 2 requests, kept 30000 of 30000 bytes
424, called twice: ASFAuthenticationError HTTP 424: no, done; 2 requests, kept 30000 of 30000 bytes
429, called twice: ASFAuthenticationError HTTP 429: no, done; 2 requests, kept 30000 of 30000 bytes
503, called twice: HTTPError 503 Server E, done; 2 requests, kept 30000 of 30000 bytes
202 twice: done; 3 requests, kept 30000 of 30000 bytes
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
