#!/usr/bin/env bash
# Half an answer is a text to Atlassian's usual client for Python, and no error: of an issue of Jira that broke off, or a page
# of HTML with 200, the program is given the letters in place of the fields, and None where it was a POST, which made the issue
# all the same. And an issue is posted again where a 429 has a Retry-After, once, also a date that has passed; a 429 without
# one and a 503 with one are final.
#
# Versions: atlassian-python-api 5.0.5, requests 2.34.2, urllib3 2.8.0 (CPython 3.11).
# Source: atlassian/rest_client.py (get: response.text where json() fails; _response_handler: None; _retry_handler:
# retry_with_header is on unless told otherwise, backoff_and_retry is not).
# Why it matters to a recorder: an interrupted answer that is replayed with its length mended is a success of another type, and
# the test fails elsewhere, or takes None for "nothing there". How many POSTs a recording has goes by one header of a refusal.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check atlassian-python-api==5.0.5 requests==2.34.2 urllib3==2.8.0
cat > look.py <<'PY'
import http.server
import threading
import time
from importlib.metadata import version

from atlassian import Confluence, Jira

asked = []
told = {}
waits = []


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        asked.append(f"{self.command} {self.path}")
        status, text = told["answers"][min(len(asked), len(told["answers"])) - 1]
        self.send_response(status)
        for name, value in told["headers"].items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def log_message(self, *_):
        pass


def look(what, does, *answers, **headers):
    asked.clear()
    waits.clear()
    told.update(answers=answers, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        end = does()
    except Exception as error:
        end = type(error).__name__
    print(f"{what}: {end!r}; {len(asked)} requests, waited {round(sum(waits))} s")


time.sleep = waits.append
origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}"
jira = Jira(url=url, token="example")
wiki = Confluence(url=url, token="example", cloud=False)
print("atlassian-python-api", version("atlassian-python-api"))


def make():
    return jira.create_issue({"summary": "a"})


def read():
    return jira.issue("A-1")


def page():
    return wiki.page_exists("S", "title")


ISSUE = '{"id": "7", "key": "A-1"}'
look("an issue read", read, (200, ISSUE))
look("an issue read, half", read, (200, ISSUE[:-4]))
look("an issue read, HTML", read, (200, "<html>"))
look("an issue made, HTML", make, (200, "<html>"))
for status in (404, 424):
    look(f"an issue read, {status}", read, (status, "{}"))
look("is there the page, HTML", page, (200, "<html>"))
look("is there the page, 424", page, (424, "{}"))
look("an issue made, 429", make, (429, "{}"), (201, ISSUE))
look("an issue made, 429 with Retry-After", make, (429, "{}"), (201, ISSUE), Retry_After="9")
look("an issue made, 503 with Retry-After", make, (503, "{}"), (201, ISSUE), Retry_After="9")
look("an issue made, 429 for ever with Retry-After", make, (429, "{}"), Retry_After="9")
look("an issue made, 429 with a date of last year", make, (429, "{}"), (201, ISSUE), Retry_After="Wed, 01 Jan 2025 00:00:00 GMT")
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
atlassian-python-api 5.0.5
an issue read: {'id': '7', 'key': 'A-1'}; 1 requests, waited 0 s
an issue read, half: '{"id": "7", "key": "A'; 1 requests, waited 0 s
an issue read, HTML: '<html>'; 1 requests, waited 0 s
an issue made, HTML: None; 1 requests, waited 0 s
an issue read, 404: 'HTTPError'; 1 requests, waited 0 s
an issue read, 424: 'HTTPError'; 1 requests, waited 0 s
is there the page, HTML: 'AttributeError'; 1 requests, waited 0 s
is there the page, 424: 'HTTPError'; 1 requests, waited 0 s
an issue made, 429: 'HTTPError'; 1 requests, waited 0 s
an issue made, 429 with Retry-After: {'id': '7', 'key': 'A-1'}; 2 requests, waited 9 s
an issue made, 503 with Retry-After: 'HTTPError'; 1 requests, waited 0 s
an issue made, 429 for ever with Retry-After: 'HTTPError'; 2 requests, waited 9 s
an issue made, 429 with a date of last year: {'id': '7', 'key': 'A-1'}; 2 requests, waited 0 s
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
