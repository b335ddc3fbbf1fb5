"""All registries on one port of this machine. It is asked as a proxy is, with whole
URLs, so that the hosts can be made up and no tool takes them for loopback."""

import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from packages.built import Served, Site

#: What a registry of images gives out for a pull.
PULL_TOKEN = "eyJhbGciOiJub25lIn0.eyJhY2Nlc3MiOiJwdWxsIn0.c2lnbmF0dXJl"
_TOKEN = f'{{"token": "{PULL_TOKEN}", "expires_in": 300}}'.encode()
_CHALLENGE = 'Bearer realm="http://image.test/token",service="image.test"'


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    sites: Mapping[str, Site]
    git: Path

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        asked = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if url.hostname == "git.test":
            self._git(url.path, url.query, asked)
        elif url.hostname == "image.test" and url.path == "/token":
            self._answer(200, Served(_TOKEN))
        elif url.hostname == "image.test" and not self._may_pull():
            said = {"WWW-Authenticate": _CHALLENGE}
            self._answer(401, Served(b'{"errors": []}'), said)
        else:
            served = self.sites.get(url.hostname or "", {}).get(url.path)
            self._answer(200 if served else 404, served or Served(b"{}"))

    do_POST = do_HEAD = do_GET

    def _may_pull(self) -> bool:
        return self.headers.get("Authorization") == f"Bearer {PULL_TOKEN}"

    def _answer(self, code: int, served: Served, more: Mapping[str, str] = {}) -> None:
        self.send_response(code)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("Content-Type", served.kind)
        self.send_header("Content-Length", str(len(served.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(served.body)

    def _git(self, path: str, query: str, asked: bytes) -> None:
        """Answer by git's own program, as a web server does."""
        said = {
            "GIT_PROJECT_ROOT": str(self.git),
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(asked)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        program = ["git", "http-backend"]
        env = os.environ | said
        done = subprocess.run(
            program, input=asked, env=env, capture_output=True, check=True
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        lines = (line.partition(": ") for line in head.decode().splitlines())
        headers = {name: value for name, _, value in lines}
        code = int(headers.pop("Status", "200").split()[0])
        kind = headers.pop("Content-Type", "text/plain")
        self._answer(code, Served(body, kind), headers)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(sites: Mapping[str, Site], git: Path) -> Iterator[str]:
    """Serve these hosts, and the repositories of a folder as ``git.test``; yield the
    URL of the proxy that leads there."""
    handler = type("Handler", (_Handler,), {"sites": sites, "git": git})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
