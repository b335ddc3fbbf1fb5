"""A script for mitmdump: every look-up and every connection that this process tries
is written to the file named by SPY_LOG, as Python's own audit events tell them.

These events fire before the system call, whatever comes of it, in every thread.
"""

import os
import sys

LOOKS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
SENDS = {"socket.connect", "socket.sendto", "socket.sendmsg"}

_file = os.open(os.environ["SPY_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if event in LOOKS:
        os.write(_file, f"{event} {arguments[0]}\n".encode())
    elif event in SENDS:
        os.write(_file, f"{event} {arguments[1]}\n".encode())


sys.addaudithook(_hook)
os.write(_file, b"watching\n")
