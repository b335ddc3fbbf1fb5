"""The namespace: made by a short-lived child, entered by the command."""

import json
import os
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mitmvcr.cli.child.own_folder import cannot_write
from mitmvcr.cli.isolate import network
from mitmvcr.cli.isolate.diverted import HOSTS, Names, hosts_within
from mitmvcr.cli.isolate.route import Allowed, stay
from mitmvcr.core.errors import VcrError
from mitmvcr.options import ISOLATE
from mitmvcr.store.files import write_all

if TYPE_CHECKING:
    from mitmvcr.cli.isolate.setup import Parts

_LONGEST = 1 << 16
_MOST_DESCRIPTORS = 253  # SCM_MAX_FD of the kernel
_KINDS = {
    "user": network.CLONE_NEWUSER,
    "net": network.CLONE_NEWNET,
    "mnt": network.CLONE_NEWNS,
}


@dataclass(frozen=True, slots=True)
class Namespace:
    """``port`` is where the proxy is to be found within, on each of the ``proxy``
    sockets; ``allowed`` listen for what may be reached besides. ``tap`` and ``tunnel``
    see what goes nowhere over IPv4 and IPv6; ``blind`` says why the first is absent.
    ``diverted`` listen for programs that know of no proxy, on addresses of ``names``
    and others, which ``control`` adds.
    ``root`` is the folder that is / to us and to the command, ``roots`` are what it
    finds as the system's files of authorities; ``distrusted`` says why those are as
    they were. ``maker`` leads to a child that stays within and opens ports (ports.py).
    """

    kinds: Sequence[tuple[int, int]]
    port: int
    proxy: Sequence[socket.socket]
    allowed: Sequence[tuple[socket.socket, Allowed]]
    name_servers: Sequence[socket.socket]
    tap: socket.socket | None
    tunnel: int | None
    blind: str
    distrusted: str = ""
    root: int | None = None
    roots: Sequence[int] = ()
    maker: socket.socket | None = None
    child: int = 0
    diverted: Sequence[socket.socket] = ()
    control: socket.socket | None = None
    names: Names = field(default_factory=Names)

    def enter(self) -> None:
        """Move this process into the namespace. Call it in a child that is to become
        the command. Raise OSError."""
        for descriptor, kind in self.kinds:
            if kind == network.CLONE_NEWNS:
                self._enter_mounts(descriptor)
            else:
                network.setns(descriptor, kind)

    def _enter_mounts(self, descriptor: int) -> None:
        """Enter it where we are: the kernel does at its root, out of any chroot."""
        folder = os.getcwd()
        network.setns(descriptor, network.CLONE_NEWNS)
        if self.root is not None:
            os.chdir(self.root)
            os.chroot(".")
        os.chdir(folder)

    def trust(self, certificate: bytes) -> None:
        """Add an authority, as PEM, to those that the command finds as the system's:
        what goes by no variable goes by these. Raise VcrError where there is no room
        for it: one half of it would spoil the others."""
        for descriptor in self.roots:
            end = os.lseek(descriptor, 0, os.SEEK_END)
            try:
                write_all(descriptor, certificate)
            except OSError as error:
                os.ftruncate(descriptor, end)
                raise cannot_write(Path(tempfile.gettempdir()), error) from error

    def close(self) -> None:
        """Close our descriptors; the namespace lives on while a process is in it."""
        own = () if self.root is None else (self.root,)
        for descriptor in (*(each for each, _ in self.kinds), *self.roots, *own):
            os.close(descriptor)
        listening = (*self.proxy, *(s for s, _ in self.allowed), *self.diverted)
        for each in (*listening, *self.name_servers):
            each.close()
        for each in filter(None, (self.tap, self.control)):
            each.close()
        if self.tunnel is not None:
            os.close(self.tunnel)
        if self.maker is not None:
            self.maker.close()  # so it ends
            os.waitpid(self.child, 0)


def make_namespace(
    allowed: Sequence[Allowed],
    *,
    grows: bool = False,
    divert: Sequence[tuple[str, int]] = (),
) -> Namespace:
    """Make a namespace; one that ``grows`` gets more ports later, and what connects to
    ``divert`` is carried to the proxy, of which its program need not know. It forks:
    call it before there are threads. Raise VcrError."""
    if sys.platform != "linux":
        problem = f"needs Linux's network namespaces, and this is {sys.platform}"
        raise VcrError(f"{ISOLATE.word} {problem}: leave it out here")
    from mitmvcr.cli.isolate.setup import set_up  # Linux alone can import it

    problem, names = "", Names()
    hosts = _hosts(names, allowed) if divert else None
    for user in (False, True) if os.geteuid() == 0 else (True,):
        try:
            made = partial(set_up, allowed, user=user, divert=divert, hosts=hosts)
            return replace(_made(allowed, made, grows=grows), names=names)
        except OSError as error:
            problem = str(error.strerror)
    raise VcrError(
        f"{ISOLATE.word}: this system does not allow a network namespace ({problem}):"
        f" {_remedy()}"
    )


