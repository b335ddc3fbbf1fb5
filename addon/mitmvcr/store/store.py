"""A cassette and its recording. A file is replaced whole or left untouched.

While recording, each interaction is appended to a journal beside the target
(``chat.yaml.part``, itself a sound cassette) and flushed to the system; the target
changes once, by an atomic replace, when the session ends.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from mitmvcr.core.errors import CassetteError, CassetteWriteError
from mitmvcr.core.model import Cassette, Interaction, Layout
from mitmvcr.core.wording import as_word, number_of
from mitmvcr.format import reader, writer
from mitmvcr.store import rewrite
from mitmvcr.store.cassette_file import CassetteFile
from mitmvcr.store.files import (
    drop_folders,
    drop_unfinished,
    finish_in_place,
    make_folders,
    whole_beside,
    why,
)
from mitmvcr.store.journal import Journal, SyncedJournal
from mitmvcr.store.late import LateSecrets
from mitmvcr.store.place import State
from mitmvcr.store.rescue import without_cut_off
from mitmvcr.store.rewrite import Change, Find, Put, amended, as_it_was, rearranged
from mitmvcr.store.waiting import Piece

#: A larger body is not to be in memory several times over.
_LARGE = 8 << 20
#: How often a folder is made that is taken away meanwhile.
_TRIES = 3
_Make = Callable[..., list[bytes] | None]


class FileStore(CassetteFile):
    """A cassette in a file, or at a URL (a text), and the journal of its recording.

    ``fsync_each``: an interaction is on the disk itself when ``append`` returns, else
    with the system. ``write_empty``: a recording of nothing makes an empty cassette.
    ``keep_volatile``: what differs only as every recording does stays as it was.
    """

    def __init__(
        self,
        place: Path | str,
        layout: Layout = "v4",
        *,
        fsync_each: bool = False,
        write_empty: bool = False,
        keep_volatile: bool = False,
    ) -> None:
        super().__init__(place, layout)
        self._write_empty, self._keep_volatile = write_empty, keep_volatile
        kind = SyncedJournal if fsync_each else Journal
        self._journal = kind(self._place.path, self.name)
        self._late = LateSecrets(self._place.path)
        self._before: State = ()
        self._dump: Callable[[Interaction, int], bytes]
        self._written = 0
        self._kept: Sequence[Interaction] = ()
        self._made: Sequence[Path] = ()  # folders that were not there before

    @property
    def notice(self) -> str:
        """Return what to say at the start of a replay, if anything."""
        return ""

    def notice_of_all(self, folder: str) -> str:
        """Return what to say of all such cassettes in a folder in place of that."""
        return ""

    def __repr__(self) -> str:
        new = self._written - len(self._kept)
        state = f"recording, {new} written" if self._journal.is_open else "closed"
        return f"<FileStore {self.name} {state}>"

    def begin(self, kept: Sequence[Interaction] = ()) -> None:
        with self._writing():
            self._begin_in_folder(_TRIES)
        self._kept, self._written = kept, len(kept)
        self._dump = writer.dumper(self._layout)

    def _begin_in_folder(self, tries: int) -> None:
        """Begin the journal in its folder, which another recorder may take away."""
        folder = self._place.path.parent
        try:
            self._made = make_folders(folder)
        except (FileExistsError, NotADirectoryError):
            reason = f"{folder} is not a folder"
            raise self._place.cannot_write(reason) from None
        try:
            self._begin_journal()
        except FileNotFoundError:
            if tries == 1:
                raise
            self._begin_in_folder(tries - 1)
        except BaseException:
            drop_folders(self._made)
            raise

    def _end_journal(self) -> None:
        self._journal.close()
        drop_folders(self._made)

    def _begin_journal(self) -> None:
        self._journal.begin()
        try:
            self._check_is_as_seen()
            self._late.remove()
            drop_unfinished(self._place.path)
        except BaseException:
            try:
                self._journal.remove()
            finally:
                self._journal.close()
            raise

    def _check_is_as_seen(self) -> None:
        """Raise CassetteWriteError where the cassette has changed between the first
        look and the lock: what another recorder put in place would be lost."""
        self._before = self._place.state()
        if self._seen not in (None, self._before):
            problem = "was changed by another process just now"
            raise CassetteWriteError(self.name, problem, remedy="start again")

    def _check_is_as_before(self) -> None:
        """Raise CassetteWriteError where the cassette has changed since the recording
        began, by an editor or a checkout. A deleted one is made again."""
        if self._place.state() not in (self._before, ()):
            problem = "was changed by somebody else since the recording began"
            raise CassetteWriteError(self.name, problem)

    def append(self, interaction: Interaction) -> None:
        with self._writing():
            self._journal.append(self._piece(interaction))
        self._written += 1

    def _piece(self, interaction: Interaction) -> Piece:
        size = len(interaction.response.body)
        if size > _LARGE:
            make = partial(writer.item_pieces, interaction, self._written, self._layout)
            return Piece(make, size, interaction.request)
        data = self._dump(interaction, self._written)
        return Piece(lambda: (data,), len(data), interaction.request)

    def note(self, learned: Sequence[tuple[bytes, bytes]]) -> None:
        if self._journal.is_open:
            self._late.note(learned)

    def recorded(self) -> Sequence[Interaction]:
        """Return what was recorded so far. Raise CassetteError."""
        if not self._journal.is_open:
            return ()
        try:
            data = self._journal.read()
        except OSError as error:
            raise self._place.cannot_read(error) from error
        name = str(self._journal.path)
        return reader.loads(data, name, lazy=True).interactions

    def amend(
        self, change: Change, texts: Sequence[bytes], *, goes_on: bool = False
    ) -> None:
        """Change what was recorded so far where it may hold one of the texts. Raise
        CassetteError, with which the recording ends unless it ``goes_on``."""
        self._rewrite(partial(amended, texts=texts, change=change), goes_on=goes_on)

    def rearrange(self, find: Find, put: Put = as_it_was) -> None:
        """Put what was recorded elsewhere, as ``find`` says. Raise CassetteError."""
        self._rewrite(partial(rearranged, find=find, put=put, first=len(self._kept)))

    def _rewrite(self, make: _Make, *, goes_on: bool = False) -> None:
        if self._journal.is_open:
            with self._writing() if goes_on else self._ending():
                data, name = self._journal.read(), str(self._journal.path)
                if parts := make(data, name, layout=self._layout):
                    self._journal.rewrite(parts, goes_on=goes_on)

    @contextmanager
    def _ending(self) -> Iterator[None]:
        """End the recording where something goes wrong, and say where it is."""
        try:
            yield
        except (OSError, CassetteError) as error:
            try:
                raise self._not_published(error) from error
            finally:
                self._journal.close()

    def publish(self) -> None:
        """Put the recording in place; one of nothing where an empty one is wanted."""
        if not self._journal.is_open:
            return
        try:
            with self._ending():
                self._put_in_place()
                self._late.discard()
        finally:
            self._seen = None
            self._end_journal()

    def save(self) -> None:
        """Put what was recorded so far in place, and go on. Raise CassetteWriteError;
        then the recording goes on too."""
        if not self._journal.is_open or self._written == len(self._kept):
            return
        with self._writing():
            self._journal.check()
            self._check_is_as_before()
            if self._keep_volatile and not self._kept and self.exists():
                self._put_what_differs()
            else:
                kept = writer.parts(Cassette(self._kept), self._layout)
                head = kept if self._kept else writer.preamble()
                self._place.put(head, self._journal.parts())
            self._before = self._place.state()

    def _put_in_place(self) -> None:
        if self._written > len(self._kept):
            self._journal.check()
            self._check_is_as_before()
        if self._written == len(self._kept):
            if self._write_empty and not self._kept:
                self._check_is_as_before()
                self._place.put(writer.dumps(Cassette()))
        elif self._kept:
            kept = writer.parts(Cassette(self._kept), self._layout)
            self._place.put(kept, self._journal.parts())
        elif self._keep_volatile and self.exists():
            self._put_what_differs()
        else:
            self._put_journal()
            return
        self._journal.remove()

    def _put_journal(self) -> None:
        if self._place.takes_files:
            self._journal.replace_target()
        else:
            self._place.put(writer.preamble(), self._journal.parts())
            self._journal.remove()

    def _put_what_differs(self) -> None:
        data, new = self._place.read(), self._journal.read()
        before = reader.loads(data, self.name).interactions
        after = reader.loads(new, str(self._journal.path)).interactions
        mixed = Cassette([*rewrite.keep_volatile(before, after)])
        if (new := writer.dumps(mixed, self._layout)) != data:
            self._place.put(new)

    def _not_published(self, error: OSError | CassetteError) -> CassetteWriteError:
        reason = why(error) if isinstance(error, OSError) else error.problem
        problem = f"cannot be written: {reason}"
        try:
            place = self._journal.rescue()
        except OSError as worse:
            problem += f"; the recording is lost: {why(worse)}"
            return CassetteWriteError(self.name, problem)
        source = "" if self._journal.is_beside else f" --from {as_word(str(place))}"
        remedy = f"run 'mitmvcr cassette recover {as_word(self.name)}{source}'"
        lost = self._journal.lost
        rest = f", without {number_of(lost, 'interaction')} of it" if lost else ""
        problem += f"; the recording is in {place}{rest}"
        if unnoted := self._late.catch_up():
            problem += f"; what showed late to be a secret stays in it: {unnoted}"
            remedy += ", and look for secrets in the cassette"
        return CassetteWriteError(self.name, problem, remedy=remedy)

    def leave(self) -> str | None:
        """Leave the target as it was, and the journal beside it."""
        if not self._journal.is_open:
            return None
        try:
            with self._ending():
                if self._written == len(self._kept):
                    self._journal.remove()
                    return None
                self._journal.check()
                self._journal.sync()
                self._late.discard()
                return str(self._journal.path)
        finally:
            self._end_journal()

    def left_over(self) -> str | None:
        try:
            return self._journal.left_over()
        except OSError as error:
            return f"{self._journal.path}: cannot be read: {why(error)}"
        except CassetteError as error:
            return str(error)

    def recover(self, *, instead: bool = False, source: Path | None = None) -> int:
        """Put a journal that was left over in place, behind what the cassette holds,
        or ``instead`` of that; ``source`` is one that is not beside the cassette.

        Returns how many interactions were recovered. A cut-off last one is dropped.
        """
        drop_unfinished(self._place.path)
        is_finished = self._finish()
        try:
            if source is not None and source.exists():  # the folder went when it ended
                make_folders(self._place.path.parent)
            self._journal.open(source)
        except OSError as error:
            if is_finished and isinstance(error, FileNotFoundError) and not source:
                return len(self.load().interactions)
            is_gone = isinstance(error, FileNotFoundError)
            problem = "nothing to recover" if is_gone else "cannot be read"
            raise CassetteError(
                str(self._journal.path), f"{problem}: {why(error)}"
            ) from error
        try:
            with self._writing():
                return self._recover(instead)
        finally:
            self._journal.close()

    def _finish(self) -> bool:
        """Finish what a killed process was writing in place, if any; return whether."""
        if not os.path.lexists(whole_beside(self._place.path)):
            return False
        with self._writing(), self._journal.locked():
            finish_in_place(self._place.path)
        return True

    def _recover(self, instead: bool) -> int:
        data = without_cut_off(self._journal.read())
        recorded = reader.loads(data, str(self._journal.path)).interactions
        recorded = self._late.cleaned(recorded)
        if recorded and not self._is_in_place(data):
            loads = self.exists() and not instead
            kept = self.load().interactions if loads else ()
            self._place.put(writer.parts(Cassette([*kept, *recorded]), self._layout))
        self._journal.remove()
        self._late.remove()
        return len(recorded)

    def _is_in_place(self, data: bytes) -> bool:
        """Return whether the recorder ended between replacing the cassette and removing
        the journal. The ids, which go on where the cassette ended, show it."""
        items = data.removeprefix(writer.preamble())
        return self.exists() and self._place.read().endswith(items)
