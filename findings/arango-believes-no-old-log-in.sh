#!/usr/bin/env bash
# python-arango reads the token that a log-in gave it, without its key, and compares it with the clock of
# the machine: an hour after it was recorded the same answer to the same log-in raises "JWT token is
# expired" in the constructor, no further request is sent, and the server, which alone
# could know, is not asked. It wants four claims in it, so that a text in its place raises too.
#
# Versions: python-arango 8.3.7, PyJWT 2.15.1 (CPython 3.11 to 3.13).
# Source: python-arango's arango/connection.py (JwtConnection.refresh_token; exp_leeway is for later
# requests, and not for this). Its documentation has auth_method="jwt" as what renews a token.
# Why it matters to a recorder: a token that is put in place of a secret has to be one, with exp, iat, iss
# and preferred_username in it, and a replay has to move its end, which stands in base64 within a
# body, to the present; the log-in itself matches, so that a strict replay reports no miss and all that
# follows as unused. With auth_method="basic", the default, nothing is read.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check python-arango==8.3.7 PyJWT==2.15.1
cat > look.py <<'PY'
import http.server
import json
import threading
import time
from importlib.metadata import version

import jwt
from arango import ArangoClient

asked = []


def token(age):
    """Makes what ArangoDB gives, as of `age` seconds ago and good for an hour."""
    made = int(time.time()) - age
    claims = {"iat": made, "exp": made + 3600, "iss": "arangodb", "preferred_username": "ann"}
    return jwt.encode(claims, "k" * 32)


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked.append(f"{self.command} {self.path.split('?')[0]}")
        body = json.dumps({"jwt": given, "version": "3.12"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
client = ArangoClient(hosts=f"http://127.0.0.1:{origin.server_port}")
print("python-arango", version("python-arango"))
cases = {
    "a new token": token(0),
    "one of two hours ago": token(7200),
    "one of tomorrow": token(-86400),
    "a text": "hidden",
}
for name, given in cases.items():
    asked.clear()
    try:
        said = client.db("_system", username="ann", password="p", auth_method="jwt").version()
    except Exception as error:
        said = type(error).__name__
    print(f"{name}: {said}, after {', '.join(asked)}")
PY
timeout 60 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
python-arango 8.3.7
a new token: 3.12, after POST /_open/auth, GET /_db/_system/_api/version
one of two hours ago: JWTExpiredError, after POST /_open/auth
one of tomorrow: ImmatureSignatureError, after POST /_open/auth
a text: DecodeError, after POST /_open/auth
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
