"""docker-py's exec in a container, as testcontainers uses it.

``python docker_client.py URL [WORD...]``: runs ``ls``, then talks to a shell, and
prints what both said, as JSON.
"""

import json
import sys

import docker


def main() -> None:
    url, *words = sys.argv[1:]
    client = docker.DockerClient(url, version="1.43", timeout=100)
    code, (output, errors) = client.containers.get("c1").exec_run("ls", demux=True)
    shell = client.api.exec_create("c1", "sh", stdin=True, tty=True)["Id"]
    plug = client.api.exec_start(shell, tty=True, socket=True)._sock
    heard = [_until(plug, b"$ ")]
    for word in words:
        plug.sendall(word.encode() + b"\n")
        heard.append(_until(plug, b"$ "))
    plug.close()
    said = [each.decode() for each in (output, errors, *heard)]
    sys.stdout.write(json.dumps([code, *said]))


def _until(plug: object, mark: bytes) -> bytes:
    """Return what comes until a mark, or the end."""
    heard = b""
    while not heard.endswith(mark):
        part = plug.recv(4096)
        if not part:
            break
        heard += part
    return heard


main()
