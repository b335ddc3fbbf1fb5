#!/usr/bin/env bash
# sickle, by which libraries' catalogues are harvested, ends as if all had come where a page breaks off in the
# middle, or is a page of HTML: of two pages whose first was cut it gives the records up to the cut, the last
# one with half a title, and asks for no second; a log-in's HTML with 200 is the end of a
# harvest, and as its first page an empty catalogue, without an error.
#
# Versions: Sickle 0.7.0, lxml 6.1.3 (CPython 3.11 to 3.13).
# Source: sickle's sickle/response.py (XMLParser with recover=True, which mends what is broken) and iterator.py
# (no resumptionToken is the end; only an element "error" is an error).
# Why it matters to a recorder: what a proxy or an origin says in HTML with 200, that a log-in is due or a host is
# not known, is taken for the last page, and recorded as one; an answer that was cut, and whose length
# was mended after the fact, replays as a smaller catalogue and a green test. A refusal wants a status
# of 400 or more, and a cut answer has to stay a cut one.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check Sickle==0.7.0 lxml==6.1.3
cat > look.py <<'PY'
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

from sickle import Sickle

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><request>catalogue</request><ListRecords>"""
RECORD = """<record><header><identifier>book-{0}</identifier><datestamp>2026-11-29</datestamp>
</header><metadata><dc xmlns="http://purl.org/dc/elements/1.1/"><title>Book {0}</title></dc>
</metadata></record>"""
MORE = "<resumptionToken>second</resumptionToken>"
END = "</ListRecords></OAI-PMH>"
FIRST = HEAD + RECORD.format(1) + RECORD.format(2) + MORE + END
SECOND = HEAD + RECORD.format(3) + END
CUT = FIRST[: FIRST.index("<title>Book 2") + 10]
HTML = "<html><head><title>Log in</title></head><body><p>Your session is over.<br></body></html>"
TEXT = "no interaction of the cassette is left"


class Catalogue(BaseHTTPRequestHandler):
    pages: tuple = ()
    came = 0

    def do_GET(self):
        status, text = self.pages["resumptionToken=second" in self.path]
        Catalogue.came += 1
        self.send_response(status)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *words):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Catalogue)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/oai"


def harvest(*pages):
    """Returns the records that a harvest of these two pages gives, and how many were asked for."""
    Catalogue.pages, Catalogue.came = pages, 0
    found = []
    try:
        for record in Sickle(url, timeout=30).ListRecords(metadataPrefix="oai_dc"):
            found.append((record.header.identifier, *record.metadata.get("title", [])))
    except Exception as error:
        found.append(type(error).__name__)
    return found, Catalogue.came


print("Sickle", version("Sickle"), "lxml", version("lxml"))
first, second = (200, FIRST), (200, SECOND)
found = {
    "whole": harvest(first, second),
    "first page cut": harvest((200, CUT), second),
    "second page is HTML": harvest(first, (200, HTML)),
    "second page is text": harvest(first, (200, TEXT)),
    "first page is HTML": harvest((200, HTML), second),
    "second page is refused": harvest(first, (424, TEXT)),
}
for name, said in found.items():
    print(f"{name}:", said)
one, two, three = (f"book-{number}" for number in (1, 2, 3))
book = [(one, "Book 1"), (two, "Book 2"), (three, "Book 3")]
assert found == {
    "whole": (book, 2),
    "first page cut": ([book[0], (two, "Boo")], 1),
    "second page is HTML": (book[:2], 2),
    "second page is text": ([*book[:2], "AttributeError"], 2),
    "first page is HTML": ([], 1),
    "second page is refused": ([*book[:2], "HTTPError"], 2),
}
PY
timeout 200 venv/bin/python look.py || { echo "the behaviour has changed"; exit 1; }
