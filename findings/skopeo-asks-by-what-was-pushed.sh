#!/usr/bin/env bash
# Which requests a push of skopeo sends goes by what this user has ever pushed or pulled: it keeps a
# list of where it has seen a layer, and asks in those other repositories of the registry first. The
# third program on a machine that pushes an image with the same layer asks about it in the
# first's and in the second's repository, by name.
#
# Versions: skopeo 1.9.3 (Debian 12's packages; as root it keeps the list in /var/lib, so this runs it
# as another user).
# Source: containers/image's docker/docker_image_dest.go (TryReusingBlob takes candidates from the
# blob info cache) and pkg/blobinfocache; podman and buildah push by the same library.
# Why it matters to a recorder: the same push of the same image into the same registry is recorded with
# one request on one machine and with three on another, so that a recording made by a developer misses
# in CI, where nothing was ever pushed, and the other way round; and the requests name what else
# one has pushed, in a cassette that others read. A run wants an XDG_DATA_HOME of its own.
set -euo pipefail
for tool in apt-get dpkg python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work" # apt downloads as a user of its own
cd "$work"
apt-get -qq download skopeo libgpgme11 libassuan0 libdevmapper1.02.1
for package in ./*.deb; do dpkg -x "$package" unpacked; done
cat > look.py <<'PY'
import gzip
import hashlib
import http.server
import io
import json
import os
import pathlib
import subprocess
import tarfile
import threading

FOLDER = pathlib.Path.cwd()
BLOBS = FOLDER / "image/blobs/sha256"
BLOBS.mkdir(parents=True)
asked = []


class Registry(http.server.BaseHTTPRequestHandler):
    """Takes whatever is pushed, and has nothing of it."""

    protocol_version = "HTTP/1.1"

    def answer(self, status, **headers):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                self.rfile.read(size + 2)
            self.rfile.readline()
        asked.append(f"{self.command} {self.path}")
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        self.answer(200 if self.path == "/v2/" else 404)

    def do_HEAD(self):
        self.answer(404)

    def do_POST(self):
        self.answer(202, Location=f"{self.path}1")

    def do_PATCH(self):
        self.answer(202, Location=self.path)

    def do_PUT(self):
        self.answer(201)

    def log_message(self, *_):
        pass


def blob(content, kind):
    digest = hashlib.sha256(content).hexdigest()
    (BLOBS / digest).write_bytes(content)
    media = f"application/vnd.oci.image.{kind}"
    return {"mediaType": media, "digest": f"sha256:{digest}", "size": len(content)}


written = io.BytesIO()
tarfile.open(fileobj=written, mode="w").close()
layer = blob(gzip.compress(written.getvalue(), mtime=0), "layer.v1.tar+gzip")
below = {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(written.getvalue()).hexdigest()]}
made = {"architecture": "amd64", "os": "linux", "rootfs": below}
config = blob(json.dumps(made).encode(), "config.v1+json")
listed = {"schemaVersion": 2, "config": config, "layers": [layer]}
manifest = blob(json.dumps(listed).encode(), "manifest.v1+json")
(FOLDER / "image/index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [manifest]}))
(FOLDER / "image/oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
(library,) = (FOLDER / "unpacked").glob("usr/lib/*/libgpgme.so.11")
env = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
env |= {"LD_LIBRARY_PATH": str(library.parent), "HOME": str(FOLDER), "XDG_RUNTIME_DIR": str(FOLDER)}
somebody = {"user": 65534, "group": 65534, "extra_groups": []} if os.getuid() == 0 else {}
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
threading.Thread(target=server.serve_forever, daemon=True).start()
skopeo = f"{FOLDER}/unpacked/usr/bin/skopeo"


def run(*words, data):
    (FOLDER / data).mkdir(exist_ok=True)
    (FOLDER / data).chmod(0o777)
    whole = env | {"XDG_DATA_HOME": str(FOLDER / data)}
    how = {"check": True, "capture_output": True, "text": True, "timeout": 60}
    return subprocess.run([skopeo, *words], env=whole, **how, **somebody).stdout.strip()


print(run("--version", data="one"))
for data, to in (("one", "ann/app"), ("one", "bob/app"), ("one", "cy/app"), ("other", "cy/app")):
    asked.clear()
    target = f"docker://127.0.0.1:{server.server_port}/{to}:1"
    run("--insecure-policy", "copy", "--dest-tls-verify=false", f"oci:{FOLDER}/image", target, data=data)
    looked = [each for each in asked if each.startswith("HEAD") and each.endswith(layer["digest"])]
    where = [each.split("/blobs/")[0].removeprefix("HEAD /v2/") for each in looked]
    foreign = sorted({each for each in where if each != to})
    print(f"{to} with {data} list: {len(asked)} requests, asks in {foreign}")
PY
timeout 110 python3 look.py | tee found
cat > expected <<'END'
skopeo version 1.9.3
ann/app with one list: 11 requests, asks in []
bob/app with one list: 12 requests, asks in ['ann/app']
cy/app with one list: 13 requests, asks in ['ann/app', 'bob/app']
cy/app with other list: 11 requests, asks in []
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
