#!/usr/bin/env bash
# Qt posts twice, by chance, to an address that answers with a 307 (or, more rarely, a 308): it follows the redirect,
# and on the connection where that came it sometimes sends the first POST again. The call then mostly ends
# in UnknownNetworkError, with the status 200 and the whole answer of the other address beside it; a POST of nothing goes
# twice, or three times, and ends well.
#
# Versions: PySide6-Essentials 6.12.0 (QNetworkAccessManager of Qt 6.12; its redirects are followed by default).
# Source: observed, at a server that counts what comes; RFC 9110, section 15.4.8: a 307 is the answer to the request,
# which goes on at the other address. Which it is goes by the moment at which the two connections are read.
# Why it matters to a recorder: two runs of one program record one POST to the old address or two, so that a recording
# of the one kind has one that is unused, or too few, for the other; where the old address counts what comes (a
# webhook, a payment's gateway that moves) it has two. A test fails at random, and its cassette has a 200 for it.
set -euo pipefail
command -v python3 > /dev/null || { echo "python3 is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pyside6-essentials==6.12.0
cat > look.py <<'PY'
import collections
import socketserver
import sys
import threading
import time

from PySide6.QtCore import QByteArray, QCoreApplication, QEventLoop, QUrl, qVersion
from PySide6.QtNetwork import QNetworkAccessManager, QNetworkProxy, QNetworkRequest

came = []


class Origin(socketserver.StreamRequestHandler):
    """It sends whoever asks for /old/STATUS to /new, and keeps its connections."""

    def handle(self):
        try:
            while line := self.rfile.readline():
                self.answer(line.split()[1].decode())
        except ConnectionError:
            pass

    def answer(self, path):
        length = 0
        while line := self.rfile.readline().strip():
            name, value = line.lower().split(b":", 1)
            length = int(value) if name == b"content-length" else length
        self.rfile.read(length)
        came.append(path)
        status = path.split("/")[-1]
        head, body = (f"{status} Moved\r\nLocation: /new", "") if status.isdigit() else ("200 OK", "ok")
        self.wfile.write(f"HTTP/1.1 {head}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


origin = Server(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
app = QCoreApplication(sys.argv)
manager = QNetworkAccessManager()
manager.setProxy(QNetworkProxy(QNetworkProxy.ProxyType.NoProxy))
manager.setTransferTimeout(20000)


def post(path, body):
    """Say how a POST ended, and how often the old address and the new one were asked."""
    came.clear()
    request = QNetworkRequest(QUrl(f"http://127.0.0.1:{origin.server_address[1]}{path}"))
    request.setHeader(QNetworkRequest.KnownHeaders.ContentTypeHeader, "text/plain")
    reply = manager.post(request, QByteArray(body))
    loop = QEventLoop()
    reply.finished.connect(loop.quit)
    loop.exec()
    status = reply.attribute(QNetworkRequest.Attribute.HttpStatusCodeAttribute)
    times = ["once" if came.count(place) == 1 else "again" for place in (path, "/new")]
    return reply.error().name, f"{status} {bytes(reply.readAll()).decode()}", *times


print("Qt", qVersion())
SURE = ("/old/303", 200)
for path, body in (("/old/307", b"pay 10"), ("/old/303", b"pay 10"), ("/old/307", b"")):
    ended = collections.Counter()
    most = time.monotonic() + 50
    while time.monotonic() < most and (ended.total() < 200 or len(ended) < 2) and (path, ended.total()) != SURE:
        ended[post(path, body)] += 1
    print(f"{path}, {len(body)} bytes")
    for name, values in zip(("error", "answer", "old address", "new address"), zip(*ended, strict=True), strict=True):
        print(f"  {name}: {' or '.join(sorted(set(values), reverse=True))}")
PY
timeout 150 venv/bin/python look.py | tee found
cat > expected <<'END'
Qt 6.12.0
/old/307, 6 bytes
  error: UnknownNetworkError or NoError
  answer: 200 ok
  old address: once or again
  new address: once
/old/303, 6 bytes
  error: NoError
  answer: 200 ok
  old address: once
  new address: once
/old/307, 0 bytes
  error: NoError
  answer: 200 ok
  old address: once or again
  new address: once
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
