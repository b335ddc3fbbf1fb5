#!/usr/bin/env bash
# Followed by Watch().stream(), as its examples have it, a pod's log ends before its last line in Kubernetes's client
# for Python, if no line end stands behind it: of "started" and "failed: no money", which a program printed as it
# died, there is "started" and no error; the call without a watch gives both. Of a watch of objects the event without
# a line end is lost as well, and asked for again from the version before, at once and without an end, unless the
# program gave a time.
#
# Versions: kubernetes 37.0.2 (CPython 3.11).
# Source: kubernetes/watch/watch.py (iter_resp_lines hands over what a line end is behind, and drops its buffer at the
# end of the answer; Watch.stream asks again in a loop for whatever is no log).
# Why it matters to a recorder: a stream that is cut at a chunk's end, or written anew line by line without the last
# end, is shorter here; and how many requests a watch is goes by how soon each of its answers ends, in a replay at
# once.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for name in $(env | cut -d= -f1 | grep -i '_proxy$' || true); do unset "$name"; done
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check kubernetes==37.0.2
cat > look.py <<'PY'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

from kubernetes import client, watch

asked = []
told = {}


class Cluster(BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", told["type"])
        self.end_headers()
        self.wfile.write(told["answers"][min(len(asked), len(told["answers"])) - 1])

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Cluster)
threading.Thread(target=server.serve_forever, daemon=True).start()
configuration = client.Configuration()
configuration.host = f"http://127.0.0.1:{server.server_port}"
api = client.CoreV1Api(client.ApiClient(configuration))


def event(kind, version):
    return json.dumps({"type": kind, "object": {"kind": "Pod", "metadata": {"name": "shop", "resourceVersion": version}}}).encode()


print("kubernetes", version("kubernetes"))
for log in (b"started\nfailed: no money\n", b"started\nfailed: no money", b"failed"):
    told.update(type="text/plain", answers=[log])
    followed = list(watch.Watch().stream(api.read_namespaced_pod_log, "shop", "default"))
    print(f"{log.decode()!r}: followed {followed}, read {api.read_namespaced_pod_log('shop', 'default')!r}")
told["type"] = "application/json"
for name, first in (
    ("whole", event("ADDED", "5") + b"\n" + event("MODIFIED", "6") + b"\n"),
    ("without its last line end", event("ADDED", "5") + b"\n" + event("MODIFIED", "6")),
):
    told["answers"] = [first, event("DELETED", "7") + b"\n"]
    for times in ({}, {"timeout_seconds": 1}):
        asked.clear()
        seen = []
        watching = watch.Watch()
        for one in watching.stream(api.list_namespaced_pod, "default", **times):
            seen.append(f"{one['type']} {one['object'].metadata.resource_version}")
            if one["type"] == "DELETED":
                watching.stop()
        print(f"{name}, {times or 'no time'}: {', '.join(seen)}; asked {', '.join(path.split('?')[1] for path in asked)}")
PY
timeout 200 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
kubernetes 37.0.2
'started\nfailed: no money\n': followed ['started', 'failed: no money'], read 'started\nfailed: no money\n'
'started\nfailed: no money': followed ['started'], read 'started\nfailed: no money'
'failed': followed [], read 'failed'
whole, no time: ADDED 5, MODIFIED 6, DELETED 7; asked watch=true, resourceVersion=6&watch=true
whole, {'timeout_seconds': 1}: ADDED 5, MODIFIED 6; asked timeoutSeconds=1&watch=true
without its last line end, no time: ADDED 5, DELETED 7; asked watch=true, resourceVersion=5&watch=true
without its last line end, {'timeout_seconds': 1}: ADDED 5; asked timeoutSeconds=1&watch=true
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
