#!/usr/bin/env bash
# libxml2, which fetches DTDs and schemas over HTTP for xmllint and xsltproc, heeds no_proxy if it is "*" and passes
# over all else in it: with no_proxy=127.0.0.1 it asks the proxy for what is on loopback, and with "*,localhost" too.
#
# Versions: libxml2 2.9.14 (libxml2 and libxml2-utils 2.9.14+dfsg-1.3~deb12u6, Debian 12's packages).
# Source: libxml2's nanohttp.c (xmlNanoHTTPInit compares no_proxy with "*"), which has no list of hosts; it looks at
# http_proxy and HTTP_PROXY.
# Why it matters to a recorder: hosts that a user leaves to themselves, of which it says that nothing is recorded, are
# recorded where the asking is libxml2's, and refused in a replay; and what a suite's own server on loopback gives to
# curl it does not give to xmllint, as another machine's proxy cannot reach it.
set -euo pipefail
for tool in apt-get curl dpkg python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download libxml2=2.9.14+dfsg-1.3~deb12u6 libxml2-utils=2.9.14+dfsg-1.3~deb12u6 libicu72
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > look.py <<'PY'
import glob
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

seen = []


def serve(name):
    class Server(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(name)
            answer = b"<!ELEMENT a EMPTY>"
            self.send_response(200)
            self.send_header("Content-Type", "application/xml-dtd")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


origin, proxy = serve("the origin"), serve("the proxy")
with open("a.xml", "w") as file:
    file.write(f'<!DOCTYPE a SYSTEM "{origin}/a.dtd"><a/>')
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
env["LD_LIBRARY_PATH"] = ":".join(glob.glob(os.path.abspath("unpacked/usr/lib/*-linux-gnu")))
asking = {
    "xmllint": ["unpacked/usr/bin/xmllint", "--valid", "--noout", "a.xml"],
    "curl": ["curl", "-s", "-o", "got", f"{origin}/a.dtd"],
}
said = subprocess.run([asking["xmllint"][0], "--version"], env=env, capture_output=True, text=True, check=True)
print(said.stderr.splitlines()[0].split(": ")[1])
for bypass in ("", "127.0.0.1", "*,localhost", "*"):
    for name, words in asking.items():
        seen.clear()
        env_of = env if name == "xmllint" else {**env, "LD_LIBRARY_PATH": ""}
        given = {**env_of, "http_proxy": proxy, "no_proxy": bypass}
        subprocess.run(words, env=given, check=True, timeout=60)
        print(f"no_proxy={bypass}: {name} asks {', '.join(seen)}")
PY
timeout 120 python3 look.py | tee found
cat > expected <<'END'
using libxml version 20914
no_proxy=: xmllint asks the proxy
no_proxy=: curl asks the proxy
no_proxy=127.0.0.1: xmllint asks the proxy
no_proxy=127.0.0.1: curl asks the origin
no_proxy=*,localhost: xmllint asks the proxy
no_proxy=*,localhost: curl asks the proxy
no_proxy=*: xmllint asks the origin
no_proxy=*: curl asks the origin
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
