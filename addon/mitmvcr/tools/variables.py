"""What tests had made up, in cassettes that are put together."""

from collections.abc import Container, Iterator, Sequence

from mitmvcr.tools.sheet import Entry

#: Which sheet an entry is from, and where it stands there.
Place = tuple[int, int]


def place(entry: Entry) -> Place:
    return id(entry.sheet), entry.number


def made_up(entries: Sequence[Entry]) -> dict[str, Sequence[str]]:
    """Return the values that tests had made up, by name: the first of each counts."""
    found: dict[str, Sequence[str]] = {}
    for each in entries:
        written = None if each.new else each.sheet.written(each.number)
        if written is None or b"variables" in written:  # few have some
            found = {**each.request.variables, **found}
    return found


def overruled(
    entries: Sequence[Entry],
    sides: Sequence[Sequence[Entry]],
    same: Container[Place] = (),
) -> Iterator[tuple[Entry, str, str]]:
    """Yield what stays first of a side whose tests had made up another value of a name
    than the one that counts, the name, and whose value that is: a replay sends it, and
    these requests may have the other. Those that are the ``same`` on two sides have
    neither."""
    known = [made_up(side) for side in sides]
    for name, items in made_up(entries).items():
        values = [own.get(name, items) for own in known]
        kept = sides[next(at for at, own in enumerate(known) if own.get(name) == items)]
        for side, value in zip(sides, values, strict=True):
            if value != items:
                places = {*map(place, side)}.difference(map(place, kept))
                left = (each for each in entries if place(each) in places)
                first = next((each for each in left if place(each) not in same), None)
                if first:
                    yield first, name, kept[0].sheet.name
