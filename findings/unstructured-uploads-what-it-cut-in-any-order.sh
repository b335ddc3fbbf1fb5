#!/usr/bin/env bash
# One call of Unstructured's client with one PDF is several uploads of files that nobody has: the client cuts a PDF of
# three pages and more by itself, two to twenty pages a piece, by how many it sends at once, and each piece has other
# bytes in each run. Before them it asks GET /general/docs, of which no option tells, and whose refusal is the call's.
#
# Versions: unstructured-client 0.46.4, pypdf 7.1.1 (CPython 3.11 to 3.13).
# Source: unstructured-client's unstructured_client/_hooks/custom/split_pdf_hook.py (before_request returns a "dummy
# request" for _get_collection_url in the upload's place, after_success sends the pieces; get_optimal_split_size goes
# by split_pdf_concurrency_level, which is 5); split_pdf_page=False ends it.
# Why it matters to a recorder: of a call two pieces share method, URL and length and differ in a form field,
# starting_page_number, and in a file whose bytes are new each time, so that a match by the body never hits and one
# without it gives the elements of page 5 for those of page 1. A cassette without the GET, which has no body worth
# keeping, replays none of them.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check unstructured-client==0.46.4 pypdf==7.1.1
cat > look.py <<'PY'
import hashlib
import http.server
import io
import logging
import re
import threading
from importlib.metadata import version

from pypdf import PdfWriter
from unstructured_client import UnstructuredClient
from unstructured_client.models.errors import SDKError
from unstructured_client.models.operations import PartitionRequest
from unstructured_client.models.shared import Files, PartitionParameters, Strategy

logging.disable(logging.CRITICAL)
asked = []


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        said = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        page = re.search(rb'name="starting_page_number"\r\n\r\n(\d+)', said)
        pdf = said[said.find(b"%PDF") : said.rfind(b"%%EOF")]
        pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
        where = f"from page {page[1].decode()}" if page else "whole"
        about = f" {where}: {pages} pages" if pdf else ""
        asked.append((f"{self.command} {self.path}{about}", len(pdf), hashlib.sha256(pdf).digest()))
        self.send_response(status if self.command == "GET" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"[]")

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def partition(pages, **given):
    document = io.BytesIO()
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(72, 72)
    writer.write(document)
    asked.clear()
    files = Files(content=document.getvalue(), file_name="a.pdf")
    parameters = PartitionParameters(files=files, strategy=Strategy.FAST, **given)
    try:
        return client.general.partition(request=PartitionRequest(partition_parameters=parameters)).status_code
    except SDKError as error:
        return f"{type(error).__name__} {error.status_code}"


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
client = UnstructuredClient(api_key_auth="example", server_url=f"http://127.0.0.1:{origin.server_port}")
print("unstructured-client", version("unstructured-client"))
status = 200
for pages, given in (
    (2, {}),
    (5, {}),
    (5, {"split_pdf_page": False}),
    (21, {}),
    (21, {"split_pdf_concurrency_level": 2}),
):
    said = partition(pages, **given)
    print(f"{pages} pages {given or ''}: {said}")
    print(*(f"  {what}" for what, *_ in sorted(asked)), sep="\n")
runs = []
for _ in range(2):
    partition(5)
    runs.append(sorted(asked))
one, other = ([piece for piece in run if piece[1]] for run in runs)
print("the same document again: equal lengths", [piece[1] for piece in one] == [piece[1] for piece in other])
print("pieces with equal bytes:", sum(piece[2] == again[2] for piece, again in zip(one, other)), "of", len(one))
for status in (404, 424):
    print(f"5 pages, the GET is answered by {status}: {partition(5)} after {len(asked)} request")
PY
timeout 60 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
unstructured-client 0.46.4
2 pages : 200
  POST /general/v0/general whole: 2 pages
5 pages : 200
  GET /general/docs
  POST /general/v0/general from page 1: 2 pages
  POST /general/v0/general from page 3: 2 pages
  POST /general/v0/general from page 5: 1 pages
5 pages {'split_pdf_page': False}: 200
  POST /general/v0/general whole: 5 pages
21 pages : 200
  GET /general/docs
  POST /general/v0/general from page 11: 5 pages
  POST /general/v0/general from page 16: 5 pages
  POST /general/v0/general from page 1: 5 pages
  POST /general/v0/general from page 21: 1 pages
  POST /general/v0/general from page 6: 5 pages
21 pages {'split_pdf_concurrency_level': 2}: 200
  GET /general/docs
  POST /general/v0/general from page 12: 10 pages
  POST /general/v0/general from page 1: 11 pages
the same document again: equal lengths True
pieces with equal bytes: 0 of 3
5 pages, the GET is answered by 404: SDKError 404 after 1 request
5 pages, the GET is answered by 424: SDKError 424 after 1 request
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
