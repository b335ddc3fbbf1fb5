"""Two cassettes made one: what both hold once, and of one request recorded twice the
newer answer. With what both came from it is known too what one of them dropped."""

from collections import Counter, deque
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from mitmvcr.core.choosing import fields
from mitmvcr.core.matching import Matcher
from mitmvcr.core.model import Request
from mitmvcr.core.volatile import VOLATILE
from mitmvcr.show.compared import MATCHING, Keys, pair_off
from mitmvcr.tools.sheet import Entry, Sheet
from mitmvcr.tools.variables import Place, made_up, overruled, place

#: Headers of requests that are made anew each time. What tells equal requests apart
#: beside them, as Accept or Range, makes them two: a replay chooses by it.
_PASSED_OVER = VOLATILE | {
    "amz-sdk-invocation-id",
    "amz-sdk-request",
    "idempotency-key",
    "x-amz-date",
    "x-goog-date",
    "x-ms-date",
}
_NEVER = datetime.min.replace(tzinfo=UTC)
#: Makes of a request what is compared.
Clean = Callable[[Request], Request]
_Pairs = dict[int, int]
_Sides = tuple[dict[int, Keys], dict[int, Keys]]


class Note(NamedTuple):
    """What somebody should know of a merge: of one ``request`` the answer of ``kept``
    stays, and why."""

    method: str
    url: str
    kept: str
    why: str

    def __str__(self) -> str:
        return f"{self.method} {self.url}: {self.why}; that of {self.kept} is kept"


class Merged(NamedTuple):
    """``same`` counts what both hold alike."""

    entries: list[Entry]
    notes: list[Note]
    same: int


def merged(
    ours: Sequence[Entry],
    theirs: Sequence[Entry],
    matcher: Matcher,
    base: Sequence[Entry] = (),
    clean: Clean = lambda request: request,
) -> Merged:
    """Merge two cassettes. Interactions belong together whose requests match, the first
    with the first where there are several. ``base`` is what both came from.

    Raises CassetteError where an interaction cannot be read.
    """
    return _Merge(base, ours, theirs, matcher, clean).all()


def joined(sides: Sequence[Sequence[Entry]], clean: Clean) -> Merged:
    """Put cassettes together, with what several of them hold alike."""
    entries = [each for side in sides for each in side]
    return Merged(entries, [*_overruled(entries, sides, clean)], same=0)


