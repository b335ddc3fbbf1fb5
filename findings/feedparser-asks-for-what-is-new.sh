#!/usr/bin/env bash
# feedparser asks for a part of the feed when it is given the ETag of its last look: its every
# request says "A-IM: feed" (RFC 3229), so that a server may answer with 226 and what is new
# alone. The program sees one entry of the three that the feed has, as a success, with nothing but
# the status to tell it.
#
# Versions: feedparser 6.0.14 (CPython 3.11 to 3.13).
# Source: feedparser/http.py (add_header of A-IM on each request); RFC 3229, section 10.4.1 (226, whose
# field IM names what was done to the answer) and section 10.5.3 (A-IM). feedparser's documentation
# of ETags speaks of 304 alone.
# Why it matters to a recorder: one URL has two bodies under 2xx, and the fuller one is in no way the
# right answer to the second request: whoever leaves the validators out of the comparison, or
# keeps a single answer for each URL, gives a program news that it has read, or takes entries
# from it. A recorder that sends a conditional request of its own has to leave A-IM out.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check feedparser==6.0.14
cat > look.py <<'PY'
import http.server
import threading

import feedparser

asked = []


def feed(*numbers):
    entries = "".join(f"<item><guid>{each}</guid></item>" for each in numbers)
    return f'<rss version="2.0"><channel><title>t</title>{entries}</channel></rss>'.encode()


class Origin(http.server.BaseHTTPRequestHandler):
    """Speak RFC 3229: the whole feed, or what is new to whoever knows it and asks for that."""

    def do_GET(self):
        known = self.headers.get("If-None-Match") == '"1"'
        part = known and self.headers.get("A-IM") == "feed"
        asked.append((self.headers.get("A-IM"), self.headers.get("If-None-Match")))
        self.send_response(226 if part else 200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("ETag", '"2"' if known else '"1"')
        if part:
            self.send_header("IM", "feed")
        self.end_headers()
        self.wfile.write(feed(3) if part else feed(1, 2, 3) if known else feed(1, 2))

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}/"
print("feedparser", feedparser.__version__)
first = feedparser.parse(url)
found = [(first.status, len(first.entries), bool(first.bozo), *asked[-1])]
second = feedparser.parse(url, etag=first.etag)
found.append((second.status, len(second.entries), bool(second.bozo), *asked[-1]))
for status, entries, bozo, manipulation, etag in found:
    print(f"A-IM: {manipulation}, If-None-Match: {etag} -> {status}, {entries} entries, bozo {bozo}")
if found != [(200, 2, False, "feed", None), (226, 1, False, "feed", '"1"')]:
    raise SystemExit("the behaviour has changed")
PY
timeout 60 venv/bin/python look.py
