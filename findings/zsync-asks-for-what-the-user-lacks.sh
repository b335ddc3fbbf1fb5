#!/usr/bin/env bash
# What zsync asks for goes by an old file that the user has: the parts that it lacks stand in one Range of many, so the
# same download is another request on each machine. Of the answer it wants just those parts: where a server puts them
# together in one, as it may, it takes the first and asks anew for the others, and transfers more than the file has; a
# 200 with the whole file, and "Boundary=" in the type, end in failure.
#
# Versions: zsync 0.6.2 (Debian 12's package).
# Source: zsync's libzsync and http.c (range_fetch: the status has to be 206, the type is looked through for
# "boundary=", and a part is read as far as the first range goes); RFC 9110, 14.2 (a server may ignore Range), 15.3.7.2
# (it may join parts) and 5.6.6 (the case of a parameter's name is of no matter).
# Why it matters to a recorder: Range has to be compared whole, and a replay needs the very file that lay there; the
# bytes of the answer, boundary and all, have to come back as they were, with nothing mended in its headers. A recorder
# that asks the origin for a whole file in a range's place breaks this client.
set -euo pipefail
for tool in apt-get dpkg python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download zsync=0.6.2-5
for package in ./*.deb; do dpkg -x "$package" unpacked; done
cat > look.py <<'PY'
import os
import random
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOOLS = os.path.abspath("unpacked/usr/bin")
environment = {"PATH": os.environ["PATH"], "HOME": os.getcwd()}
NEW = random.Random(1).randbytes(400_000)
served = {"/new.bin": NEW}
asked = []
manner = ""


def multipart(parts):
    head = "\r\n--XX\r\nContent-Type: text/plain\r\nContent-Range: bytes {}-{}/{}\r\n\r\n"
    whole = [head.format(a, b, len(NEW)).encode() + NEW[a : b + 1] for a, b in parts]
    return b"".join(whole) + b"\r\n--XX--\r\n"


class Origin(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        parts = [(int(a), int(b)) for a, b in re.findall(r"(\d+)-(\d+)", self.headers["Range"] or "")]
        body = served[self.path]
        headers = {}
        if self.path == "/new.bin":
            asked.append(parts)
        if parts and manner != "the whole":
            if manner == "the parts in one" or len(parts) == 1:
                first, last = parts[0][0], parts[-1][1]
                headers["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
                body = body[first : last + 1]
            else:
                name = "Boundary" if "Boundary" in manner else "boundary"
                headers["Content-Type"] = f"multipart/byteranges; {name}=XX"
                body = multipart(parts)
        self.send_response(206 if headers else 200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # it has read as much as it wanted

    def log_message(self, *_):
        pass


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def old_file(places):
    """Return the new file with other bytes at these places, as an older release of it has."""
    data = bytearray(NEW)
    for place in places:
        data[place : place + 3000] = bytes(3000)
    return bytes(data)


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}"
write("new.bin", NEW)
make = [f"{TOOLS}/zsyncmake", "-b", "2048", "-u", f"{url}/new.bin", "-o", "new.zsync", "new.bin"]
subprocess.run(make, check=True, capture_output=True)
with open("new.zsync", "rb") as file:
    served["/new.zsync"] = file.read()
version = subprocess.run([f"{TOOLS}/zsync", "-V"], env=environment, capture_output=True, text=True, check=False)
print((version.stdout + version.stderr).splitlines()[0].partition(" (")[0])
for places, manner in (
    ((50_000, 250_000, 350_000), "the parts"),
    ((100_000, 250_000), "the parts"),
    ((50_000, 250_000, 350_000), "the parts in one"),
    ((50_000, 250_000, 350_000), "the whole"),
    ((50_000, 250_000, 350_000), "the parts, and Boundary=XX"),
):
    asked.clear()
    os.remove("new.bin") if os.path.exists("new.bin") else None
    write("old.bin", old_file(places))
    command = [f"{TOOLS}/zsync", "-q", "-i", "old.bin", f"{url}/new.zsync"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    for name in [name for name in os.listdir() if name.startswith("new.bin.")]:
        os.remove(name)
    right = False
    if os.path.exists("new.bin"):
        with open("new.bin", "rb") as file:
            right = file.read() == NEW
    print(f"old at {places}, answered by {manner}: exit {ran.returncode}, right {right}")
    for parts in asked:
        print("  asked for", parts)
PY
timeout 100 python3 look.py | tee found
cat > expected <<'END'
zsync v0.6.2
old at (50000, 250000, 350000), answered by the parts: exit 0, right True
  asked for [(49152, 53247), (249856, 253951), (348160, 354303)]
old at (100000, 250000), answered by the parts: exit 0, right True
  asked for [(98304, 104447), (249856, 253951)]
old at (50000, 250000, 350000), answered by the parts in one: exit 0, right True
  asked for [(49152, 53247), (249856, 253951), (348160, 354303)]
  asked for [(249856, 253951), (348160, 354303)]
  asked for [(348160, 354303)]
old at (50000, 250000, 350000), answered by the whole: exit 2, right False
  asked for [(49152, 53247), (249856, 253951), (348160, 354303)]
old at (50000, 250000, 350000), answered by the parts, and Boundary=XX: exit 2, right False
  asked for [(49152, 53247), (249856, 253951), (348160, 354303)]
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
