"""A DNS server for a namespace: ``python resolver.py LOG``.

Every name is 127.0.0.1, so that a look-up that should not be made succeeds and is seen,
here and at the origin. Writes each name to LOG before it answers.
"""

import os
import socket
import struct
import sys

A = 1


def question(packet: bytes) -> tuple[str, int, int]:
    """Name, type, and where the question ends."""
    labels, place = [], 12
    while size := packet[place]:
        labels.append(packet[place + 1 : place + 1 + size].decode())
        place += 1 + size
    (kind,) = struct.unpack_from("!H", packet, place + 1)
    return ".".join(labels), kind, place + 5


def answer(packet: bytes) -> bytes:
    """127.0.0.1 for an A question, nothing for any other."""
    _, kind, end = question(packet)
    head = packet[:2] + struct.pack("!HHHHH", 0x8180, 1, kind == A, 0, 0)
    record = struct.pack("!HHHIH4B", 0xC00C, A, 1, 1, 4, 127, 0, 0, 1)
    return head + packet[12:end] + (record if kind == A else b"")


def serve(log: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.bind(("127.0.0.1", 53))
        os.write(1, b"ready\n")
        while True:
            packet, asker = door.recvfrom(4096)
            os.write(log, question(packet)[0].encode() + b"\n")
            door.sendto(answer(packet), asker)


if __name__ == "__main__":
    serve(os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT))
