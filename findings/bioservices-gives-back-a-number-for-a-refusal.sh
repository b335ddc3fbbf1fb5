#!/usr/bin/env bash
# What biologists' bioservices was refused is a number to the program, and no error: the value of a call is 424, a kind of int
# that is equal to the 424 of a good answer's JSON; where the 200 is no JSON the value is the whole response, and where nothing
# came it is None. And a service that is made, before any call, asks for its base URL by another client than all that follows.
#
# Versions: bioservices 1.16.0, requests 2.34.2 (CPython 3.11).
# Source: bioservices/services.py (HTTPResponseError, a subclass of int; _interpret_returned_request; get_one and post_one,
# which catch all; Service.__init__, which calls urllib's urlopen).
# Why it matters to a recorder: a miss raises nothing, goes on as a value, and the test fails elsewhere or passes. The GET of
# the base URL is in the recording though no call made it, comes with other headers, and goes by urllib's idea of a proxy.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
export HOME=$work
unset XDG_CONFIG_HOME XDG_CACHE_HOME
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check bioservices==1.16.0 requests==2.34.2
cat > look.py <<'PY'
import contextlib
import http.server
import logging
import sys
import threading
from importlib.metadata import version

with contextlib.redirect_stdout(sys.stderr):  # the first time it tells where it keeps its settings
    from bioservices.services import REST

    REST("example", url_defined_later=True)

logging.disable(logging.CRITICAL)
asked = []
told = {}


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        asked.append(f"{self.command} {self.path}")
        status, text = told["answer"] if self.path != "/" else (404, "")
        if status is None:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def look(what, status, text="", frmt="json"):
    asked.clear()
    told["answer"] = status, text
    found = []
    for post in (False, True):
        service = REST("example", f"http://127.0.0.1:{origin.server_port}", verbose=False)
        got = service.http_post("a", data={"a": "b"}, frmt=frmt) if post else service.http_get("a", frmt=frmt)
        found.append(f"{type(got).__name__} {got!r}" if not hasattr(got, "status_code") or isinstance(got, int) else type(got).__name__)
    print(f"{what}: {' | '.join(found)}; {len(asked)} requests")


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("bioservices", version("bioservices"))
look("200, JSON", 200, '{"a": 1}')
look("200, HTML for JSON", 200, "<html>")
look("200, a number", 200, "424")
look("424", 424, "no")
look("424 for text", 424, "no", "txt")
look("200, text", 200, "424", "txt")
look("no answer", None)
print("asked:", ", ".join(asked))
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
bioservices 1.16.0
200, JSON: dict {'a': 1} | dict {'a': 1}; 4 requests
200, HTML for JSON: Response | Response; 4 requests
200, a number: int 424 | int 424; 4 requests
424: HTTPResponseError HTTPResponseError(424: Failed Dependency) | HTTPResponseError HTTPResponseError(424: Failed Dependency); 4 requests
424 for text: HTTPResponseError HTTPResponseError(424: Failed Dependency) | HTTPResponseError HTTPResponseError(424: Failed Dependency); 4 requests
200, text: str '424' | str '424'; 4 requests
no answer: NoneType None | NoneType None; 7 requests
asked: GET /, GET /a, GET /a, GET /a, GET /a, GET /, POST /a
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
