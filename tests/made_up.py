"""Secrets that were never anybody's, from the templates of the lists."""

import random
import re
import string
import zlib

_SMALL, _DIGITS = string.ascii_lowercase, string.digits
_WORD = string.ascii_letters + _DIGITS
_ALPHABETS = {
    **dict.fromkeys("wbsvpeSEHkPx", _WORD),
    **dict.fromkeys("aA", _SMALL + _DIGITS),
    "h": "0123456789abcdef",
    "H": "0123456789abcdef",
    "u": string.ascii_uppercase + "234567",
    "t": _SMALL + "234567",
    "c": string.ascii_uppercase + _DIGITS,
    "d": _DIGITS,
    "l": _SMALL,
    "r": "023456789ACDEFGHJKLMNPQRSTUVWXYZ",
}


def sample(template: str, chance: random.Random) -> str:
    """``ghp_{w30}{=github}`` with 30 letters and digits drawn, and check digits."""
    made = ""
    for piece in re.split(r"(\{[^{}]+\})", template):
        made += _drawn(piece, made, chance) if piece.startswith("{") else piece
    return made


def _drawn(piece: str, before: str, chance: random.Random) -> str:
    if piece.startswith("{="):
        return check_digits(piece[2:-1], before)
    return "".join(chance.choices(_ALPHABETS[piece[1]], k=int(piece[2:-1])))


def check_digits(kind: str, before: str) -> str:
    """Made without the code under test."""
    if kind in ("github", "polar"):
        number = zlib.crc32(before[before.rindex("_") + 1 :].encode())
        return _in_base(number, _DIGITS + string.ascii_uppercase + _SMALL).rjust(6, "0")
    if kind == "gitlab":
        return _in_base(zlib.crc32(before.encode()), _DIGITS + _SMALL).rjust(7, "0")
    if kind == "grafana":
        body = before.removesuffix("_").encode()
        return bytes(reversed(zlib.crc32(body).to_bytes(4))).hex()
    assert kind == "bech32"
    return _bech32(before)


def github(body: str) -> str:
    """Return a token of 30 letters."""
    assert len(body) == 30
    return "ghp_" + body + check_digits("github", "ghp_" + body)


def _in_base(number: int, digits: str) -> str:
    rest, digit = divmod(number, len(digits))
    return (_in_base(rest, digits) if rest else "") + digits[digit]


def _bech32(before: str) -> str:
    """As BIP 173 describes it: a polynomial over GF(32)."""
    prefix, _, data = before.rpartition("1")
    letters = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"
    low = prefix.lower()
    values = [ord(c) >> 5 for c in low] + [0] + [ord(c) & 31 for c in low]
    values += [letters.index(c) for c in data] + [0] * 6
    total = 1
    for value in values:
        top, total = total >> 25, (total & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA)):
            total ^= term * (top >> bit & 1)
        for bit, term in enumerate((0x3D4233DD, 0x2A1462B3), 3):
            total ^= term * (top >> bit & 1)
    total ^= 1
    return "".join(letters[total >> 5 * (5 - at) & 31] for at in range(6))


def password(chance: random.Random, length: int = 20) -> str:
    """With everything that an encoding escapes."""
    odd = "!\"$%&'()*+-./:=?@[]^_{|}~\\ü"
    letters = chance.choices(_ALPHABETS["w"], k=length)
    for place in chance.sample(range(1, length - 1), k=6):
        letters[place] = chance.choice(odd)
    return "".join(letters)


def token(chance: random.Random, length: int = 32) -> str:
    return "".join(chance.choices(_ALPHABETS["w"], k=length))
