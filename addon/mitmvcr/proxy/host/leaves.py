"""Certificates for clients, as mitmproxy makes them (addons/tlsconfig.py:
TlsConfig.get_cert), for Python's own ``ssl``; one for each host is kept."""

import os
import ssl
import tempfile
from collections import OrderedDict
from types import SimpleNamespace
from typing import Any

from mitmproxy import ctx

_KEPT = 1000


class Leaves:
    """Makes a context for each host; those of the last hosts are kept."""

    def __init__(self) -> None:
        self._contexts: OrderedDict[tuple[Any, ...], ssl.SSLContext] = OrderedDict()
        self._of: Any = None

    def context(
        self, name: str | None, host: str, address: str, protocol: bytes | None
    ) -> ssl.SSLContext:
        """Return what to speak with who wants a name at a host, from a port at our
        address. ``protocol`` is the one to agree on, if any."""
        tls = ctx.master.addons.get("tlsconfig")
        if tls.certstore is not self._of:
            self._of = tls.certstore
            self._contexts.clear()
        wanted = name, host, protocol, None if name else address
        found = self._contexts.get(wanted)
        if found is None:
            found = self._contexts[wanted] = _made(tls, *wanted)
            if len(self._contexts) > _KEPT:
                self._contexts.popitem(last=False)
        return found


def _made(
    tls: Any, name: str | None, host: str, protocol: bytes | None, address: str | None
) -> ssl.SSLContext:
    client = SimpleNamespace(sni=name, sockname=(address, 0))
    server = SimpleNamespace(certificate_list=[], address=(host, 0))
    entry = tls.get_cert(SimpleNamespace(client=client, server=server))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(":".join(_ciphers()))
    if protocol is not None:
        context.set_alpn_protocols([protocol.decode("ascii")])
    chain = entry.chain_certs if len(entry.chain_certs) > 1 else ()
    _load(context, entry, chain)
    return context


def _ciphers() -> tuple[str, ...]:
    from mitmproxy.addons import tlsconfig

    return tlsconfig._DEFAULT_CIPHERS


def _load(context: ssl.SSLContext, entry: Any, chain: Any) -> None:
    """Give it the certificate and its key. ``ssl`` reads both from a file, which only
    this user can read, and which is gone at once."""
    from cryptography.hazmat.primitives import serialization

    key = entry.privatekey.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    certificates = b"".join(each.to_pem() for each in (entry.cert, *chain))
    descriptor, path = tempfile.mkstemp(suffix=".pem")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(certificates + key)
        context.load_cert_chain(path)
    finally:
        os.unlink(path)
