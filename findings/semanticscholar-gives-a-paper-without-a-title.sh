#!/usr/bin/env bash
# Refused by a 401, a 424, a 502, a 503 or a redirect, semanticscholar, the usual client for looking up papers, raises
# nothing: get_paper() gives a paper whose title and all else is None, a search finds 0 papers, and of a list of ids
# it logs that they were not found. It knows six refusals by number, and of those a body in other words than it
# expects is a KeyError or an error of JSON: a 404 with {"message": ...} is "KeyError: 'error'", and not a paper that
# is not there.
#
# Versions: semanticscholar 0.12.0 (CPython 3.11).
# Source: semanticscholar/ApiRequester.py (_get_data_async: data stays {} for a status that it does not list, and for
# a 200 with nothing but "error"; httpx follows no redirect).
# Why it matters to a recorder: what a proxy refuses in its own name, be it an unknown request by a 424 or an origin
# that is away by a 502, is taken for a catalogue without the paper, and a test passes with it. Who answers for the
# service uses 403, the one refusal that is raised whatever its body, and looks for a None of a title in what was
# recorded.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
export HOME=$work
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check semanticscholar==0.12.0
cat > look.py <<'PY'
import http.server
import json
import logging
import threading
import warnings
from importlib.metadata import version

from semanticscholar import SemanticScholar

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)
told = {}


class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.send_response(told["status"])
        if told["status"] == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(told["body"])))
        self.end_headers()
        self.wfile.write(told["body"].encode())

    do_GET = do_POST

    def log_message(self, *_):
        pass


def told_of(call):
    try:
        return call()
    except Exception as error:
        return f"{type(error).__name__}: {error}" if len(str(error)) < 20 else type(error).__name__


service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=service.serve_forever, daemon=True).start()
scholar = SemanticScholar(api_url=f"http://127.0.0.1:{service.server_port}", retry=False)
print("semanticscholar", version("semanticscholar"))
for status, body in (
    (200, json.dumps({"paperId": "example", "title": "On recorders"})),
    (200, '{"error": "example"}'),
    (302, ""),
    (401, '{"error": "example"}'),
    (424, "not recorded"),
    (502, "<html>"),
    (503, ""),
    (403, "<html>"),
    (404, '{"error": "no paper"}'),
    (404, '{"message": "no paper"}'),
    (404, "no paper"),
    (500, "{}"),
):
    told.update(status=status, body=body)
    title = told_of(lambda: scholar.get_paper("example").title)
    found = told_of(lambda: scholar.search_paper("recorders").total)
    papers = told_of(lambda: scholar.get_papers(["one", "two"])) if status != 200 or "paperId" not in body else "-"
    print(f"{status} {body}: title {title}; search {found}; list of ids {papers}")
PY
timeout 110 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
semanticscholar 0.12.0
200 {"paperId": "example", "title": "On recorders"}: title On recorders; search 0; list of ids -
200 {"error": "example"}: title None; search 0; list of ids []
302 : title None; search 0; list of ids []
401 {"error": "example"}: title None; search 0; list of ids []
424 not recorded: title None; search 0; list of ids []
502 <html>: title None; search 0; list of ids []
503 : title None; search 0; list of ids []
403 <html>: title PermissionError; search PermissionError; list of ids PermissionError
404 {"error": "no paper"}: title ObjectNotFoundException: no paper; search ObjectNotFoundException: no paper; list of ids ObjectNotFoundException: no paper
404 {"message": "no paper"}: title KeyError: 'error'; search KeyError: 'error'; list of ids KeyError: 'error'
404 no paper: title JSONDecodeError; search JSONDecodeError; list of ids JSONDecodeError
500 {}: title KeyError: 'message'; search KeyError: 'message'; list of ids KeyError: 'message'
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
