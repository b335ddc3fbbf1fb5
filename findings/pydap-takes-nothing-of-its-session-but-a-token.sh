#!/usr/bin/env bash
# Given a session of requests, pydap, the usual client of oceanographers' OPeNDAP servers, sends nothing by it: each
# request goes by a new one, which takes over "Authorization: Bearer ..." from the program's headers and nothing else.
# Its user and password, cookies, other headers, hooks, proxies and mounted adapters have no effect, and the cookie
# that an answer sets, as a log-in does, is gone with the next request. Nothing is raised.
#
# Versions: pydap 3.5.9 with requests 2.34.2 and requests-cache 1.3.3 (CPython 3.11).
# Source: pydap/net.py (build_session makes requests.Session() in each get_request; inherit_bearer_header copies the
# one header; of a CachedSession it takes the store, too).
# Why it matters to a recorder: what records by an adapter or by a hook of the session, as betamax and requests-mock
# do, sees none of these requests, and they leave for real; a proxy has to be named in the environment, as
# session.proxies is not read. In the recording User-Agent is python-requests, also where create_session() had said
# pydap.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
export HOME=$work
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check pydap==3.5.9 requests==2.34.2 requests-cache==1.3.3
cat > look.py <<'PY'
import http.server
import struct
import threading
from importlib.metadata import version

import requests
from pydap.client import open_url
from pydap.net import create_session

DDS = "Dataset {\n    Float32 wind[time = 2];\n} sea;\n"
DAS = 'Attributes {\n    wind {\n        String units "m/s";\n    }\n}\n'
WATCHED = ("Authorization", "Cookie", "X-Who", "User-Agent")
asked = []
seen_by_adapter = []


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        name = self.path.partition("?")[0].rpartition(".")[2]
        said = (f"{each}: {self.headers[each].split('/')[0]}" for each in WATCHED if each in self.headers)
        asked.append(f"{name} ({', '.join(said)})")
        body = {"dds": DDS, "das": DAS, "dods": DDS + "\nData:\n"}[name].encode()
        if name == "dods":
            body += struct.pack(">IIff", 2, 2, 1.5, 2.5)
        self.send_response(200)
        self.send_header("Set-Cookie", "logged-in=example")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Recorder(requests.adapters.HTTPAdapter):
    def send(self, request, *rest, **more):
        seen_by_adapter.append(request.url)
        return super().send(request, *rest, **more)


def look(name, session):
    asked.clear()
    wind = open_url(url, session=session, protocol="dap2")["wind"][:].data
    print(f"{name}: {list(map(float, wind))}, cookies of the session: {len(session.cookies)}")
    for each in asked:
        print("  ", each)


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}/sea"
print("pydap", version("pydap"))
mine = requests.Session()
mine.auth = ("example", "example")
mine.headers.update({"X-Who": "example", "User-Agent": "program"})
mine.cookies.set("sid", "example")
mine.proxies = {"http": "http://127.0.0.1:9"}
mine.hooks["response"].append(lambda answer, **_: seen_by_adapter.append(answer.url))
mine.mount("http://", Recorder())
look("a session with a user", mine)
mine.headers["Authorization"] = "Bearer example"
look("a session with a token", mine)
look("pydap's own session", create_session())
print("seen by adapter and hook:", len(seen_by_adapter))
mine.proxies = {}
mine.get(url + ".dds")
print("and with the program's own get:", len(seen_by_adapter))
PY
timeout 110 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
pydap 3.5.9
a session with a user: [1.5, 2.5], cookies of the session: 1
   dds (User-Agent: python-requests)
   das (User-Agent: python-requests)
   dods (User-Agent: python-requests)
a session with a token: [1.5, 2.5], cookies of the session: 1
   dds (Authorization: Bearer example, User-Agent: python-requests)
   das (Authorization: Bearer example, User-Agent: python-requests)
   dods (Authorization: Bearer example, User-Agent: python-requests)
pydap's own session: [1.5, 2.5], cookies of the session: 0
   dds (User-Agent: python-requests)
   das (User-Agent: python-requests)
   dods (User-Agent: python-requests)
seen by adapter and hook: 0
and with the program's own get: 2
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
