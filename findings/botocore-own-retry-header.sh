#!/usr/bin/env bash
# botocore retries in its standard mode by default, obeys `x-amz-retry-after` (milliseconds),
# and takes no notice of `Retry-After`; its old mode, now to be asked for, obeys neither.
#
# Versions: botocore 1.44.8 (CPython 3.11 to 3.13).
# Source: botocore's botocore/retries/standard.py (ExponentialBackoff) and
# botocore/configprovider.py (the default of retry_mode).
# Why it matters to a recorder: a replay that sets `Retry-After` to 0 still lets the client
# sleep for the other header, up to 5 seconds a try; and a cassette that was made in the old
# mode holds up to five tries of a failing call, where today's client sends three.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check botocore==1.44.8
cat > "$work/look.py" <<'PY'
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError


class Busy(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hint = ("", "")
    tries = 0

    def do_GET(self):
        Busy.tries += 1
        self.send_response(503)
        self.send_header(*Busy.hint)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words):
        pass


server = HTTPServer(("127.0.0.1", 0), Busy)
threading.Thread(target=server.serve_forever, daemon=True).start()
session = botocore.session.Session()
for mode in None, "legacy":
    for hint in ("Retry-After", "3"), ("x-amz-retry-after", "3000"):
        Busy.hint, Busy.tries = hint, 0
        client = session.create_client(
            "s3",
            region_name="us-east-1",
            endpoint_url=f"http://127.0.0.1:{server.server_port}",
            aws_access_key_id="none",
            aws_secret_access_key="none",
            config=Config(retries={"mode": mode} if mode else None),
        )
        slept, sleep = [], time.sleep
        time.sleep = slept.append
        try:
            client.list_buckets()
        except ClientError:
            pass
        time.sleep = sleep
        obeyed = all(seconds >= 3 for seconds in slept)
        print(f"{mode or 'default'}, {hint[0]}: {Busy.tries} tries, obeyed: {obeyed}")
PY
"$work/venv/bin/pip" list --disable-pip-version-check 2>/dev/null | grep '^botocore '
found=$("$work/venv/bin/python" "$work/look.py")
echo "$found"
[ "$found" = "default, Retry-After: 3 tries, obeyed: False
default, x-amz-retry-after: 3 tries, obeyed: True
legacy, Retry-After: 5 tries, obeyed: False
legacy, x-amz-retry-after: 5 tries, obeyed: False" ]
