"""Cassettes that are kept elsewhere, through fsspec: ``s3://bucket/chat.yaml``.

The journal stays on this machine, among mitmvcr's own files; the cassette is put in
place at the end, by a single put, which a store of objects does wholly or not at all.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import BufferedIOBase, BytesIO
from pathlib import Path
from typing import Any

from mitmvcr.core.errors import CassetteError
from mitmvcr.core.model import Layout
from mitmvcr.format import writer
from mitmvcr.format.packed import packed, unpacked
from mitmvcr.store.store import FileStore

#: What tells one version of an object from another, by the names of several stores.
_VERSION = ("ETag", "etag", "generation", "LastModified", "mtime", "created", "size")


class RemoteStore(FileStore):
    """Keeps a cassette as a FileStore does, at a URL. The version that the object store
    reports keeps two machines from undoing each other's work, not a lock."""

    def __init__(
        self,
        url: str,
        layout: Layout = "v4",
        *,
        fsync_each: bool = False,
        write_empty: bool = False,
        keep_volatile: bool = False,
    ) -> None:
        super().__init__(
            journal_place(url),
            layout,
            fsync_each=fsync_each,
            write_empty=write_empty,
            keep_volatile=keep_volatile,
            name=url,
        )
        self._system, self._object = _open(url)

    def _is_there(self) -> bool:
        return bool(self._state())

    def _state(self) -> tuple[object, ...]:
        with _errors():
            self._system.invalidate_cache()
            try:
                found = self._system.info(self._object)
            except FileNotFoundError:
                return ()
        if found.get("type") != "file":
            raise CassetteError(self.name, "is not a file; name another one")
        return ("there", *(str(found.get(name)) for name in _VERSION))

    def _open(self) -> bytes:
        return self._read()

    def _read(self) -> bytes:
        return unpacked(self._raw(), self.name)

    def _raw(self) -> bytes:
        with _errors():
            data = self._system.cat_file(self._object)
        assert isinstance(data, bytes)
        return data

    def _opened(self) -> BufferedIOBase:
        return BytesIO(self._raw())

    def _put(self, *parts: bytes | Iterable[bytes]) -> None:
        data = b"".join(packed(self.name, *parts))
        with _errors():
            self._system.pipe_file(self._object, data)

    def _put_journal(self) -> None:
        self._put(writer.preamble(), self._journal.parts())
        self._journal.remove()


def journal_place(url: str) -> Path:
    """Return where the cassette would lie, were it a file, with its journal beside
    it."""
    home = Path(os.environ.get("MITMVCR_HOME") or "~/.mitmvcr").expanduser()
    mark = sha256(url.encode()).hexdigest()[:12]
    return home.absolute() / "journals" / mark / url.rpartition("/")[2]


def _open(url: str) -> tuple[Any, str]:
    """Return the file system, and the object's name in it."""
    try:
        import fsspec  # type: ignore[import-untyped] # it has no types
    except ImportError as error:
        problem = "is a URL, and fsspec is not installed: pip install mitmvcr[remote]"
        raise CassetteError(url, problem) from error
    try:
        system, name = fsspec.core.url_to_fs(url)
    except (ImportError, ValueError) as error:
        # An unknown protocol, or one whose own package is not installed: it says so.
        raise CassetteError(url, f"cannot be reached: {error}") from error
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
