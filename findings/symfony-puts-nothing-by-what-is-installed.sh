#!/usr/bin/env bash
# Symfony's HttpClient::create() answers a PUT's 302 in two ways: with PHP's curl extension there it
# repeats the PUT without its body and even without a Content-Length, and without the extension it
# repeats the PUT with the whole body. The program is the same, and sees a 200 of each.
#
# Versions: php-symfony-http-client 5.4.53+dfsg-0+deb12u1, php8.2-curl 8.2, PHP 8.2 (Debian 12's
# packages).
# Source: Symfony's CurlHttpClient (a PUT's body is put in as if it were a POST's, with another name
# for the method, and CURLOPT_POSTREDIR is none of what it sets) and NativeHttpClient
# (createRedirectResolver: only a POST becomes a GET); its documentation says that create() takes
# the best transport that there is.
# Why it matters to a recorder: what was recorded on a machine with the extension has a PUT of
# nothing as its second request, and misses on one without; where bodies are not compared it
# replays, and the test is green while the origin would keep an empty resource.
set -euo pipefail
for tool in apt-get dpkg php python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download php-symfony-http-client=5.4.53+dfsg-0+deb12u1 php-psr-log php8.2-curl \
  php-symfony-http-client-contracts php-symfony-service-contracts php-symfony-deprecation-contracts \
  php-psr-container
for name in *.deb; do dpkg -x "$name" unpacked; done
find "$PWD/unpacked" -name curl.so > curl
[ -s curl ]
cat > put.php <<'PHP'
<?php
require "Symfony/Component/HttpClient/autoload.php";
[, $method, $url] = $argv;
$client = Symfony\Component\HttpClient\HttpClient::create();
$answer = $client->request($method, $url, ["body" => "new text"]);
echo $answer->getStatusCode();
PHP
cat > look.py <<'PY'
import os
import pathlib
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

came = []


class Origin(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        length = self.headers.get("Content-Length")
        body = self.rfile.read(int(length or 0)).decode()
        came.append(f"{self.command} {length} {body!r}")
        self.send_response(200 if self.path == "/new" else int(self.path[1:]))
        self.send_header("Location", "/new")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_PUT = do_PATCH = do_POST = do_GET

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
extension = pathlib.Path("curl").read_text().splitlines()[0]
PHP = ["php", "-n", "-d", f"include_path={os.path.abspath('unpacked/usr/share/php')}", "-d", "error_reporting=0"]
for name, more in (("curl", ["-d", f"extension={extension}"]), ("no curl", [])):
    for method, code in (("PUT", 302), ("PATCH", 302), ("PUT", 307), ("POST", 302)):
        came.clear()
        url = f"http://127.0.0.1:{origin.server_port}/{code}"
        words = [*PHP, *more, "put.php", method, url]
        ran = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60)
        if ran.returncode:
            raise SystemExit(ran.stdout + ran.stderr)
        print(f"{name}, {method} {code}: {', then '.join(came)}, the program sees {ran.stdout}")
PY
echo "php-symfony-http-client $(dpkg-deb -f php-symfony-http-client_*.deb Version)"
timeout 200 python3 look.py | tee found
cat > expected <<'END'
curl, PUT 302: PUT 8 'new text', then PUT None '', the program sees 200
curl, PATCH 302: PATCH 8 'new text', then PATCH None '', the program sees 200
curl, PUT 307: PUT 8 'new text', then PUT 8 'new text', the program sees 200
curl, POST 302: POST 8 'new text', then GET None '', the program sees 200
no curl, PUT 302: PUT 8 'new text', then PUT 8 'new text', the program sees 200
no curl, PATCH 302: PATCH 8 'new text', then PATCH 8 'new text', the program sees 200
no curl, PUT 307: PUT 8 'new text', then PUT 8 'new text', the program sees 200
no curl, POST 302: POST 8 'new text', then GET None '', the program sees 200
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
