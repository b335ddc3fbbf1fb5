"""Parse the text of one option into its typed value, and write it as text again.

The table in options.py names these functions; none of them knows an option's name.
"""

import math
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from mitmvcr.core.errors import UnusableValueError
from mitmvcr.core.model import Layout
from mitmvcr.core.modes import SHORT_NAMES, Mode, Repeats

#: What is recorded: what go-vcr would have seen, or what was on the wire.
View = Literal["go", "wire"]

#: What becomes of a stream that the client left before its end.
Partial = Literal["keep", "drop"]

#: What a replay at latency 0 tells a client of when to come back.
RetryAfter = Literal["0", "keep"]

#: Which of mitmproxy's programs is shown.
Ui = Literal["dump", "console", "web"]


def parse_mode(text: str) -> Mode:
    """Parse a mode by its go-vcr name, its short name or vcrpy's."""
    word = text.strip().lower()
    if word in SHORT_NAMES:
        return SHORT_NAMES[word]
    try:
        return Mode(word)
    except ValueError:
        known = ", ".join([*Mode, *SHORT_NAMES])
        raise UnusableValueError(text, f"use one of {known}") from None


def parse_chosen_cassette(text: str) -> Path | str | None:
    """Parse a path or a URL; empty is None: none is chosen yet."""
    return parse_cassette(text) if text else None


_URL = re.compile(r"[a-z][a-z0-9+]+://(?P<name>.*)", re.DOTALL)


def parse_cassette(text: str) -> Path | str:
    """Parse a path, or a URL as it is; one with no extension gets ``.yaml``, as go-vcr
    does."""
    if not text.strip():
        raise UnusableValueError(text, "name a file, as cassettes/chat.yaml")
    if "\0" in text:
        raise UnusableValueError(repr(text), "a path cannot hold NUL")
    if found := _URL.match(text.strip()):
        return _parse_url(text.strip(), found["name"])
    try:
        path = Path(text).expanduser()
    except RuntimeError as error:  # as in ~nobody/chat.yaml
        raise UnusableValueError(text, f"{error} Name it in full") from error
    if text.endswith(("/", "\\")) or os.path.isdir(path):
        raise UnusableValueError(
            text, f"is a folder; name a file in it, as {path}/chat.yaml"
        )
    return path if path.suffix else path.with_name(path.name + ".yaml")


def _parse_url(url: str, name: str) -> str:
    if not name or name.endswith("/"):
        remedy = "is a folder; name a file in it, as s3://bucket/chat.yaml"
        raise UnusableValueError(url, remedy)
    return url if "." in name.rpartition("/")[2] else f"{url}.yaml"


def parse_folder(text: str) -> Path | None:
    """Parse the path of a folder, which need not exist yet; None if empty."""
    if not text.strip():
        return None
    if "\0" in text:
        raise UnusableValueError(repr(text), "a path cannot hold NUL")
    if _URL.match(text.strip()):
        raise UnusableValueError(text, "use a folder of this machine, as cassettes")
    try:
        path = Path(text).expanduser()
    except RuntimeError as error:  # as in ~nobody/cassettes
        raise UnusableValueError(text, f"{error} Name it in full") from error
    if path.exists() and not path.is_dir():
        raise UnusableValueError(text, "is a file; name a folder, as cassettes")
    return path


_EXTENSIONS = (".yaml", ".yml", ".yaml.gz", ".yml.gz")


def is_cassette(name: str) -> bool:
    """Return whether a name says that the file is a cassette, by its extension."""
    return name.lower().endswith(_EXTENSIONS)


def what_is_odd(name: str) -> str | None:
    """Return what to say of a cassette whose name says that it is something else."""
    if is_cassette(name) or name.lower().endswith(".gz"):
        return None
    extension = os.path.splitext(name)[1]
    return (
        f"{name} is YAML whatever {extension} says: name it .yaml, or .yaml.gz for a"
        " compressed one"
    )


_REPEATS = {
    "": Repeats.NO,
    "no": Repeats.NO,
    "false": Repeats.NO,
    "last": Repeats.LAST,
    "all": Repeats.ALL,
    "yes": Repeats.ALL,
    "true": Repeats.ALL,
}


def parse_repeats(text: str) -> Repeats:
    """Parse ``no`` (default), ``last``, or ``all`` (also ``yes``, ``true``): go-vcr's
    replayable."""
    try:
        return _REPEATS[text.strip().lower()]
    except KeyError:
        raise UnusableValueError(text, "use no, last or all") from None


def parse_latency(text: str) -> float:
    """Parse a factor of the recorded duration: 0 is at once, 1 is as recorded."""
    remedy = "use a factor of the recorded duration, as 0, 0.5 or 1"
    try:
        value = float(text)
    except ValueError:
        raise UnusableValueError(text, remedy) from None
    if not math.isfinite(value) or value < 0:
        raise UnusableValueError(text, remedy)
    return value


def parse_layout(text: str) -> Layout:
    """Parse ``v4`` (default) or ``v3``: as go-vcr's newest library writes, or as its
    v3."""
    word = text.strip().lower()
    if word == "v4":
        return "v4"
    if word == "v3":
        return "v3"
    raise UnusableValueError(text, "use v4 or v3")


