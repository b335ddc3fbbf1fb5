#!/usr/bin/env bash
# arxiv, the usual client of arXiv's API, asks four times for a page that came with 200 and has no entries,
# and four times after any refusal, a 400, a 404 and a 424 too, three seconds apart; the first page it
# believes when it is empty. How many pages there are it takes from the first answer alone.
#
# Versions: arxiv 4.0.2, feedparser 6.0.14, requests 2.34.2 (CPython 3.11 to 3.13).
# Source: arxiv's arxiv/__init__.py (Client._parse_feed, which tries anew after UnexpectedEmptyPageError,
# HTTPError and a lost connection; num_retries=3), whose documentation speaks of failed requests.
# Why it matters to a recorder: a strict replay's 424 is repeated by such a client, so that one miss counts
# as four and takes nine seconds more; an origin that gave an empty page once has two equal requests
# in the recording, with two answers, and a replay that gives the first to both never comes to the
# page that had the entries. num_retries=0 ends both.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check arxiv==4.0.2 feedparser==6.0.14 \
  requests==2.34.2
cat > look.py <<'PY'
import http.server
import threading
from importlib.metadata import version
from urllib.parse import parse_qs, urlsplit

import arxiv

TIMES = "<published>2026-01-01T00:00:00Z</published><updated>2026-01-01T00:00:00Z</updated>"
NAMESPACES = 'xmlns="http://www.w3.org/2005/Atom" xmlns:o="http://a9.com/-/spec/opensearch/1.1/"'
asked = []


def page(entries):
    each = f"<entry><id>http://arxiv.org/abs/2601.00001v1</id><title>t</title><summary>s</summary>{TIMES}</entry>"
    return f"<feed {NAMESPACES}><o:totalResults>4</o:totalResults>{each * entries}</feed>".encode()


class Origin(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        start = parse_qs(urlsplit(self.path).query)["start"][0]
        asked.append(start)
        status, entries = first if start == "0" else second
        body = page(entries)
        self.send_response(status)
        self.send_header("Content-Type", "application/atom+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
print("arxiv", version("arxiv"))
whole = (200, 2)
cases = {
    "two whole pages": (whole, whole),
    "an empty second page": (whole, (200, 0)),
    "an empty first page": ((200, 0), whole),
    "400 for the second": (whole, (400, 0)),
    "404 for the second": (whole, (404, 0)),
    "424 for the second": (whole, (424, 0)),
}
for name, (first, second) in cases.items():
    asked.clear()
    client = arxiv.Client(page_size=2, delay_seconds=0.05)
    client.query_url_format = f"http://127.0.0.1:{origin.server_port}/api/query?{{}}"
    try:
        said = f"{len(list(client.results(arxiv.Search('x'))))} results"
    except arxiv.ArxivError as error:
        said = type(error).__name__
    print(f"{name}: {said}, asked for {' '.join(asked)}")
default = arxiv.Client()
print(f"by default {default.num_retries} more, {default.delay_seconds} seconds apart")
PY
timeout 60 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
arxiv 4.0.2
two whole pages: 4 results, asked for 0 2
an empty second page: UnexpectedEmptyPageError, asked for 0 2 2 2 2
an empty first page: 0 results, asked for 0
400 for the second: HTTPError, asked for 0 2 2 2 2
404 for the second: HTTPError, asked for 0 2 2 2 2
424 for the second: HTTPError, asked for 0 2 2 2 2
by default 3 more, 3.0 seconds apart
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
