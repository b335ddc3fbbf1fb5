#!/usr/bin/env bash
# Two clients put the address of the machine's network card into each request: plexapi as it is, as
# X-Plex-Client-Identifier, with the host's name beside it; Conan as a SHA-1 without a salt, under
# the name X-Client-Anonymous-Id, which gives the address back to whoever tries them out. Where a
# machine has no card, Python draws a number, another one in each process.
#
# Versions: plexapi 4.18.3, conan 2.34.0 (CPython 3.11 to 3.13).
# Source: plexapi's plexapi/__init__.py (header.identifier in its configuration changes it), Conan's
# conan/internal/rest/rest_client_v2.py (_get_mac_digest), Python's documentation of uuid.getnode.
# Why it matters to a recorder: neither header looks like a secret by its name or by its value, so that
# a cassette that is published names the machine it was made on; and a rule that compares headers
# takes the same program on another machine, or in the next container, for another client.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check plexapi==4.18.3 conan==2.34.0
export CONAN_HOME="$work/conan" PLEXAPI_CONFIG_PATH="$work/none"
cat > look.py <<'PY'
import hashlib
import http.server
import platform
import subprocess
import sys
import threading
from importlib.metadata import version

asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(dict(self.headers))
        body = b'<MediaContainer machineIdentifier="a" version="1"/>'
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}"
PLEX = f"from plexapi.server import PlexServer; PlexServer({url!r}, 'a')"
CONAN = "from conan.cli.cli import main; main(%r)"


def tell(program):
    """Runs a program; returns what its requests had for headers, and the card's address there."""
    asked.clear()
    words = [sys.executable, "-c", f"import uuid; print(uuid.getnode(), flush=True); {program}"]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)
    assert asked, "nothing was asked"
    return asked[:], int(done.stdout.split()[0])


print("plexapi", version("plexapi"), "conan", version("conan"))
sent, card = tell(PLEX)
identifier, name = "X-Plex-Client-Identifier", "X-Plex-Device-Name"
shown = all(each[identifier] == hex(card) and each[name] == platform.node() for each in sent)
print(f"plexapi: the card's address and the host's name in each request: {shown}")
add = [sys.executable, "-m", "conans.conan", "remote", "add", "mine", url, "--index", "0"]
subprocess.run(add, check=True, stderr=subprocess.DEVNULL, timeout=60)
sent, card = tell(CONAN % ["search", "zlib", "-r", "mine"])
digest = hashlib.sha1(str(card).encode()).hexdigest()
shown = all(each["X-Client-Anonymous-Id"] == digest for each in sent)
print(f"conan: the card's digest in each request: {shown}")
PY
timeout 110 venv/bin/python look.py | tee found
cat > expected <<'END'
plexapi 4.18.3 conan 2.34.0
plexapi: the card's address and the host's name in each request: True
conan: the card's digest in each request: True
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
