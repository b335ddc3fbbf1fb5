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
from collections.abc import Iterable, Iterator

#: Java's own default, for a program that gives a password.
PASSWORD = "changeit"

_MAGIC, _VERSION, _TRUSTED = 0xFEEDFEED, 2, 2
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----")


def certificates(pem: bytes) -> list[bytes]:
    """Return the DER bytes of each certificate in a PEM file, in order, each once."""
    blocks = dict.fromkeys(_PEM.findall(pem))  # several files of roots hold the same
    return list(dict.fromkeys(map(base64.b64decode, blocks)))


def is_jks(data: bytes) -> bool:
    """Return whether it begins as a JKS file does."""
    return data[:4] == struct.pack(">I", _MAGIC)


def trusted(data: bytes) -> list[bytes]:
    """Return the DER bytes of the certificates that a JKS file trusts. Raise
    ValueError."""
    try:
        return list(_trusted(data))
    except (struct.error, IndexError) as error:
        raise ValueError("it is not a complete JKS file") from error


def _trusted(data: bytes) -> Iterator[bytes]:
    version, entries = struct.unpack_from(">II", data, 4)
    at = 12
    for _ in range(entries):
        (tag,) = struct.unpack_from(">I", data, at)
        at = _past_text(data, at + 4) + 8  # its alias and its time
        count = 1
        if tag != _TRUSTED:  # a private key, and the chain of its certificate
            (size,) = struct.unpack_from(">I", data, at)
            (count,) = struct.unpack_from(">I", data, at + 4 + size)
            at += 8 + size
        for _ in range(count):
            at = _past_text(data, at) if version == _VERSION else at
            (size,) = struct.unpack_from(">I", data, at)
            at += 4 + size
            if at > len(data):
                raise IndexError
            if tag == _TRUSTED:
                yield data[at - size : at]


def _past_text(data: bytes, at: int) -> int:
    (size,) = struct.unpack_from(">H", data, at)
    return at + 2 + int(size)


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
