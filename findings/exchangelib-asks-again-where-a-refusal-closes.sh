#!/usr/bin/env bash
# Whether exchangelib, with the policy that is to bear a server's bad moments, sends a refused call again goes by one
# header of the refusal: with "Connection: close" any of them, a 400, a 403 and a 424 too, is a busy server to it, and
# the call, be it a mail that is to be sent, is posted anew after a minute or a Retry-After for as often as that comes.
# Without the header it fails at once.
#
# Versions: exchangelib 5.6.0 (CPython 3.11 to 3.13).
# Source: exchangelib/protocol.py (RetryPolicy.raise_response_errors: "Connection closed. OK to retry", ahead of all
# looks at the status but those at 200 and at a 500 with XML; FaultTolerance); max_wait bounds one wait, not their sum.
# Why it matters to a recorder: Connection is a header of one hop, which a proxy writes for its own. One that closes
# behind a refusal, as error pages of proxies do, has the client wait and ask for ever for what is in no cassette,
# and one that drops the header has it give up what the recorded run bore. A refusal of a recorder's own keeps the
# connection open.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check exchangelib==5.6.0
cat > look.py <<'PY'
import logging
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
os.environ["HOME"] = os.getcwd()
from exchangelib import DELEGATE, Account, Configuration, FaultTolerance, Version
from exchangelib.transport import NOAUTH
from exchangelib.version import EXCHANGE_2016

logging.disable(logging.WARNING)
refusals = []
posted = []


class Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        posted.append(self.rfile.read(int(self.headers["Content-Length"])))
        status, closes = refusals.pop(0)
        self.send_response(status)
        if closes:
            self.send_header("Connection", "close")
        self.send_header("Retry-After", "1")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
print("exchangelib", version("exchangelib"))
for status in (400, 403, 424, 500):
    for closing in (0, 2):
        refusals[:] = [(status, True)] * closing + [(status, False)]
        posted.clear()
        configuration = Configuration(
            service_endpoint=f"http://127.0.0.1:{server.server_port}/EWS/Exchange.asmx",
            auth_type=NOAUTH,
            version=Version(EXCHANGE_2016),
            retry_policy=FaultTolerance(max_wait=3),
        )
        options = {"config": configuration, "autodiscover": False, "access_type": DELEGATE}
        account = Account("a@example.com", **options)
        try:
            account.root.refresh()
            said = "success"
        except Exception as error:
            said = type(error).__name__
        print(f"{status}, closing {closing} times: posted {len(posted)}, equal {len(set(posted)) == 1}, {said}")
PY
timeout 120 venv/bin/python -u look.py | tee found
cat > expected <<'END'
exchangelib 5.6.0
400, closing 0 times: posted 1, equal True, MalformedResponseError
400, closing 2 times: posted 3, equal True, MalformedResponseError
403, closing 0 times: posted 1, equal True, MalformedResponseError
403, closing 2 times: posted 3, equal True, MalformedResponseError
424, closing 0 times: posted 1, equal True, MalformedResponseError
424, closing 2 times: posted 3, equal True, MalformedResponseError
500, closing 0 times: posted 1, equal True, MalformedResponseError
500, closing 2 times: posted 3, equal True, MalformedResponseError
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
