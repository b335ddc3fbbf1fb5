"""Cassettes that are kept elsewhere, through fsspec: ``s3://bucket/chat.yaml``.

The journal stays on this machine, among mitmvcr's own files; the cassette is put in
place at the end, by a single put, which a store of objects does wholly or not at all.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from mitmvcr.core.errors import CassetteError
from mitmvcr.format.source import packed
from mitmvcr.store.files import home
from mitmvcr.store.place import Place, State

#: What distinguishes versions of an object, by the names of several stores.
_VERSION = ("ETag", "etag", "generation", "LastModified", "mtime", "created", "size")

_PASSWORD = re.compile(r"(?<=://)(?P<user>[^/?#:@]*):[^/?#]*@")


class RemotePlace(Place):
    """A URL. The version that the object store reports keeps two machines from undoing
    each other's work, not a lock."""

    def __init__(self, url: str) -> None:
        super().__init__(journal_place(url), shown(url))
        self._system, self._object = _open(url)

    def exists(self) -> bool:
        return bool(self.state())

    def state(self) -> State:
        with _errors():
            self._system.invalidate_cache()
            try:
                facts = self._system.info(self._object)
            except FileNotFoundError:
                return ()
        if facts.get("type") != "file":
            raise CassetteError(self.name, "is not a file", remedy="name another one")
        return ("there", *(str(facts.get(name)) for name in _VERSION))

    def is_other(self, _: State) -> bool:
        """Ask nobody: a replay does not go out."""
        return False

    def open(self) -> bytes:
        return self.read()

    def raw(self) -> bytes:
        with _errors():
            data = self._system.cat_file(self._object)
        assert isinstance(data, bytes)
        return data

    def put(self, *parts: bytes | Iterable[bytes]) -> None:
        data = b"".join(packed(self.name, *parts))
        with _errors():
            self._system.pipe_file(self._object, data)

    @property
    def takes_files(self) -> bool:
        return False


def journal_place(url: str) -> Path:
    """Return where the cassette would lie, were it a file, with its journal beside
    it."""
    mark = sha256(url.encode()).hexdigest()[:12]
    return home(os.environ) / "journals" / mark / url.rpartition("/")[2]


def shown(url: str) -> str:
    """Return what stands for a URL in messages and reports: a password is none of
    theirs."""
    return _PASSWORD.sub(r"\g<user>:***@", url, count=1)


def _open(url: str) -> tuple[Any, str]:
    """Return the file system, and the object's name in it."""
    try:
        import fsspec  # type: ignore[import-untyped] # it has no types
    except ImportError as error:
        problem, remedy = (
            "is a URL, and fsspec is not installed",
            "pip install mitmvcr[remote]",
        )
        raise CassetteError(shown(url), problem, remedy=remedy) from error
    try:
        system, name = fsspec.core.url_to_fs(url)
    except Exception as error:
        # An unknown protocol, or one whose own package is not installed: it says so.
        # Some connect here already, each with errors of its own.
        reason = str(error) or type(error).__name__
        raise CassetteError(shown(url), f"cannot be reached: {reason}") from error
    return system, name


@contextmanager
def _errors() -> Iterator[None]:
    """Turn the errors that each file system has of its own into OSError."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise OSError(f"{type(error).__name__}: {error}") from error
