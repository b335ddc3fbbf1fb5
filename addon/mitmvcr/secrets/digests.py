"""Digests of a body, which are wrong once the body is changed.

A digest in a header is corrected. If the URL itself is the digest, as for a container
image's blob, the client verifies what it asked for, so nothing may change.
"""

import hashlib
import re
import zlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial

from mitmvcr.core.model import Headers, Interaction

Digest = Callable[[bytes], bytes]


@cache
def _steps(polynomial: int) -> tuple[int, ...]:
    """Return the remainder of each byte by a reflected polynomial."""
    steps = list(range(256))
    for _ in range(8):
        steps = [step >> 1 ^ polynomial * (step & 1) for step in steps]
    return tuple(steps)


def _reflected(polynomial: int, size: int) -> Digest:
    """Return a CRC of ``size`` bytes that the standard library does not have."""

    def crc(body: bytes) -> bytes:
        steps, all_ones = _steps(polynomial), (1 << 8 * size) - 1
        value = all_ones
        for byte in body:
            value = value >> 8 ^ steps[(value ^ byte) & 255]
        return (value ^ all_ones).to_bytes(size)

    return crc


_HASHES: Mapping[str, Digest] = {
    "sha256": lambda body: hashlib.sha256(body).digest(),
    "sha512": lambda body: hashlib.sha512(body).digest(),
    "sha1": lambda body: hashlib.sha1(body, usedforsecurity=False).digest(),
    "md5": lambda body: hashlib.md5(body, usedforsecurity=False).digest(),
    "crc32": lambda body: zlib.crc32(body).to_bytes(4),
    "crc32c": _reflected(0x82F63B78, 4),
    "crc64nvme": _reflected(0x9A6C9329AC4BC9B5, 8),
}


def _base64(kind: str, body: bytes) -> str:
    return b64encode(_HASHES[kind](body)).decode()


#: Headers whose whole value is a digest: in base64, except DynamoDB's, which is a
#: decimal number (botocore retries if it does not fit the body).
_HEADERS: Mapping[str, Callable[[bytes], str]] = {
    "content-md5": partial(_base64, "md5"),
    "x-amz-checksum-sha256": partial(_base64, "sha256"),
    "x-amz-checksum-sha1": partial(_base64, "sha1"),
    "x-amz-checksum-crc32": partial(_base64, "crc32"),
    "x-amz-checksum-crc32c": partial(_base64, "crc32c"),
    "x-amz-checksum-crc64nvme": partial(_base64, "crc64nvme"),
    "x-amz-crc32": lambda body: str(zlib.crc32(body)),
}
#: Headers with several digests, each with a name: ``sha-256=:...:`` or ``md5=...``.
_LISTED = frozenset({"digest", "repr-digest", "content-digest", "x-goog-hash"})
_IN_LIST = re.compile(
    r"(sha-?256|sha-?512|sha-?1?|md5|crc32c)=(:?)([A-Za-z0-9+/]+=*)", re.I
)
#: Other checksums, which we cannot compute; ``x-amz-checksum-type`` is not a checksum.
_CHECKSUM = re.compile(r"x-amz-checksum-(?!type$).+|.*crc(32|64).*", re.I)
_ADDRESS = re.compile(r"(sha256|sha512)(?::|%3[Aa])([0-9a-f]{64,128})")
_ADDRESSED = "docker-content-digest"


def is_address(met: Interaction) -> bool:
    """Return whether the answer's body is addressed or identified by its digest."""
    said = [met.request.url]
    for name, values in met.response.headers.items():
        said += values if name.lower() == _ADDRESSED else ()
    body = met.response.body
    return any(
        _HASHES[kind](body).hex() == digest
        for text in said
        for kind, digest in _ADDRESS.findall(text)
    )


def has_unknown(headers: Headers) -> bool:
    """Return whether a header is a checksum that :func:`restated` cannot correct."""
    names = (name.lower() for name in headers)
    return any(name not in _HEADERS and _CHECKSUM.fullmatch(name) for name in names)


def restated(met: Interaction, kept: Interaction) -> Interaction:
    """Return ``kept`` with corrected digests in its headers, if they were right before
    the change; itself where none is another."""
    old, new = met.response.body, kept.response.body
    headers: Headers = {
        name: [_restated(name.lower(), value, old, new) for value in values]
        for name, values in kept.response.headers.items()
    }
    if all(headers[name] == [*kept.response.headers[name]] for name in headers):
        return kept
    return replace(kept, response=replace(kept.response, headers=headers))


def _restated(name: str, value: str, old: bytes, new: bytes) -> str:
    if written := _HEADERS.get(name):
        return written(new) if value.strip() == written(old) else value
    if name not in _LISTED:
        return value

    def again(found: re.Match[str]) -> str:
        kind = found[1].lower().replace("-", "")
        kind = "sha1" if kind == "sha" else kind
        if found[3] != _base64(kind, old):
            return found[0]
        return f"{found[1]}={found[2]}{_base64(kind, new)}"

    return _IN_LIST.sub(again, value)
