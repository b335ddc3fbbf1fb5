#!/usr/bin/env bash
# By which client, and from which host, huggingface_hub fetches a file goes by two headers of the answer
# to its HEAD: with X-Xet-Hash and a route it asks for a token, and then another library, in Rust, asks
# another host, which the token's answer names, for the file in pieces; without them its own client
# fetches it from the hub. Where the other host refuses there is no way back, and a RuntimeError.
#
# Versions: huggingface_hub 2.4.0, hf_xet 1.8.0, httpx2 2.16.2 (CPython 3.11 to 3.13).
# Source: huggingface_hub's huggingface_hub/file_download.py (xet_get) and utils/_xet.py
# (parse_xet_file_data_from_response). hf_xet comes with it on the usual machines.
# Why it matters to a recorder: what is put into the program's HTTP client (a transport, a patch, a mock
# of httpx) sees the HEAD and the token and none of the file; one that drops headers whose names begin
# with X- changes what is asked for, and from whom, to a plain GET that it has not recorded. The token,
# a credential in the answer's body and headers, has an end that is held against the clock: it is asked for
# once for all files, and of a recording of an hour ago twice for each. HF_HUB_DISABLE_XET=1 has all of it
# fetched by the first way.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check huggingface_hub==2.4.0 hf_xet==1.8.0 httpx2==2.16.2
cat > look.py <<'PY'
import http.server
import json
import os
import sys
import tempfile
import threading
import time
from importlib.metadata import version

asked = []
FILE, COMMIT, HASH = b"hello", "b" * 40, "a" * 64
ROUTE = f"/api/models/m/n/xet-read-token/{COMMIT}"


class Hub(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    name = "hub"

    def answer(self):
        library = "hf_xet" if "hf_xet" in self.headers["User-Agent"] else "its own"
        path = self.path.replace(COMMIT, "COMMIT").replace(HASH, "HASH")
        asked.append(f"{self.command} {self.name}{path} ({library})")
        status, headers, body = self.say()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = answer

    def say(self):
        if "token" in self.path:
            end = int(time.time()) + seconds
            told = {"X-Xet-Cas-Url": other, "X-Xet-Access-Token": "example", "X-Xet-Token-Expiration": str(end)}
            return 200, told, json.dumps({"casUrl": other, "accessToken": "example", "exp": end}).encode()
        headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{etag}"', "X-Linked-Size": str(len(FILE))}
        if is_xet:
            headers |= {"X-Xet-Hash": HASH, "X-Xet-Refresh-Route": hub + ROUTE}
        return 200, headers, FILE

    def log_message(self, *_):
        pass


class Other(Hub):
    name = "other"

    def say(self):
        return 424, {}, b"not recorded"


def serve(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


hub, other = serve(Hub), serve(Other)
os.environ |= {"HF_ENDPOINT": hub, "HF_HOME": tempfile.mkdtemp(dir="."), "HF_HUB_DISABLE_TELEMETRY": "1"}
if sys.argv[1:]:
    os.environ["HF_HUB_DISABLE_XET"] = "1"
from huggingface_hub import hf_hub_download  # it reads the variables as it is imported

if not sys.argv[1:]:
    print("huggingface_hub", version("huggingface_hub"), "hf_xet", version("hf_xet"))
cases = (
    ("without the headers", False, 3600),
    ("with the headers, a token of an hour ago", True, -3600),
    ("a second file, a token of an hour ago", True, -3600),
    ("a third file, a token for an hour", True, 3600),
    ("a fourth file, a token for an hour", True, 3600),
)
for number, (name, is_xet, seconds) in enumerate(cases[:2] if sys.argv[1:] else cases):
    asked.clear()
    etag = f"{number:x}" * 64
    try:
        with open(hf_hub_download("m/n", f"file{number}"), "rb") as file:
            said = file.read().decode()
    except Exception as error:
        said = type(error).__name__
    print(f"{name}{', HF_HUB_DISABLE_XET=1' if sys.argv[1:] else ''}: {said}")
    for each in asked:
        print("  ", each)
PY
for argument in "" off; do timeout 100 venv/bin/python look.py $argument 2>> errors; done | tee found
cat > expected <<'END'
huggingface_hub 2.4.0 hf_xet 1.8.0
without the headers: hello
   HEAD hub/m/n/resolve/main/file0 (its own)
   GET hub/m/n/resolve/main/file0 (its own)
with the headers, a token of an hour ago: RuntimeError
   HEAD hub/m/n/resolve/main/file1 (its own)
   GET hub/api/models/m/n/xet-read-token/COMMIT (its own)
   GET hub/api/models/m/n/xet-read-token/COMMIT (its own)
   GET other/v2/reconstructions/HASH (hf_xet)
a second file, a token of an hour ago: RuntimeError
   HEAD hub/m/n/resolve/main/file2 (its own)
   GET hub/api/models/m/n/xet-read-token/COMMIT (its own)
   GET hub/api/models/m/n/xet-read-token/COMMIT (its own)
   GET other/v2/reconstructions/HASH (hf_xet)
a third file, a token for an hour: RuntimeError
   HEAD hub/m/n/resolve/main/file3 (its own)
   GET hub/api/models/m/n/xet-read-token/COMMIT (its own)
   GET other/v2/reconstructions/HASH (hf_xet)
a fourth file, a token for an hour: RuntimeError
   HEAD hub/m/n/resolve/main/file4 (its own)
   GET other/v2/reconstructions/HASH (hf_xet)
without the headers, HF_HUB_DISABLE_XET=1: hello
   HEAD hub/m/n/resolve/main/file0 (its own)
   GET hub/m/n/resolve/main/file0 (its own)
with the headers, a token of an hour ago, HF_HUB_DISABLE_XET=1: hello
   HEAD hub/m/n/resolve/main/file1 (its own)
   GET hub/m/n/resolve/main/file1 (its own)
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