def _hosts(names: Names, allowed: Sequence[Allowed]) -> str | None:
    """Return what the command is to find in the file of hosts, if that is another."""
    try:
        text = HOSTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:  # there is none
        return None
    kept = {socket.gethostname().rstrip(".").lower()}
    for each in allowed:
        kept |= {each.host.rstrip(".").lower(), *each.addresses}
    within = hosts_within(text, names, kept)
    return within if within.split() != text.split() else None


def _made(
    allowed: Sequence[Allowed], make: "Callable[[], Parts]", *, grows: bool
) -> Namespace:
    """Fork a child that makes the namespace, and return what it hands over. Raise
    OSError."""
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        ours.close()
        _be_the_child(theirs, make, stays=grows)
    theirs.close()
    message, descriptors, _, _ = socket.recv_fds(ours, _LONGEST, _MOST_DESCRIPTORS)
    facts = json.loads(message or "{}")
    if not grows or "port" not in facts:
        ours.close()
        os.waitpid(child, 0)
    if not message:
        raise OSError(0, "the process that makes it has died")
    if "error" in facts:
        raise OSError(0, facts["error"])
    made = _unpacked(facts, descriptors, allowed)
    return replace(made, maker=ours, child=child) if grows else made


def _be_the_child(
    theirs: socket.socket, make: "Callable[[], Parts]", *, stays: bool
) -> None:
    """Make the namespace in the forked child, and never return."""
    try:
        try:
            made = make()
            facts, descriptors = _packed(made), made.descriptors()
        except OSError as error:
            facts, descriptors, stays = {"error": network.words(error)}, [], False
        socket.send_fds(theirs, [json.dumps(facts).encode()], descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        if stays:
            stay(theirs)
    finally:
        os._exit(0)


def _packed(made: "Parts") -> dict[str, object]:
    return {
        "labels": [label for label, _ in made.labelled],
        "port": made.port,
        "blind": made.blind,
        "distrusted": made.distrusted,
    }


def _unpacked(
    facts: Mapping[str, object], descriptors: Sequence[int], allowed: Sequence[Allowed]
) -> Namespace:
    labels = facts["labels"]
    assert isinstance(labels, list)
    parts = list(zip(labels, descriptors, strict=True))

    def of(wanted: str) -> Iterator[int]:
        return (descriptor for label, descriptor in parts if label == wanted)

    return Namespace(
        kinds=[(d, _KINDS[label]) for label, d in parts if label in _KINDS],
        port=int(str(facts["port"])),
        proxy=[_socket(d) for d in of("proxy")],
        allowed=[
            (_socket(d), each)
            for number, each in enumerate(allowed)
            for d in of(f"allowed {number}")
        ],
        name_servers=[_socket(d) for d in of("names")],
        tap=next(map(_socket, of("tap")), None),
        tunnel=next(of("tunnel"), None),
        blind=str(facts["blind"]),
        distrusted=str(facts["distrusted"]),
        root=next(of("root"), None),
        roots=list(of("roots")),
        diverted=[_socket(d) for d in of("diverted")],
        control=next(map(_socket, of("control")), None),
    )


def _socket(descriptor: int) -> socket.socket:
    made = socket.socket(fileno=descriptor)
    made.setblocking(False)
    return made


#: What may forbid a namespace to those who are not root -> the value that does.
_SWITCHES = {
    "kernel.unprivileged_userns_clone": ("0", "1"),
    "kernel.apparmor_restrict_unprivileged_userns": ("1", "0"),
    "user.max_user_namespaces": ("0", "10000"),
    "user.max_net_namespaces": ("0", "10000"),
}


def _remedy() -> str:
    otherwise = "" if os.geteuid() == 0 else "run it as root, or "
    for name, (forbids, allows) in _SWITCHES.items():
        place = Path("/proc/sys", name.replace(".", "/"))
        try:
            value = place.read_text().strip()
        except OSError:
            continue
        if value == forbids:
            return f"{otherwise}allow them with 'sysctl {name}={allows}'"
    return (
        f"{otherwise}start the container that this is in with --cap-add SYS_ADMIN"
        " --cap-add NET_ADMIN (Docker: and --security-opt seccomp=unconfined"
        " --security-opt apparmor=unconfined)"
    )
