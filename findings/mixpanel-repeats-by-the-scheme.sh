#!/usr/bin/env bash
# Mixpanel's client for Python sends an event five times to an https:// address that answers by a 5xx of any number, or that
# ends the connection without an answer, and once to an http:// one: its retries are mounted for https alone. Else it looks
# at no status: a 404, a 424 and, by http, a 500 whose JSON says {"status": 1} are an event that was taken, and a 200 without
# "status", as another server's JSON is, is a bare KeyError.
#
# Versions: mixpanel 5.4.1 (CPython 3.11), with a certificate made by openssl.
# Source: mixpanel/__init__.py (Consumer: retry_limit 4, status_forcelist 500 to 599, session.mount("https://", adapter);
# _write_request: response_dict["status"], and no look at status_code).
# Why it matters to a recorder: a program whose tests go to a stand-in on loopback by http:// sends what its recording over
# https:// has five times, once. A recorder's refusal in JSON of its own is a KeyError and one in text an error, whatever
# their status is.
set -euo pipefail
for tool in python3 openssl; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check mixpanel==5.4.1
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
  -keyout key.pem -out cert.pem 2> /dev/null
cat > look.py <<'PY'
import http.server
import ssl
import threading
import time
from importlib.metadata import version

import mixpanel

asked = []
answer = ()


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        asked.append(self.command)
        status, body = answer
        if not status:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


def serving(context=None):
    origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    if context:
        origin.socket = context.wrap_socket(origin.socket, server_side=True)
    threading.Thread(target=origin.serve_forever, daemon=True).start()
    return f"{'https' if context else 'http'}://127.0.0.1:{origin.server_address[1]}/track"


secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
secure.load_cert_chain("cert.pem", "key.pem")
origins = [serving(secure), serving()]
time.sleep = lambda seconds: None
print("mixpanel", version("mixpanel"))
for answer in (
    (200, '{"status": 1}'),
    (500, '{"status": 1}'),
    (501, '{"status": 1}'),
    (None, ""),
    (404, '{"status": 1}'),
    (424, '{"status": 1}'),
    (429, '{"status": 0, "error": "slowly"}'),
    (200, '{"ok": true}'),
    (424, "not recorded"),
):
    for origin in origins:
        asked.clear()
        try:
            mixpanel.Mixpanel("example", consumer=mixpanel.Consumer(events_url=origin)).track("ann", "paid")
            told = "no error"
        except Exception as error:
            told = type(error).__name__
        print(f"{answer[0]} {answer[1]}, {origin.partition(':')[0]}: POST x {len(asked)}, {told}")
PY
REQUESTS_CA_BUNDLE=cert.pem timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
mixpanel 5.4.1
200 {"status": 1}, https: POST x 1, no error
200 {"status": 1}, http: POST x 1, no error
500 {"status": 1}, https: POST x 5, MixpanelException
500 {"status": 1}, http: POST x 1, no error
501 {"status": 1}, https: POST x 5, MixpanelException
501 {"status": 1}, http: POST x 1, no error
None , https: POST x 5, MixpanelException
None , http: POST x 1, MixpanelException
404 {"status": 1}, https: POST x 1, no error
404 {"status": 1}, http: POST x 1, no error
424 {"status": 1}, https: POST x 1, no error
424 {"status": 1}, http: POST x 1, no error
429 {"status": 0, "error": "slowly"}, https: POST x 1, MixpanelException
429 {"status": 0, "error": "slowly"}, http: POST x 1, MixpanelException
200 {"ok": true}, https: POST x 1, KeyError
200 {"ok": true}, http: POST x 1, KeyError
424 not recorded, https: POST x 1, MixpanelException
424 not recorded, http: POST x 1, MixpanelException
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
