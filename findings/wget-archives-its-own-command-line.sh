#!/usr/bin/env bash
# The WARC that wget writes has wget's own command line in it, twice, in records that are no
# exchange: a token or a password that was given as an option stands there in clear, also where
# no request ever carried it, and there is no option against it.
#
# Versions: wget 1.21.3-1+deb12u1 (Debian 12's package).
# Source: wget's src/warc.c (the field wget-arguments of warcinfo; warc_write_metadata writes
# wget_arguments.txt, and the log, as resources with a metadata:// URI). Its manual's options for WARC name
# neither; the manual does warn that others see a password on the command line in `ps`.
# Why it matters to a recorder: whoever takes Authorization and cookies out of the requests of an
# archive, as for a cassette, still publishes them with it. A password that was never asked
# for, as the origin sent no 401, is in no request at all. Who converts has to leave out what
# is no exchange, and who scans for secrets has to look at all records, not at HTTP alone.
set -euo pipefail
for tool in apt-get dpkg python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download wget=1.21.3-1+deb12u1
dpkg -x wget_*.deb unpacked
cat > look.py <<'PY'
import http.server
import re
import subprocess
import threading

SECRETS = ("the-token", "the-password")


class Origin(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}/"
options = ["--user=somebody", "--password=the-password", "--header=X-Api-Key: the-token"]
archive = ["--no-proxy", "--no-warc-compression", "--warc-file=kept", "--output-document=page"]
subprocess.run(["unpacked/usr/bin/wget", "-q", *archive, *options, url], check=True, timeout=60)
with open("kept.warc", "rb") as file:
    text = file.read().decode()
found = {}
for record in text.split("WARC/1.0\r\n")[1:]:
    kind = re.search(r"WARC-Type: (\w+)", record)[1]
    uri = re.search(r"WARC-Target-URI: <?([^\s>]+)", record)
    named = f"{kind} {uri[1].removeprefix(url) or '/'}" if uri else kind
    found[named] = [secret for secret in SECRETS if secret in record]
    print(f"{named}: {', '.join(found[named]) or 'neither'}")
notes = "resource metadata://gnu.org/software/wget/warc"
assert found == {
    "warcinfo": ["the-token", "the-password"],
    "request /": ["the-token"],
    "response /": [],
    "metadata metadata://gnu.org/software/wget/warc/MANIFEST.txt": [],
    f"{notes}/wget_arguments.txt": ["the-token", "the-password"],
    f"{notes}/wget.log": [],
}, "the behaviour has changed"
PY
unpacked/usr/bin/wget --version | head -1
python3 look.py
