#!/usr/bin/env bash
# Whatever was refused, python-jenkins says of a job that it "does not exist": a 424, a 429, a 502 and a 503 are one to it with
# a 404, and with an empty 200; a 401 and a 500 are "possibly authentication failed". Asked whether there is the job it raises
# for the same statuses. And a refused question for a crumb, without which Jenkins takes no POST, it passes over for a 404 or
# an empty answer and remembers, so that the POST goes without.
#
# Versions: python-jenkins 1.8.3, requests 2.34.2 (CPython 3.11).
# Source: jenkins/__init__.py (get_job_info: HTTPError is caught with NotFoundException; jenkins_request; maybe_add_crumb).
# Why it matters to a recorder: a program that makes the job where it "does not exist" makes it after a miss of its question,
# and the test's log says nothing of the miss. An answer for the crumb by a 404 sends the next POST with other headers.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check python-jenkins==1.8.3 requests==2.34.2
cat > look.py <<'PY'
import http.server
import json
import threading
from importlib.metadata import version

import jenkins

asked = []
told = {}


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        path = self.path.partition("?")[0]
        asked.append(f"{self.command} {path}" + (" with a crumb" if self.headers["Jenkins-Crumb"] else ""))
        if "crumbIssuer" in path:
            status, text = told["crumb"]
        else:
            status, text = told["job"] if self.command == "GET" else (201, "")
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1/queue/item/7/")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


CRUMB = json.dumps({"crumbRequestField": "Jenkins-Crumb", "crumb": "example"})
JOB = json.dumps({"name": "build", "fullName": "build"})
HTML = "<html><body>Log in</body></html>"


def server():
    return jenkins.Jenkins(f"http://127.0.0.1:{origin.server_port}", username="me", password="example")


def look(what, does, crumb=(200, CRUMB), job=(200, JOB)):
    asked.clear()
    told.update(crumb=crumb, job=job)
    try:
        end = does(server())
    except Exception as error:
        said = str(error).splitlines()[0].partition(" for url")[0]
        end = f"{type(error).__name__}: {said}"
    print(f"{what}: {end}")


def info(client):
    return client.get_job_info("build")["name"]


def exists(client):
    return client.job_exists("build")


def build(client):
    return f"queue {client.build_job('build')} by " + ", ".join(asked)


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("python-jenkins", version("python-jenkins"))
for status in (200, 404, 424, 429, 502, 503, 401, 500):
    look(f"the job, {status}", info, job=(status, JOB))
look("the job, nothing in a 200", info, job=(200, ""))
look("the job, HTML in a 200", info, job=(200, HTML))
for status in (404, 424, 503):
    look(f"is there the job, {status}", exists, job=(status, JOB))
look("a build", build)
look("a build, crumb 404", build, crumb=(404, ""))
look("a build, crumb 424", build, crumb=(424, ""))
look("a build, crumb empty", build, crumb=(200, ""))
look("a build, crumb HTML", build, crumb=(200, HTML))
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
python-jenkins 1.8.3
the job, 200: build
the job, 404: JenkinsException: job[build] does not exist
the job, 424: JenkinsException: job[build] does not exist
the job, 429: JenkinsException: job[build] does not exist
the job, 502: JenkinsException: job[build] does not exist
the job, 503: JenkinsException: job[build] does not exist
the job, 401: JenkinsException: Error in request. Possibly authentication failed [401]: Unauthorized
the job, 500: JenkinsException: Error in request. Possibly authentication failed [500]: Internal Server Error
the job, nothing in a 200: JenkinsException: job[build] does not exist
the job, HTML in a 200: JenkinsException: Could not parse JSON info for job[build]
is there the job, 404: None
is there the job, 424: HTTPError: 424 Client Error: Failed Dependency
is there the job, 503: HTTPError: 503 Server Error: Service Unavailable
a build: queue 7 by GET /crumbIssuer/api/json, POST /job/build/build with a crumb
a build, crumb 404: queue 7 by GET /crumbIssuer/api/json, POST /job/build/build
a build, crumb 424: HTTPError: 424 Client Error: Failed Dependency
a build, crumb empty: queue 7 by GET /crumbIssuer/api/json, POST /job/build/build
a build, crumb HTML: JSONDecodeError: Expecting value: line 1 column 1 (char 0)
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
