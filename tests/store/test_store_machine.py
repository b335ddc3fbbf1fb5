"""Any order of recording, crashing, publishing, recovering and reading."""

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)

from examples import examples
from memory_store import MemoryStore
from mitmvcr.core.errors import CassetteError, CassetteWriteError
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.format import reader
from mitmvcr.store.store import FileStore


def made(number: int, body: bytes) -> Interaction:
    request = Request(method="GET", url=f"https://h/{number}", body=body)
    return Interaction(0, request, Response(code=200, body=body))


def numbers(interactions: object) -> list[int]:
    return [int(each.request.url.rpartition("/")[2]) for each in interactions]


class Recording(RuleBasedStateMachine):
    """The model: what is published, what a recording keeps, and what it added, and
    what lies in a journal that nobody uses."""

    def __init__(self) -> None:
        super().__init__()
        self.store = self.make()
        self.published: list[int] | None = None
        self.kept: list[int] = []
        self.added: list[int] | None = None
        self.left: list[int] = []
        self.count = 0

    def make(self) -> FileStore | MemoryStore:
        raise NotImplementedError

    @property
    def records(self) -> bool:
        return self.added is not None

    @precondition(lambda self: not self.records)
    @rule(keeps=st.booleans())
    def begin(self, keeps: bool) -> None:
        keeps = keeps and self.published is not None
        kept = self.store.load().interactions if keeps else ()
        if self.left:
            with pytest.raises(CassetteWriteError):
                self.store.begin(kept)
            return
        self.store.begin(kept)
        self.kept, self.added = (self.published or []) if keeps else [], []

    @precondition(lambda self: self.records)
    @rule(body=st.binary(max_size=50) | st.just(b"- id: 0\n        duration: 1s\n"))
    def append(self, body: bytes) -> None:
        self.store.append(made(self.count, body))
        self.added.append(self.count)
        self.count += 1
        self.note_append()

    def note_append(self) -> None:
        """For those that have a file."""

    @precondition(lambda self: self.records)
    @rule()
    def begin_again(self) -> None:
        with pytest.raises(CassetteWriteError):
            self.store.begin(())

    @rule()
    def publish(self) -> None:
        self.store.publish()
        if self.added:
            self.published = [*self.kept, *self.added]
        self.added = None

    @rule()
    def leave(self) -> None:
        said = self.store.leave()
        assert (said is None) is (not self.added)
        if self.added:
            self.left = self.added
        self.added = None

    @precondition(lambda self: not self.records)
    @rule(instead=st.booleans())
    def recover(self, instead: bool) -> None:
        if not self.left:
            if isinstance(self.store, MemoryStore):
                with pytest.raises(CassetteError):
                    self.store.recover(instead=instead)
            return
        assert self.store.recover(instead=instead) == len(self.left)
        before = [] if instead else self.published or []
        self.published, self.left = [*before, *self.left], []

    @invariant()
    def readers_see_what_was_published(self) -> None:
        assert self.store.exists() is (self.published is not None)
        if self.published is not None:
            assert numbers(self.store.load().interactions) == self.published

    @invariant()
    def what_was_left_is_told(self) -> None:
        if not self.records:
            assert (self.store.left_over() is not None) is bool(self.left)


class InMemory(Recording):
    def make(self) -> MemoryStore:
        return MemoryStore()


class InFiles(Recording):
    """Besides: another store of the same file, crashes, and journals that are cut."""

    def make(self) -> FileStore:
        self.stack = ExitStack()
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        self.path = Path(folder) / "chat.yaml"
        self.part = self.path.with_name("chat.yaml.part")
        self.ends: list[int] = []
        return FileStore(self.path)

    def note_append(self) -> None:
        self.ends = [*self.ends[: len(self.added) - 1], self.part.stat().st_size]

    @rule()
    def reopen(self) -> None:
        if not self.records:
            self.store = FileStore(self.path)

    @precondition(lambda self: self.records)
    @rule(cut=st.integers(0, 400))
    def crash(self, cut: int) -> None:
        """As by the loss of power: the end of what was not synced may be lost. The
        journal's file is closed and its lock let go, and nothing else is done."""
        size = max(0, self.part.stat().st_size - cut)
        os.truncate(self.part, size)
        os.close(self.store._journal._file.number)
        os.close(self.store._journal._lock._file)
        self.store = FileStore(self.path)
        whole = sum(end <= size for end in self.ends)
        self.left, self.added = self.added[:whole], None

    @precondition(lambda self: self.records)
    @rule()
    def others_are_kept_out_and_read_on(self) -> None:
        with pytest.raises(CassetteWriteError, match="already by"):
            FileStore(self.path).begin()
        with pytest.raises(CassetteWriteError, match="already by"):
            FileStore(self.path).recover()
        assert numbers(reader.load(self.part).interactions) == self.added

    def teardown(self) -> None:
        self.store.leave()
        self.stack.close()


class TestInMemory(InMemory.TestCase):
    settings = settings(max_examples=examples(80), stateful_step_count=30)


class TestInFiles(InFiles.TestCase):
    settings = settings(max_examples=examples(80), stateful_step_count=30)
