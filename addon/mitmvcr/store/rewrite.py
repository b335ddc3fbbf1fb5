"""What was recorded is changed where it may hold certain texts; and a new recording
differs from the old one only in what really differs."""

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from mitmvcr.core.model import Interaction, Layout, Request
from mitmvcr.core.volatile import VOLATILE
from mitmvcr.format import reader, writer
from mitmvcr.format.lazy import LazyInteractions
from mitmvcr.secrets import anchors


def keep_volatile(
    old: Iterable[Interaction], new: Iterable[Interaction]
) -> Iterator[Interaction]:
    """Yield the new interactions; an old one instead of a new one that differs from it
    only in duration and volatile headers. Equal ones are paired in order."""
    known: defaultdict[bytes, deque[Interaction]] = defaultdict(deque)
    for each in old:
        known[_lasting(each)].append(each)
    for each in new:
        same = known.get(_lasting(each))
        yield same.popleft() if same else each


def _lasting(interaction: Interaction) -> bytes:
    """Return all of an interaction that has to be equal, as one key."""
    response = interaction.response
    kept = {k: v for k, v in response.headers.items() if k.lower() not in VOLATILE}
    bare = replace(response, headers=kept, duration=0)
    return writer.dumper()(replace(interaction, response=bare), 0)


#: Makes of an interaction what is written in its place.
Change = Callable[[Interaction], Interaction]

#: Returns by its new place where each interaction stood that is to be moved. It is
#: given what reads the request of one, by its place.
Find = Callable[[Callable[[int], Request]], Mapping[int, int]]
#: Makes of what is put in a place, which is given too, what is written there.
Put = Callable[[int, Interaction], Interaction]


def as_it_was(_: int, moved: Interaction) -> Interaction:
    return moved


#: Texts that every interaction may hold.
EVERY = (b"",)

#: What is not in the file as it is: bytes in base64, also those of a WebSocket and of
#: gRPC in a page, which may be packed, and all of a text with a BOM.
_HIDING = (b"!!binary", b" binary ", b"grpc-web-text", b'"\\uFEFF')
#: Bytes that no other scalar escapes, in whatever style it is.
_AS_THEY_ARE = re.compile(rb"[!#-&(-\[\]-~]+")
#: A shorter piece would be interactions nearly everywhere.
_LEAST = 4
#: How much of a piece is looked for: an automaton of whole tokens takes long to make.
_MOST = 16
#: How many are looked for one by one where there is no automaton.
_FEW = 64


def amended(
    data: bytes, name: str, texts: Sequence[bytes], change: Change, layout: Layout
) -> list[bytes] | None:
    """Return the file anew, in parts; None where nothing changes. ``data`` is a
    cassette in this layout. ``change`` gives back the same interaction where it has
    nothing to do.

    Raises CassetteError, ``name`` standing for the file.
    """
    interactions = reader.loads(data, name, lazy=True).interactions
    parts, is_changed = [writer.preamble()], False
    may_hold = _looking_for(texts)
    dump = writer.dumper(layout)
    for number in range(len(interactions)):
        written = _written(interactions, number)
        if written is None or may_hold(written):
            old = interactions[number]
            new = change(old)
            is_changed |= new is not old
            if written is None or new is not old:
                written = dump(new, new.id)
        parts.append(written)
    return parts if is_changed else None


def rearranged(
    data: bytes, name: str, find: Find, put: Put, layout: Layout, first: int
) -> list[bytes] | None:
    """Return the file with interactions in other places, in parts; None where all stay.
    ``first`` is the number of the first one. Only those that ``find`` names are read.

    Raises CassetteError, ``name`` standing for the file.
    """
    items = reader.loads(data, name, lazy=True).interactions
    sources = find(lambda number: _request(items, number))
    if not sources:
        return None
    parts, dump = [writer.preamble()], writer.dumper(layout)
    for number in range(len(items)):
        source = sources.get(number)
        written = _written(items, number) if source is None else None
        if written is None:
            one = items[number] if source is None else put(number, items[source])
            written = dump(one, first + number)
        parts.append(written)
    return parts


def _request(items: Sequence[Interaction], number: int) -> Request:
    if isinstance(items, LazyInteractions):
        return items.request(number)
    return items[number].request


def _written(items: Sequence[Interaction], number: int) -> bytes | None:
    return items.written(number) if isinstance(items, LazyInteractions) else None


def _looking_for(texts: Sequence[bytes]) -> Callable[[bytes], bool]:
    """Return a function that says whether an item may hold one of the texts. It looks
    for how each text's longest piece begins that is spelled alike in every scalar."""
    pieces = {
        max(_AS_THEY_ARE.findall(text), key=len, default=b"")[:_MOST] for text in texts
    }
    is_many = len(pieces) > _FEW and not anchors.HAS_MACHINE
    if is_many or min(map(len, pieces)) < _LEAST:
        return lambda written: True
    find = anchors.Anchors(sorted(pieces)).find
    return lambda written: (
        any(map(written.__contains__, _HIDING)) or bool(find(written))
    )
