#!/usr/bin/env bash
# A network is created twice by Cisco Meraki's SDK for Python where the first POST met a 502, or no answer, or any 4xx, a 404
# too, with the words "executing batches" in its errors, then a minute later. A 302 is followed by the same POST, and from then
# on the client's base URL is what it was sent to: whole where that has "meraki.com/api/v" in it, and otherwise, by the -1 of a
# search, its first fifteen letters, for all further calls.
#
# Versions: meraki 4.7.0, httpx 0.28.1 (CPython 3.11).
# Source: meraki/session/base.py (request, with MAXIMUM_RETRIES of two, _is_action_batch_concurrency, which looks at no
# status), meraki/response_handler.py (handle_3xx: abs_url.find).
# Why it matters to a recorder: a recorded redirect moves the rest of the client's requests to another host, and a replay in
# which it does not come has other URLs than the recording. What has the words of a busy organization in it is sent again,
# a miss's explanation that quotes them too.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check meraki==4.7.0 httpx==0.28.1
cat > look.py <<'PY'
import http.server
import json
import threading
import time
from importlib.metadata import version

import meraki

asked = []
told = {}
waits = []
kept = []


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        asked.append(f"{self.command} {self.server.name}{self.path}")
        status, said, headers = told["answers"].pop(0) if told["answers"] else (200, {"id": "N_7"}, {})
        if status is None:
            self.close_connection = True
            return
        body = said.encode() if isinstance(said, str) else json.dumps(said).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = answer

    def log_message(self, *_):
        pass


def serve(name):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    server.name = name
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def look(what, *answers, method="make", times=1):
    asked.clear()
    waits.clear()
    told["answers"] = list(answers)
    client = meraki.DashboardAPI("example", base_url=f"http://127.0.0.1:{first.server_port}/api/v1", suppress_logging=True, smart_flow_enabled=False)
    end = []
    for _ in range(times):
        try:
            if method == "make":
                client.organizations.createOrganizationNetwork("1", "a", ["switch"])
            else:
                client.networks.getNetwork("N_7")
            end.append("done")
        except Exception as error:
            end.append(type(error).__name__)
    kept.append(client.networks._session._base_url)
    print(f"{what}: {', '.join(end)}; waited {sum(waits)} s: {', '.join(asked)}")


time.sleep = waits.append
first, second = serve("first"), serve("second")
print("meraki", version("meraki"))
busy = {"errors": ["Too many Executing Batches for this organization"]}
look("made, 200")
look("made, 424", (424, {}, {}))
look("made, 502", (502, "", {}))
look("made, no answer", (None, "", {}))
look("made, 404 with some words", (404, busy, {}))
look("made, 424 with some words", (424, busy, {}))
look("made, HTML in a 200", (200, "<html>", {}))
look("read, HTML in a 200", (200, "<html>", {}), method="read")
elsewhere = f"http://127.0.0.1:{second.server_port}/other"
look("made, 302 to another host", (302, "", {"Location": elsewhere}))
print("what comes next goes to", "the first host" if "/api/v1" in kept[-1] else f"the first {len(kept[-1])} letters of that Location")
named = f"http://127.0.0.1:{second.server_port}/meraki.com/api/v1/networks/N_8"
look("read twice, 302 to a URL with the company's name", (302, "", {"Location": named}), method="read", times=2)
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
meraki 4.7.0
made, 200: done; waited 0 s: POST first/api/v1/organizations/1/networks
made, 424: APIError; waited 0 s: POST first/api/v1/organizations/1/networks
made, 502: done; waited 1 s: POST first/api/v1/organizations/1/networks, POST first/api/v1/organizations/1/networks
made, no answer: done; waited 1 s: POST first/api/v1/organizations/1/networks, POST first/api/v1/organizations/1/networks
made, 404 with some words: done; waited 60.0 s: POST first/api/v1/organizations/1/networks, POST first/api/v1/organizations/1/networks
made, 424 with some words: done; waited 60.0 s: POST first/api/v1/organizations/1/networks, POST first/api/v1/organizations/1/networks
made, HTML in a 200: JSONDecodeError; waited 0 s: POST first/api/v1/organizations/1/networks
read, HTML in a 200: done; waited 1 s: GET first/api/v1/networks/N_7, GET first/api/v1/networks/N_7
made, 302 to another host: done; waited 0 s: POST first/api/v1/organizations/1/networks, POST second/other
what comes next goes to the first 15 letters of that Location
read twice, 302 to a URL with the company's name: done, done; waited 0 s: GET first/api/v1/networks/N_7, GET second/meraki.com/api/v1/networks/N_8, GET second/meraki.com/api/v1/networks/N_7
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
