#!/usr/bin/env bash
# qemu-img writes a damaged disk, and says that all went well, where a server answers a range with the whole, as it
# may: it looks at no status and no Content-Range, and puts the beginning of each 200 where the part should be. What
# it does look at is a hint: without "Accept-Ranges: bytes" in the answer to its HEAD it refuses a server that gives
# every range.
#
# Versions: QEMU 7.2.22 (qemu-utils and qemu-block-extra, Debian 12's packages).
# Source: QEMU's block/curl.c (curl_header_cb looks for accept-ranges, curl_read_cb takes what comes for what was
# asked); RFC 9110, 14.2: a server may ignore Range, and 14.3: a client may ask for one without Accept-Ranges.
# Why it matters to a recorder: a disk's image by URL is a HEAD and ranges that are read ahead, by how much is wanted.
# A replay may not give another range's answer, nor the whole of a file for a part, which is right in HTTP's eyes: no
# error ever tells. And a cassette that lost one header of a HEAD costs all that follows it.
set -euo pipefail
for tool in apt-get dpkg python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
qemu=1:7.2+dfsg-7+deb12u18+b3
apt-get -qq download qemu-utils=$qemu qemu-block-extra=$qemu libaio1 liburing2 libfuse3-3 libnuma1 libcurl3-gnutls
for package in ./*.deb; do dpkg -x "$package" unpacked; done
cat > look.py <<'PY'
import os
import re
import subprocess
import threading
from glob import glob
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DISK = b"".join(number.to_bytes(8, "big") for number in range(6 * 2**17))  # 6 MiB, no 8 bytes twice
told = {}
asked = []


class Origin(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"] or "")
        asked.append((self.command, bool(wanted)))
        body = DISK
        if wanted and told["ranges"]:
            first, last = int(wanted[1]), min(int(wanted[2]), len(DISK) - 1)
            body = DISK[first : last + 1]
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(DISK)}")
        else:
            self.send_response(200)
        if told["hint"]:
            self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            if self.command == "GET":
                self.wfile.write(body)
        except OSError:
            self.close_connection = True  # it has read as much as it wanted

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
folders = glob("unpacked/usr/lib/*-linux-gnu") + glob("unpacked/lib/*-linux-gnu")
environment = {
    "PATH": os.environ["PATH"],
    "LD_LIBRARY_PATH": ":".join(map(os.path.abspath, folders)),
    "QEMU_MODULE_DIR": os.path.abspath(glob("unpacked/usr/lib/*-linux-gnu/qemu")[0]),
}
tool = os.path.abspath("unpacked/usr/bin/qemu-img")
version = subprocess.run([tool, "--version"], env=environment, capture_output=True, text=True, check=True)
print(version.stdout.split()[2])
url = f"http://127.0.0.1:{origin.server_port}/disk.raw"
for ranges, hint in ((True, True), (True, False), (False, True)):
    told.update(ranges=ranges, hint=hint)
    asked.clear()
    if os.path.exists("copy.raw"):
        os.remove("copy.raw")
    command = [tool, "convert", "-f", "raw", "-O", "raw", url, "copy.raw"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    print(f"gives ranges: {ranges}, says so: {hint}")
    print(f"  exit {ran.returncode}, GETs with a Range: {asked.count(('GET', True)) > 0}, without one:", end=" ")
    print(asked.count(("GET", False)), ran.stderr.strip().rpartition(": ")[2])
    if ran.returncode == 0:
        with open("copy.raw", "rb") as file:
            copy = file.read()
        parts = [copy[at : at + 2**21] for at in range(0, len(copy), 2**21)]
        print(f"  of {len(copy)} bytes: right {copy == DISK}, three times the beginning:", end=" ")
        print(parts == [DISK[: 2**21]] * 3)
PY
timeout 200 python3 look.py | tee found
cat > expected <<'END'
7.2.22
gives ranges: True, says so: True
  exit 0, GETs with a Range: True, without one: 0 
  of 6291456 bytes: right True, three times the beginning: False
gives ranges: True, says so: False
  exit 1, GETs with a Range: False, without one: 0 Server does not support 'range' (byte ranges).
gives ranges: False, says so: True
  exit 0, GETs with a Range: True, without one: 0 
  of 6291456 bytes: right False, three times the beginning: True
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
