"""An origin for the judges: what it answers depends on the request alone, and on how
often the same was asked. It prints its port."""

import gzip
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BYTES = bytes(range(256))
ASKED: Counter[str] = Counter()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        ASKED[self.path] += 1
        name = self.path.partition("?")[0]
        if name == "/turn":
            self.answer(200, b"turn %d" % ASKED[self.path])
        elif name == "/bytes":
            self.answer(200, BYTES, ("Content-Type", "application/octet-stream"))
        elif name == "/gzip":
            body = gzip.compress(b"hello " * 50, mtime=0)
            self.answer(200, body, ("Content-Encoding", "gzip"))
        elif name == "/json":
            body = '{"a": "\u00e9\u4e2d", "b": [1, 2.5, null]}'.encode()
            self.answer(200, body, ("Content-Type", "application/json"))
        elif name == "/cookies":
            self.answer(200, b"", ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2; Path=/"))
        elif name == "/moved":
            self.answer(302, b"", ("Location", "/json"))
        elif name == "/none":
            self.answer(204, b"")
        elif name == "/lines":
            self.answer(200, b"a\r\nb\n\n c \t\n", ("Content-Type", "text/plain"))
        else:
            self.answer(404, f"no {self.path}".encode(), ("X-Odd", "a: b, #c"))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind = self.headers.get("Content-Type") or "application/octet-stream"
        self.answer(201, self.path.encode() + b" " + body, ("Content-Type", kind))

    do_PUT = do_POST

    def answer(self, code: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(code)
        if code != 204 and not any(name == "Content-Type" for name, _ in headers):
            self.send_header("Content-Type", "text/plain")
        for name, value in headers:
            self.send_header(name, value)
        if code != 204:
            self.send_header("Content-Length", f"{len(body)}")
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