class _Merge:
    def __init__(
        self,
        base: Sequence[Entry],
        ours: Sequence[Entry],
        theirs: Sequence[Entry],
        matcher: Matcher,
        clean: Clean,
    ) -> None:
        self._base, self._ours, self._theirs = base, ours, theirs
        self._matcher, self._clean = matcher, clean
        self._notes: list[Note] = []
        #: What was read to compare it, so that a note need not read it again.
        self._shown: dict[tuple[int, int], tuple[str, str]] = {}
        #: Who records a cassette anew makes most requests as before, to the byte.
        self._known: dict[bytes | None, tuple[Keys, tuple[str, str]]] = {}
        self._same: set[Place] = set()

    def all(self) -> Merged:
        ours, theirs = self._ours, self._theirs
        from_base = self._paired(self._base, ours, (), ())
        their_base = self._paired(self._base, theirs, (), ())
        both = {
            at: their_base[origin]
            for origin, at in from_base.items()
            if origin in their_base
        }
        known = set(from_base.values()), set(their_base.values())
        new = self._paired(ours, theirs, *known)
        origins = {at: origin for origin, at in from_base.items()}
        their_origins = {at: origin for origin, at in their_base.items()}
        kept = self._kept_of_ours(both | new, origins)
        added = self._kept_of_theirs({*both.values(), *new.values()}, their_origins)
        anchors = {its: at for at, its in (both | new).items()}
        entries = _placed(ours, origins, kept, added, anchors, len(theirs))
        entries = self._with_lost(entries)
        sides = ours, self._theirs
        self._notes += _overruled(entries, sides, self._clean, self._same)
        return Merged(entries, self._notes, len(self._same))

    def _kept_of_ours(
        self, pairs: _Pairs, origins: Mapping[int, int]
    ) -> dict[int, Entry]:
        kept: dict[int, Entry] = {}
        for at in range(len(self._ours)):
            if at in pairs:
                kept[at] = self._of_two(at, pairs[at], origins.get(at))
            elif at not in origins:
                kept[at] = self._ours[at]
            elif not _is_same(self._ours[at], self._base[origins[at]]):
                why = "it was recorded anew here and is gone there"
                kept[at] = self._noted(self._ours[at], why)
        return kept

    def _kept_of_theirs(
        self, paired: set[int], origins: Mapping[int, int]
    ) -> dict[int, Entry]:
        added: dict[int, Entry] = {}
        for at in range(len(self._theirs)):
            if at in paired:
                continue
            if at not in origins:
                added[at] = self._theirs[at]
            elif not _is_same(self._theirs[at], self._base[origins[at]]):
                why = "it was recorded anew there and is gone here"
                added[at] = self._noted(self._theirs[at], why)
        return added

    def _of_two(self, at: int, its: int, origin: int | None) -> Entry:
        """Choose between two recordings of one request."""
        one, other = self._ours[at], self._theirs[its]
        if _is_same(one, other):
            self._same.add(place(one))
            return one
        if origin is not None:
            was = self._base[origin]
            if _is_same(other, was):
                return one
            if _is_same(one, was):
                return other
        return self._newer(one, other)

    def _newer(self, one: Entry, other: Entry) -> Entry:
        dates = one.date, other.date
        if dates == (None, None):
            return self._noted(one, "it was recorded twice, and nothing says when")
        if (dates[1] or _NEVER) > (dates[0] or _NEVER):
            return self._noted(other, f"it was recorded twice, last at {dates[1]}")
        return self._noted(one, f"it was recorded twice, last at {dates[0]}")

    def _noted(self, entry: Entry, why: str) -> Entry:
        known = self._shown.get((id(entry.sheet), entry.number))
        method, url = known or _method_and_url(self._clean(entry.request))
        self._notes.append(Note(method, url, entry.sheet.name, why))
        return entry

    def _with_lost(self, entries: list[Entry]) -> list[Entry]:
        """Return the entries, of which the first holds what tests had made up before
        others that are gone, if none has a value of this name: where both sides have
        one, or one that has not dropped it."""
        sides = (entries, self._base, self._ours, self._theirs)
        held, base, ours, theirs = map(made_up, sides)
        lost = {
            name: items
            for name, items in (theirs | ours).items()
            if name not in held
            and (name not in base or (name in ours and name in theirs))
        }
        if lost and entries:
            entries[0] = entries[0].holding(lost)
        return entries

    # What belongs together

    def _paired(
        self,
        one: Sequence[Entry],
        other: Sequence[Entry],
        gone: Container[int],
        its_gone: Container[int],
    ) -> _Pairs:
        """Return which interactions are the same, or have requests that match. Those
        that are gone already are passed over."""
        a = {at: key for at, key in _digests(one) if at not in gone}
        b = {at: key for at, key in _digests(other) if at not in its_gone}
        found = dict(_same(a, b))
        rest = [at for at in a if at not in found]
        taken = set(found.values())
        its_rest = [at for at in b if at not in taken]
        if rest and its_rest:
            keys = self._keys(one, rest), self._keys(other, its_rest)
            found.update(_alike((one, other), keys))
            found.update(pair_off(*_left(keys, found), MATCHING[0]))
        return found

    def _keys(
        self, entries: Sequence[Entry], numbers: Sequence[int]
    ) -> dict[int, Keys]:
        found = {}
        for at in numbers:
            entry = entries[at]
            digest = entry.request_digest
            known = self._known.get(digest) if digest else None
            if known is None:
                known = self._read(entry)
                if digest:
                    self._known[digest] = known
            found[at], self._shown[id(entry.sheet), entry.number] = known
        return found

    def _read(self, entry: Entry) -> tuple[Keys, tuple[str, str]]:
        """Return by what a request belongs to others, and how it is shown."""
        request = self._clean(entry.request)
        headers = self._telling(request), request.identity
        keys = Keys.of(request, self._matcher)._replace(headers=headers)
        return keys, _method_and_url(request)

    def _telling(self, request: Request) -> frozenset[tuple[str, str]]:
        """Return the headers by which a replay may choose among equal requests."""
        pairs = fields(request.headers).items()
        counted = self._matcher.counts.headers(pairs)
        return frozenset(pair for pair in counted if pair[0] not in _PASSED_OVER)


