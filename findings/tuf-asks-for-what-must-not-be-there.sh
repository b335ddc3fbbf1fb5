#!/usr/bin/env bash
# Before all else a TUF client asks for a file that is not to be there, the root after the newest, and only "404" or
# "403" lets it go on: after a 410 and a 424 it fails and asks for nothing else. And a second run of the same program
# asks for two files where the first asked for five, and an hour or a day after its recording for the same
# answers it raises ExpiredMetadataError.
#
# Versions: tuf 7.0.1, securesystemslib 1.6.0 (CPython 3.11 to 3.13); sigstore's client for Python stands on it.
# Source: tuf/ngclient/updater.py (_load_root takes 403 and 404 for the end) and the TUF specification, 5.3, which says
# that the client tries to download the next root and stops "if this file is not available".
# Why it matters to a recorder: the answer that matters is a refusal, so one that keeps no failures, or says 424 or 502
# for what it has not, breaks a client whose files are all in the cassette. What is signed with its end cannot be
# moved in time: a replay needs the clock of the recording, and an empty folder as that had.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check tuf==7.0.1 securesystemslib==1.6.0 cryptography
cat > look.py <<'PY'
import os
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, Root, Snapshot, TargetFile, Targets, Timestamp
from tuf.ngclient import Updater

files = {}
asked = []
refusal = 404
signer = CryptoSigner.generate_ed25519()


def publish(hours):
    """Sign all anew, with an end in so many hours, of the timestamp; the rest lasts a day longer."""
    soon = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(hours=hours)
    later = soon + timedelta(days=1)
    root = Root(expires=later, consistent_snapshot=False)
    for role in ("root", "timestamp", "snapshot", "targets"):
        root.add_key(signer.public_key, role)
    targets = Targets(expires=later)
    targets.targets["tool"] = TargetFile.from_data("tool", b"hello")
    signed = {
        "1.root": root,
        "timestamp": Timestamp(expires=soon),
        "snapshot": Snapshot(expires=later),
        "targets": targets,
    }
    files["/targets/tool"] = b"hello"
    for name, role in signed.items():
        metadata = Metadata(role)
        metadata.sign(signer)
        files[f"/metadata/{name}.json"] = metadata.to_bytes()


class Origin(BaseHTTPRequestHandler):
    def do_GET(self):
        answer = files.get(self.path, b"")
        asked.append(self.path.rpartition("/")[2])
        self.send_response(200 if answer else refusal)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def run(folder):
    asked.clear()
    os.makedirs(folder, exist_ok=True)
    try:
        root = files["/metadata/1.root.json"]
        updater = Updater(folder, url + "/metadata/", folder, url + "/targets/", bootstrap=root)
        tool = updater.get_targetinfo("tool")
        if not updater.find_cached_target(tool):
            updater.download_target(tool)
        said = "has the tool"
    except Exception as error:
        said = type(error).__name__
    print(f"  asked for {', '.join(asked)}: {said}")


origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}"
print("tuf", version("tuf"), "securesystemslib", version("securesystemslib"))
publish(1)
for refusal in (404, 403, 410, 424):
    print("the root that is not there is answered by", refusal)
    run(f"folder-{refusal}")
    run(f"folder-{refusal}")
refusal = 404
publish(-1)
print("the same, signed to last until an hour ago")
run("folder-old")
PY
timeout 60 venv/bin/python -u look.py | tee found
cat > expected <<'END'
tuf 7.0.1 securesystemslib 1.6.0
the root that is not there is answered by 404
  asked for 2.root.json, timestamp.json, snapshot.json, targets.json, tool: has the tool
  asked for 2.root.json, timestamp.json: has the tool
the root that is not there is answered by 403
  asked for 2.root.json, timestamp.json, snapshot.json, targets.json, tool: has the tool
  asked for 2.root.json, timestamp.json: has the tool
the root that is not there is answered by 410
  asked for 2.root.json: DownloadHTTPError
  asked for 2.root.json: DownloadHTTPError
the root that is not there is answered by 424
  asked for 2.root.json: DownloadHTTPError
  asked for 2.root.json: DownloadHTTPError
the same, signed to last until an hour ago
  asked for 2.root.json, timestamp.json: ExpiredMetadataError
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
