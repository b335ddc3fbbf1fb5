#!/usr/bin/env bash
# Which host two SDKs ask goes by the letters of the program's key: DeepL's by whether it ends in ":fx", and Voyage's by
# whether it begins with "al-", which leads to another company's domain. The same program with a neutral key in the place of
# its own sends the same request to another host, and no error says so.
#
# Versions: deepl 1.32.0, voyageai 0.5.0 (CPython 3.11).
# Source: deepl's util.py (auth_key_is_free_account) and voyageai's util.py (get_default_base_url).
# Why it matters to a recorder: a test that replays with a made-up key, as in CI where there is no other, asks a host that
# was not recorded; a key that is redacted where a client reads it, as in its environment, has to keep its look.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check deepl==1.32.0 voyageai==0.5.0
cat > look.py <<'PY'
import os
import socketserver
import subprocess
import sys
import threading
from importlib.metadata import version

PROGRAMS = {
    "deepl": "import deepl; deepl.http_client.max_network_retries = 0; deepl.DeepLClient(KEY).translate_text('hello', target_lang='DE')",
    "voyageai": "import voyageai; voyageai.Client(api_key=KEY, max_retries=0).embed(['hello'], model='voyage-3')",
}
KEYS = {
    "deepl": ("00000000-example:fx", "00000000-example", "example"),
    "voyageai": ("pa-example", "al-example", "example"),
}
asked = []


class Proxy(socketserver.StreamRequestHandler):
    """Takes down whom a client asks for, and refuses: nothing leaves the machine."""

    def handle(self):
        asked.append(self.rfile.readline().decode().split()[1])
        while self.rfile.readline().strip():
            pass
        self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


proxy = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Proxy)
threading.Thread(target=proxy.serve_forever, daemon=True).start()
environment = {**os.environ, "HTTPS_PROXY": f"http://127.0.0.1:{proxy.server_address[1]}"}
for name, program in PROGRAMS.items():
    print(name, version(name))
    for key in KEYS[name]:
        asked.clear()
        command = [sys.executable, "-c", program.replace("KEY", repr(key))]
        subprocess.run(command, env=environment, capture_output=True, timeout=120)
        print(f"  {key}: {sorted(set(asked))}")
PY
timeout 250 venv/bin/python look.py | tee found
cat > expected <<'END'
deepl 1.32.0
  00000000-example:fx: ['api-free.deepl.com:443']
  00000000-example: ['api.deepl.com:443']
  example: ['api.deepl.com:443']
voyageai 0.5.0
  pa-example: ['api.voyageai.com:443']
  al-example: ['ai.mongodb.com:443']
  example: ['api.voyageai.com:443']
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
