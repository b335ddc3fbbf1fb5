"""Check digits of tokens, where their providers document them: a text that only looks
like a token has others."""

import zlib
from collections.abc import Callable, Mapping

_BASE62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE36 = b"0123456789abcdefghijklmnopqrstuvwxyz"
_BECH32 = b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def in_base(number: int, digits: bytes, width: int) -> bytes:
    """Write a number, with zeros in front."""
    written = bytearray()
    while number:
        number, digit = divmod(number, len(digits))
        written.insert(0, digits[digit])
    return bytes(written).rjust(width, digits[:1])


def _github(token: bytes) -> bool:
    """Compare six digits of base 62 with the CRC-32 of what stands before them."""
    body, digits = token.partition(b"_")[2][:-6], token[-6:]
    return in_base(zlib.crc32(body), _BASE62, 6) == digits


def _polar(token: bytes) -> bool:
    """Do the same where the prefix has more than one ``_``."""
    body, digits = token.rpartition(b"_")[2][:-6], token[-6:]
    return in_base(zlib.crc32(body), _BASE62, 6) == digits


def _gitlab(token: bytes) -> bool:
    """Compare seven digits of base 36 with the CRC-32 of all before them."""
    return in_base(zlib.crc32(token[:-7]), _BASE36, 7) == token[-7:]


def _grafana(token: bytes) -> bool:
    """Compare eight hex digits, the lowest byte first, with the CRC-32 of what stands
    before the last ``_``."""
    body, _, digits = token.rpartition(b"_")
    return zlib.crc32(body).to_bytes(4, "little").hex().encode() == digits.lower()


def _bech32(token: bytes) -> bool:
    """Verify the checksum of BIP 173."""
    prefix, _, data = token.rpartition(b"1")
    values = [each >> 5 for each in prefix.lower()] + [0]
    values += [each & 31 for each in prefix.lower()]
    values += [_BECH32.find(data[at : at + 1]) for at in range(len(data))]
    return _polymod(values) == 1


def _polymod(values: list[int]) -> int:
    total = 1
    for value in values:
        top = total >> 25
        total = (total & 0x1FFFFFF) << 5 ^ value
        for at, generator in enumerate(_GENERATORS):
            total ^= generator if top >> at & 1 else 0
    return total


#: By the name that stands in a template as ``{=github}``.
CHECKS: Mapping[str, Callable[[bytes], bool]] = {
    "github": _github,
    "polar": _polar,
    "gitlab": _gitlab,
    "grafana": _grafana,
    "bech32": _bech32,
}
