"""A Java trust store (JKS) of certificates, with no JDK.

The format, as the JDK's ``sun.security.provider.JavaKeyStore`` reads it: magic,
version 2, the number of entries; per trusted certificate the tag 2, its alias, the
time in milliseconds, its type and its DER bytes; last a SHA-1 over the password and
all of that. Java takes neither a PEM file nor mitmproxy's .p12 as a trust store.
"""

import base64
import hashlib
import re
import struct
from collections.abc import Iterable

#: Java's own default, for a program that gives a password.
PASSWORD = "changeit"

_MAGIC, _VERSION, _TRUSTED = 0xFEEDFEED, 2, 2
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----")


def certificates(pem: bytes) -> list[bytes]:
    """Return the DER bytes of each certificate in a PEM file, in order, each once."""
    ders = (base64.b64decode(block) for block in _PEM.findall(pem))
    return list(dict.fromkeys(ders))


def trust_store(ders: Iterable[bytes]) -> bytes:
    """Return the bytes of a JKS file that trusts these certificates."""
    entries = [_entry(number, der) for number, der in enumerate(ders)]
    head = struct.pack(">III", _MAGIC, _VERSION, len(entries))
    data = head + b"".join(entries)
    return data + _digest(data)


def _entry(number: int, der: bytes) -> bytes:
    alias = _text(f"root-{number}")
    return (
        struct.pack(">I", _TRUSTED)
        + alias
        + struct.pack(">Q", 0)
        + _text("X.509")
        + struct.pack(">I", len(der))
        + der
    )


def _text(ascii_text: str) -> bytes:
    data = ascii_text.encode("ascii")
    return struct.pack(">H", len(data)) + data


def _digest(data: bytes) -> bytes:
    """Return the format's own integrity check, which is no secret."""
    salt = PASSWORD.encode("utf-16-be") + b"Mighty Aphrodite"
    return hashlib.sha1(salt + data, usedforsecurity=False).digest()
