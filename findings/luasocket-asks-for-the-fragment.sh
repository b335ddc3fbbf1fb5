#!/usr/bin/env bash
# LuaSocket, Furl and HTTP::Async send a URL's fragment to the origin, in the request line: the
# program's own, and that of a redirect, so that after "Location: /page?id=1#part" they ask for
# "/page?id=1#part". curl and LWP keep it for themselves.
#
# Versions: LuaSocket 3.1.0 (lua-socket 3.1.0-1+b1, Lua 5.3), Furl 3.14 (libfurl-perl 3.14-2),
# HTTP::Async 0.33 (libhttp-async-perl 0.33-3), LWP 6.68 and curl 7.88 (Debian 12's packages).
# Source: LuaSocket's socket/http.lua (adjusturi builds the target with reqt.fragment), Furl::HTTP's
# _parse_url, HTTP::Async's _send_request; RFC 9110, section 10.2.2: a Location may have a fragment,
# and RFC 9112, section 3.2.1: a target is a path and a query.
# Why it matters to a recorder: the URL of the second interaction has a fragment, which a URL parser
# takes off when it is compared or written: recorded with it the answer is not found by others, and
# without it not by this client. An origin may take "1#part" for the id.
set -euo pipefail
for tool in apt-get dpkg perl lua5.3 curl python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download lua-socket=3.1.0-1+b1 libfurl-perl=3.14-2 libhttp-parser-xs-perl=0.17-2+b2 \
  libclass-accessor-lite-perl=0.08-3 libhttp-async-perl=0.33-3 libwww-perl=6.68-1 liburi-perl \
  libhttp-message-perl=6.44-1 libnet-http-perl=6.22-1 libhttp-date-perl libtry-tiny-perl \
  liblwp-mediatypes-perl libencode-locale-perl libio-html-perl libtimedate-perl libclone-perl
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > socket.lua <<'LUA'
local _, status = require("socket.http").request(arg[1])
io.write(status, " LuaSocket")
LUA
cat > furl.pl <<'PL'
use Furl;
print Furl->new->get($ARGV[0])->code, " Furl $Furl::VERSION";
PL
cat > async.pl <<'PL'
use HTTP::Async;
use HTTP::Request;
my $client = HTTP::Async->new;
$client->add(HTTP::Request->new(GET => $ARGV[0]));
print $client->wait_for_next_response(30)->code, " HTTP::Async $HTTP::Async::VERSION";
PL
cat > lwp.pl <<'PL'
use LWP::UserAgent;
print LWP::UserAgent->new->get($ARGV[0])->code, " LWP $LWP::VERSION";
PL
cat > look.py <<'PY'
import glob
import os
import socketserver
import subprocess
import threading

came = []


class Origin(socketserver.StreamRequestHandler):
    def handle(self):
        line = self.rfile.readline().decode()
        while self.rfile.readline().strip():
            pass
        came.append(line.rpartition(" ")[0])
        head = "302 Found\r\nLocation: /page?id=1#part" if "/old" in line else "200 OK"
        self.wfile.write(f"HTTP/1.1 {head}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())


origin = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
here = os.path.abspath("unpacked/usr")
env["PERL5LIB"] = ":".join([f"{here}/share/perl5", *glob.glob(f"{here}/lib/*/perl5/5.*")])
env["LUA_PATH"] = f"{here}/share/lua/5.3/?.lua;;"
env["LUA_CPATH"] = f"{glob.glob(f'{here}/lib/*/lua/5.3')[0]}/?.so;;"
CURL = ["curl", "-sS", "-L", "-w", "%{http_code} curl"]
for words in (["lua5.3", "socket.lua"], ["perl", "furl.pl"], ["perl", "async.pl"], ["perl", "lwp.pl"], CURL):
    for path in ("/old", "/mine#top"):
        came.clear()
        url = f"http://127.0.0.1:{origin.server_address[1]}{path}"
        ran = subprocess.run([*words, url], env=env, capture_output=True, text=True, timeout=60)
        if ran.returncode:
            raise SystemExit(ran.stderr)
        print(f"{ran.stdout}, {path}: {', then '.join(came)}")
PY
echo "lua-socket $(dpkg-deb -f lua-socket_*.deb Version)"
timeout 200 python3 look.py | tee found
cat > expected <<'END'
200 LuaSocket, /old: GET /old, then GET /page?id=1#part
200 LuaSocket, /mine#top: GET /mine#top
200 Furl 3.14, /old: GET /old, then GET /page?id=1#part
200 Furl 3.14, /mine#top: GET /mine#top
200 HTTP::Async 0.33, /old: GET /old, then GET /page?id=1#part
200 HTTP::Async 0.33, /mine#top: GET /mine#top
200 LWP 6.68, /old: GET /old, then GET /page?id=1
200 LWP 6.68, /mine#top: GET /mine
200 curl, /old: GET /old, then GET /page?id=1
200 curl, /mine#top: GET /mine
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
