#!/usr/bin/env bash
# ffmpeg knows one variable of a proxy, http_proxy in lower case, and sends https:// there,
# too: HTTPS_PROXY, https_proxy, HTTP_PROXY and ALL_PROXY have no effect on anything. Its
# CONNECT names the proxy itself as the Host.
#
# Versions: the ffmpeg of imageio-ffmpeg 0.8.1 (a build of 9.0.2; Debian 12's 5.1 does the
# same).
# Source: ffmpeg's libavformat/tls.c and http.c (getenv of http_proxy; its documentation has
# only the option http_proxy); RFC 9112, section 3.2.3: the Host of a CONNECT is its target.
# Why it matters to a recorder: whoever sets HTTPS_PROXY alone for an API that is https://
# records what a program asks, and not the sound or the film that it hands to ffmpeg by URL;
# and where http_proxy names another proxy than https_proxy does, its TLS goes to the wrong
# one. A proxy that tells tunnels apart by their Host sees one host for all of them.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check imageio-ffmpeg==0.8.1
cat > look.py <<'PY'
import os
import socketserver
import subprocess
import threading

import imageio_ffmpeg

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
NAMES = ("http_proxy", "https_proxy", "all_proxy")
SCHEMES = ("http", "https")
heads = []


class Proxy(socketserver.StreamRequestHandler):
    def handle(self):
        lines = [self.rfile.readline().decode().strip()]
        while line := self.rfile.readline().decode().strip():
            lines.append(line)
        heads.append(lines)
        self.wfile.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")


proxy = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Proxy)
threading.Thread(target=proxy.serve_forever, daemon=True).start()
place = "{}:{}".format(*proxy.server_address)
kept = {n: v for n, v in os.environ.items() if not n.lower().endswith("_proxy")}
print(subprocess.check_output([FFMPEG, "-version"], text=True).split()[2].split("-")[0])
for name in (each for lower in NAMES for each in (lower, lower.upper())):
    for scheme in SCHEMES:
        heads.clear()
        # Nobody listens there: without a proxy the connection is refused.
        words = [FFMPEG, "-v", "quiet", "-i", f"{scheme}://127.0.0.1:1/a", "-f", "null", "-"]
        env = {**kept, name: f"http://{place}"}
        subprocess.run(words, env=env, stdin=subprocess.DEVNULL, timeout=60)
        hosts = [line.replace(place, "the proxy") for head in heads for line in head[1:]]
        hosts = [line for line in hosts if line.startswith("Host:")]
        seen = [head[0] for head in heads] + hosts
        print(f"{name} for {scheme}:", "; ".join(seen) or "not asked")
PY
timeout 180 venv/bin/python look.py | tee found
cat > expected <<'END'
n9.0.2
http_proxy for http: GET http://127.0.0.1:1/a HTTP/1.1; Host: 127.0.0.1:1
http_proxy for https: CONNECT 127.0.0.1:1 HTTP/1.1; Host: the proxy
HTTP_PROXY for http: not asked
HTTP_PROXY for https: not asked
https_proxy for http: not asked
https_proxy for https: not asked
HTTPS_PROXY for http: not asked
HTTPS_PROXY for https: not asked
all_proxy for http: not asked
all_proxy for https: not asked
ALL_PROXY for http: not asked
ALL_PROXY for https: not asked
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
