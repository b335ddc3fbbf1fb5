#!/usr/bin/env bash
# Asked for the result of a query that has failed, BigQuery's client for Python may start the query again, by a POST
# of a job with another random id, which the program's object then has: by the word "reason" in a 200, and not where
# the program named the job itself. And a POST that is refused by a 404 it sends again if " job" stands in the words
# of the refusal.
#
# Versions: google-cloud-bigquery 3.47.0, requests 2.34.2 (CPython 3.11 to 3.13).
# Source: google-cloud-bigquery's google/cloud/bigquery/job/query.py (QueryJob.result, is_job_done: retry_do_query,
# and self.__dict__ becomes that of the new job) and retry.py (_RETRYABLE_REASONS, job_retry_reasons, and
# _query_job_insert_should_retry, which looks for " job" in the message); job_retry=None ends it.
# Why it matters to a recorder: a GET-like call, result(), sends a POST with an INSERT, as an answer of status 200
# said in its body; the ids of both are random and stand in later URLs, so that a recording is to be read as "the
# first id that was posted, and the second". A replay that says 404 and "no such job is recorded" is posted to for ten
# minutes.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
export HOME=$work
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check google-cloud-bigquery==3.47.0 requests==2.34.2
cat > look.py <<'PY'
import http.server
import json
import threading
from importlib.metadata import version
from itertools import count

from google.api_core.exceptions import GoogleAPICallError
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

asked = []
jobs = {}  # the jobs of a round: what is said of each


class Origin(http.server.BaseHTTPRequestHandler):
    """Lets the first job of a round fail for the reason, or refuses it, and is content with the others."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        said = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.split("?")[0].removeprefix("/bigquery/v2/projects/p/")
        if self.command == "POST":
            job = json.loads(said)["jobReference"]["jobId"]
            jobs[job] = {"state": "DONE"}
            if reason and len(jobs) == 1:
                jobs[job]["errorResult"] = {"reason": reason, "message": "example"}
        else:
            job = path.split("/")[1]
        asked.append(f"{self.command} {path.replace(job, 'job %d' % (list(jobs).index(job) + 1))}")
        status, document = 200, {"jobReference": {"projectId": "p", "jobId": job}, "status": jobs[job]}
        document.update(jobComplete=True, schema={"fields": []}, rows=[], totalRows="0")
        if refusal and next(refused) == 0:
            status, document = 404, {"error": {"code": 404, "message": refusal, "errors": [{"reason": "notFound"}]}}
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def look(what, **given):
    asked.clear()
    jobs.clear()
    try:
        job = client.query("INSERT INTO t VALUES (1)", **given)
        before = job.job_id
        job.result()
        said = "done" if job.job_id == before else "done by another job"
    except GoogleAPICallError as error:
        said = type(error).__name__
    print(f"{what}: {', '.join(asked)}: {said}")


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
client = bigquery.Client(
    project="p",
    credentials=AnonymousCredentials(),
    client_options={"api_endpoint": f"http://127.0.0.1:{origin.server_port}"},
)
print("google-cloud-bigquery", version("google-cloud-bigquery"))
refusal = None
for reason in ("invalidQuery", "quotaExceeded", "stopped", "rateLimitExceeded", "backendError", "jobInternalError"):
    look(f"200, {reason}")
reason = "backendError"
look("200, backendError, a job with a name", job_id="mine")
reason = None
for refusal in ("Not found: Table p:t", "Not found: Job p:t", "Not recorded: a job"):
    refused = count()
    look(f"404, {refusal!r}")
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
google-cloud-bigquery 3.47.0
200, invalidQuery: POST jobs: BadRequest
200, quotaExceeded: POST jobs: Forbidden
200, stopped: POST jobs: GoogleAPICallError
200, rateLimitExceeded: POST jobs, POST jobs, GET queries/job 2: done by another job
200, backendError: POST jobs, POST jobs, GET queries/job 2: done by another job
200, jobInternalError: POST jobs, POST jobs, GET queries/job 2: done by another job
200, backendError, a job with a name: POST jobs: InternalServerError
404, 'Not found: Table p:t': POST jobs: NotFound
404, 'Not found: Job p:t': POST jobs, POST jobs, GET queries/job 2: done
404, 'Not recorded: a job': POST jobs, POST jobs, GET queries/job 2: done
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
