#!/usr/bin/env bash
# rdflib writes 29 PREFIX lines before each query that it sends to a SPARQL endpoint, in
# an order that is drawn with each start of Python: the same query of the same program is
# another URL, and with POST another body, in every run. SPARQLWrapper, on which it stood once,
# sends the query as it was given.
#
# Versions: rdflib 7.6.0, SPARQLWrapper 2.0.0 (CPython 3.11 to 3.13).
# Source: rdflib/plugins/stores/sparqlstore.py (SPARQLStore._inject_prefixes makes a set of the
# pairs of texts, whose order hangs on Python's hash seed); the pairs are rdflib's own list
# of well-known vocabularies, which the graph binds by itself and which grows by release.
# Why it matters to a recorder: nothing that is compared as URL, form or text is ever found
# again, though PYTHONHASHSEED=0 makes one program equal to itself, on one release. SPARQL
# gives the order no meaning: to compare the lines before the query sorted is right.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check rdflib==7.6.0 SPARQLWrapper==2.0.0
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY PYTHONHASHSEED
cat > ask.py <<'PY'
import sys

import rdflib
import SPARQLWrapper
from rdflib.plugins.stores.sparqlstore import SPARQLStore

QUERY = "SELECT ?a WHERE { ?a a foaf:Person }"
client, method, url = sys.argv[1:]
if client == "rdflib":
    graph = rdflib.Graph(SPARQLStore(url, method=method))
    print([str(row.a) for row in graph.query(QUERY)])
else:
    wrapper = SPARQLWrapper.SPARQLWrapper(url, returnFormat=SPARQLWrapper.JSON)
    wrapper.setMethod(method)
    wrapper.setQuery("PREFIX foaf: <http://xmlns.com/foaf/0.1/> " + QUERY)
    found = wrapper.query().convert()["results"]["bindings"]
    print([row["a"]["value"] for row in found])
PY
cat > look.py <<'PY'
import http.server
import importlib.metadata
import json
import os
import subprocess
import sys
import threading
import urllib.parse

asked = []
NAMES = {"head": {"vars": ["a"]}}
ROWS = {"results": {"bindings": [{"a": {"type": "uri", "value": "http://example.com/ann"}}]}}


class Origin(http.server.BaseHTTPRequestHandler):
    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        asked.append(body or self.path.partition("?")[2])
        self.send_response(200)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.end_headers()
        self.wfile.write(json.dumps(NAMES | ROWS).encode())

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
for name in ("rdflib", "SPARQLWrapper"):
    print(name, importlib.metadata.version(name))


def distinct(client, method, **more):
    asked.clear()
    for _ in range(5):
        words = [sys.executable, "ask.py", client, method]
        words.append(f"http://127.0.0.1:{origin.server_port}/sparql")
        done = subprocess.run(words, check=True, stdout=subprocess.PIPE, env=os.environ | more)
        if b"http://example.com/ann" not in done.stdout:
            raise SystemExit(done.stdout)
    return len(set(asked)), len(asked)


found = {}
for client in ("rdflib", "SPARQLWrapper"):
    for method in ("GET", "POST"):
        found[client, method], many = distinct(client, method)
        print(f"{client} {method}: {found[client, method]} different requests of {many}")
        if client == "rdflib":
            if method == "GET":
                asked[:] = [urllib.parse.parse_qs(each)["query"][0] for each in asked]
            lines = {tuple(sorted(each.splitlines())) for each in asked}
            prefixes = sum(line.startswith("PREFIX ") for line in max(lines))
            print(f"  sorted they are {len(lines)}, with {prefixes} PREFIX lines each")
            found[method] = len(lines), prefixes >= 25
seeded, _ = distinct("rdflib", "GET", PYTHONHASHSEED="0")
print(f"rdflib GET with PYTHONHASHSEED=0: {seeded} different requests")
expected = {("rdflib", "GET"): 5, ("rdflib", "POST"): 5}
expected |= {("SPARQLWrapper", "GET"): 1, ("SPARQLWrapper", "POST"): 1}
expected |= {"GET": (1, True), "POST": (1, True)}
if found != expected or seeded != 1:
    raise SystemExit("the behaviour has changed")
PY
timeout 120 venv/bin/python look.py
