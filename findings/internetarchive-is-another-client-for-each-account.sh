#!/usr/bin/env bash
# The Internet Archive's own client is another client for each account: the User-Agent of each request has the access
# key of the account in it, which says who asks, beside the kind of machine and the user's language, and there is no
# option that leaves it out. Without an account it says None there.
#
# Versions: internetarchive 5.12.1 (CPython 3.11 to 3.13).
# Source: internetarchive/session.py (_get_user_agent_string); of user_agent_suffix it says that the default, with the
# access key, is always sent. The language is the locale's, the kind is what uname says.
# Why it matters to a recorder: what tells a user's recording from the replay in a build without an account is a header
# that tools keep, since it tells clients apart; who compares User-Agent misses each request, and a cassette names whose
# it is.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check internetarchive==5.12.1
cat > look.py <<'PY'
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
os.environ.update(HOME=os.getcwd(), XDG_CONFIG_HOME=os.getcwd())
from internetarchive import get_session

KEY = "KEYOFTHEUSER"
FILE = {"name": "a.txt", "size": "5", "md5": "5d41402abc4b2a76b9719d911017c592"}
METADATA = json.dumps({"metadata": {"identifier": "item"}, "files": [FILE]}).encode()


class Proxy(BaseHTTPRequestHandler):
    """Stand for the archive."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        said = self.headers["User-Agent"]
        signed = "Authorization" in self.headers
        print(f"  {self.path}\n    signed {signed}, the key in User-Agent {KEY in said}", end="")
        print(", None in its place" if "; None)" in said else "")
        answer = METADATA if "/metadata/" in self.path else b"hello"
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


proxy = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
threading.Thread(target=proxy.serve_forever, daemon=True).start()
os.environ["http_proxy"] = f"http://127.0.0.1:{proxy.server_port}"
print("internetarchive", version("internetarchive"))
for keys in ({"access": KEY, "secret": "SECRET"}, {}):
    print("with keys" if keys else "without keys")
    session = get_session(config={"general": {"secure": False}, "s3": keys}, config_file="none.ini")
    file = session.get_item("item").get_file("a.txt")
    file.download("copy.txt", ignore_existing=False, retries=1)
    os.remove("copy.txt")
PY
timeout 60 venv/bin/python -u look.py | tee found
cat > expected <<'END'
internetarchive 5.12.1
with keys
  http://archive.org/metadata/item
    signed True, the key in User-Agent True
  http://archive.org/download/item/a.txt?cnt=0
    signed True, the key in User-Agent True
without keys
  http://archive.org/metadata/item
    signed False, the key in User-Agent False, None in its place
  http://archive.org/download/item/a.txt?cnt=0
    signed False, the key in User-Agent False, None in its place
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
