"""Parse what says how the network is reached: certificates, hosts and ports."""

import os
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from mitmvcr.core.callers import Preset
from mitmvcr.core.errors import UnusableValueError
from mitmvcr.core.wording import authority


def parse_pem(text: str) -> Path | None:
    """Parse the path of a PEM file, or of a folder of them; None if empty. Whoever
    reaches an origin looks into it: a replay needs none of it."""
    if not text.strip():
        return None
    return Path(os.path.expanduser(text.strip())).absolute()


_ONE_FILE = "put the certificate and its key into one PEM"


def check_client_cert(path: Path) -> None:
    """Raise UnusableValueError where it is neither a PEM file with a certificate and
    its key nor a folder of them, each named ``HOST.pem``. Who asked for a certificate
    would hear of it from mitmproxy only as a connection that was closed."""
    files = sorted(path.glob("*.pem")) if os.path.isdir(path) else [path]
    if not files:
        raise UnusableValueError(str(path), "holds no HOST.pem")
    for file in files:
        _check_pair(file)


def _check_pair(path: Path) -> None:
    import ssl

    data = _data(path)
    if b"PRIVATE KEY-----" not in data:
        raise UnusableValueError(str(path), f"holds no private key; {_ONE_FILE}")
    if b"-----BEGIN CERTIFICATE-----" not in data:
        raise UnusableValueError(str(path), f"holds no certificate; {_ONE_FILE}")
    if b"ENCRYPTED" in data:
        problem = "has a key with a password; write it without one, as 'openssl pkey'"
        raise UnusableValueError(str(path), problem)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(path)
    except ssl.SSLError as error:
        said = (error.reason or str(error)).replace("_", " ").lower()
        problem = f"cannot be used ({said}): is the key that of the certificate?"
        raise UnusableValueError(str(path), problem) from error


def check_upstream_ca(path: Path) -> None:
    """Raise UnusableValueError where it is no PEM file of certificates."""
    if b"-----BEGIN CERTIFICATE-----" not in _data(path):
        raise UnusableValueError(str(path), "holds no certificate in PEM")


