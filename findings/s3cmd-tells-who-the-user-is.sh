#!/usr/bin/env bash
# With each file s3cmd uploads who uploads it: a header, x-amz-meta-s3cmd-attrs, has the name and number of the user and of
# the group, the file's rights and its three times, and as an object's metadata stays for whoever may read it. Since one of
# the times is that of the last reading, two uploads of one file differ, and the signature with them. Before the first upload
# to a bucket, in each run, it asks where that is. With --no-preserve the header has the digest of the file alone.
#
# Versions: s3cmd 2.3.0 (s3cmd 2.3.0-1, Debian 12's package; CPython 3.11).
# Source: s3cmd's S3/S3.py (object_put: attrs of the file under "x-amz-meta-s3cmd-attrs"), S3/FileLists.py and S3/Config.py
# (preserve_attrs, preserve_attrs_list: uname, uid, gname, gid, mode, mtime, ctime, atime, md5).
# Why it matters to a recorder: the name of the account on the machine stands in the cassette, in a header that no list of
# secrets names, and to compare that header is to miss each time: atime, mtime and the user are those of another machine.
set -euo pipefail
for tool in apt-get dpkg python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
unset http_proxy HTTP_PROXY
apt-get -qq download s3cmd=2.3.0-1 python3-dateutil python3-six
for name in *.deb; do dpkg -x "$name" unpacked; done
cat > look.py <<'PY'
import getpass
import grp
import http.server
import os
import subprocess
import sys
import threading

came = []


class Store(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        came.append((self.requestline.rpartition(" ")[0], self.headers["x-amz-meta-s3cmd-attrs"]))
        body = b"<LocationConstraint/>" if "location" in self.path else b""
        self.send_response(200)
        self.send_header("ETag", '"8d777f385d3dfec8815d20f7496026dc"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = answer

    def log_message(self, *_):
        pass


store = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Store)
threading.Thread(target=store.serve_forever, daemon=True).start()
at = f"127.0.0.1:{store.server_address[1]}"
with open("s3cfg", "w") as written:
    written.write("[default]\naccess_key = example\nsecret_key = example\nuse_https = False\n")
    written.write(f"host_base = {at}\nhost_bucket = {at}\n")
with open("file.txt", "w") as written:
    written.write("data")
environment = {**os.environ, "HOME": os.getcwd()}
environment["PYTHONPATH"] = "unpacked/usr/share/s3cmd:unpacked/usr/lib/python3/dist-packages"
s3cmd = [sys.executable, "unpacked/usr/bin/s3cmd", "-q", "-c", "s3cfg"]
print(subprocess.run([*s3cmd, "--version"], env=environment, capture_output=True, text=True).stdout.strip())
for read, options in ((1600000000, []), (1700000000, []), (1700000000, ["--no-preserve"])):
    os.utime("file.txt", (read, 1500000000))
    command = [*s3cmd, *options, "put", "file.txt", "s3://bucket/file.txt"]
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=60)
who = {"uname": getpass.getuser(), "uid": str(os.getuid()), "gname": grp.getgrgid(os.getgid()).gr_name, "gid": str(os.getgid())}
for line, attributes in came:
    told = dict(each.split(":") for each in attributes.split("/")) if attributes else {}
    names = {name: "the user's own" for name, own in who.items() if told.get(name) == own}
    names |= {name: told[name] for name in ("atime", "mtime", "md5") if name in told}
    print(line, names)
PY
python3 look.py 2> errors | tee found || { cat errors; exit 1; }
cat > expected <<'END'
s3cmd version 2.3.0
GET /bucket/?location {}
PUT /bucket/file.txt {'uname': "the user's own", 'uid': "the user's own", 'gname': "the user's own", 'gid': "the user's own", 'atime': '1600000000', 'mtime': '1500000000', 'md5': '8d777f385d3dfec8815d20f7496026dc'}
GET /bucket/?location {}
PUT /bucket/file.txt {'uname': "the user's own", 'uid': "the user's own", 'gname': "the user's own", 'gid': "the user's own", 'atime': '1700000000', 'mtime': '1500000000', 'md5': '8d777f385d3dfec8815d20f7496026dc'}
GET /bucket/?location {}
PUT /bucket/file.txt {'md5': '8d777f385d3dfec8815d20f7496026dc'}
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
