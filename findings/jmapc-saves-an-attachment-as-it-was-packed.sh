#!/usr/bin/env bash
# jmapc, a client of the newer protocol for mail, JMAP, asks for an attachment as one that it can unpack and saves it as it was
# packed: of a text in gzip the file has gzip, without an error, where requests, on which it stands, gives the text. And where
# an answer's sessionState is not that of the session it asks for the session anew before the next call, each time if the two
# never agree.
#
# Versions: jmapc 0.4.0, requests 2.34.2 (CPython 3.11).
# Source: jmapc/client.py (download_attachment: r.raw.data, behind which nothing is unpacked, with the Accept-Encoding of
# requests; _api_request: del self.jmap_session); RFC 8620, 3.4 and 6.2.
# Why it matters to a recorder: the file goes by how the answer was packed, so that one which keeps texts unpacked, and drops
# Content-Encoding to say so, gives the program another file than the origin did, a better one. A session recorded at one time
# and a call at another make each call two requests.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check jmapc==0.4.0 requests==2.34.2 trustme==1.2.1
cat > look.py <<'PY'
import gzip
import http.server
import json
import os
import ssl
import threading
from importlib.metadata import version

import trustme

authority = trustme.CA()
authority.cert_pem.write_to_path("authority.pem")
os.environ["REQUESTS_CA_BUNDLE"] = "authority.pem"
from jmapc import Client, EmailBodyPart
from jmapc.methods import MailboxGet

asked = []
told = {}


class Mail(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        asked.append(f"{self.command} {self.path}")
        base = f"https://127.0.0.1:{mail.server_port}"
        headers, body = {"Content-Type": "application/json"}, b""
        if self.path == "/.well-known/jmap":
            body = json.dumps({
                "username": "me", "apiUrl": f"{base}/api", "uploadUrl": f"{base}/up/{{accountId}}",
                "downloadUrl": f"{base}/down/{{accountId}}/{{blobId}}/{{name}}?accept={{type}}",
                "eventSourceUrl": f"{base}/events", "state": "1",
                "capabilities": {"urn:ietf:params:jmap:core": {
                    "maxCallsInRequest": 1, "maxConcurrentRequests": 1, "maxConcurrentUpload": 1, "maxObjectsInGet": 1,
                    "maxObjectsInSet": 1, "maxSizeRequest": 1, "maxSizeUpload": 1, "collationAlgorithms": []}},
                "primaryAccounts": {"urn:ietf:params:jmap:core": "a", "urn:ietf:params:jmap:mail": "a"},
            }).encode()
        elif self.path == "/api":
            got = {"accountId": "a", "state": "5", "notFound": [], "list": []}
            body = json.dumps({"sessionState": told["state"], "methodResponses": [["Mailbox/get", got, "single.Mailbox/get"]]}).encode()
        else:
            headers = {"Content-Type": "text/plain"}
            body = b"pay 10"
            if told["packed"]:
                headers["Content-Encoding"] = "gzip"
                body = gzip.compress(body, mtime=0)
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def client():
    return Client.create_with_api_token(host=f"127.0.0.1:{mail.server_port}", api_token="example")


mail = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mail)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
authority.issue_cert("127.0.0.1").configure_cert(context)
mail.socket = context.wrap_socket(mail.socket, server_side=True)
threading.Thread(target=mail.serve_forever, daemon=True).start()
print("jmapc", version("jmapc"))
part = EmailBodyPart(blob_id="b", name="bill.txt", type="text/plain")
for packed in (False, True):
    told["packed"] = packed
    one = client()
    one.download_attachment(part, "bill.txt")
    saved = open("bill.txt", "rb").read()
    again = one.requests_session.get(f"https://127.0.0.1:{mail.server_port}/down").content
    print("packed" if packed else "plain", "- saved:", saved if not packed else f"{saved[:3]!r}...", "- requests itself:", again)
for state in ("1", "2"):
    told["state"] = state
    asked.clear()
    one = client()
    for _ in range(3):
        one.request(MailboxGet(ids=None))
    print(f"three calls, sessionState {state}:", ", ".join(asked))
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
jmapc 0.4.0
plain - saved: b'pay 10' - requests itself: b'pay 10'
packed - saved: b'\x1f\x8b\x08'... - requests itself: b'pay 10'
three calls, sessionState 1: GET /.well-known/jmap, POST /api, POST /api, POST /api
three calls, sessionState 2: GET /.well-known/jmap, POST /api, GET /.well-known/jmap, POST /api, GET /.well-known/jmap, POST /api
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
