"""What the short-lived child does: it goes into a new namespace and sets it up."""

import errno
import os
import socket
import stat
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

from mitmvcr.cli.child.trust import SYSTEM_ROOTS
from mitmvcr.cli.isolate import network
from mitmvcr.cli.isolate.diverted import HOSTS, RANGE
from mitmvcr.cli.isolate.route import Allowed
from mitmvcr.core.urls import is_loopback

#: They look names up for whoever asks, past the network of the namespace.
_NAME_DAEMONS = (
    "/run/systemd/resolve/io.systemd.Resolve",
    "/run/nscd/socket",
    "/var/run/nscd/socket",
)
_AS_IT_IS = ("utf-8", "surrogateescape")
_RESOLV_CONF = Path("/etc/resolv.conf")


@dataclass
class Parts:
    """The descriptors of a namespace, each with what it is."""

    labelled: list[tuple[str, int]] = field(default_factory=list)
    port: int = 0
    blind: str = ""
    #: Why the authority cannot be added to the system's.
    distrusted: str = ""

    def add(self, label: str, made: socket.socket | int) -> None:
        self.labelled.append((label, made if isinstance(made, int) else made.detach()))

    def descriptors(self) -> list[int]:
        return [descriptor for _, descriptor in self.labelled]


def set_up(
    allowed: Sequence[Allowed],
    *,
    user: bool,
    divert: Sequence[tuple[str, int]],
    hosts: str | None = None,
) -> Parts:
    """Move this process into a namespace of its own (``user``: with a user namespace
    around it; ``divert``: where programs that know of no proxy are listened for;
    ``hosts``: another text for the file of hosts). Raises OSError."""
    made = Parts()
    taken = (*(each.port for each in allowed), *(port for _, port in divert))
    made.port = _port_of_nobody(taken)
    _move(user=user)
    if user:
        made.add("user", _own("user"))
    made.add("net", _own("net"))
    _add_mounts(made, hosts)
    network.bring_up("lo")
    _add_allowed(made, allowed)
    _add_proxy(made)
    for address in _name_servers():
        _add_name_server(made, address)
    _add_taps(made)
    if divert:  # last: what goes elsewhere comes from the first address
        network.add_range(RANGE)
        with suppress(OSError):  # else a client asks again, a second later
            network.take_in_again()
        made.add("control", socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        for address, port in divert:
            _add_diverted(made, address, port)
    return made


def _add_diverted(made: Parts, address: str, port: int) -> None:
    try:
        made.add("diverted", network.listen(address, port, shares=True))
    except OSError:
        if ":" not in address:  # else there is no IPv6
            raise


def _port_of_nobody(taken: Collection[int]) -> int:
    """Return a port that no server of this machine has: a command that looks for one
    there is not to find the proxy."""
    with ExitStack() as stack:
        while True:
            listening = stack.enter_context(network.listen("127.0.0.1"))
            port = int(listening.getsockname()[1])
            if port not in taken and not _is_taken(port):
                return port


def _is_taken(port: int) -> bool:
    """Return whether a server has a port of IPv6's loopback."""
    try:
        network.listen("::1", port).close()
    except OSError as error:  # or there is no IPv6
        return error.errno == errno.EADDRINUSE
    return False


def _add_mounts(made: Parts, hosts: str | None) -> None:
    """Cover the files that the command is to find otherwise. Where nothing may be
    mounted, only what would let it out ends the attempt."""
    daemons = sorted(set(_sockets(_NAME_DAEMONS)))
    try:
        network.keep_mounts_to_ourselves()
    except OSError as error:
        if daemons or hosts is not None:
            raise
        made.distrusted = network.words(error)
        return
    for path in daemons:
        network.cover(path)
    if hosts is not None:
        os.close(_cover(os.path.realpath(HOSTS), hosts.encode(*_AS_IT_IS)))
    try:
        roots = list(_covered_roots())
    except OSError as error:  # those covered before keep what they had
        made.distrusted = network.words(error)
    else:
        for descriptor in roots:
            made.add("roots", descriptor)
    made.add("root", os.open("/", os.O_PATH | os.O_CLOEXEC))
    made.add("mnt", _own("mnt"))


def _covered_roots() -> Iterator[int]:
    for path in sorted(set(map(os.path.realpath, filter(_is_readable, SYSTEM_ROOTS)))):
        yield _cover(path, Path(path).read_bytes() + b"\n")


def _is_readable(path: str) -> bool:
    return os.path.isfile(path) and os.access(path, os.R_OK)


def _cover(path: str, data: bytes) -> int:
    """Put a file over that of ``path`` that begins with ``data``, and return its
    descriptor: it has no other name, and is gone with the mount."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        os.fchmod(file.fileno(), 0o644)
        network.cover(path, file.name)
        return os.dup(file.fileno())


def _sockets(paths: Sequence[str]) -> Iterator[str]:
    for path in paths:
        with suppress(OSError):
            if stat.S_ISSOCK(os.stat(path).st_mode):
                yield os.path.realpath(path)


def _move(*, user: bool) -> None:
    """Enter the namespace. The caller keeps its own user and group, the only ones in
    it."""
    uid, gid = os.geteuid(), os.getegid()
    flags = network.CLONE_NEWNET | network.CLONE_NEWNS
    flags |= network.CLONE_NEWUSER if user else 0
    network.unshare(flags)
    if user:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def _own(kind: str) -> int:
    return os.open(f"/proc/self/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC)


def _add_allowed(made: Parts, allowed: Sequence[Allowed]) -> None:
    places: set[tuple[str, int]] = set()
    for number, each in enumerate(allowed):
        for address in each.addresses:
            if (address, each.port) in places:
                continue
            places.add((address, each.port))
            if not is_loopback(address):
                network.add_address(address, len(places))
            listening = network.listen(address, each.port, shares=True)
            made.add(f"allowed {number}", listening)


def _add_proxy(made: Parts) -> None:
    made.add("proxy", network.listen("127.0.0.1", made.port))
    with suppress(OSError):  # there is no IPv6
        made.add("proxy", network.listen("::1", made.port))


def _add_name_server(made: Parts, address: str) -> None:
    """Listen as the name servers that nothing can see otherwise: on loopback nobody
    listens now, and one with an IPv6 address may have no way out; the tap sees the
    others."""
    if not is_loopback(address):
        if ":" not in address:
            return
        with suppress(OSError, ValueError):  # no IPv6, or of one link only
            network.add_address(address)
            made.add("names", network.name_server(address))
        return
    made.add("names", network.name_server(address))


def _name_servers() -> list[str]:
    try:
        lines = _RESOLV_CONF.read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    words = [line.split() for line in lines]
    named = [w[1] for w in words if len(w) > 1 and w[0] == "nameserver"]
    return list(dict.fromkeys(named)) or ["127.0.0.1"]


def _add_taps(made: Parts) -> None:
    """Give the namespace routes: without one, a connection fails unseen."""
    try:
        made.add("tap", network.tap())
    except OSError as error:
        made.blind = error.strerror or str(error)
    with suppress(OSError):  # not everywhere; then IPv6 fails unseen
        made.add("tunnel", network.tunnel())
