#!/usr/bin/env bash
# tronpy, a client of the blockchain Tron, logs in to a node whose URL has the word "trongrid" in it, anywhere, with a key of
# its own: one of six that it brings, drawn anew for each request, so that one program is six users. To a node whose URL lacks
# the word it sends no key, the program's neither. A key that is refused by a 403 with "Exceed the user daily usage" in its
# body it drops, and sends the same POST again with another, be it a transaction; any other 403 is final.
#
# Versions: tronpy 0.6.2, requests 2.34.2 (CPython 3.11).
# Source: tronpy/providers/http.py (DEFAULT_API_KEYS, use_api_key, random_api_key, make_request).
# Why it matters to a recorder: the header Tron-Pro-Api-Key, which is none of the program's and in no variable of its
# environment, has another value in each request, and what compares headers, or looks for a secret among the values that the
# program knows, finds neither. How many requests one call has goes by the words of a refusal.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check tronpy==0.6.2 requests==2.34.2
cat > look.py <<'PY'
import http.server
import json
import threading
from importlib.metadata import version

from tronpy.providers import HTTPProvider

asked = []
refusals = []


class Node(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        asked.append(self.headers["Tron-Pro-Api-Key"])
        status, said = refusals.pop(0) if refusals else (200, {"block": 7})
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def look(what, path, times=1, key=None, given=()):
    asked.clear()
    refusals[:] = given
    provider = HTTPProvider(f"http://127.0.0.1:{node.server_port}{path}", api_key=key)
    try:
        for _ in range(times):
            provider.make_request("wallet/broadcasttransaction", {"a": 1})
        end = "done"
    except Exception as error:
        end = type(error).__name__
    keys = set(asked)
    which = "none" if keys == {None} else "the program's" if keys == {key} else f"{len(keys)} of its own"
    print(f"{what}: {len(asked)} requests, keys: {which}: {end}")


SPENT = (403, {"Error": "Exceed the user daily usage"})
OTHER = (403, {"Error": "Forbidden"})
node = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Node)
threading.Thread(target=node.serve_forever, daemon=True).start()
print("tronpy", version("tronpy"))
look("200 calls", "/trongrid/", 200)
look("200 calls, elsewhere", "/node/", 200)
look("200 calls, a key elsewhere", "/node/", 200, "example")
look("200 calls, a key", "/trongrid/", 200, "example")
look("spent once", "/trongrid/", given=[SPENT])
look("spent for ever", "/trongrid/", given=[SPENT] * 20)
look("spent for ever, a key", "/trongrid/", 1, "example", [SPENT] * 20)
look("refused otherwise", "/trongrid/", given=[OTHER])
PY
timeout 100 venv/bin/python look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
tronpy 0.6.2
200 calls: 200 requests, keys: 6 of its own: done
200 calls, elsewhere: 200 requests, keys: none: done
200 calls, a key elsewhere: 200 requests, keys: none: done
200 calls, a key: 200 requests, keys: the program's: done
spent once: 2 requests, keys: 2 of its own: done
spent for ever: 6 requests, keys: 6 of its own: ApiError
spent for ever, a key: 1 requests, keys: the program's: ApiError
refused otherwise: 1 requests, keys: 1 of its own: HTTPError
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
