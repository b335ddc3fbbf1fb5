#!/usr/bin/env bash
# aria2 asks each server for a digest (Want-Digest), and measures the file by the Digest header of the
# answer, unasked: if they differ, the download has failed, status 32, though every byte came; it
# leaves the file and its control file, and the next run reads the file's bytes and asks for all
# of it once more. Of Repr-Digest, which RFC 9530 put in that header's place, it knows nothing.
#
# Versions: aria2 1.36.0 (Debian 12's packages).
# Source: aria2's src/HttpResponse.cc (getDigest) and src/HttpRequest.cc (Want-Digest, which no option of
# 1.36 leaves out), RFC 3230.
# Why it matters to a recorder: a body that it changes, since a secret stands in it, since a time was
# moved, or since a user edited the cassette, is refused by such a client alone, under a header that
# looks like any other; a change of one byte costs the whole download and a second one. curl
# takes the same answer.
set -euo pipefail
for tool in apt-get dpkg python3 curl; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download aria2 libaria2-0 libssh2-1 libc-ares2
for package in ./*.deb; do dpkg -x "$package" unpacked; done
cat > look.py <<'PY'
import base64
import hashlib
import http.server
import os
import pathlib
import subprocess
import threading

DATA = b"x" * 100_000
asked = []
headers = {}


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked.append((self.headers.get("Want-Digest"), self.headers.get("Range")))
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(DATA)))
        self.end_headers()
        self.wfile.write(DATA)

    def log_message(self, *_):
        pass


def digest(data):
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}/file"
(library,) = pathlib.Path("unpacked").glob("usr/lib/*/libaria2.so.0")
env = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
own = env | {"LD_LIBRARY_PATH": str(library.parent.resolve())}
ARIA = ["unpacked/usr/bin/aria2c", "--no-conf", "--quiet"]


def run(words, env=own):
    asked.clear()
    done = subprocess.run([*words, url], env=env, capture_output=True, text=True, timeout=60)
    return f"status {done.returncode}, asked {len(asked)} times"


version = subprocess.run([ARIA[0], "--version"], env=own, check=True, capture_output=True, text=True)
print(version.stdout.splitlines()[0])
whole, other = digest(DATA), digest(DATA + b"y")
cases = {
    "no digest": {},
    "its own": {"Digest": f"SHA-256={whole}"},
    "another": {"Digest": f"SHA-256={other}"},
    "another, as Repr-Digest": {"Repr-Digest": f"sha-256=:{other}:"},
}
for number, (name, headers) in enumerate(cases.items()):
    said = run([*ARIA, f"--dir=to-{number}"])
    kept = sorted(each.name for each in pathlib.Path(f"to-{number}").iterdir())
    print(f"{name}: {said}, {kept}")
    same = pathlib.Path(f"to-{number}/file").read_bytes() == DATA
    assert same and asked == [("SHA-512;q=1, SHA-256;q=1, SHA;q=0.1", None)], asked
    print(f"  curl: {run(['curl', '-sS', '--noproxy', '*', '--fail', '-o', 'by-curl'], env)}")
headers = cases["another"]
print(f"another, once more: {run([*ARIA, '--dir=to-2'])}, Range: {asked[0][1]}")
PY
timeout 110 python3 look.py | tee found
cat > expected <<'END'
aria2 version 1.36.0
no digest: status 0, asked 1 times, ['file']
  curl: status 0, asked 1 times
its own: status 0, asked 1 times, ['file']
  curl: status 0, asked 1 times
another: status 32, asked 1 times, ['file', 'file.aria2']
  curl: status 0, asked 1 times
another, as Repr-Digest: status 0, asked 1 times, ['file']
  curl: status 0, asked 1 times
another, once more: status 32, asked 1 times, Range: None
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
