#!/usr/bin/env bash
# Refused by a 5xx of any number, a 501 and a 599 too, PyGithub posts an issue again, eleven times in all; and whether a 403
# is final goes by how its message ends: "please retry your request again later." has the issue posted again, the same words
# without the full stop have not, nor have those of a 429. A 403 with a Retry-After is repeated whatever it says, and one
# whose body is no JSON is final, also where it is a gateway's page about too many requests. An edit, a PATCH, is sent once.
#
# Versions: PyGithub 2.10.0 (CPython 3.11).
# Source: PyGithub's github/GithubRetry.py (status_forcelist: 500 to 599 and 403; allowed_methods with POST; increment) and
# Requester.py (isPrimaryRateLimitError, isSecondaryRateLimitError), MainClass.py (default_retry, whose total is 10).
# Why it matters to a recorder: a refusal by a recorder that is a 5xx is asked for eleven times by a POST, and once by a
# PATCH. A redaction that touches the end of a message decides whether the program asks again.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check PyGithub==2.10.0
cat > look.py <<'PY'
import http.server
import json
import logging
import threading
import time
from importlib.metadata import version

import github

logging.disable(logging.CRITICAL)
time.sleep = lambda seconds: None
asked = []
answer = ()


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        asked.append(self.command)
        status, body, after = answer
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if after:
            self.send_header("Retry-After", after)
        self.end_headers()
        self.wfile.write(body.encode())

    do_PATCH = do_POST

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{origin.server_address[1]}"
client = github.Github(base_url=base, seconds_between_requests=0, seconds_between_writes=0)
project = client.get_repo("ann/spoon", lazy=True)
issue = github.Issue.Issue(client.requester, {}, {"url": f"{base}/repos/ann/spoon/issues/1"}, completed=True)
calls = {"create": lambda: project.create_issue("Help"), "edit": lambda: issue.edit("Help")}


def says(message):
    return json.dumps({"message": message})


print("PyGithub", version("PyGithub"))
for answer in (
    (500, says("no"), None),
    (501, says("no"), None),
    (599, says("no"), None),
    (403, says("No. Please retry your request again later."), None),
    (403, says("No. Please retry your request again later"), None),
    (403, says("API rate limit exceeded for ann"), None),
    (403, says("The API rate limit exceeded"), None),
    (403, says("no"), "1"),
    (403, "<p>Too many requests</p>", None),
    (429, says("No. Please retry your request again later."), None),
    (424, says("no"), "1"),
):
    for name, call in calls.items():
        asked.clear()
        try:
            call()
        except Exception as error:
            told = type(error).__name__
        after = f", Retry-After: {answer[2]}" if answer[2] else ""
        print(f"{answer[0]} {answer[1]}{after}: {name} is {asked[0]} x {len(asked)}, {told}")
PY
timeout 200 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
PyGithub 2.10.0
500 {"message": "no"}: create is POST x 11, RetryError
500 {"message": "no"}: edit is PATCH x 1, GithubException
501 {"message": "no"}: create is POST x 11, RetryError
501 {"message": "no"}: edit is PATCH x 1, GithubException
599 {"message": "no"}: create is POST x 11, RetryError
599 {"message": "no"}: edit is PATCH x 1, GithubException
403 {"message": "No. Please retry your request again later."}: create is POST x 11, RetryError
403 {"message": "No. Please retry your request again later."}: edit is PATCH x 1, RateLimitExceededException
403 {"message": "No. Please retry your request again later"}: create is POST x 1, GithubException
403 {"message": "No. Please retry your request again later"}: edit is PATCH x 1, GithubException
403 {"message": "API rate limit exceeded for ann"}: create is POST x 11, RetryError
403 {"message": "API rate limit exceeded for ann"}: edit is PATCH x 1, RateLimitExceededException
403 {"message": "The API rate limit exceeded"}: create is POST x 1, GithubException
403 {"message": "The API rate limit exceeded"}: edit is PATCH x 1, GithubException
403 {"message": "no"}, Retry-After: 1: create is POST x 11, RetryError
403 {"message": "no"}, Retry-After: 1: edit is PATCH x 1, GithubException
403 <p>Too many requests</p>: create is POST x 1, GithubException
403 <p>Too many requests</p>: edit is PATCH x 1, GithubException
429 {"message": "No. Please retry your request again later."}: create is POST x 1, GithubException
429 {"message": "No. Please retry your request again later."}: edit is PATCH x 1, GithubException
424 {"message": "no"}, Retry-After: 1: create is POST x 1, GithubException
424 {"message": "no"}, Retry-After: 1: edit is PATCH x 1, GithubException
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
