"""One small client in this process, for tests about modes and refusals."""

import base64
import http.client
import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from patience import PATIENCE


@dataclass(frozen=True)
class Got:
    """An answer: ``headers`` with lower-case names, the last of each."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        return json.loads(self.body)


def fetch(
    proxy_url: str,
    ca_file: Path,
    url: str,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] = {},
    timeout: float = PATIENCE,
) -> Got:
    """One request through the proxy, HTTP/1.1, on a connection of its own."""
    proxy, target = urlsplit(proxy_url), urlsplit(url)
    if target.scheme == "https":
        context = ssl.create_default_context(cafile=ca_file)
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            proxy.hostname, proxy.port, timeout=timeout, context=context
        )
        connection.set_tunnel(target.hostname, target.port or 443)
        path = url.split(target.netloc, 1)[1]
    else:
        connection = http.client.HTTPConnection(
            proxy.hostname, proxy.port, timeout=timeout
        )
        path = url
    try:
        connection.request(method, path, body, dict(headers))
        with connection.getresponse() as answer:
            pairs = {name.lower(): value for name, value in answer.getheaders()}
            return Got(answer.status, pairs, answer.read())
    finally:
        connection.close()


def raw_tcp(
    proxy_port: int, host: str, port: int, sent: bytes, timeout: float = PATIENCE
) -> bytes:
    """CONNECT, then bytes that are neither TLS nor HTTP; everything that came back."""
    with socket.create_connection(("127.0.0.1", proxy_port), timeout=timeout) as plug:
        plug.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\n\r\n".encode())
        answer = plug.recv(4096)
        if b" 200 " not in answer.split(b"\r\n")[0]:
            return answer
        try:
            plug.sendall(sent)
            # What looks like a half request is waited for; there is no more.
            plug.shutdown(socket.SHUT_WR)
            while more := plug.recv(4096):
                answer += more
        except (ConnectionError, TimeoutError):
            pass
        return answer


def websocket_upgrade(proxy_url: str, ca_file: Path, url: str) -> Got:
    """Ask for a WebSocket."""
    return fetch(
        proxy_url,
        ca_file,
        url,
        headers={
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(b"0123456789abcdef").decode(),
        },
    )
