#!/usr/bin/env bash
# After one 502 from a keyserver gpg sends no request to that host any more, whatever it would answer:
# what asks is dirmngr, a process that gpg has started and left behind, and it holds the host for
# dead for more than an hour. A 503 it asks six times, at once, and a 424 or a 500 once; and it takes
# no notice of http_proxy.
#
# Versions: GnuPG 2.2.40 (Debian 12's packages gpg and dirmngr).
# Source: GnuPG's dirmngr/ks-engine-hkp.c (mark_host_dead, RESURRECT_INTERVAL, and what each status
# does), its manual's honor-http-proxy, which is off.
# Why it matters to a recorder: a keyserver's request reaches no proxy that the environment names; with
# the option in dirmngr.conf it is sent by a process that may have started long before the run that
# is recorded, with that run's variables. A gateway's one bad answer, recorded or made by a proxy
# that cannot reach the origin, decides what every later test of the machine sends, which is
# nothing. A run wants a GNUPGHOME of its own, and `gpgconf --kill dirmngr` at its end.
set -euo pipefail
for tool in gpg gpgconf dirmngr python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
export GNUPGHOME="$work/home"
trap 'gpgconf --kill all; rm -rf "$work"' EXIT
cd "$work"
cat > look.py <<'PY'
import http.server
import os
import subprocess
import threading

asked = []
status = 404


class Origin(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path.split("?")[0])
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Proxy(Origin):
    def do_GET(self):
        asked.append("by the proxy")
        super().do_GET()


def serve(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


port = serve(Origin)
env = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
env |= {"http_proxy": f"http://127.0.0.1:{serve(Proxy)}", "LC_ALL": "C"}


def receive():
    """Asks for a key; returns how many requests came of it, and what gpg said in the end."""
    asked.clear()
    words = ["gpg", "--batch", "--keyserver", f"hkp://127.0.0.1:{port}", "--recv-keys", "0123456789" * 4]
    done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60)
    assert set(asked) <= {"/pks/lookup"}, asked
    return f"asked {len(asked)} times, {done.stderr.splitlines()[-1].removeprefix('gpg: ')}"


version = subprocess.run(["dirmngr", "--version"], capture_output=True, text=True, check=True)
print(version.stdout.splitlines()[0])
for first in (404, 424, 500, 503, 502):
    os.makedirs(env["GNUPGHOME"], 0o700)
    status = first
    print(f"{first}: {receive()}")
    status = 404
    print(f"  then 404: {receive()}")
    subprocess.run(["gpgconf", "--kill", "all"], env=env, check=True)
    subprocess.run(["rm", "-rf", env["GNUPGHOME"]], check=True)
PY
timeout 110 python3 look.py | tee found
cat > expected <<'END'
dirmngr (GnuPG) 2.2.40
404: asked 1 times, keyserver receive failed: No data
  then 404: asked 1 times, keyserver receive failed: No data
424: asked 1 times, keyserver receive failed: No data
  then 404: asked 1 times, keyserver receive failed: No data
500: asked 1 times, keyserver receive failed: No data
  then 404: asked 1 times, keyserver receive failed: No data
503: asked 6 times, keyserver receive failed: No data
  then 404: asked 1 times, keyserver receive failed: No data
502: asked 1 times, keyserver receive failed: No keyserver available
  then 404: asked 0 times, keyserver receive failed: No keyserver available
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
