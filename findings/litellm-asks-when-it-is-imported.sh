#!/usr/bin/env bash
# `import litellm` sends a request: prices, context windows and routes of all models come from the
# main branch of its repository on GitHub, as of that moment, and where that is refused from the
# installed file, with a line in the log. The same program and the same answer of a model cost
# another amount.
#
# Versions: litellm 1.110.2 (CPython 3.11 to 3.13), trustme 1.2.1.
# Source: litellm's litellm_core_utils/get_model_cost_map.py (get_model_cost_map, called by
# litellm/__init__.py; LITELLM_LOCAL_MODEL_COST_MAP=True keeps to the installed file). After a
# 5xx it asks twice more, in a thread, as long as the program lives.
# Why it matters to a recorder: the request is made before any test and any fixture of one, so
# that whoever patches a client is too late, and a proxy has 3 MB of a stranger's JSON in the
# cassette of whichever test comes first. Left out of the recording, or refused in the replay,
# it changes what the program computes, and no miss of the test's own API says why.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check litellm==1.110.2 trustme==1.2.1
# server.pem, server.key and, with the authority's certificate, client.pem
"$work/venv/bin/python" -m trustme -q -d "$work" -i raw.githubusercontent.com
cat > "$work/look.py" <<'PY'
"""Computes the price of an answer in processes of their own, beside a proxy that is GitHub."""

import json
import os
import ssl
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distribution, version
from pathlib import Path

PROGRAM = """
import litellm
print(litellm.completion_cost(model="gpt-4o", prompt="word " * 1000, completion=""))
"""
folder = sys.argv[1]
asked = []
answer = {}


class GitHub(BaseHTTPRequestHandler):
    def do_CONNECT(self):
        self.send_response(200)
        self.end_headers()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(f"{folder}/server.pem", f"{folder}/server.key")
        with context.wrap_socket(self.connection, server_side=True) as connection:
            self.rfile, self.wfile = connection.makefile("rb"), connection.makefile("wb", 0)
            self.handle_one_request()
        self.close_connection = True

    def do_GET(self):
        asked.append(f"{self.headers['Host']}{self.path}")
        self.send_response(answer["status"])
        self.send_header("Content-Length", str(len(answer["body"])))
        self.end_headers()
        self.wfile.write(answer["body"])

    def log_message(self, *_):
        pass


proxy = ThreadingHTTPServer(("127.0.0.1", 0), GitHub)
threading.Thread(target=proxy.serve_forever, daemon=True).start()
own = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy") and "LITELLM" not in k}
own |= {"HTTPS_PROXY": f"http://127.0.0.1:{proxy.server_port}", "SSL_CERT_FILE": f"{folder}/client.pem"}


def cost(status, body=b"", **more):
    """Return what the program prints, and what was asked for."""
    asked.clear()
    answer.update(status=status, body=body)
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM],
        env=own | more, check=True, timeout=300, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )
    return float(run.stdout), list(asked)


(path,) = (
    each.locate() for each in distribution("litellm").files
    if each.name == "model_prices_and_context_window_backup.json"
)
models = json.loads(Path(path).read_text())
for name, model in models.items():
    if name == "gpt-4o":
        model["input_cost_per_token"] *= 10
print("litellm", version("litellm"))
told, first = cost(200, json.dumps(models).encode())
refused, second = cost(403)
local, third = cost(200, LITELLM_LOCAL_MODEL_COST_MAP="True")
print("asked:", first)
print(f"a prompt costs {told:.4f} by what GitHub answered, {refused:.4f} where that is refused,")
print(f"and {local:.4f} without the question ({len(third)} requests)")
url = ["raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json"]
same = first == second == url and not third
sys.exit(not (same and refused == local and abs(told - 10 * local) < local / 100))
PY
"$work/venv/bin/python" "$work/look.py" "$work"
