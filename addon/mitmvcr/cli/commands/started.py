"""The proxy that was started and goes on: where it says so, and whether it still does.

The system's lock says whether it runs; the file says what it is, or was.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from mitmvcr.core.errors import VcrError
from mitmvcr.store.files import NO_FOLLOW, PRIVATE, home, why, write_all
from mitmvcr.store.lock import Lock


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What was started. ``told`` is how much of its log 'start' has shown; ``status``
    is None until it has ended by itself, or by 'stop'."""

    pid: int
    host: str
    port: int
    what: str
    cassette: str
    told: int = 0
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """The files of the proxy that was started, in mitmvcr's own folder: one for
    each."""

    folder: Path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Place":
        return cls(home(environment))

    @property
    def state(self) -> Path:
        return self.folder / "started.json"

    @property
    def log(self) -> Path:
        """Return what it says on stderr."""
        return self.folder / "started.log"

    @property
    def output(self) -> Path:
        """Return what it writes to stdout: a report."""
        return self.folder / "started.out"

    @property
    def lock(self) -> Lock:
        return Lock(self.folder / "started.lock", "a proxy that was started")

    def runs(self) -> bool:
        """Return whether a proxy that was started still runs."""
        return not self.lock.is_free()

    def read(self) -> State | None:
        """Return what was started; None without a file. Raise VcrError."""
        try:
            return State(**json.loads(self.state.read_text("utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, OSError):
            raise VcrError(
                f"{self.state} does not say which proxy was started: delete it, and end"
                " that proxy yourself if it still runs"
            ) from None

    def write(self, state: State) -> None:
        """Write it for nobody else to read, whole or not at all."""
        fresh = self.state.with_suffix(".tmp")
        write_private(fresh, json.dumps(asdict(state)).encode())
        os.replace(fresh, self.state)

    def clear(self) -> None:
        for path in (self.state, self.log, self.output):
            path.unlink(missing_ok=True)


def write_private(path: Path, data: bytes = b"") -> None:
    """Write a new file that is for nobody else to read. Raise VcrError."""
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | NO_FOLLOW
    try:
        path.unlink(missing_ok=True)
        file = os.open(path, flags, PRIVATE)
        try:
            write_all(file, data)
        finally:
            os.close(file)
    except OSError as error:
        raise VcrError(f"{path}: cannot be written: {why(error)}") from error


def running(environment: Mapping[str, str]) -> State | None:
    """Return what was started, if it runs. Raise VcrError."""
    place = Place.of(environment)
    state = place.read()
    return state if place.runs() else None
