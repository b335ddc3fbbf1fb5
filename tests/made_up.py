"""Secrets that were never anybody's, from the templates of the lists."""

import random
import re
import string

_SMALL, _DIGITS = string.ascii_lowercase, string.digits
_ALPHABETS = {
    "w": string.ascii_letters + _DIGITS,
    "h": "0123456789abcdef",
    "u": string.ascii_uppercase + "234567",
    "c": string.ascii_uppercase + _DIGITS,
    "d": _DIGITS,
    "l": _SMALL,
    "b": string.ascii_letters + _DIGITS,
    "s": string.ascii_letters + _DIGITS,
    "r": "023456789ACDEFGHJKLMNPQRSTUVWXYZ",
}


def sample(template: str, chance: random.Random) -> str:
    """``ghp_{w36}`` with 36 letters and digits drawn."""

    def drawn(found: re.Match[str]) -> str:
        return "".join(chance.choices(_ALPHABETS[found[1]], k=int(found[2])))

    return re.sub(r"\{([a-z])(\d+)\}", drawn, template)


def password(chance: random.Random, length: int = 20) -> str:
    """With everything that an encoding escapes."""
    odd = "!\"$%&'()*+-./:=?@[]^_{|}~\\ü"
    letters = chance.choices(_ALPHABETS["w"], k=length)
    for place in chance.sample(range(1, length - 1), k=6):
        letters[place] = chance.choice(odd)
    return "".join(letters)


def token(chance: random.Random, length: int = 32) -> str:
    return "".join(chance.choices(_ALPHABETS["w"], k=length))
