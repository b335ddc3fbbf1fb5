"""A server that can no longer be reached: its queue is full, so that the system drops
whoever comes. Prints its port, and stays until its standard input ends."""

import socket
import sys


def main() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for plug in waiting:
            plug.setblocking(False)
            plug.connect_ex(address)
        sys.stdout.write(f"{address[1]}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
