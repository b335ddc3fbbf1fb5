#!/usr/bin/env bash
# Asked for a collection that a catalog of satellite images does not have, pystac-client gives the program another one, the
# last, where the catalog's first page does not say that it has an address for collections; where it says so the
# answer is None. One entry in the list conformsTo of the first answer decides, and which requests follow, too: one for the
# collection, or one for each that there is, up to it.
#
# Versions: pystac-client 0.9.1, pystac 1.15.2 (CPython 3.11).
# Source: pystac_client/client.py (get_collection: in its fallback the variable of the loop over all collections is what is
# returned, also when the loop ends without a break).
# Why it matters to a recorder: a cassette whose first page was cut to what the test needs, or comes from a static copy of the
# catalog, has the program work on the wrong data, with no error and no miss, since every request of the fallback was
# recorded. The fallback asks in the order of the links.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pystac-client==0.9.1 pystac==1.15.2
cat > look.py <<'PY'
import json
import os
import threading
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
from pystac_client import Client

warnings.simplefilter("ignore")
SAYS = "https://api.stacspec.org/v1.0.0/collections"
CORE = "https://api.stacspec.org/v1.0.0/core"
told = {}
asked = []


def collection(name):
    extent = {"spatial": {"bbox": [[0, 0, 1, 1]]}, "temporal": {"interval": [["2026-01-01T00:00:00Z", None]]}}
    known = {"type": "Collection", "stac_version": "1.0.0", "id": name, "description": name, "license": "other"}
    return {**known, "extent": extent, "links": [{"rel": "root", "href": url}, {"rel": "parent", "href": url}]}


def first():
    links = [{"rel": "self", "href": url}, {"rel": "root", "href": url}, {"rel": "data", "href": f"{url}/collections"}]
    links += [{"rel": "child", "href": f"{url}/collections/{name}"} for name in ("land", "sea")]
    known = {"type": "Catalog", "stac_version": "1.0.0", "id": "shop", "description": "of images"}
    return {**known, "conformsTo": told["says"], "links": links}


class Catalog(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked.append(self.path)
        name = self.path.rpartition("/")[2]
        said = first() if self.path == "/" else collection(name) if name in ("land", "sea") else {"code": "NotFound"}
        body = json.dumps(said).encode()
        self.send_response(404 if "code" in said else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Catalog)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
print("pystac-client", version("pystac-client"), "pystac", version("pystac"))
for says in ([CORE, SAYS], [CORE]):
    for name in ("land", "air"):
        told["says"] = says
        asked.clear()
        found = Client.open(url).get_collection(name)
        print(f"says that it has them: {SAYS in says}, {name}: {found and found.id}, asked {asked}")
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
pystac-client 0.9.1 pystac 1.15.2
says that it has them: True, land: land, asked ['/', '/collections/land', '/']
says that it has them: True, air: None, asked ['/', '/collections/air']
says that it has them: False, land: land, asked ['/', '/collections/land']
says that it has them: False, air: sea, asked ['/', '/collections/land', '/collections/sea']
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