def parse_partial(text: str) -> Partial:
    """Parse ``keep`` (default) or ``drop``."""
    word = text.strip().lower()
    if word == "keep":
        return "keep"
    if word == "drop":
        return "drop"
    raise UnusableValueError(text, "use keep or drop")


def parse_retry_after(text: str) -> RetryAfter:
    """Parse ``0`` (default) or ``keep``."""
    word = text.strip().lower()
    if word == "0":
        return "0"
    if word == "keep":
        return "keep"
    raise UnusableValueError(text, "use 0 or keep")


def parse_fsync(text: str) -> bool:
    """Parse ``each`` or ``close`` (default); return whether each interaction is forced
    to the disk."""
    word = text.strip().lower()
    if word not in ("each", "close"):
        raise UnusableValueError(text, "use each or close")
    return word == "each"


_YES_OR_NO = {
    **dict.fromkeys(("yes", "true", "on", "1"), True),
    **dict.fromkeys(("no", "false", "off", "0"), False),
}


def parse_switch(text: str) -> bool:
    """Parse ``yes`` or ``no``; also ``true``, ``on``, ``1`` and their opposites."""
    try:
        return _YES_OR_NO[text.strip().lower()]
    except KeyError:
        raise UnusableValueError(text, "use yes or no") from None


_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def parse_size(text: str) -> int:
    """Parse a size and return bytes: ``500k``, ``1m`` and ``2g`` as mitmproxy's own
    options have them."""
    word = text.strip().lower()
    unit = _UNITS.get(word[-1:], 1)
    number = word if unit == 1 else word[:-1]
    if not (number.isascii() and number.isdigit()) or not int(number):
        raise UnusableValueError(text, "use a size, as 500k, 1m or 2g")
    return int(number) * unit


def parse_view(text: str) -> View:
    """Parse ``go`` (default) or ``wire``: as go-vcr would have recorded, or as sent."""
    word = text.strip().lower()
    if word == "go":
        return "go"
    if word == "wire":
        return "wire"
    raise UnusableValueError(text, "use go or wire")


def parse_hooks(text: str) -> Path | None:
    """Parse the path of a Python file; None if empty. The file is read when a session
    begins."""
    if not text.strip():
        return None
    path = Path(os.path.expanduser(text.strip()))
    if not path.is_file():
        raise UnusableValueError(text, "there is no such file")
    return path


def parse_client_cert(text: str) -> Path | None:
    """Parse the path of a PEM file with a certificate and its key, or of a folder of
    them, each named ``HOST.pem``; None if empty."""
    path = _existing(text)
    if path is not None and path.is_file() and b"PRIVATE KEY-----" not in _data(path):
        problem = "holds no private key; put the certificate and its key into one PEM"
        raise UnusableValueError(text, problem)
    return path


def parse_upstream_ca(text: str) -> Path | None:
    """Parse the path of a PEM file of certificates; None if empty."""
    path = _existing(text)
    if path is not None and b"-----BEGIN CERTIFICATE-----" not in _data(path):
        raise UnusableValueError(text, "holds no certificate in PEM")
    return path


def _existing(text: str) -> Path | None:
    if not text.strip():
        return None
    path = Path(os.path.expanduser(text.strip())).absolute()
    if not path.exists():
        raise UnusableValueError(text, "there is no such file")
    return path


def _data(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        problem = f"cannot be read: {(error.strerror or str(error)).lower()}"
        raise UnusableValueError(str(path), problem) from error


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
    return tuple(texts)


def parse_text(text: str) -> str:
    return text.strip()


def parse_texts(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


_HOST = re.compile(r"(\*?\.)?[\w-]+(\.[\w-]+)*(:\d+)?|[0-9a-f:.]+", re.IGNORECASE)


def parse_bypass(text: str) -> tuple[str, ...]:
    """Parse hosts, separated by commas, into the one form that all clients read in
    NO_PROXY."""
    hosts = tuple(word.strip().strip("[]") for word in text.split(",") if word.strip())
    for host in hosts:
        if not _HOST.fullmatch(host):
            remedy = "use host names, .domains or addresses, separated by commas"
            raise UnusableValueError(host, remedy)
    return hosts


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


def parse_ui(text: str) -> Ui:
    """Parse ``dump``, ``console`` or ``web``: the mitmproxy program that runs."""
    word = text.strip().lower()
    if word == "dump":
        return "dump"
    if word == "console":
        return "console"
    if word == "web":
        return "web"
    raise UnusableValueError(text, "use dump, console or web")


def parse_port(text: str) -> int:
    """Parse a TCP port, from 1 to 65535."""
    word = text.strip()
    if not (word.isascii() and word.isdigit()) or not 0 < int(word) < 1 << 16:
        raise UnusableValueError(text, "use a port, from 1 to 65535")
    return int(word)


def parse_control(text: str) -> int | None:
    """Parse a TCP port, 0 for any free one; None if empty."""
    word = text.strip()
    return None if not word else 0 if word == "0" else parse_port(word)


def write_fsync(each: bool) -> str:
    return "each" if each else "close"


def as_text(value: object) -> str | list[str]:
    """Return the text that most parsers read as this value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return [*map(str, value)] if isinstance(value, tuple) else str(value)
