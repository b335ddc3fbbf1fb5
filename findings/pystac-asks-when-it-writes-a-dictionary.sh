#!/usr/bin/env bash
# To turn an item that it has read into a dictionary, or to write it to a file, pystac sends a request for
# the root of the catalog that the item names, once for each item that was read by itself; where that is
# refused, to_dict() raises, and the item is all there. Printing or copying it asks for nothing.
#
# Versions: pystac 1.15.2, pystac-client 0.9.1 (CPython 3.11 to 3.13).
# Source: pystac's pystac/item.py (to_dict, whose transform_hrefs is on) and pystac/link.py (get_href resolves
# the root to see whether the catalog's links are relative). Items of a search have the client for their
# root and ask for nothing.
# Why it matters to a recorder: where the program only writes it makes a request, to whatever host the item's
# own file names as its root, which may be another one than it was read from. Of two programs that read
# the same item one misses in the other's cassette, for a line that converts it, and a hundred items are a
# hundred equal requests. to_dict(transform_hrefs=False) asks for nothing.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pystac==1.15.2 pystac-client==0.9.1
cat > look.py <<'PY'
import copy
import http.server
import json
import threading
import warnings
from importlib.metadata import version

import pystac
import pystac_client

asked = []
warnings.simplefilter("ignore")


class Origin(http.server.BaseHTTPRequestHandler):
    name = "items"

    def answer(self):
        asked.append(f"{self.command} {self.name}{self.path}")
        body = json.dumps(catalog() if self.path == "/" else item() if "item" in self.path else found()).encode()
        self.send_response(424 if refused and self.name == "root" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


class Root(Origin):
    name = "root"


def serve(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def links(**links):
    return [{"rel": rel, "href": href, "type": "application/json"} for rel, href in links.items()]


def catalog():
    conforms = [f"https://api.stacspec.org/v1.0.0/{each}" for each in ("core", "item-search")]
    own = links(root=f"{root}/", self=f"{root}/", search=f"{root}/search")
    about = {"type": "Catalog", "stac_version": "1.0.0", "id": "root", "description": "All"}
    return {**about, "conformsTo": conforms, "links": own}


def item():
    own = links(root=f"{root}/", self=f"{items}/item")
    about = {"type": "Feature", "stac_version": "1.0.0", "stac_extensions": [], "id": "i", "geometry": None}
    return {**about, "properties": {"datetime": "2026-01-01T00:00:00Z"}, "assets": {}, "links": own}


def found():
    return {"type": "FeatureCollection", "links": [], "features": [item()]}


def show(name, run):
    asked.clear()
    try:
        said = type(run()).__name__
    except pystac.STACError as error:
        said = type(error).__name__
    print(f"{name}: {said};", *asked or ["nothing asked"])


def read():
    return pystac.Item.from_file(f"{items}/item")


refused, items, root = False, serve(Origin), serve(Root)
print("pystac", version("pystac"), "pystac-client", version("pystac-client"))
show("reading", read)
one = read()
show("to_dict()", one.to_dict)
show("to_dict() again", one.to_dict)
show("to_dict() of the next", read().to_dict)
made = pystac.Item.from_dict(item())
show("from_dict, then to_dict()", made.to_dict)
show("write to a file", lambda: read().save_object(dest_href="copy.json"))
one = read()
show("repr", lambda: repr(one))
show("a deep copy", lambda: copy.deepcopy(one))
show("transform_hrefs=False", lambda: one.to_dict(transform_hrefs=False))
client = pystac_client.Client.open(f"{root}/")
hit = next(client.search().items())
show("of a search", hit.to_dict)
refused = True
one = read()
show("refused, to_dict()", one.to_dict)
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
pystac 1.15.2 pystac-client 0.9.1
reading: Item; GET items/item
to_dict(): dict; GET root/
to_dict() again: dict; nothing asked
to_dict() of the next: dict; GET root/
from_dict, then to_dict(): dict; GET root/
write to a file: NoneType; GET items/item GET root/
repr: str; nothing asked
a deep copy: Item; nothing asked
transform_hrefs=False: dict; nothing asked
of a search: dict; nothing asked
refused, to_dict(): STACError; GET root/
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
