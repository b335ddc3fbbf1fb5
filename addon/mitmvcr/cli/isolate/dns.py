"""As much of DNS (RFC 1035) as it takes to answer in the network's place."""

import ipaddress
import struct
from collections.abc import Mapping, Sequence
from typing import NamedTuple

PORT = 53
_QUERY_ONLY = 0xF800  # QR and the opcode
_ANSWERS = 0x8580  # an authoritative answer; recursion desired and available
_NO_SUCH_NAME = 3
_TYPES = {4: 1, 6: 28}  # A and AAAA


class Question(NamedTuple):
    """``raw`` is the question section; ``name`` is lower case, with no last dot."""

    number: int
    name: str
    kind: int
    raw: bytes


def parse(data: bytes) -> Question | None:
    """Return the question of a DNS query; None for what is no query with one
    question."""
    if len(data) < 12:
        return None
    number, flags, questions = struct.unpack_from("!HHH", data)
    if flags & _QUERY_ONLY or questions != 1:
        return None
    labels, place = [], 12
    while place < len(data) and (length := data[place]):
        if length > 63:
            return None
        labels.append(data[place + 1 : place + 1 + length])
        place += 1 + length
    if place + 5 > len(data):
        return None
    name = b".".join(labels).decode("ascii", "backslashreplace").lower()
    (kind,) = struct.unpack_from("!H", data, place + 1)
    return Question(number, name, kind, data[12 : place + 5])


def answer(question: Question, known: Mapping[str, Sequence[str]]) -> bytes:
    """Answer a question from the ``known`` addresses; any other name does not exist.
    After a server failure a client would ask again."""
    found = [ipaddress.ip_address(a) for a in known.get(question.name, ())]
    fitting = [a for a in found if _TYPES[a.version] == question.kind]
    code = 0 if question.name in known else _NO_SUCH_NAME
    head = struct.pack(
        "!HHHHHH", question.number, _ANSWERS | code, 1, len(fitting), 0, 0
    )
    records = (
        struct.pack("!HHHLH", 0xC00C, question.kind, 1, 0, len(a.packed)) + a.packed
        for a in fitting
    )
    return head + question.raw + b"".join(records)
