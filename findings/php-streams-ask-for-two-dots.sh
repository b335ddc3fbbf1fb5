#!/usr/bin/env bash
# PHP's file_get_contents and fopen do not work out a redirect's relative Location: sent from
# /shop/old/item to "../new" they ask for "/shop/old//../new", and to "new" for "/shop/old//new";
# Nim's httpclient takes either as if it began at the root. curl asks for /shop/new and
# /shop/old/new.
#
# Versions: PHP 8.2 (php8.2-cli) and Nim 1.6.10 (nim 1.6.10-2); curl 7.88 beside them (Debian 12's
# packages).
# Source: PHP's ext/standard/http_fopen_wrapper.c (it puts the Location behind the folder of the old
# path), Nim's lib/pure/httpclient.nim (getNewLocation: the path is the Location as it stands); RFC
# 3986, sections 5.2.3 and 5.2.4: the last piece of the old path falls, and the dots are removed.
# Why it matters to a recorder: a URL with dots and two slashes is another spelling of one that
# other clients send clean; whether the two are one interaction is for each recorder to say, and a
# URL library that cleans it records what was never asked for.
set -euo pipefail
for tool in php curl python3 apt-get dpkg gcc; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download nim=1.6.10-2
dpkg -x nim_*.deb unpacked
cat > get.php <<'PHP'
<?php
echo file_get_contents($argv[1]);
PHP
cat > get.nim <<'NIM'
import std/[httpclient, os]
echo newHttpClient().getContent(paramStr(1))
NIM
HOME="$work" unpacked/usr/bin/nim c --hints:off --warnings:off --lib:"$work/unpacked/usr/lib/nim/lib" --nimcache:cache -o:get get.nim > nim.log 2>&1 \
  || { cat nim.log; exit 1; }
cat > look.py <<'PY'
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PLACES = ["../new", "./new", "new", "/new"]
came = []


class Origin(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        came.append(self.path)
        is_first = len(came) == 1
        self.send_response(302 if is_first else 200)
        if is_first:
            self.send_header("Location", PLACES[place])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
url = f"http://127.0.0.1:{origin.server_port}/shop/old/item"
for place, location in enumerate(PLACES):
    asked = []
    for words in (["php", "-n", "get.php"], ["./get"], ["curl", "-sS", "-L"]):
        came.clear()
        ran = subprocess.run([*words, url], env=env, capture_output=True, text=True, timeout=60)
        if ran.returncode:
            raise SystemExit(ran.stdout + ran.stderr)
        asked.append(came[1])
    print("{}: PHP {}, Nim {}, curl {}".format(location, *asked))
PY
php -n -r 'echo "PHP ", PHP_VERSION, ", ";'
echo "nim $(dpkg-deb -f nim_*.deb Version)"
timeout 200 python3 look.py | tee found
cat > expected <<'END'
../new: PHP /shop/old//../new, Nim /../new, curl /shop/new
./new: PHP /shop/old//./new, Nim /./new, curl /shop/old/new
new: PHP /shop/old//new, Nim /new, curl /shop/old/new
/new: PHP /new, Nim /new, curl /new
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
