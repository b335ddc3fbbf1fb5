#!/usr/bin/env bash
# OpenStack's keystoneauth holds expires_at of its log-in against the clock of the machine, and logs in
# again where less than two minutes are left: of a log-in that says it has ended already it sends three
# before each call of the API, of which it uses the first, for as long as the program runs; no error, and
# no line in the log.
#
# Versions: keystoneauth1 5.18.1, requests 2.34.2 (CPython 3.11 to 3.13).
# Source: keystoneauth1's keystoneauth1/identity/base.py (get_access, which is asked by get_token,
# get_endpoint_data and the rest, each for itself, and MIN_TOKEN_LIFE_SECONDS=120). Each client of OpenStack,
# its command line and Ansible's modules stand on it.
# Why it matters to a recorder: a recording of an hour ago, of one log-in and three calls, is replayed as nine
# log-ins and three calls: eight misses, or, where a recorded answer is given again, none, and a test that
# counts log-ins fails. The end stands in the body, in UTC, and has to be moved to the present. reauthenticate=False
# is against all of it.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check keystoneauth1==5.18.1 requests==2.34.2
cat > look.py <<'PY'
import datetime
import http.server
import json
import threading
from importlib.metadata import version

from keystoneauth1 import session
from keystoneauth1.identity import v3

asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    """Keystone and Nova: the log-in ends `minutes` from now."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked.append("log-in" if self.command == "POST" else f"call by {self.headers['X-Auth-Token']}")
        here = {"interface": "public", "url": f"{url}/compute", "region": "r", "region_id": "r", "id": "e"}
        end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
        token = {
            "methods": ["password"],
            "user": {"id": "u", "name": "ann", "domain": {"id": "d", "name": "d"}},
            "issued_at": "2026-01-01T00:00:00.000000Z",
            "expires_at": end.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "catalog": [{"type": "compute", "name": "nova", "id": "s", "endpoints": [here]}],
        }
        body = json.dumps({"token": token} if self.command == "POST" else {"servers": []}).encode()
        self.send_response(201 if self.command == "POST" else 200)
        self.send_header("X-Subject-Token", f"token-{asked.count('log-in')}")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}"
print("keystoneauth1", version("keystoneauth1"))
for name, minutes, again in (
    ("an hour to go", 60, True),
    ("three minutes to go", 3, True),
    ("a minute to go", 1, True),
    ("an hour ago", -60, True),
    ("an hour ago, reauthenticate=False", -60, False),
):
    asked.clear()
    auth = v3.Password(
        f"{url}/v3", username="ann", password="example", user_domain_id="d", project_id="p", reauthenticate=again
    )
    cloud = session.Session(auth=auth)
    for _ in range(3):
        cloud.get("/servers", endpoint_filter={"service_type": "compute", "interface": "public"})
    print(f"{name}: {asked.count('log-in')} log-ins; {', '.join(each for each in asked if each != 'log-in')}")
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
keystoneauth1 5.18.1
an hour to go: 1 log-ins; call by token-1, call by token-1, call by token-1
three minutes to go: 1 log-ins; call by token-1, call by token-1, call by token-1
a minute to go: 9 log-ins; call by token-1, call by token-4, call by token-7
an hour ago: 9 log-ins; call by token-1, call by token-4, call by token-7
an hour ago, reauthenticate=False: 1 log-ins; call by token-1, call by token-1, call by token-1
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
