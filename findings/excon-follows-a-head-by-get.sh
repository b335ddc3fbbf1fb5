#!/usr/bin/env bash
# A HEAD that is redirected becomes a GET to excon and LuaSocket after a 301 and 302, to LuaSocket
# after a 307 as well, to Furl after a 302: the program that wanted to know the length fetches the
# file.
#
# Versions: excon 0.88.0 (ruby-excon 0.88.0-1), Furl 3.14 (libfurl-perl 3.14-2), LuaSocket 3.1.0
# (lua-socket 3.1.0-1+b1, Lua 5.3), curl 7.88 beside them (Debian 12's packages).
# Source: excon's middlewares/redirect_follower.rb (params[:method] = :get), LuaSocket's
# socket/http.lua (tredirect passes no method on, so that it is the default), Furl::HTTP's request
# ("treat 302 as if it were a 303"). RFC 9110, section 15.4: only a POST may become a GET, and a
# HEAD stays one.
# Why it matters to a recorder: what one client's recording has as a HEAD is a GET in another's,
# with a body of any size that nobody reads; a rule that leaves large answers out, or trims them,
# meets it in a test that asks for no content at all.
set -euo pipefail
for tool in apt-get dpkg perl ruby lua5.3 curl python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download ruby-excon=0.88.0-1 libfurl-perl=3.14-2 libhttp-parser-xs-perl=0.17-2+b2 \
  libclass-accessor-lite-perl=0.08-3 lua-socket=3.1.0-1+b1
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > excon.rb <<'RB'
$VERBOSE = nil
require "excon"
follow = Excon.defaults[:middlewares] + [Excon::Middleware::RedirectFollower]
answer = Excon.head(ARGV[0], middlewares: follow)
print "excon #{Excon::VERSION} sees #{answer.status} and #{answer.body.bytesize} bytes"
RB
cat > furl.pl <<'PL'
use Furl;
my $answer = Furl->new->head($ARGV[0]);
print "Furl $Furl::VERSION sees ", $answer->code, " and ", length $answer->content, " bytes";
PL
cat > socket.lua <<'LUA'
local parts = {}
local request = {url = arg[1], method = "HEAD", sink = require("ltn12").sink.table(parts)}
local _, status = require("socket.http").request(request)
io.write("LuaSocket sees ", status, " and ", #table.concat(parts), " bytes")
LUA
cat > look.py <<'PY'
import glob
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

came = []


class Origin(BaseHTTPRequestHandler):
    def do_GET(self):
        came.append(f"{self.command} {self.path}")
        self.send_response(200 if self.path == "/file" else int(self.path[1:]))
        self.send_header("Location", f"http://{self.headers['Host']}/file")
        self.send_header("Content-Length", "50000" if self.path == "/file" else "0")
        self.end_headers()
        if came[-1] == "GET /file":
            self.wfile.write(b"x" * 50000)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
here = os.path.abspath("unpacked/usr")
env["PERL5LIB"] = ":".join([f"{here}/share/perl5", *glob.glob(f"{here}/lib/*/perl5/5.*")])
env["RUBYLIB"] = ":".join([*glob.glob(f"{here}/share/rubygems-integration/*/gems/*/lib"), f"{here}/lib/ruby/vendor_ruby"])
env["LUA_PATH"] = f"{here}/share/lua/5.3/?.lua;;"
env["LUA_CPATH"] = f"{glob.glob(f'{here}/lib/*/lua/5.3')[0]}/?.so;;"
CURL = ["curl", "-sS", "-L", "-I", "-o", "/dev/null", "-w", "curl sees %{http_code} and %{size_download} bytes"]
for words in (["ruby", "excon.rb"], ["perl", "furl.pl"], ["lua5.3", "socket.lua"], CURL):
    for code in (301, 302, 307, 308):
        came.clear()
        url = f"http://127.0.0.1:{origin.server_port}/{code}"
        ran = subprocess.run([*words, url], env=env, capture_output=True, text=True, timeout=60)
        if ran.returncode:
            raise SystemExit(ran.stderr)
        print(f"{code}, {ran.stdout}: {', then '.join(came)}")
PY
timeout 200 python3 look.py | tee found
cat > expected <<'END'
301, excon 0.88.0 sees 200 and 50000 bytes: HEAD /301, then GET /file
302, excon 0.88.0 sees 200 and 50000 bytes: HEAD /302, then GET /file
307, excon 0.88.0 sees 200 and 0 bytes: HEAD /307, then HEAD /file
308, excon 0.88.0 sees 200 and 0 bytes: HEAD /308, then HEAD /file
301, Furl 3.14 sees 200 and 0 bytes: HEAD /301, then HEAD /file
302, Furl 3.14 sees 200 and 50000 bytes: HEAD /302, then GET /file
307, Furl 3.14 sees 200 and 0 bytes: HEAD /307, then HEAD /file
308, Furl 3.14 sees 200 and 0 bytes: HEAD /308, then HEAD /file
301, LuaSocket sees 200 and 50000 bytes: HEAD /301, then GET /file
302, LuaSocket sees 200 and 50000 bytes: HEAD /302, then GET /file
307, LuaSocket sees 200 and 50000 bytes: HEAD /307, then GET /file
308, LuaSocket sees 308 and 0 bytes: HEAD /308
301, curl sees 200 and 0 bytes: HEAD /301, then HEAD /file
302, curl sees 200 and 0 bytes: HEAD /302, then HEAD /file
307, curl sees 200 and 0 bytes: HEAD /307, then HEAD /file
308, curl sees 200 and 0 bytes: HEAD /308, then HEAD /file
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
