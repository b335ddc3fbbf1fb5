"""Changes planted in answers whose values are others each time, and none where nothing
has changed. scripts/refresh tries 200 in 1,000, and 20 runs."""

import difflib
import json
import random
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from drift.planted import HEADS, PLANTS, live, recorded, response
from mitmvcr.core.model import Cassette, Interaction, Response
from mitmvcr.core.volatile import VOLATILE
from mitmvcr.drift import Drift, Known, Tier, compared, grafted
from mitmvcr.format import writer
from mitmvcr.tools import Sheet, spliced

EVERY = 5


class Tried(NamedTuple):
    """How many changes were planted, which came into another tier and what was found
    where none was; how many lines of the cassette changed, and how many had to."""

    planted: int
    wrong: list[str]
    alarms: list[str]
    lines: int
    needed: int


def asked(
    old: Interaction, known: Known, answers: Iterator[Response]
) -> tuple[Drift, Response]:
    """As the command does: twice, and up to six times where something is found."""
    got = [next(answers), next(answers)]
    drift = compared(old, got, known.of(old))
    while drift.findings and len(got) < 6:
        got.append(next(answers))
        drift = compared(old, got, known.of(old))
    return drift, got[-1]


def answers(place: int, name: str, random_: random.Random) -> Iterator[Response]:
    number = place % 100
    while True:
        value = live(place, random_)
        if name in PLANTS:
            yield response(PLANTS[name][0](value, random_), number)
        else:
            more = HEADS[name][0] if name else {}
            yield response(value, number, **more)


def tried(held: list[Interaction]) -> Tried:
    """Plant a change into every fifth, and write what was found."""
    known, random_ = Known(held), random.Random("live")
    names = [*PLANTS, *HEADS]
    wrong, alarms, changes = [], [], {}
    planted = needed = lines = 0
    for old in held:
        place = old.id
        name = names[place // EVERY % len(names)] if place % EVERY == 0 else ""
        drift, new = asked(old, known, answers(place, name, random_))
        said = f"{name}: {old.request.url}: {[*map(str, drift.findings)]}"
        if not name:
            alarms += [said] if drift.findings else []
            continue
        planted += 1
        tier = {**PLANTS, **HEADS}[name][1]
        wrong += [] if drift.tier is tier else [said]
        needed += really(old, name)
        if drift.tier >= Tier.ADDITIVE:
            kept = grafted(old.response, new, drift.findings, VOLATILE)
            changes[place] = Interaction(place, old.request, kept)
            lines += changed_lines(old, changes[place])
    data = writer.dumps(Cassette(held))
    mixed = [changes.get(each.id, each) for each in held]
    sheet = Sheet(held, "a", data)
    assert b"".join(spliced(sheet, changes)) == writer.dumps(Cassette(mixed))
    return Tried(planted, wrong, alarms, lines, needed)


def test_each_planted_change_is_in_its_tier_and_nothing_else_changes() -> None:
    found = tried(recorded()[:200])
    assert found.planted == 40
    assert found.alarms == []
    assert found.wrong == []
    assert found.lines <= 1.2 * found.needed


def really(old: Interaction, name: str) -> int:
    """Count the lines that differ where the change alone is planted into what was
    recorded."""
    value = json.loads(old.response.body)
    number = old.id % 100
    if name in PLANTS:
        new = response(PLANTS[name][0](value, random.Random(0)), number)
    else:
        new = response(value, number, **HEADS[name][0])
    return changed_lines(old, Interaction(old.id, old.request, new))


def changed_lines(old: Interaction, new: Interaction) -> int:
    before, after = (writer.dumps(Cassette([each])).splitlines() for each in (old, new))
    found = difflib.SequenceMatcher(None, before, after, autojunk=False)
    return sum(
        max(a2 - a1, b2 - b1)
        for tag, a1, a2, b1, b2 in found.get_opcodes()
        if tag != "equal"
    )


def alarms(held: list[Interaction], run: int) -> list[str]:
    """Return what is found where nothing has changed."""
    known, random_ = Known(held), random.Random(run)
    found = []
    for old in held:
        drift, _ = asked(old, known, answers(old.id, "", random_))
        found += [f"{old.request.url}: {each}" for each in drift.findings]
    return found


@pytest.mark.parametrize("run", range(2))
def test_nothing_is_found_where_values_are_others_each_time(run: int) -> None:
    assert alarms(recorded()[:200], run) == []
