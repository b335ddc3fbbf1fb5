#!/usr/bin/env bash
# A program that logs in to Spotify with spotipy and its own client id sends no log-in, and asks with another
# program's token, where one ran in the same folder within the hour: the token of either is in the file .cache of the
# folder that the process happens to be in, and whose it is stands nowhere in it. A folder further on it logs in
# again.
#
# Versions: spotipy 2.26.0, requests 2.34.2 (CPython 3.11 to 3.13).
# Source: spotipy's spotipy/oauth2.py (SpotifyClientCredentials: CacheFileHandler() unless a handler is given, and
# get_access_token, which looks at expires_at alone) and cache_handler.py (".cache", with a name behind it where
# SPOTIPY_CLIENT_USERNAME is set).
# Why it matters to a recorder: a first recording in a folder has the POST for a token and a second has none, so that
# a replay in a new clone asks for what was never recorded; the file, with a live token in it, lies beside the
# cassettes, where git add finds it. What is recorded as the answer to one program's key is another's.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY SPOTIPY_CLIENT_USERNAME SPOTIPY_CLIENT_ID SPOTIPY_CLIENT_SECRET
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check spotipy==2.26.0 requests==2.34.2
cat > program.py <<'PY'
import sys

from spotipy import Spotify
from spotipy.oauth2 import SpotifyClientCredentials

_, url, name = sys.argv
SpotifyClientCredentials.OAUTH_TOKEN_URL = f"{url}/api/token"
client = Spotify(auth_manager=SpotifyClientCredentials(client_id=name, client_secret="example"))
client.prefix = f"{url}/v1/"
client.track("6b2oQwSGFkzsMtQruIWm2p")
PY
cat > look.py <<'PY'
import base64
import http.server
import json
import os
import subprocess
import sys
import threading
from importlib.metadata import version

asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        who = self.headers["Authorization"].split()[1]
        if self.command == "POST":
            who = base64.b64decode(who).decode().partition(":")[0]
        asked.append(f"{self.command} {self.path.split('/')[2]} as {who}")
        said = {"access_token": f"token-of-{who}", "token_type": "Bearer", "expires_in": seconds}
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("spotipy", version("spotipy"))
here, program = os.getcwd(), os.path.abspath("program.py")
for folder, name, seconds in (
    ("a", "one", 3600),
    ("a", "one", 3600),
    ("a", "two", 3600),
    ("b", "two", 30),
    ("b", "two", 30),
):
    os.makedirs(folder, exist_ok=True)
    asked.clear()
    words = [sys.executable, program, f"http://127.0.0.1:{origin.server_port}", name]
    subprocess.run(words, cwd=folder, check=True, timeout=60)
    print(f"in {folder} program {name}, a token for {seconds} s: {', '.join(asked)}")
print("left in a:", *os.listdir("a"))
with open("a/.cache") as file:
    print(*sorted(json.load(file)))
PY
timeout 60 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
spotipy 2.26.0
in a program one, a token for 3600 s: POST token as one, GET tracks as token-of-one
in a program one, a token for 3600 s: GET tracks as token-of-one
in a program two, a token for 3600 s: GET tracks as token-of-one
in b program two, a token for 30 s: POST token as two, GET tracks as token-of-two
in b program two, a token for 30 s: POST token as two, GET tracks as token-of-two
left in a: .cache
access_token expires_at expires_in token_type
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
