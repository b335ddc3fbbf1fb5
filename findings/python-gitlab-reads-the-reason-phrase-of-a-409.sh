#!/usr/bin/env bash
# Whether python-gitlab sends a request that met a 409 again goes by the words behind the number in the status line: with
# "Resource lock" there a POST is sent eleven times, with the same words in the body alone once. Asked to retry it posts again
# after a 502 and a Cloudflare number, too. Of a 429 it waits until RateLimit-Reset by the machine's clock, so that an old one
# is no wait at all, and a Retry-After that is a date is a bare ValueError.
#
# Versions: python-gitlab 8.6.0 (CPython 3.11), with retry_transient_errors=True.
# Source: gitlab/utils.py (Retry._retryable_status_code: reason; handle_retry_on_status: int(headers["Retry-After"]) and
# RateLimit-Reset less time.time()) and gitlab/const.py (RETRYABLE_TRANSIENT_ERROR_CODES); RFC 9112, section 4: a client
# should ignore the reason phrase, which HTTP/2 does not have.
# Why it matters to a recorder: one that keeps the number alone, or that writes the usual words for it, turns eleven
# requests into one; so does a recording that was made over HTTP/2. What was recorded of a 429 takes another time later.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check python-gitlab==8.6.0
cat > look.py <<'PY'
import http.server
import json
import threading
import time
from importlib.metadata import version

import gitlab

asked = []
waits = []
answer = ()


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        asked.append(self.command)
        status, reason, said, headers = answer
        body = json.dumps({"message": said}).encode()
        self.send_response(status, reason)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
time.sleep = waits.append
client = gitlab.Gitlab(f"http://127.0.0.1:{origin.server_address[1]}", private_token="x", retry_transient_errors=True)
project = client.projects.get(1, lazy=True)
print("python-gitlab", version("python-gitlab"))
now = int(time.time())
for answer in (
    (409, "Resource lock", "no", {}),
    (409, "Conflict", "Resource lock", {}),
    (409, "Conflict - Resource lock is held", "no", {}),
    (409, "resource lock", "no", {}),
    (502, "Bad Gateway", "no", {}),
    (520, "Unknown", "no", {}),
    (424, "Failed Dependency", "no", {}),
    (429, "Too Many Requests", "no", {"RateLimit-Reset": str(now - 86400)}),
    (429, "Too Many Requests", "no", {"RateLimit-Reset": str(now + 86400)}),
    (429, "Too Many Requests", "no", {"Retry-After": "30"}),
    (429, "Too Many Requests", "no", {"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}),
):
    asked.clear()
    waits.clear()
    try:
        project.issues.create({"title": "Help"})
    except Exception as error:
        told = type(error).__name__
    first = f", the first wait {'a day' if waits[0] > 80000 else waits[0]}" if waits else ""
    days = {str(now - 86400): "a day ago", str(now + 86400): "in a day"}
    headers = {name: days.get(value, value) for name, value in answer[3].items()}
    print(f"{answer[0]} {answer[1]}, {answer[2]} {headers or ''}: POST x {len(asked)}{first}, {told}")
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
python-gitlab 8.6.0
409 Resource lock, no : POST x 11, the first wait 0.1, GitlabCreateError
409 Conflict, Resource lock : POST x 1, GitlabCreateError
409 Conflict - Resource lock is held, no : POST x 11, the first wait 0.1, GitlabCreateError
409 resource lock, no : POST x 1, GitlabCreateError
502 Bad Gateway, no : POST x 11, the first wait 0.1, GitlabCreateError
520 Unknown, no : POST x 11, the first wait 0.1, GitlabCreateError
424 Failed Dependency, no : POST x 1, GitlabCreateError
429 Too Many Requests, no {'RateLimit-Reset': 'a day ago'}: POST x 11, the first wait 0, GitlabCreateError
429 Too Many Requests, no {'RateLimit-Reset': 'in a day'}: POST x 11, the first wait a day, GitlabCreateError
429 Too Many Requests, no {'Retry-After': '30'}: POST x 11, the first wait 30, GitlabCreateError
429 Too Many Requests, no {'Retry-After': 'Wed, 21 Oct 2099 07:28:00 GMT'}: POST x 1, ValueError
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
