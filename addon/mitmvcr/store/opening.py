"""The store of a place: a file, or a remote one."""

from collections.abc import Callable
from pathlib import Path

from mitmvcr.core.model import Layout
from mitmvcr.store.store import FileStore


def open_store(
    place: Path | str,
    layout: Layout = "v4",
    *,
    fsync_each: bool = False,
    write_empty: bool = False,
    keep_volatile: bool = False,
) -> FileStore:
    """Return the store for a path, or a URL (a text). The options are those of a
    FileStore."""
    if isinstance(place, Path):
        kind: Callable[..., FileStore] = FileStore
    else:
        from mitmvcr.store.remote import RemoteStore as kind
    return kind(
        place,
        layout,
        fsync_each=fsync_each,
        write_empty=write_empty,
        keep_volatile=keep_volatile,
    )
