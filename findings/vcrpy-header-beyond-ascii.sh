#!/usr/bin/env bash
# One letter beyond ASCII in a header of an answer is four things to vcrpy: through requests
# the program sees other text as soon as it records; httpx gets an error at the replay;
# aiohttp reads it, and nothing of its cassette is written if the letter is not UTF-8; and
# the same "\xE9" in the file is one byte of the one client and two bytes of the other.
#
# Versions: vcrpy 9.4.2, PyYAML 6.0.4, requests 2.34.2, urllib3 2.8.0, httpx 0.28.1, aiohttp
# 3.14.5 (CPython 3.11 to 3.13).
# Source: vcrpy's vcr/stubs/compat.py and vcr/stubs/__init__.py (parse_headers encodes as
# UTF-8 what http.client has decoded as ISO-8859-1), vcr/stubs/httpcore_stubs.py.
# Why it matters to a recorder: such headers are ordinary (a file's name in
# Content-Disposition, a name in Location), and a converter cannot tell which bytes were
# sent. What is UTF-8 if it is taken for ISO-8859-1 was UTF-8; else it has to guess.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check vcrpy==9.4.2 PyYAML==6.0.4 \
  requests==2.34.2 urllib3==2.8.0 httpx==0.28.1 aiohttp==3.14.5
cat > "$work/look.py" <<'PY'
import asyncio
import pathlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import aiohttp
import httpx
import requests
import vcr

FIELD = "Content-Disposition"


class Origin(BaseHTTPRequestHandler):
    def do_GET(self):
        letter = b"\xe9" if self.path == "/latin-1" else b"\xc3\xa9"
        self.wfile.write(b"HTTP/1.0 200 OK\r\n%s: caf%s\r\n\r\n" % (FIELD.encode(), letter))

    def log_message(self, *_):
        pass


def by_aiohttp(url):
    async def ask():
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return answer.headers[FIELD]

    return asyncio.run(ask())


CLIENTS = {
    "requests": lambda url: requests.get(url).headers[FIELD],
    "httpx": lambda url: httpx.get(url).headers[FIELD],
    "aiohttp": by_aiohttp,
}


def seen(ask, url, cassette=None, **options):
    try:
        if cassette is None:
            return ask(url)
        value = "nothing"
        with vcr.use_cassette(str(cassette), **options):
            value = ask(url)
    except UnicodeEncodeError:
        return f"{value}, then an error" if cassette and value != "nothing" else "an error"
    return value


server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=server.serve_forever, daemon=True).start()
for name in ("vcrpy", "requests", "httpx", "aiohttp"):
    print(name, version(name))
found = {}
for client, ask in CLIENTS.items():
    for charset in ("latin-1", "utf-8"):
        url = f"http://127.0.0.1:{server.server_port}/{charset}"
        cassette = pathlib.Path(__file__).with_name(f"{client}-{charset}.yaml")
        live = seen(ask, url)
        recorded = seen(ask, url, cassette)
        text = cassette.read_text() if cassette.exists() else ""
        (stored,) = re.findall(r'- "(caf.*)"', text) or ["no file"]
        replayed = seen(ask, url, cassette, record_mode="none") if text else "nothing"
        found[client, charset] = (live, recorded, stored, replayed)
        print(client, charset, *map(ascii, found[client, charset]))
server.shutdown()
assert found == {
    ("requests", "latin-1"): ("caf\xe9", "caf\xc3\xa9", r"caf\xE9", "caf\xc3\xa9"),
    ("requests", "utf-8"): (
        "caf\xc3\xa9",
        "caf\xc3\x83\xc2\xa9",
        r"caf\xC3\xA9",
        "caf\xc3\x83\xc2\xa9",
    ),
    ("httpx", "latin-1"): ("caf\xe9", "caf\xe9", r"caf\xE9", "an error"),
    ("httpx", "utf-8"): ("caf\xe9", "caf\xe9", r"caf\xE9", "an error"),
    ("aiohttp", "latin-1"): ("caf\udce9", "caf\udce9, then an error", "no file", "nothing"),
    ("aiohttp", "utf-8"): ("caf\xe9", "caf\xe9", r"caf\xE9", "caf\xe9"),
}
PY
"$work/venv/bin/python" "$work/look.py"
