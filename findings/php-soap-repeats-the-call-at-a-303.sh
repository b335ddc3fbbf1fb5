#!/usr/bin/env bash
# PHP's SoapClient follows each redirect by the same POST, envelope and SOAPAction included: also a
# 303, which says that the call is done and that its result is to be fetched, and a 301 and 302,
# after which curl and browsers send a GET. A call that is answered by a 303 is made twice.
#
# Versions: php8.2-soap and php8.2-cli 8.2 (Debian 12's packages), curl 7.88.
# Source: PHP's ext/soap/php_http.c (make_http_soap_request goes back to its start for any status
# from 300 to 399 with a Location); its manual names no redirect and has no option for them. RFC
# 9110, section 15.4.4: after a 303 the client asks by GET or HEAD.
# Why it matters to a recorder: what was recorded by this client has two equal POSTs where any other
# client's recording of the same call has a POST and a GET, so that neither replays the other's; and
# one that knows a redirect's second request by its method counts a second payment. Whoever moves
# an endpoint in a cassette by a 303 gets the call again, and the program sees one.
set -euo pipefail
for tool in php curl python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download php8.2-soap
dpkg -x php8.2-soap_*.deb unpacked
find "$PWD/unpacked" -name soap.so > soap
[ -s soap ]
cat > pay.php <<'PHP'
<?php
$client = new SoapClient(null, ["location" => $argv[1], "uri" => "urn:example"]);
echo PHP_VERSION, " ", $client->pay(5);
PHP
cat > look.py <<'PY'
import os
import pathlib
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ENV = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
came = []


class Origin(BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        came.append((self.command, b"pay" in body))
        code = self.path.strip("/")
        answer = b""
        if code.isdigit():
            self.send_response(int(code))
            self.send_header("Location", "/result")
        else:
            inner = "<payResponse><return>paid</return></payResponse>"
            answer = f'<e:Envelope xmlns:e="{SOAP}"><e:Body>{inner}</e:Body></e:Envelope>'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_GET

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
extension = pathlib.Path("soap").read_text().splitlines()[0]
PHP = ["php", "-n", "-d", f"extension={extension}", "pay.php"]
CURL = ["curl", "-sS", "--noproxy", "*", "--location", "--data", "pay"]


def asked(command, code):
    came.clear()
    url = f"http://127.0.0.1:{origin.server_port}/{code}"
    done = subprocess.run([*command, url], env=ENV, check=True, capture_output=True, text=True, timeout=60)
    methods = [f"{method}{' with the call' if call else ''}" for method, call in came]
    print(f"{command[0]} {code}: {', then '.join(methods)}")
    return done.stdout, list(came)


twice = [("POST", True)] * 2
once = [("POST", True), ("GET", False)]
right = True
for code in (301, 302, 303, 307, 308):
    said, php = asked(PHP, code)
    _, curl = asked(CURL, code)
    right &= php == twice and said.endswith(" paid")
    right &= curl == (twice if code > 303 else once)
print("PHP", said.split()[0])
sys.exit(not right)
PY
timeout 200 python3 look.py || { echo "the behaviour has changed"; exit 1; }
