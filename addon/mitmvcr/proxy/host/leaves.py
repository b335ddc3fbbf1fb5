"""Certificates for clients, as mitmproxy makes them (addons/tlsconfig.py:
TlsConfig.get_cert), for Python's own ``ssl``; one for each host is kept."""

import ipaddress
import os
import ssl
import tempfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

_KEPT = 1000
#: mitmproxy's own (_DEFAULT_CIPHERS), whose module would import all of it.
CIPHERS = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "DHE-RSA-AES128-GCM-SHA256",
    "DHE-RSA-AES256-GCM-SHA384",
    "DHE-RSA-CHACHA20-POLY1305",
    "ECDHE-ECDSA-AES128-SHA256",
    "ECDHE-RSA-AES128-SHA256",
    "ECDHE-ECDSA-AES128-SHA",
    "ECDHE-RSA-AES128-SHA",
    "ECDHE-ECDSA-AES256-SHA384",
    "ECDHE-RSA-AES256-SHA384",
    "ECDHE-ECDSA-AES256-SHA",
    "ECDHE-RSA-AES256-SHA",
    "DHE-RSA-AES128-SHA256",
    "DHE-RSA-AES256-SHA256",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
    "AES128-SHA256",
    "AES256-SHA256",
    "AES128-SHA",
    "AES256-SHA",
    "DES-CBC3-SHA",
)


class Leaves:
    """Makes a context for each host; those of the last hosts are kept. ``makes`` gives
    what makes the certificates, mitmproxy's own that runs if none."""

    def __init__(self, makes: Callable[[], Any] | None = None) -> None:
        self._makes = makes or _of_mitmproxy
        self._contexts: OrderedDict[tuple[Any, ...], ssl.SSLContext] = OrderedDict()
        self._of: Any = None

    def context(
        self, name: str | None, host: str, address: str, protocol: bytes | None
    ) -> ssl.SSLContext:
        """Return what to speak with who wants a name at a host, from a port at our
        address. ``protocol`` is the one to agree on, if any."""
        tls = self._makes()
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


def _of_mitmproxy() -> Any:
    from mitmproxy import ctx

    return ctx.master.addons.get("tlsconfig")


class Own:
    """Makes certificates as mitmproxy would (addons/tlsconfig.py: TlsConfig.get_cert)
    where none runs, by the authority in a folder."""

    def __init__(self, confdir: Path) -> None:
        from mitmproxy.certs import CertStore

        self.certstore = CertStore.from_store(confdir, "mitmproxy", 2048)

    def get_cert(self, context: Any) -> Any:
        wanted = context.client.sni or context.client.sockname[0]
        names = list(dict.fromkeys(map(_name, (wanted, context.server.address[0]))))
        return self.certstore.get_cert(str(names[0].value), names)


def _name(text: str) -> Any:
    """Return the name of a host, or its address, as a certificate has it."""
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text.encode("idna").decode())


def _made(
    tls: Any, name: str | None, host: str, protocol: bytes | None, address: str | None
) -> ssl.SSLContext:
    client = SimpleNamespace(sni=name, sockname=(address, 0))
    server = SimpleNamespace(certificate_list=[], address=(host, 0))
    entry = tls.get_cert(SimpleNamespace(client=client, server=server))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(":".join(CIPHERS))
    if protocol is not None:
        context.set_alpn_protocols([protocol.decode("ascii")])
    chain = entry.chain_certs if len(entry.chain_certs) > 1 else ()
    _load(context, entry, chain)
    return context


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