def _overruled(
    entries: Sequence[Entry],
    sides: Sequence[Sequence[Entry]],
    clean: Clean,
    same: Container[Place] = (),
) -> Iterator[Note]:
    for first, name, kept in overruled(entries, sides, same):
        why = f"its test made up another {name}, and may not match: record it again"
        yield Note(*_method_and_url(clean(first.request)), kept, why)


def _alike(sides: tuple[Sequence[Entry], ...], keys: _Sides) -> _Pairs:
    """Return which are the same in two files that are laid out otherwise, where several
    requests match: else one would be taken for another's newer answer."""
    ways = [[*MATCHING[0](each)] for side in keys for each in side.values()]
    counts = Counter(key for way in ways for key in way)
    a, b = (
        {
            at: entries[at].content
            for at, each in side.items()
            if any(counts[key] > 2 for key in MATCHING[0](each))
        }
        for entries, side in zip(sides, keys, strict=True)
    )
    return dict(_same(a, b))


def _left(keys: _Sides, found: _Pairs) -> _Sides:
    """Return those that have no other yet."""
    a, b = keys
    taken = {*found.values()}
    return (
        {at: each for at, each in a.items() if at not in found},
        {at: each for at, each in b.items() if at not in taken},
    )


def _method_and_url(request: Request) -> tuple[str, str]:
    return request.method or "GET", request.url


def _is_same(one: Entry, other: Entry) -> bool:
    """Return whether two say the same, though their files may be laid out otherwise."""
    if one.digest == other.digest:
        return True
    if one.date != other.date:  # which is known without reading them
        return False
    a, b = one.interaction, other.interaction
    return (a.request, a.response) == (b.request, b.response)


def _digests(entries: Sequence[Entry]) -> Iterator[tuple[int, bytes]]:
    return ((at, entry.digest) for at, entry in enumerate(entries))


def equal(a: Sheet, b: Sheet) -> dict[int, int]:
    """Return which interactions are the same in two cassettes, to the byte of their
    files."""
    return dict(_same(dict(enumerate(a.digests)), dict(enumerate(b.digests))))


def _same(a: Mapping[int, bytes], b: Mapping[int, bytes]) -> Iterator[tuple[int, int]]:
    """Yield what is the same to the byte, the first with the first."""
    waiting: dict[bytes, deque[int]] = {}
    for its, key in b.items():
        waiting.setdefault(key, deque()).append(its)
    for at, key in a.items():
        if its_own := waiting.get(key):
            yield at, its_own.popleft()


def _placed(
    ours: Sequence[Entry],
    origins: Mapping[int, int],
    kept: Mapping[int, Entry],
    added: Mapping[int, Entry],
    anchors: Mapping[int, int],
    count: int,
) -> list[Entry]:
    """Put what comes from theirs behind what stands before it there, and behind what
    ours has added in that place."""
    rows = [((at, 0, 0), entry) for at, entry in kept.items()]
    anchor = -1
    for its in range(count):
        if its in anchors:
            anchor = max(anchor, anchors[its])
        elif its in added:
            while anchor + 1 < len(ours) and anchor + 1 not in origins:
                anchor += 1
            rows.append(((anchor, 1, its), added[its]))
    return [entry for _, entry in sorted(rows, key=lambda row: row[0])]
