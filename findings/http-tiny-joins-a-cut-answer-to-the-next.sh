#!/usr/bin/env bash
# HTTP::Tiny asks a second time by itself when a GET's answer breaks off, and goes on where it was:
# its mirror() and data_callback put the whole second answer behind the part of the first, and call
# that a success. The file of 100,000 bytes that is left on disk has 132,768.
#
# Versions: HTTP::Tiny 0.082 of libhttp-tiny-perl 0.082-2 (Debian 12's packages), the client that
# comes with Perl and that cpanm and CPAN.pm download with.
# Source: HTTP::Tiny's request (for ( 0 .. 1 ), "Unexpected end"), whose documentation speaks of a
# retry if "the server closes the connection" and not of what the callback was given before; RFC
# 9112, section 8: an incomplete answer is to be told as such.
# Why it matters to a recorder: one call of the program is two interactions, the first cut off. One
# that replays them as they were makes a corrupt file and a green test, one that replays only the
# whole answer hides the fault, and one that ends a connection to stop a client gets another
# request.
set -euo pipefail
for tool in apt-get dpkg perl python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download libhttp-tiny-perl=0.082-2
dpkg -x libhttp-tiny-perl_*.deb unpacked
cat > look.pl <<'PL'
use strict;
use warnings;
use HTTP::Tiny;
my ($url) = @ARGV;
my ($given, $client) = (0, HTTP::Tiny->new(timeout => 20));
sub told { my ($answer) = @_; $answer->{success} ? "success $answer->{status}" : "failure $answer->{status}" }
my $answer = $client->get($url);
print "get: ", told($answer), ", ", length $answer->{content}, " bytes\n";
$answer = $client->get($url, {data_callback => sub { $given += length $_[0] }});
print "data_callback: ", told($answer), ", $given bytes\n";
$answer = $client->mirror($url, "mirrored");
print "mirror: ", told($answer), ", ", -s "mirrored", " bytes\n";
$answer = $client->post($url, {content => "pay"});
print "post: ", told($answer), "\n";
PL
cat > look.py <<'PY'
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BODY = b"0123456789" * 10_000
asked = []


class Origin(BaseHTTPRequestHandler):
    """Every first answer breaks off halfway, every second is whole."""

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked.append(self.command)
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY[: len(BODY) // 2] if len(asked) % 2 else BODY)

    do_POST = do_GET

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
env["PERL5LIB"] = os.path.abspath("unpacked/usr/share/perl5")
url = f"http://127.0.0.1:{origin.server_port}/file"
subprocess.run(["perl", "look.pl", url], env=env, check=True, timeout=120)
print("asked:", *asked)
PY
PERL5LIB=unpacked/usr/share/perl5 perl -MHTTP::Tiny -e 'print "HTTP::Tiny $HTTP::Tiny::VERSION\n"'
timeout 150 python3 look.py | tee found
cat > expected <<'END'
get: success 200, 100000 bytes
data_callback: success 200, 132768 bytes
mirror: success 200, 132768 bytes
post: failure 599
asked: GET GET GET GET GET GET POST
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
