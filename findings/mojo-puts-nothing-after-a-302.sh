#!/usr/bin/env bash
# Mojo::UserAgent repeats a PUT, PATCH or DELETE after a 301 or 302 by the same method and without
# its body: where an origin moves a resource, a PUT of the new text is followed by a PUT of nothing,
# with "Content-Length: 0", and what the program sees is the success of that.
#
# Versions: Mojolicious 9.31 (libmojolicious-perl 9.31+dfsg-1); curl 7.88 beside it, whose -T sends
# the body again (Debian 12's packages).
# Source: Mojo::UserAgent::Transactor (redirect: the body goes along with 307 and 308 alone, and
# only a POST becomes a GET); its documentation says that redirects are followed. RFC 9110, section
# 15.4.3: only a POST may change to GET, any other request is to be repeated, which is with content.
# Why it matters to a recorder: the second interaction of a recording says that the text is empty,
# and no other client of that API sends it; what matches without the body replays the one's answer
# for the other, and the lost update shows in no test.
set -euo pipefail
for tool in apt-get dpkg perl curl python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download libmojolicious-perl=9.31+dfsg-1
dpkg -x libmojolicious-perl_*.deb unpacked
cat > put.pl <<'PL'
use Mojo::UserAgent;
my ($method, $url) = @ARGV;
my $client = Mojo::UserAgent->new(max_redirects => 3);
my $done = $client->start($client->build_tx($method, $url, {}, "new text"));
print $done->result->code;
PL
printf "new text" > new
cat > look.py <<'PY'
import os
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

    do_PUT = do_PATCH = do_DELETE = do_POST = do_GET

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
env["PERL5LIB"] = os.path.abspath("unpacked/usr/share/perl5")
CURL = ["curl", "-sS", "-L", "-o", "/dev/null", "-w", "%{http_code}", "-T", "new"]
CALLS = [("PUT", 302), ("PUT", 301), ("PATCH", 302), ("DELETE", 302), ("POST", 302), ("PUT", 307)]
for name, words in (("mojo", ["perl", "put.pl"]), ("curl", CURL)):
    for method, code in CALLS if name == "mojo" else [("PUT", 302)]:
        came.clear()
        url = f"http://127.0.0.1:{origin.server_port}/{code}"
        arguments = [method, url] if name == "mojo" else [url]
        ran = subprocess.run([*words, *arguments], env=env, capture_output=True, text=True, timeout=60)
        if ran.returncode:
            raise SystemExit(ran.stderr)
        print(f"{name} {method} {code}: {', then '.join(came)}, the program sees {ran.stdout}")
PY
echo "libmojolicious-perl $(dpkg-deb -f libmojolicious-perl_*.deb Version)"
timeout 200 python3 look.py | tee found
cat > expected <<'END'
mojo PUT 302: PUT 8 'new text', then PUT 0 '', the program sees 200
mojo PUT 301: PUT 8 'new text', then PUT 0 '', the program sees 200
mojo PATCH 302: PATCH 8 'new text', then PATCH 0 '', the program sees 200
mojo DELETE 302: DELETE 8 'new text', then DELETE 0 '', the program sees 200
mojo POST 302: POST 8 'new text', then GET None '', the program sees 200
mojo PUT 307: PUT 8 'new text', then PUT 8 'new text', the program sees 200
curl PUT 302: PUT 8 'new text', then PUT 8 'new text', the program sees 200
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