def _data(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise UnusableValueError(str(path), "there is no such file") from None
    except IsADirectoryError:
        raise UnusableValueError(str(path), "is a folder; name a PEM file") from None
    except OSError as error:
        problem = f"cannot be read: {(error.strerror or str(error)).lower()}"
        raise UnusableValueError(str(path), problem) from error


def parse_presets(text: str) -> tuple[Preset, ...]:
    """Parse the names of presets, separated by commas; ``none`` is no preset."""
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    if words == ["none"]:
        return ()
    if not words or not {*Preset}.issuperset(words):
        raise UnusableValueError(text, f"use {', '.join(Preset)} or none")
    return tuple(each for each in Preset if each in words)


def write_presets(presets: Collection[Preset]) -> str:
    """Return what :func:`parse_presets` reads."""
    return ",".join(presets) or "none"


#: A number above this is a slip: each is a process of 60 MB.
_MOST_WORKERS = 64


def parse_workers(text: str) -> int:
    """Parse a number of processes; ``auto`` is that of the cores that this one may
    use."""
    word = text.strip().lower()
    if word == "auto":
        return min(_cores(), _MOST_WORKERS)
    if not (word.isascii() and word.isdigit() and 1 <= int(word) <= _MOST_WORKERS):
        remedy = f"use a number from 1 to {_MOST_WORKERS}, or auto"
        raise UnusableValueError(text, remedy)
    return int(word)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


_SETTING = re.compile(r"(?P<name>[a-z][a-z0-9_]*)(=.*)?", re.DOTALL)
#: mitmproxy's options that are ours to set.
_OURS = ("confdir", "listen_host", "listen_port")


def parse_sets(texts: Sequence[str]) -> tuple[str, ...]:
    """Parse ``NAME=VALUE`` each, as mitmproxy's ``--set`` has it."""
    for text in texts:
        found = _SETTING.fullmatch(text)
        if found is None:
            raise UnusableValueError(text, "use NAME=VALUE, as ssl_insecure=true")
        if found["name"] in _OURS or found["name"].startswith("vcr_"):
            problem = "mitmvcr sets that itself; it has an option of its own for it"
            raise UnusableValueError(text, problem)
        if found["name"] == "server":
            problem = "mitmvcr needs a proxy that listens"
            raise UnusableValueError(text, problem)
    return tuple(texts)


_HOST = re.compile(r"(\*?\.)?[\w-]+(\.[\w-]+)*(:\d+)?|[0-9a-f:.]+", re.IGNORECASE)


_NAME = re.compile(r"[\w-]+(\.[\w-]+)*|[0-9a-f:.]+", re.IGNORECASE)


def parse_bypass(text: str) -> tuple[str, ...]:
    """Parse hosts, separated by commas, into the one form that all clients read in
    NO_PROXY."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    hosts = tuple(word.strip("[]") for word in words)
    for word, host in zip(words, hosts, strict=True):
        if not _HOST.fullmatch(host):
            remedy = "use host names, .domains or addresses, separated by commas"
            raise UnusableValueError(word, remedy)
    return hosts


class Upstream(NamedTuple):
    """A proxy to go on through, as http://user:password@host:port or socks5://..., and
    the hosts that are reached without it, as NO_PROXY names them. ``plain`` is that of
    ``http://`` URLs where they have one of their own; then both speak HTTP."""

    url: str
    past: Sequence[str] = ()
    plain: str = ""


class Place(NamedTuple):
    """A host and a port, and the text that named them."""

    host: str
    port: int
    text: str


def parse_places(texts: Sequence[str]) -> tuple[Place, ...]:
    """Parse ``HOST:PORT`` each; a port alone is 127.0.0.1's."""
    return tuple(map(_parse_place, texts))


def _parse_place(text: str) -> Place:
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") if text[:1] == "[" else host
    is_port = port.isascii() and port.isdigit() and 0 < int(port) < 65536
    if not is_port or (":" in host) != (text[:1] == "["):
        remedy = (
            "use HOST:PORT, [IPv6]:PORT, or PORT alone for this machine's 127.0.0.1"
        )
        raise UnusableValueError(text, remedy)
    return Place(host or "127.0.0.1", int(port), text)


def parse_ports(texts: Sequence[str]) -> tuple[int, ...]:
    """Parse TCP ports, each from 1 to 65535."""
    return tuple(map(parse_port, texts))


def parse_port(text: str) -> int:
    """Parse a TCP port, from 1 to 65535."""
    word = text.strip()
    if not (word.isascii() and word.isdigit()) or not 0 < int(word) < 1 << 16:
        raise UnusableValueError(text, "use a port, from 1 to 65535")
    return int(word)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens, by default on this machine alone; port 0 is any free
    one."""

    port: int
    host: str = "127.0.0.1"

    def __str__(self) -> str:
        """Return what :func:`parse_control` reads."""
        is_here = self == Address(self.port)
        return f"{self.port}" if is_here else authority(self.host, self.port)


def parse_control(text: str) -> Address | None:
    """Parse a TCP port, or ``HOST:PORT``; None if empty."""
    word = text.strip()
    if not word:
        return None
    host, colon, port = word.rpartition(":")
    try:
        number = 0 if port == "0" else parse_port(port)
    except UnusableValueError as error:
        raise UnusableValueError(text, error.remedy) from None
    if not colon:
        return Address(number)
    is_bracketed = host[:1] == "[" and host[-1:] == "]"
    name = host[1:-1] if is_bracketed else host
    if not _NAME.fullmatch(name) or (":" in name) != is_bracketed:
        raise UnusableValueError(text, "use PORT, HOST:PORT or [IPv6]:PORT")
    return Address(number, name)
