#!/usr/bin/env bash
# Privoxy with the rules that it is installed with changes what passes: in a script a text that looks like a picture of an
# advertisement's size becomes an address of Privoxy's own, a moving picture loses all but its last frame, a cookie that was
# to stay loses its date, and a page its refresh; a path with /ads/ in it is answered by Privoxy's own 403, and
# the origin never asked. JSON it leaves alone. Of the request it takes From, and a Referer that names another host.
#
# Versions: Privoxy 3.0.34 (privoxy 3.0.34-1, Debian 12's package, its match-all.action, default.action and default.filter).
# Source: match-all.action (deanimate-gifs{last}, filter{banners-by-size}, filter{refresh-tags}, session-cookies-only,
# hide-referrer{conditional-block}, hide-from-header{block}) and default.action (the patterns of +block).
# Why it matters to a recorder: what is recorded behind it is not what the origin said, and matches no digest or signature
# of it; an API with /ads/ in its path has a cassette full of 403s that no server sent. Content-Length is made to fit, so
# that nothing in the answer tells.
set -euo pipefail
for tool in apt-get dpkg python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download privoxy=3.0.34-1 libmbedcrypto7 libmbedtls14 libmbedx509-1 libpcre3
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > look.py <<'PY'
import http.client
import http.server
import os
import socket
import subprocess
import threading
import time

FRAME = b"\x21\xf9\x04\x00\x0a\x00\x00\x00\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02%c\x01\x00"
BODIES = {
    "/page": ("text/html", b'<head><meta http-equiv="refresh" content="30; url=/next"></head>'),
    "/script": ("text/javascript", b"const logo = '<img src=\"/logo.png\" width=\"468\" height=\"60\">';"),
    "/json": ("application/json", b'{"logo": "<img src=/logo.png width=468 height=60>"}'),
    "/moving": ("image/gif", b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff" + FRAME % 0x44 + FRAME % 0x4C + b";"),
    "/ads/list": ("application/json", b"[]"),
}
came = []


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        came.append((self.path, self.headers["Referer"], self.headers["From"]))
        kind, body = BODIES[self.path]
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "sid=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT; Path=/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def listening(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{origin.server_address[1]}"
with socket.socket() as one:
    one.bind(("127.0.0.1", 0))
    port = one.getsockname()[1]
with open("config", "w") as written:
    written.write(f"confdir {os.getcwd()}/unpacked/etc/privoxy\nlogdir {os.getcwd()}\nactionsfile match-all.action\n")
    written.write(f"actionsfile default.action\nfilterfile default.filter\nlisten-address 127.0.0.1:{port}\n")
environment = {**os.environ, "LD_LIBRARY_PATH": "unpacked/usr/lib/x86_64-linux-gnu:unpacked/lib/x86_64-linux-gnu"}
command = ["unpacked/usr/sbin/privoxy", "--no-daemon", "config"]
print(subprocess.run([command[0], "--version"], env=environment, capture_output=True, text=True).stdout.split(" (")[0].strip())
proxy = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
try:
    for _ in range(300):
        if listening(port):
            break
        time.sleep(0.1)
    for path, (kind, sent) in BODIES.items():
        asking = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        asking.request("GET", base + path, headers={"Referer": "http://other.example/", "From": "user@example.com"})
        answer = asking.getresponse()
        body = answer.read()
        shown = body if len(body) < 500 else f"{len(body) > 0 and b'Privoxy' in body and 'a page of Privoxy'}"
        print(f"{path}: {answer.status} {answer.reason}, cookie {answer.headers['Set-Cookie']}")
        print(f"  sent {sent}\n  came {shown}")
        if len(body) < 500:
            print(f"  the length fits: {int(answer.headers['Content-Length']) == len(body)}")
    for asked in came:
        print("asked", *asked)
finally:
    proxy.terminate()
    proxy.wait(30)
PY
python3 look.py | tee found
cat > expected <<'END'
Privoxy version 3.0.34
/page: 200 OK, cookie sid=1; Path=/
  sent b'<head><meta http-equiv="refresh" content="30; url=/next"></head>'
  came b'<head><link rev="x-refresh" href="/next"></head>'
  the length fits: True
/script: 200 OK, cookie sid=1; Path=/
  sent b'const logo = \'<img src="/logo.png" width="468" height="60">\';'
  came b'const logo = \'  <img src="http://config.privoxy.org/send-banner?type=auto" border="0" title="Killed-/logo.png-by-size" width="468" height="60">\';'
  the length fits: True
/json: 200 OK, cookie sid=1; Path=/
  sent b'{"logo": "<img src=/logo.png width=468 height=60>"}'
  came b'{"logo": "<img src=/logo.png width=468 height=60>"}'
  the length fits: True
/moving: 200 OK, cookie sid=1; Path=/
  sent b'GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x00\n\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00!\xf9\x04\x00\n\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02L\x01\x00;'
  came b'GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x00\n\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02L\x01\x00;'
  the length fits: True
/ads/list: 403 Request blocked by Privoxy, cookie None
  sent b'[]'
  came a page of Privoxy
asked /page None None
asked /script None None
asked /json None None
asked /moving None None
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
