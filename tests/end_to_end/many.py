"""Many clients at once, each with a session that it names in its proxy URL."""

import asyncio
import base64
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from end_to_end.wire import Got
from patience import PATIENCE


@dataclass(frozen=True)
class Clients:
    """Clients of a proxy's port; ``ca`` is what they trust."""

    port: int
    ca: Path

    def ask(
        self,
        url: str,
        body: bytes = b"",
        *,
        user: str = "",
        headers: Mapping[str, str] = {},
    ) -> Got:
        """POST once, as the user of the proxy URL, NAME:PASSWORD."""
        return asyncio.run(self.post(url, body, user=user, headers=headers))

    async def post(
        self,
        url: str,
        body: bytes = b"",
        *,
        user: str = "",
        headers: Mapping[str, str] = {},
    ) -> Got:
        """Do the same, within a loop."""
        return await asyncio.wait_for(self._post(url, body, user, headers), PATIENCE)

    async def _post(
        self, url: str, body: bytes, user: str, headers: Mapping[str, str]
    ) -> Got:
        target = urlsplit(url)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        proxying = _credentials(user)
        head = f"POST {url} HTTP/1.1\r\n"
        try:
            if target.scheme == "https":
                place = f"{target.hostname}:{target.port or 443}"
                tunnel = f"CONNECT {place} HTTP/1.1\r\n{proxying}\r\n"
                writer.write(tunnel.encode())
                await reader.readuntil(b"\r\n\r\n")
                context = ssl.create_default_context(cafile=self.ca)
                await writer.start_tls(context, server_hostname=target.hostname)
                head, proxying = (
                    f"POST {url.split(target.netloc, 1)[1]} HTTP/1.1\r\n",
                    "",
                )
            more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            head += f"Host: {target.netloc}\r\n{proxying}{more}"
            head += f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            writer.write(head.encode() + body)
            return _parsed(await reader.read())
        finally:
            writer.close()


def _credentials(user: str) -> str:
    if not user:
        return ""
    coded = base64.b64encode(user.encode()).decode()
    return f"Proxy-Authorization: Basic {coded}\r\n"


def _parsed(data: bytes) -> Got:
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(": ") for line in lines)
    headers = {name.lower(): value for name, _, value in pairs}
    return Got(int(first.split(" ")[1]), headers, body)
