"""A network namespace that has only loopback, with a DNS server of its own in it."""

import ctypes
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import warm
from leaving_out import leave_out
from patience import read_line

RESOLVER = Path(__file__).resolve().parent / "resolver.py"

_LIBC = ctypes.CDLL(None, use_errno=True)
_NEWNET = 0x40000000


class NoNamespaceError(Exception):
    """Namespaces cannot be made here; the message says why."""


def _ip(*arguments: str) -> None:
    tool = shutil.which("ip", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if tool is None:
        raise NoNamespaceError("there is no `ip` (Debian: iproute2)")
    done = subprocess.run([tool, *arguments], capture_output=True, text=True)
    if done.returncode:
        raise NoNamespaceError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")


def _enter(network: int) -> None:
    if _LIBC.setns(network, _NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


class Namespace:
    """``within`` is the prefix that runs a command in it."""

    def __init__(self, folder: Path) -> None:
        # Not the process's number: a killed run leaves its namespace, and a container
        # that counts its processes anew has the same numbers.
        self.name = f"mitmvcr-{secrets.token_hex(5)}"
        self.within = ("ip", "netns", "exec", self.name)
        self._log = folder / "dns.log"
        self._resolver: subprocess.Popen[bytes] | None = None
        self._read = 0
        # iproute2 puts the files of this folder over those of /etc.
        self._etc = Path("/etc/netns") / self.name
        _ip("netns", "add", self.name)
        try:
            self._furnish()
        except BaseException:
            self.close()
            raise

    def _furnish(self) -> None:
        _ip("-n", self.name, "link", "set", "lo", "up")
        try:
            self._etc.mkdir(parents=True)
            (self._etc / "resolv.conf").write_text(
                "nameserver 127.0.0.1\noptions timeout:30 attempts:2\n"
            )
        except OSError as error:
            raise NoNamespaceError(str(error)) from error
        self._log.touch()
        self._resolver = subprocess.Popen(
            [*self.within, sys.executable, RESOLVER, self._log], stdout=subprocess.PIPE
        )
        try:
            read_line(self._resolver, "it was ready to be asked for names")
        except AssertionError as error:
            raise NoNamespaceError(str(error)) from error

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Sockets that this thread makes meanwhile belong to it, and stay so."""
        with (
            open("/proc/thread-self/ns/net") as own,
            open(f"/run/netns/{self.name}") as it,
        ):
            _enter(it.fileno())
            try:
                yield
            finally:
                _enter(own.fileno())

    def forget(self) -> None:
        self._read = self._log.stat().st_size

    def looked_up(self) -> list[str]:
        """Names that were asked for since the start or ``forget``."""
        return self._log.read_bytes()[self._read :].decode().splitlines()

    def close(self) -> None:
        warm.close(self.within)
        if self._resolver is not None:
            self._resolver.kill()
            self._resolver.wait()
            self._resolver.stdout.close()
        shutil.rmtree(self._etc, ignore_errors=True)
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def made(folder: Path) -> Namespace:
    """Make one, or leave the test out where there can be none."""
    try:
        return Namespace(folder)
    except NoNamespaceError as error:
        leave_out(f"network namespaces cannot be made here: {error}")
