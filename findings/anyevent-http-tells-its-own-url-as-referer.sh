#!/usr/bin/env bash
# AnyEvent::HTTP sends the URL that it asks for as that request's own Referer, with its query and
# all, and after a redirect the new URL as the Referer of the new one: a key in the query leaves
# twice, and the header says that each page was found on itself.
#
# Versions: AnyEvent::HTTP 2.25 (libanyevent-http-perl 2.25-2; Debian 12's packages).
# Source: AnyEvent/HTTP.pm ($hdr{referer} = "$uscheme://$uauthority$upath" unless exists); its
# documentation says that there is a default, and not which one. RFC 9110, section 10.1.3: a Referer
# is the resource from which the URL was obtained.
# Why it matters to a recorder: one that hides a secret in the query of the URL has it in clear in a
# header, and what matches by headers compares the URL twice: a rule that leaves a parameter out of
# the URL has to leave it out of the Referer. Its headers come in another order in each run.
set -euo pipefail
for tool in apt-get dpkg perl python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download libanyevent-http-perl=2.25-2 libanyevent-perl=7.170-2+b3 libcommon-sense-perl=3.75-3
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > get.pl <<'PL'
use AnyEvent::HTTP;
my ($url) = @ARGV;
my $done = AE::cv;
http_get($url, sub { print "AnyEvent::HTTP $AnyEvent::HTTP::VERSION, $_[1]{Status}\n"; $done->send });
$done->recv;
PL
cat > look.py <<'PY'
import glob
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Origin(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        referer = self.headers["Referer"].replace(self.headers["Host"], "HOST")
        print(f"{self.path} with Referer: {referer}", flush=True)
        self.send_response(302 if self.path.startswith("/old") else 200)
        self.send_header("Location", "/new?key=k2")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
places = ["unpacked/usr/share/perl5", *glob.glob("unpacked/usr/lib/*/perl5/5.*")]
env["PERL5LIB"] = ":".join(map(os.path.abspath, places))
url = f"http://127.0.0.1:{origin.server_port}/old?key=k1"
subprocess.run(["perl", "get.pl", url], env=env, check=True, timeout=60)
PY
timeout 100 python3 look.py | tee found
cat > expected <<'END'
/old?key=k1 with Referer: http://HOST/old?key=k1
/new?key=k2 with Referer: http://HOST/new?key=k2
AnyEvent::HTTP 2.25, 200
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
