#!/usr/bin/env bash
# Whether Ably's SDK takes a refusal for final goes by the header Server of the answer: a message that was
# refused by a 400, a 403 or a 424 is posted again, to two other hosts one after the other, if that
# header says CloudFront, and to none if it says anything else or is missing; and where the second host
# takes it, all that the client sends in the next ten minutes goes there first.
#
# Versions: ably 3.1.4 (CPython 3.11 to 3.13).
# Source: ably's ably/http/http.py (make_request, RSC15l4 in Ably's specification of its SDKs) and
# types/options.py (the other hosts are in an order that is drawn when the client is made, and
# fallback_retry_timeout is ten minutes).
# Why it matters to a recorder: a cassette whose writer leaves out Server as noise gives another number of
# requests in its replay, and the program another error; one that keeps it replays a 403 which is two
# requests more, to hosts that a filter for the first does not know, and that are others in the next run. A
# message has random ids in its body, made once for all three.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check ably==3.1.4
cat > look.py <<'PY'
import asyncio
import http.server
import json
import threading
from importlib.metadata import version

from ably import AblyException, AblyRest

HOSTS = ["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"]
asked = []


class Host(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        said = self.rfile.read(int(self.headers["Content-Length"]))
        asked.append((self.server.server_address[0], said))
        status = refusal if self.server.server_address[0] == HOSTS[0] or everywhere else 201
        told = {"error": {"message": "no", "code": status * 100, "statusCode": status}} if status != 201 else {}
        body = json.dumps(told).encode()
        self.send_response_only(status)
        if name:
            self.send_header("Server", name)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def serve(host, port):
    server = http.server.ThreadingHTTPServer((host, port), Host)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


port = serve(HOSTS[0], 0)
for each in HOSTS[1:]:
    serve(each, port)


async def run(messages):
    options = {"tls": False, "port": port, "use_binary_protocol": False}
    said = []
    async with AblyRest(token="example", rest_host=HOSTS[0], fallback_hosts=HOSTS[1:], **options) as client:
        for _ in range(messages):
            try:
                await client.channels.get("orders").publish("paid", "7")
                said.append("sent")
            except AblyException as error:
                said.append(f"refused by {error.status_code}")
    return ", ".join(said)


print("ably", version("ably"))
for refusal, name, everywhere, messages in (
    (403, None, True, 1),
    (403, "nginx", True, 1),
    (403, "CloudFront", True, 1),
    (424, "CloudFront", True, 1),
    (400, "CloudFront", False, 2),
    (503, None, True, 1),
):
    asked.clear()
    told = asyncio.run(run(messages))
    hosts, bodies = [host for host, _ in asked], {body for _, body in asked}
    where = "everywhere" if everywhere else "by the first host"
    print(f"{refusal} {where}, Server: {name}: {told}; {len(hosts)} requests, {len(bodies)} bodies")
    if not everywhere:
        print("  the second message's first host is the first:", hosts[2] == HOSTS[0], "the last one's:", hosts[2] == hosts[1])
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
ably 3.1.4
403 everywhere, Server: None: refused by 403; 1 requests, 1 bodies
403 everywhere, Server: nginx: refused by 403; 1 requests, 1 bodies
403 everywhere, Server: CloudFront: refused by 403; 3 requests, 1 bodies
424 everywhere, Server: CloudFront: refused by 424; 3 requests, 1 bodies
400 by the first host, Server: CloudFront: sent, sent; 3 requests, 2 bodies
  the second message's first host is the first: False the last one's: True
503 everywhere, Server: None: refused by 503; 3 requests, 1 bodies
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
