#!/usr/bin/env bash
# Refused by a 5xx, or left without an answer, the usual client of qBittorrent for Python posts again, once, be it the deletion of
# files, and before that asks HEAD / anew, as it does before its first call, to see whether http or https is spoken there. Refused
# by a 403 it logs in and posts again.
#
# Versions: qbittorrent-api 2026.10.1 (CPython 3.11).
# Source: qbittorrentapi/request.py (_request_manager catches HTTP5XXError and all that is no APIError, and calls _initialize_context;
# _auth_request; URL.detect_scheme).
# Why it matters to a recorder: one call is two requests in the best case and five in another, three of which the program never
# wrote, and a recording of a bad moment has two equal POSTs of which the second's answer counts. A recorder that drops
# HEADs leaves out what the client needs before anything else.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY
python3 -m venv venv
venv/bin/pip install -q --no-compile --disable-pip-version-check qbittorrent-api==2026.10.1
cat > look.py <<'PY'
import http.server
import logging
import threading
from importlib.metadata import version

import qbittorrentapi

logging.disable(logging.CRITICAL)
asked = []
told = {}


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked.append(f"{self.command} {self.path.removeprefix('/api/v2')}")
        status, body = 200, b"Ok."
        if "delete" in self.path and sum("delete" in each for each in asked) <= told["times"]:
            status = told["status"]
        if not status:
            self.close_connection = True
            return
        self.send_response(status)
        if "login" in self.path:
            self.send_header("Set-Cookie", "SID=example; path=/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_HEAD = answer

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
print("qbittorrent-api", version("qbittorrent-api"))
for name, status, times in (
    ("200", 200, 0),
    ("500 once", 500, 1),
    ("500 always", 500, 9),
    ("no answer once", 0, 1),
    ("403 once", 403, 1),
    ("403 always", 403, 9),
    ("404", 404, 9),
    ("424", 424, 9),
):
    told.update(status=status, times=times)
    asked.clear()
    client = qbittorrentapi.Client(host="http://127.0.0.1", port=server.server_port, username="a", password="example")
    try:
        client.torrents_delete(delete_files=True, torrent_hashes="example")
        end = "done"
    except Exception as error:
        end = type(error).__name__
    print(f"{name}: {', '.join(asked)}; {end}")
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
qbittorrent-api 2026.10.1
200: HEAD /, POST /torrents/delete; done
500 once: HEAD /, POST /torrents/delete, HEAD /, POST /torrents/delete; done
500 always: HEAD /, POST /torrents/delete, HEAD /, POST /torrents/delete; InternalServerError500Error
no answer once: HEAD /, POST /torrents/delete, HEAD /, POST /torrents/delete; done
403 once: HEAD /, POST /torrents/delete, HEAD /, POST /auth/login, POST /torrents/delete; done
403 always: HEAD /, POST /torrents/delete, HEAD /, POST /auth/login, POST /torrents/delete; Forbidden403Error
404: HEAD /, POST /torrents/delete; NotFound404Error
424: HEAD /, POST /torrents/delete; HTTPError
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
