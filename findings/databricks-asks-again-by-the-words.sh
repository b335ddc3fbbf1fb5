#!/usr/bin/env bash
# Whether Databricks' SDK sends a refused request again goes by the words of the refusal: a POST that
# starts a job is sent anew after a 400, a 403 or a 404 whose message has "Unexpected error" or "Please try
# again later or try a faster operation." in it, for up to five minutes; in other words it is final. So is
# a 500.
#
# Versions: databricks-sdk 0.162.0, requests 2.34.2 (CPython 3.11 to 3.13).
# Source: databricks-sdk's databricks/sdk/_base_client.py (_is_retryable looks for eight pieces of English
# in the text of the error, whatever its status; a 429 and a 503 are asked again by their number).
# Why it matters to a recorder: a message that is redacted, moved in time or edited in the cassette changes
# how many requests follow, and with them which answer comes next; a 424 whose explanation quotes such
# a message, as one that says what the nearest recorded answer was would, is repeated for minutes by a
# client that takes a 424 for final. A second request before all others, which no program asks for, goes
# to /.well-known/databricks-config of the host when a client is made; its refusal is a line in the log.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
export HOME=$work
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check databricks-sdk==0.162.0 requests==2.34.2
cat > look.py <<'PY'
import http.server
import json
import threading
from importlib.metadata import version

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import DatabricksError

asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    """Refuses the first request for a run, and grants the second."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked.append(f"{self.command} {self.path}")
        is_run, is_first = self.path.endswith("/run-now"), asked.count(asked[-1]) == 1
        status, said = 200, {"run_id": 5}
        if not is_run:
            status, said = 404, {}
        elif is_first:
            status, said = refusal, {"error_code": "EXAMPLE", "message": message}
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("databricks-sdk", version("databricks-sdk"))
for refusal, message in (
    (400, "There is no job 7."),
    (400, "Unexpected error: there is no job 7."),
    (403, "The quota is used up. Please try again later or try a faster operation."),
    (403, "The quota is used up. Please try again later."),
    (404, "Cluster 1 does not have any associated worker environments"),
    (424, 'Not recorded. The nearest answer was "Unexpected error".'),
    (424, "Not recorded."),
    (500, "There is no job 7."),
):
    asked.clear()
    client = WorkspaceClient(host=f"http://127.0.0.1:{origin.server_port}", token="example")
    before = len(asked)
    try:
        said = f"run {client.jobs.run_now(job_id=7).response.run_id}"
    except DatabricksError as error:
        said = type(error).__name__
    print(f"{refusal}, {message!r}: {len(asked) - before} POST, {said}")
print("when a client is made:", *asked[:before])
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
databricks-sdk 0.162.0
400, 'There is no job 7.': 1 POST, BadRequest
400, 'Unexpected error: there is no job 7.': 2 POST, run 5
403, 'The quota is used up. Please try again later or try a faster operation.': 2 POST, run 5
403, 'The quota is used up. Please try again later.': 1 POST, PermissionDenied
404, 'Cluster 1 does not have any associated worker environments': 2 POST, run 5
424, 'Not recorded. The nearest answer was "Unexpected error".': 2 POST, run 5
424, 'Not recorded.': 1 POST, DatabricksError
500, 'There is no job 7.': 1 POST, InternalError
when a client is made: GET /.well-known/databricks-config
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
