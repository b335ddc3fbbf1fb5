#!/usr/bin/env bash
# Tencent's COS client follows no redirect and takes each for success: a put_object that was answered by a 307 or a 302
# sends nothing more and returns as if the object were stored, and get_object gives the page of the redirect as the
# object's contents; nothing is raised.
#
# Versions: cos-python-sdk-v5 1.9.44 (CPython 3.11 to 3.13).
# Source: qcloud_cos/cos_client.py (send_request returns whatever is below 400; CosConfig has AllowRedirects=False);
# COS itself sends such redirects, for a bucket's rules and for a region that is not the bucket's.
# Why it matters to a recorder: a redirect that an origin or a captive network puts in an answer's place is recorded as
# the object, and replays so, green; and who answers a request by a redirect, to a log-in or to another port, says
# "stored" to this client. Requests, on which it stands, follows a GET's by itself, so that others never see it.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check cos-python-sdk-v5==1.9.44
cat > look.py <<'PY'
import logging
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
from qcloud_cos import CosConfig, CosS3Client

logging.disable(logging.CRITICAL)
PAGE = b"<html>The object is elsewhere</html>"
status = 200


class Proxy(BaseHTTPRequestHandler):
    """Be the proxy that the client is given, and the bucket behind it, so that the bucket has a name."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        print(f"  {self.command} {self.path}")
        self.send_response(status)
        if status // 100 == 3:
            self.send_header("Location", "http://other-1250000000.cos.ap-beijing.myqcloud.com/key")
        self.send_header("Content-Length", "0" if self.command == "HEAD" else str(len(PAGE)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else PAGE)

    do_PUT = do_HEAD = do_DELETE = do_GET

    def log_message(self, *_):
        pass


proxy = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
threading.Thread(target=proxy.serve_forever, daemon=True).start()
config = CosConfig(
    Region="ap-guangzhou",
    SecretId="id",
    SecretKey="key",
    Scheme="http",
    Proxies={"http": f"http://127.0.0.1:{proxy.server_port}"},
)
client = CosS3Client(config)
place = {"Bucket": "bucket-1250000000", "Key": "key"}
calls = {
    "put_object": lambda: client.put_object(Body=b"hello", **place) and "returned",
    "get_object": lambda: client.get_object(**place)["Body"].read(),
    "object_exists": lambda: client.object_exists(**place),
    "delete_object": lambda: client.delete_object(**place) and "returned",
}
print("cos-python-sdk-v5", version("cos-python-sdk-v5"))
for status in (200, 307, 424):
    for name, call in calls.items():
        print(f"{name}, told {status}")
        try:
            said = call()
        except Exception as error:
            said = type(error).__name__
        print(f"  the program sees {said}")
PY
timeout 60 venv/bin/python -u look.py | tee found
cat > expected <<'END'
cos-python-sdk-v5 1.9.44
put_object, told 200
  PUT http://bucket-1250000000.cos.ap-guangzhou.myqcloud.com/key
  the program sees returned
get_object, told 200
  GET http://bucket-1250000000.cos.ap-guangzhou.myqcloud.com/key
  the program sees b'<html>The object is elsewhere</html>'
object_exists, told 200
  HEAD http://bucket-1250000000.cos.ap-guangzhou.myqcloud.com/key
  the program sees True
delete_object, told 200
  DELETE http://bucket-1250000000.cos.ap-guangzhou.myqcloud.com/key
  the program sees returned
put_object, told 307
  PUT http://bucket-1250000000.cos.ap-guangzhou.myqcloud.com/key
  the program sees returned
get_object, told 307
  GET http://bucket-1250000000.cos.ap-guangzhou.myqcloud.com/key
  the program sees b'<html>The object is elsewhere</html>'
object_exists, told 307
  HEAD http://bucket-1250000000.cos.ap-guangzhou.myqcloud.com/key
  the program sees True
delete_object, told 307
  DELETE http://bucket-1250000000.cos.ap-guangzhou.myqcloud.com/key
  the program sees returned
put_object, told 424
  PUT http://bucket-1250000000.cos.ap-guangzhou.myqcloud.com/key
  the program sees CosServiceError
get_object, told 424
  GET http://bucket-1250000000.cos.ap-guangzhou.myqcloud.com/key
  the program sees CosServiceError
object_exists, told 424
  HEAD http://bucket-1250000000.cos.ap-guangzhou.myqcloud.com/key
  the program sees CosServiceError
delete_object, told 424
  DELETE http://bucket-1250000000.cos.ap-guangzhou.myqcloud.com/key
  the program sees CosServiceError
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
