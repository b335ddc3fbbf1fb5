#!/usr/bin/env bash
# Perl's SOAP::Lite says of each value which type it is, by its looks, and writes it so: Ann is a string, and Jürg is
# base64Binary and leaves as SsO8cmc=; 1e5, a part's number, is a float, 12 an int, and 0012 a string. After a 302 and
# a 303 it asks by GET and gives what it finds there as the call's result; after a 510 it posts again, with a header
# that has a number drawn by chance.
#
# Versions: libsoap-lite-perl 1.27-3, libwww-perl 6.68-1 (Perl 5.36, Debian 12's packages).
# Source: SOAP::Lite's lib/SOAP/Lite.pm (_initialize_typelookup: base64Binary ahead of all others for whatever has a
# byte beyond ASCII) and SOAP/Transport/HTTP.pm (the 510 and its "ns="); its manual calls it autotyping.
# Why it matters to a recorder: one field has another type in each interaction, so that a body's form cannot be told
# from one example, and a name or a password of a person is in the cassette in letters that no search for it finds.
# The GET after a redirect is a part of the call, whose answer has to be kept beside it.
set -euo pipefail
for tool in apt-get dpkg perl python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download libsoap-lite-perl=1.27-3 libwww-perl=6.68-1 libhttp-message-perl=6.44-1 libnet-http-perl \
  libhttp-cookies-perl libhttp-date-perl libhttp-negotiate-perl liburi-perl libtry-tiny-perl libclone-perl \
  liblwp-mediatypes-perl libencode-locale-perl libio-html-perl libtimedate-perl libhtml-parser-perl \
  libhtml-tagset-perl libclass-inspector-perl libio-sessiondata-perl libxml-parser-perl libtask-weaken-perl
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > call.pl <<'PL'
use strict;
use warnings;
use SOAP::Lite;

my ($port, @values) = @ARGV;
my $client = SOAP::Lite->proxy("http://127.0.0.1:$port/pay")->uri('urn:shop');
my $answer = eval { $client->call('pay', map { SOAP::Data->name(to => $_) } @values) };
print $answer && !$answer->fault ? 'result ' . $answer->result : 'an error';
PL
cat > look.py <<'PY'
import glob
import os
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SPACE = "http://schemas.xmlsoap.org/soap/envelope/"
PAID = '<e:Envelope xmlns:e="{}"><e:Body><r:paid xmlns:r="urn:shop"><r:id>{}</r:id></r:paid></e:Body></e:Envelope>'
asked = []
bodies = []
numbers = []
first = 200


class Origin(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        bodies.append(self.rfile.read(int(self.headers["Content-Length"] or 0)).decode())
        numbers.extend(re.findall(r"ns=(\d+)", self.headers["Man"] or ""))
        asked.append(f"{self.command} {self.path}{' with Man' if self.headers['Man'] else ''}")
        moved = first in (302, 303, 307) and self.path == "/pay"
        status = first if moved or (first == 510 and len(asked) == 1) else 200
        self.send_response(status)
        if moved:
            self.send_header("Location", "/other")
        answer = b"" if status != 200 else PAID.format(SPACE, self.command).encode()
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST

    def log_message(self, *_):
        pass


def call(*values):
    for kept in (asked, bodies):
        kept.clear()
    command = ["perl", "call.pl", str(origin.server_port), *values]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    return ran.stdout


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
here = os.path.abspath("unpacked/usr")
libraries = [f"{here}/share/perl5", *glob.glob(f"{here}/lib/*/perl5/5.*")]
environment = {"PATH": os.environ["PATH"], "PERL5LIB": ":".join(libraries)}
tell = ["perl", "-MSOAP::Lite", "-e", "print $SOAP::Lite::VERSION"]
print("SOAP::Lite", subprocess.run(tell, env=environment, capture_output=True, text=True, check=True).stdout)
call("Ann", "J\u00fcrg", "12", "0012", "1e5", "-7", "+49 30 1", "4000000000", "true")
for kind, value in re.findall(r'<to xsi:type="xsd:(\w+)">([^<]*)</to>', bodies[0]):
    print(f"  {value}: {kind}")
for first in (302, 303, 307, 510):
    said = call("Ann")
    print(f"told {first}: {', '.join(asked)}: {said}")
for _ in range(3):
    call("Ann")
print("the number in Man is the same in four runs:", len(set(numbers)) == 1)
PY
timeout 100 python3 look.py | tee found
cat > expected <<'END'
SOAP::Lite 1.27
  Ann: string
  SsO8cmc=: base64Binary
  12: int
  0012: string
  1e5: float
  -7: int
  +49 30 1: string
  4000000000: long
  true: boolean
told 302: POST /pay, GET /other: result GET
told 303: POST /pay, GET /other: result GET
told 307: POST /pay, POST /other: result POST
told 510: POST /pay, POST /pay with Man: result POST
the number in Man is the same in four runs: False
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
