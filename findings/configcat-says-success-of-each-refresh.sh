#!/usr/bin/env bash
# ConfigCat's force_refresh() says is_success=True and no error whatever came: a 404, which is a wrong key, a 424, a
# page of HTML and a connection that ended; the flags are those of before then, or the program's own defaults. And
# before it has flags it says "If-None-Match: empty", a tag that no server gave it and that has no quotes.
#
# Versions: configcat-client 10.0.1 (CPython 3.11 to 3.13).
# Source: configcatclient/configservice.py (_fetch_if_older returns None for an error in each case, which refresh()
# takes for success), configcatclient/configfetcher.py and configentry.py (the etag of no entry is 'empty'); the
# documentation has is_success for whether the refresh worked.
# Why it matters to a recorder: a program that looks whether it has fresh flags, as a test does first, is told so by a
# replay that missed, and by a run whose host was not reached; only the recorder says it. A server that compares the tag
# letter by letter answers, but a cache in between may refuse a header that is not formed as HTTP has it.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check configcat-client==10.0.1
cat > look.py <<'PY'
import json
import logging
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
import configcatclient
from configcatclient.configcatoptions import ConfigCatOptions
from configcatclient.pollingmode import PollingMode

logging.disable(logging.CRITICAL)
FLAGS = json.dumps({"p": {"s": "salt"}, "f": {"flag": {"t": 0, "v": {"b": True}}}}).encode()
answer = (200, FLAGS)
tags = []


class Origin(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        tags.append(self.headers["If-None-Match"])
        status, body = answer
        if not status:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("ETag", '"one"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
options = ConfigCatOptions(base_url=f"http://127.0.0.1:{origin.server_port}", polling_mode=PollingMode.manual_poll())
print("configcat-client", version("configcat-client"))
client = configcatclient.get("configcat-sdk-1/" + "a" * 22 + "/" + "b" * 22, options)
page = b"<html>Log in</html>"
refusals = {"404": (404, b""), "424": (424, b""), "a page": (200, page), "an ended connection": (0, b"")}
for name, answer in {**refusals, "the flags": (200, FLAGS), "then 424": (424, b"")}.items():
    tags.clear()
    result = client.force_refresh()
    said = client.get_value("flag", "the default")
    print(f"{name}: asked with {tags}: success {result.is_success}, error {result.error}, the flag is {said}")
client.close()
PY
timeout 60 venv/bin/python -u look.py | tee found
cat > expected <<'END'
configcat-client 10.0.1
404: asked with ['empty']: success True, error None, the flag is the default
424: asked with ['empty']: success True, error None, the flag is the default
a page: asked with ['empty']: success True, error None, the flag is the default
an ended connection: asked with ['empty']: success True, error None, the flag is the default
the flags: asked with ['empty']: success True, error None, the flag is True
then 424: asked with ['"one"']: success True, error None, the flag is True
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
