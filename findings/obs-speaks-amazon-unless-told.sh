#!/usr/bin/env bash
# Before its first request to a bucket Huawei's OBS client asks HEAD /?apiversion, and by one header of the answer it
# says x-obs-acl and "OBS key:seal" or x-amz-acl and "AWS key:seal" in all that follows: after any refusal that is no
# 404 and no 5xx it speaks Amazon's dialect, without a word. What it was told it forgets by chance, after 900 to 1200
# s.
#
# Versions: esdk-obs-python 3.26.6 (CPython 3.11 to 3.13).
# Source: obs/client.py (_getApiVersion, _is_signature_negotiation: random.randint(900, 1200)); OBS's documentation
# has the negotiation on by default. A client that is given an address in place of a name, or path_style, never asks.
# Why it matters to a recorder: a HEAD that no program wrote decides the names of the headers of all others, so one
# that is not in the cassette, and is refused, makes a miss of each request that is in it, and the first miss is not
# what the user looks at. In a suite of half an hour it is asked again at another place in each run.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check esdk-obs-python==3.26.6
cat > look.py <<'PY'
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
from obs import ObsClient, PutObjectHeader

told = {}


class Origin(BaseHTTPRequestHandler):
    """Be the proxy that the client is given, and the bucket behind it, so that the bucket has a name."""

    protocol_version = "HTTP/1.1"

    def do_CONNECT(self):
        self.send_response(200)
        self.end_headers()
        self.close_connection = False

    def do_HEAD(self):
        print(f"  {self.command} {self.path}, signed: {'Authorization' in self.headers}")
        self.send_response(told["status"])
        for name, value in told["headers"].items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_PUT(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        names = sorted(name for name in self.headers if name.startswith("x-"))
        print(f"  PUT {self.path}: {names}, {self.headers['Authorization'].split(':')[0]}")
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("esdk-obs-python", version("esdk-obs-python"))
for status, headers in ((200, {"x-obs-api": "3.0"}), (200, {}), (403, {}), (424, {}), (404, {})):
    told.update(status=status, headers=headers)
    print(f"told {status} {headers}")
    client = ObsClient(
        access_key_id="AK",
        secret_access_key="SK",
        server="http://obs.example.com",
        proxy_host="127.0.0.1",
        proxy_port=origin.server_port,
    )
    for _ in range(2):
        answer = client.putContent("bucket", "key", "hello", headers=PutObjectHeader(acl="private"))
    print(f"  the program sees {answer.status}")
PY
timeout 120 venv/bin/python -u look.py | tee found
cat > expected <<'END'
esdk-obs-python 3.26.6
told 200 {'x-obs-api': '3.0'}
  HEAD /?apiversion, signed: False
  PUT /key: ['x-obs-acl'], OBS AK
  PUT /key: ['x-obs-acl'], OBS AK
  the program sees 200
told 200 {}
  HEAD /?apiversion, signed: False
  PUT /key: ['x-amz-acl'], AWS AK
  PUT /key: ['x-amz-acl'], AWS AK
  the program sees 200
told 403 {}
  HEAD /?apiversion, signed: False
  PUT /key: ['x-amz-acl'], AWS AK
  PUT /key: ['x-amz-acl'], AWS AK
  the program sees 200
told 424 {}
  HEAD /?apiversion, signed: False
  PUT /key: ['x-amz-acl'], AWS AK
  PUT /key: ['x-amz-acl'], AWS AK
  the program sees 200
told 404 {}
  HEAD /?apiversion, signed: False
  HEAD /?apiversion, signed: False
  the program sees 404
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
