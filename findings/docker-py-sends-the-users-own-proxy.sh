#!/usr/bin/env bash
# What docker-py posts to make a container goes by a file in the user's home: the proxies that
# ~/.docker/config.json names become variables of the container, in both spellings, the password of
# a proxy with them, ahead of what the program gave; the same program sends none on a machine
# without such a file. Images are built so, too.
#
# Versions: docker 7.2.0, requests 2.34.2 (CPython 3.11 to 3.13).
# Source: docker's docker/api/container.py and docker/api/build.py (use_config_proxy, which is on by
# default) and docker/utils/proxy.py. For the daemon itself none of these counts.
# Why it matters to a recorder: the body is compared, so that a recording from a desk in an office, where
# such a file is usual, misses in CI and on each colleague's machine, in lines that no one has written. In
# the body the credentials are a part of a text that is an item of a list, "HTTP_PROXY=http://...", and of
# a build they are in the query, in JSON; neither is a header, nor a field that has a name of its own.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY DOCKER_HOST
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check docker==7.2.0 requests==2.34.2
cat > look.py <<'PY'
import http.server
import io
import json
import os
import pathlib
import threading
from importlib.metadata import version
from urllib.parse import parse_qs, urlsplit

import docker

asked = []


class Daemon(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        said = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked.append((urlsplit(self.path), said))
        body = b'{"ApiVersion": "1.43", "Id": "c1", "Warnings": []}'
        self.send_response(201 if self.path.endswith("/create") else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = answer

    def do_POST(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                self.rfile.read(size + 2)
            self.rfile.readline()
        self.answer()

    def log_message(self, *_):
        pass


daemon = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Daemon)
threading.Thread(target=daemon.serve_forever, daemon=True).start()
print("docker", version("docker"))
folder = pathlib.Path("home", ".docker")
folder.mkdir(parents=True)
os.environ["DOCKER_CONFIG"] = str(folder)
proxies = {"default": {"httpProxy": "http://ann:example@proxy.test:3128", "noProxy": "localhost"}}
for name, config in ("no file", None), ("a file", {"proxies": proxies}):
    if config is not None:
        (folder / "config.json").write_text(json.dumps(config))
    client = docker.DockerClient(base_url=f"tcp://127.0.0.1:{daemon.server_port}")
    client.api.create_container("alpine", "true", environment={"MODE": "test"})
    print(f"{name}, a container:", json.loads(asked[-1][1])["Env"])
    client.api.create_container("alpine", "true", environment={"MODE": "test"}, use_config_proxy=False)
    print(f"{name}, without it:", json.loads(asked[-1][1])["Env"])
    client.api.build(fileobj=io.BytesIO(b"FROM scratch\n"))
    print(f"{name}, a build:", *parse_qs(asked[-1][0].query).get("buildargs", ["no buildargs"]))
PY
timeout 100 venv/bin/python look.py 2> errors | tee found
cat > expected <<'END'
docker 7.2.0
no file, a container: ['MODE=test']
no file, without it: ['MODE=test']
no file, a build: no buildargs
a file, a container: ['http_proxy=http://ann:example@proxy.test:3128', 'HTTP_PROXY=http://ann:example@proxy.test:3128', 'no_proxy=localhost', 'NO_PROXY=localhost', 'MODE=test']
a file, without it: ['MODE=test']
a file, a build: {"http_proxy": "http://ann:example@proxy.test:3128", "HTTP_PROXY": "http://ann:example@proxy.test:3128", "no_proxy": "localhost", "NO_PROXY": "localhost"}
END
diff expected found || { cat errors; echo "the behaviour has changed"; exit 1; }
