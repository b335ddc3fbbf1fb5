#!/usr/bin/env bash
# Ruby's Mechanize follows a POST's 307 and 308 by a GET without the form, which the two statuses
# were made to rule out, and a PUT's and DELETE's too: the payment that an origin moved to another
# address is never made, and the program gets the page that answers the GET, with its 200.
#
# Versions: Mechanize 2.8.5 (ruby-mechanize 2.8.5-1, Debian 12's packages); curl 7.88 beside it.
# Source: Mechanize::HTTP::Agent#response_redirect (redirect_method = method == :head ? :head :
# :get, whatever the status); its documentation says that "all 3xx redirects are followed". RFC
# 9110, sections 15.4.8 and 15.4.9: the client must not change the method.
# Why it matters to a recorder: the same form recorded from a browser has a POST where this client's
# recording has a GET, so that neither replays the other; and the recording of a program that has
# lost its payment looks like that of one that fetches its receipt.
set -euo pipefail
for tool in apt-get dpkg ruby curl python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download ruby-mechanize=2.8.5-1 ruby-addressable ruby-domain-name ruby-http-cookie \
  ruby-mime-types ruby-mime-types-data ruby-net-http-digest-auth ruby-net-http-persistent \
  ruby-connection-pool ruby-nokogiri ruby-ntlm ruby-webrick ruby-webrobots ruby-unf ruby-unf-ext \
  ruby-public-suffix libxml2 libxslt1.1 libgumbo1
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > send.rb <<'RB'
$VERBOSE = nil
require "mechanize"
method, url = ARGV
client = Mechanize.new
page = method == "DELETE" ? client.delete(url) : client.public_send(method.downcase, url, "pay=5")
print "Mechanize #{Mechanize::VERSION} sees #{page.code}"
RB
cat > look.py <<'PY'
import glob
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

came = []


class Origin(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        came.append(f"{self.command} {self.path} {body}".rstrip())
        self.send_response(200 if self.path == "/moved" else int(self.path[1:]))
        self.send_header("Location", "/moved")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_PUT = do_DELETE = do_GET

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
here = os.path.abspath("unpacked/usr")
places = ("share/rubygems-integration/*/gems/*/lib", "lib/ruby/vendor_ruby", "lib/*/ruby/vendor_ruby/3.*")
places += ("lib/*/rubygems-integration/*/extensions/*/*/*", "lib/*/rubygems-integration/*/gems/*/lib")
env["RUBYLIB"] = ":".join(found for place in places for found in glob.glob(f"{here}/{place}"))
env["LD_LIBRARY_PATH"] = ":".join(glob.glob(f"{here}/lib/*-linux-gnu*"))
CURL = ["curl", "-sS", "-L", "-o", "/dev/null", "-w", "curl sees %{http_code}", "-d", "pay=5"]
CALLS = [("POST", 307), ("POST", 308), ("PUT", 307), ("DELETE", 307)]
for words in (["ruby", "send.rb"], CURL):
    for method, code in CALLS if words[0] == "ruby" else CALLS[:2]:
        came.clear()
        arguments = [method] if words[0] == "ruby" else []
        words_here = [*words, *arguments, f"http://127.0.0.1:{origin.server_port}/{code}"]
        ran = subprocess.run(words_here, env=env, capture_output=True, text=True, timeout=60)
        if ran.returncode:
            raise SystemExit(ran.stderr)
        print(f"{ran.stdout}: {', then '.join(came)}")
PY
timeout 200 python3 look.py | tee found
cat > expected <<'END'
Mechanize 2.8.5 sees 200: POST /307 pay=5, then GET /moved
Mechanize 2.8.5 sees 200: POST /308 pay=5, then GET /moved
Mechanize 2.8.5 sees 200: PUT /307 pay=5, then GET /moved
Mechanize 2.8.5 sees 200: DELETE /307, then GET /moved
curl sees 200: POST /307 pay=5, then POST /moved pay=5
curl sees 200: POST /308 pay=5, then POST /moved pay=5
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
