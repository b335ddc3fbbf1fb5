#!/usr/bin/env bash
# After a 303 HTTP::Tiny and Furl (Perl) and httpclient (Ruby) ask by GET, as they must, and send
# the body of the POST along with its Content-Length and Content-Type; curl and LWP ask with none.
#
# Versions: HTTP::Tiny 0.082 (libhttp-tiny-perl 0.082-2), Furl 3.14 (libfurl-perl 3.14-2),
# httpclient 2.8.3 (ruby-httpclient 2.8.3+git20211122.4658227-1); LWP of libwww-perl 6.68-1 and curl
# 7.88 beside them (Debian 12's packages).
# Source: HTTP::Tiny's _maybe_redirect and _request (the method becomes GET, the arguments stay),
# Furl::HTTP's request, httpclient's follow_redirect. RFC 9110, sections 9.3.1 and 15.4.4: a client
# should send no content with a GET; it is the Location that is to be fetched.
# Why it matters to a recorder: two clients of one API record the same redirect differently, and
# what matches by the body finds no answer of the one for the other. What was hidden in the POST is
# in the cassette a second time, in a request that nobody thinks to have a body.
set -euo pipefail
for tool in apt-get dpkg perl ruby curl python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download libhttp-tiny-perl=0.082-2 libfurl-perl=3.14-2 libhttp-parser-xs-perl=0.17-2+b2 \
  libclass-accessor-lite-perl=0.08-3 libwww-perl=6.68-1 libhttp-message-perl=6.44-1 libnet-http-perl=6.22-1 \
  libhttp-date-perl liburi-perl libtry-tiny-perl liblwp-mediatypes-perl libencode-locale-perl \
  libio-html-perl libtimedate-perl libclone-perl ruby-httpclient=2.8.3+git20211122.4658227-1 \
  ruby-http-cookie ruby-domain-name ruby-unf ruby-unf-ext
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > tiny.pl <<'PL'
use HTTP::Tiny;
print HTTP::Tiny->new->post($ARGV[0], {content => "pay=5"})->{status}, " HTTP::Tiny $HTTP::Tiny::VERSION";
PL
cat > furl.pl <<'PL'
use Furl;
print Furl->new->post($ARGV[0], [], "pay=5")->code, " Furl $Furl::VERSION";
PL
cat > lwp.pl <<'PL'
use LWP::UserAgent;
my $client = LWP::UserAgent->new(requests_redirectable => ["POST"]);
print $client->post($ARGV[0], Content => "pay=5")->code, " LWP $LWP::VERSION";
PL
cat > httpclient.rb <<'RB'
$VERBOSE = nil
require "httpclient"
status = HTTPClient.new.post(ARGV[0], body: "pay=5", follow_redirect: true).status
print status, " httpclient ", HTTPClient::VERSION
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
        came.append(f"{self.command} {self.path} {body or 'without a body'}")
        self.send_response(303 if self.path == "/pay" else 200)
        self.send_header("Location", "/receipt")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
here = os.path.abspath("unpacked/usr")
env["PERL5LIB"] = ":".join([f"{here}/share/perl5", *glob.glob(f"{here}/lib/*/perl5/5.*")])
gems = glob.glob(f"{here}/share/rubygems-integration/*/gems/*/lib")
env["RUBYLIB"] = ":".join([*gems, *glob.glob(f"{here}/lib/**/vendor_ruby", recursive=True), *glob.glob(f"{here}/lib/*/ruby/vendor_ruby/3.*")])
CURL = ["curl", "-sS", "-L", "-o", "/dev/null", "-w", "%{http_code} curl", "-d", "pay=5"]
for words in (["perl", "tiny.pl"], ["perl", "furl.pl"], ["ruby", "httpclient.rb"], ["perl", "lwp.pl"], CURL):
    came.clear()
    url = f"http://127.0.0.1:{origin.server_port}/pay"
    ran = subprocess.run([*words, url], env=env, capture_output=True, text=True, timeout=60)
    if ran.returncode:
        raise SystemExit(ran.stderr)
    print(f"{ran.stdout.strip()}: {', then '.join(came)}")
PY
timeout 200 python3 look.py | tee found
cat > expected <<'END'
200 HTTP::Tiny 0.082: POST /pay pay=5, then GET /receipt pay=5
200 Furl 3.14: POST /pay pay=5, then GET /receipt pay=5
200 httpclient 2.8.3: POST /pay pay=5, then GET /receipt pay=5
200 LWP 6.68: POST /pay pay=5, then GET /receipt without a body
200 curl: POST /pay pay=5, then GET /receipt without a body
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
