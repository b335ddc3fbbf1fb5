#!/usr/bin/env bash
# placebo, the recorder of boto3's answers, begins again behind its last one: a job that was
# recorded as running, then done, is running for whoever asks a third time. It compares nothing
# else either: asked for b it gives what was recorded for a, and for a name that nobody ever
# asked for the next in the row.
#
# Versions: placebo 0.10.0, boto3 1.44.8 with botocore 1.44.8 (CPython 3.11 to 3.13).
# Source: placebo's placebo/pill.py (get_next_file_path sets its number back to 1 where a file
# is not found; _mock_request looks at the service and the operation alone). Its README says
# that calls are answered in the order of the recording, and not what comes behind the last.
# Why it matters to a recorder: a program that asks once more than it did when it was recorded
# passes or waits for ever, where any other recorder says that something is missing. What a
# converter makes of such a folder has no requests at all: whose answer it is stands nowhere.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check placebo==0.10.0 boto3==1.44.8 \
  botocore==1.44.8
cat > "$work/look.py" <<'PY'
import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import boto3
import placebo

folder = sys.argv[1]
os.mkdir(folder)
asked = []


class Origin(BaseHTTPRequestHandler):
    """Step Functions: any execution runs when it is asked of first, and then is done."""

    def do_POST(self):
        arn = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["executionArn"]
        asked.append(arn)
        status = "RUNNING" if len(asked) == 1 else "SUCCEEDED"
        body = json.dumps({"executionArn": arn, "status": status}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()


def ask(mode, names):
    session = boto3.Session("AKIDEXAMPLE", "example", region_name="us-east-1")
    pill = placebo.attach(session, folder)
    getattr(pill, mode)()
    url = f"http://127.0.0.1:{origin.server_port}"
    client = session.client("stepfunctions", endpoint_url=url)
    answers = [client.describe_execution(executionArn=name) for name in names]
    found = [f"{answer['executionArn']} {answer['status']}" for answer in answers]
    for name, answer in zip(names, found):
        print(f"{mode}: asked for {name}, got {answer}")
    return found


recorded = ask("record", ["a", "a"])
again = ask("playback", ["a", "a", "a"])
others = ask("playback", ["b", "never-asked"])
print("placebo", version("placebo"), "boto3", version("boto3"))
sent = asked == ["a", "a"]  # nothing was sent but by the recording
first, second = recorded
same = recorded == ["a RUNNING", "a SUCCEEDED"] and again == [first, second, first]
sys.exit(not (sent and same and others == recorded))
PY
for name in http_proxy HTTP_PROXY all_proxy ALL_PROXY; do unset "$name"; done
env -u AWS_ENDPOINT_URL -u AWS_PROFILE "$work/venv/bin/python" -W ignore "$work/look.py" "$work/folder"
