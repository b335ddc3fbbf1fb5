#!/usr/bin/env bash
# Of several headers of one name Perl's HTTP::Async keeps the last: of two cookies that an origin
# sets its own cookie jar gets one, and the session is lost; LWP, with whose code it reads the
# answer, keeps both.
#
# Versions: HTTP::Async 0.33 (libhttp-async-perl 0.33-3), LWP 6.68 (libwww-perl 6.68-1; Debian 12's
# packages).
# Source: HTTP/Async.pm (it takes Net::HTTP's read_response_headers, a list of names and values, as
# a hash); RFC 6265, section 3: an origin sets each cookie by a header of its own, and they must not
# be joined.
# Why it matters to a recorder: the cassette has an answer with two cookies and then a request with
# one, which looks as if the recorder had lost it; where the log-in is the first of the two, the
# next request is another one than any other client's, and what tells accounts apart by their cookie
# sees nobody.
set -euo pipefail
for tool in apt-get dpkg perl python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download libhttp-async-perl=0.33-3 libwww-perl=6.68-1 libhttp-message-perl=6.44-1 \
  libnet-http-perl=6.22-1 libhttp-cookies-perl=6.10-1 liburi-perl libhttp-date-perl libtry-tiny-perl \
  liblwp-mediatypes-perl libencode-locale-perl libio-html-perl libtimedate-perl libclone-perl
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > look.pl <<'PL'
use strict;
use warnings;
use HTTP::Async;
use HTTP::Cookies;
use HTTP::Request;
use LWP::UserAgent;
my ($url) = @ARGV;
sub show {
    my ($client, $answer) = @_;
    print "$client is told ", join(" and ", $answer->header("Set-Cookie")), "\n";
}
{
    my $client = HTTP::Async->new(cookie_jar => HTTP::Cookies->new);
    for my $path ("/login", "/page") {
        $client->add(HTTP::Request->new(GET => "$url$path"));
        my $answer = $client->wait_for_next_response(30);
        show("HTTP::Async $HTTP::Async::VERSION", $answer) if $path eq "/login";
    }
}
my $client = LWP::UserAgent->new(cookie_jar => {});
show("LWP $LWP::VERSION", $client->get("$url/login"));
$client->get("$url/page");
PL
cat > look.py <<'PY'
import glob
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Origin(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/page":
            sent = sorted((self.headers["Cookie"] or "none").split("; "))
            print(f"the page is asked for with the cookies {', '.join(sent)}", flush=True)
        self.send_response(200)
        if self.path == "/login":
            self.send_header("Set-Cookie", "session=42; Path=/")
            self.send_header("Set-Cookie", "theme=dark; Path=/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
here = os.path.abspath("unpacked/usr")
env["PERL5LIB"] = ":".join([f"{here}/share/perl5", *glob.glob(f"{here}/lib/*/perl5/5.*")])
words = ["perl", "-e", "$| = 1; do './look.pl' or die $@", f"http://127.0.0.1:{origin.server_port}"]
subprocess.run(words, env=env, check=True, timeout=100)
PY
timeout 150 python3 look.py | tee found
cat > expected <<'END'
HTTP::Async 0.33 is told theme=dark; Path=/
the page is asked for with the cookies theme=dark
LWP 6.68 is told session=42; Path=/ and theme=dark; Path=/
the page is asked for with the cookies session=42, theme=dark
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
