"""An origin that knows HTTP: ranges, conditions, variants, and who asks.

Started by a test in its own process; each path is one kind of answer.
"""

import base64
import gzip
import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

#: What downloads get, by the last part of the path: two megabytes that do not repeat.
FILE = b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(1 << 16))
ETAG = '"v1"'
USERS = {"good": "pass", "other": "word"}
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind = urlsplit(self.path).path.split("/")[1]
        getattr(self, f"_{kind}")()

    do_HEAD = do_POST = do_GET

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD" and status != 304:
            self.wfile.write(body)

    def _file(self) -> None:
        wanted = self.headers.get("x-ms-range") or self.headers.get("Range") or ""
        found = _RANGE.fullmatch(wanted)
        said = {"ETag": ETAG, "Accept_Ranges": "bytes", "x-ms-blob-type": "BlockBlob"}
        said["X-Goog-Generation"] = "1"
        said["Last_Modified"] = "Mon, 01 Jan 2024 00:00:00 GMT"
        said["Content_Type"] = "application/octet-stream"
        if self.headers.get("If-None-Match") == ETAG:
            self._answer(304, b"", **said)
        elif found is None:
            self._answer(200, FILE, **said)
        elif int(found[1]) >= len(FILE):
            self._answer(416, b"", Content_Range=f"bytes */{len(FILE)}", **said)
        else:
            first = int(found[1])
            last = min(int(found[2] or len(FILE) - 1), len(FILE) - 1)
            said["Content_Range"] = f"bytes {first}-{last}/{len(FILE)}"
            self._answer(206, FILE[first : last + 1], **said)

    _download = _file

    def _storage(self) -> None:
        facts = {"name": "data.bin", "bucket": "bucket", "size": str(len(FILE))}
        body = json.dumps({"kind": "storage#object", "generation": "1", **facts})
        self._answer(200, body.encode(), Content_Type="application/json")

    def _variant(self) -> None:
        names = ("Accept", "Accept-Language", "X-Mode")
        text = "|".join(self.headers.get(name) or "-" for name in names)
        self._answer(200, text.encode(), Vary="Accept, Accept-Language, X-Mode")

    def _plain(self) -> None:
        self._answer(200, (self.headers.get("Accept") or "-").encode())

    def _basic(self) -> None:
        said = self.headers.get("Authorization") or ""
        pair = base64.b64decode(said.partition(" ")[2]).decode()
        name, _, password = pair.partition(":")
        if USERS.get(name) == password:
            self._answer(200, f"hello {name}".encode())
        else:
            body = f"no {name}".encode()
            self._answer(401, body, WWW_Authenticate='Basic realm="r"')

    def _digest(self) -> None:
        said = self.headers.get("Authorization") or ""
        part = dict(re.findall(r'(\w+)="?([^",]+)"?', said))
        name = part.get("username", "")
        one = _md5(f"{name}:r:{USERS.get(name)}")
        two = _md5(f"{self.command}:{part.get('uri')}")
        middle = [part.get(n, "") for n in ("nonce", "nc", "cnonce", "qop")]
        if part.get("response") == _md5(":".join([one, *middle, two])):
            self._answer(200, f"hello {name}".encode())
        else:
            asks = f'Digest realm="r", qop="auth", nonce="{len(said)}0123456789abcdef"'
            self._answer(401, f"no {name}".encode(), WWW_Authenticate=asks)

    def _login(self) -> None:
        right = json.loads(self.sent)["password"] == "the-right-password"
        self._answer(200 if right else 401, b'{"ok":%d}' % right)

    def _sessions(self) -> None:
        """Give out a cookie and a token, new for each; the answer is compressed."""
        name = json.loads(self.sent)["user"]
        token = hashlib.sha256(name.encode()).hexdigest()
        body = gzip.compress(json.dumps({"access_token": f"b-{token}"}).encode())
        said = {"Set_Cookie": f"sid=c-{token}; Path=/; HttpOnly"}
        self._answer(200, body, Content_Encoding="gzip", **said)

    def _me(self) -> None:
        said = f"{self.headers.get('Cookie')} {self.headers.get('Authorization')}"
        tokens = {hashlib.sha256(n.encode()).hexdigest(): n for n in ("ann", "bea")}
        found = [name for token, name in tokens.items() if token in said]
        self._answer(200, f"you are {found}".encode())

    def _rows(self) -> None:
        """Answer as PostgREST does: a page of rows is a 200."""
        first, _, last = (self.headers.get("Range") or "0-9").partition("-")
        rows = list(range(int(first), int(last) + 1))
        self._answer(200, json.dumps(rows).encode(), Content_Range=f"{first}-{last}/*")

    def _things(self) -> None:
        """Repeat a thing's name, whatever it is called by."""
        said = json.loads(self.sent) if self.sent else {}
        name = said.get("id") or urlsplit(self.path).path.rpartition("/")[2]
        self._answer(200, f"it is {name}, {self.headers.get('Upload-Offset')}".encode())

    def _kv(self) -> None:
        key = parse_qs(urlsplit(self.path).query)["key"][0]
        self._answer(200, f"value of {len(key)}".encode())


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


class Negotiating:
    """The origin, while the context lasts."""

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
