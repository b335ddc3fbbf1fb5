"""Parse where a cassette lies, and recognize a cassette by its name."""

import os
import re
from pathlib import Path

from mitmvcr.core.errors import UnusableValueError
from mitmvcr.core.wording import as_word


def parse_chosen_cassette(text: str) -> Path | str | None:
    """Parse a path or a URL; empty is None: none is chosen yet."""
    return parse_cassette(text) if text else None


#: Of a folder of WireMock's.
_MAPPINGS = "mappings"
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
    is_within = path.name == _MAPPINGS and os.path.isdir(path)
    if is_within or os.path.isdir(path / _MAPPINGS):
        # Its mappings and __files are read together, and only there.
        word = as_word(str(path.parent) if is_within else text)
        become = f"mitmvcr cassette convert {word} -o cassettes/chat.yaml"
        remedy = f"is a folder of WireMock's: '{become}' makes a cassette of it"
        raise UnusableValueError(text, remedy)
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
    if os.path.exists(path) and not os.path.isdir(path):
        raise UnusableValueError(text, "is a file; name a folder, as cassettes")
    return path


_EXTENSIONS = (".yaml", ".yml", ".yaml.gz", ".yml.gz")


def is_cassette(name: str) -> bool:
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
