"""Messages, and misses as lines of text: short and coloured for people, plain for a
pipe. stdout belongs to the child, so they all go to stderr."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TextIO, TypeVar

import click

from mitmvcr.core.wording import number_of, shown
from mitmvcr.miss.log import MOST_MISSES
from mitmvcr.miss.report import STALE, Difference, Miss, Near
from mitmvcr.options import MODE, REPORT
from mitmvcr.spelling import as_typed, in_words

#: How many are shown at the end of a run; the log and a report have them all.
_SHOWN = 10
_DIFFERENCES = 3
ALL_OF_THEM = f"{REPORT.word} has them all"
_LONGEST_URL = 120
#: With fewer files than this a progress bar would only flicker.
MANY = 20
_Thing = TypeVar("_Thing")


def say(text: str) -> None:
    """Print one line on stderr, with options as they are typed."""
    tell(f"mitmvcr: {in_words(text)}")


def tell(line: str, *, color: bool | None = None) -> None:
    """Print a line on stderr, if somebody still reads it: a run goes on when a pager
    has left, and its exit status stays what the command made of it."""
    with suppress(OSError):
        click.echo(line, err=True, color=color)


def progress(
    things: Sequence[_Thing], label: str, *, is_much: bool | None = None
) -> Iterator[_Thing]:
    """Yield them; on a terminal a bar shows how far that is, if there is much to do:
    many of them, unless it is said."""
    is_much = len(things) >= MANY if is_much is None else is_much
    hidden = not (is_much and sys.stderr.isatty())
    with click.progressbar(things, label=label, file=sys.stderr, hidden=hidden) as bar:
        yield from bar


def is_for_people() -> bool:
    """Return whether a person reads stderr, or colours are forced; a report is short
    then."""
    return sys.stderr.isatty() or _forced()


def is_coloured(stream: TextIO) -> bool:
    """Return whether to colour, as no-color.org and force-color.org say; the first
    wins."""
    if os.environ.get("NO_COLOR"):
        return False
    if _forced():
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def _forced() -> bool:
    return os.environ.get("FORCE_COLOR", "") not in ("", "0", "false")


def print_misses(
    misses: Mapping[Miss, int], where: str = "", rest: str = ALL_OF_THEM
) -> None:
    """Print the first different misses on stderr, each once, so that they are not lost
    among what the command has written; ``where`` is their cassette, if there are
    several, and ``rest`` says where the others can be read."""
    of_it = f" in {where}" if where else ""
    if not misses:
        return
    first = list(misses.items())[:_SHOWN]
    if is_for_people():
        say(f"{number_of(sum(misses.values()), 'request')} had no match{of_it}:")
        for miss, times in first:
            for line in short_lines(miss, times):
                tell(line, color=is_coloured(sys.stderr))
    else:
        for miss, times in first:
            say(f"missed{of_it}: {one_line(miss, times)}")
    if (others := len(misses) - _SHOWN) > 0:
        least = "at least " if len(misses) == MOST_MISSES else ""
        say(f"and {least}{number_of(others, 'other')}{of_it}; {rest}")


def print_remedy(misses: Iterable[Miss]) -> None:
    """Print how to record what no option would let match, if there is such a miss."""
    if any(each.is_new for each in misses):
        say(
            f"{MODE.word} replay_with_new_episodes records what is new,"
            f" {MODE.word} record_only all of it"
        )


def one_line(miss: Miss, times: int = 1) -> str:
    return f"{_request(miss, times)}: {miss.reason}"


def _request(miss: Miss, times: int) -> str:
    often = f" ({times} times)" if times > 1 else ""
    return f"{shown(miss.method)} {shown(miss.url, 300)}{often}"


def short_lines(miss: Miss, times: int = 1) -> Iterator[str]:
    """Yield lines for a terminal: what was asked, and where it differs from the nearest
    one."""
    often = f" ({times} times)" if times > 1 else ""
    method = click.style(shown(miss.method), bold=True)
    yield f"  {method} {shown(miss.url, _LONGEST_URL)}{often}"
    near = miss.nearest[0] if miss.nearest and not miss.same_used else None
    if near is None or not near.differ:
        yield "    " + click.style(miss.reason, fg="yellow")
        return
    yield "    nearest is " + _near_shown(near, miss)
    yield from _differences(near, _DIFFERENCES)
    if near.options:
        yield f"      {as_typed(near.options)} would let it match"
    if miss.unset:
        yield f"      {miss.lacks}"
    if miss.expired:
        yield f"      {miss.aged}"
    if miss.is_stale:
        yield f"      {STALE}"


def _near_shown(near: Near, miss: Miss) -> str:
    state = "already used" if near.used else "unused"
    where = f"interaction {near.position} ({state})"
    if (near.method, near.url) == (miss.method, miss.url):
        return where
    return f"{where}: {shown(near.method)} {shown(near.url, _LONGEST_URL)}"


def _differences(near: Near, most: int) -> Iterator[str]:
    for difference in near.differ[:most]:
        yield "      " + _told(difference)
    if len(near.differ) > most:
        yield "      ..."


def _told(difference: Difference) -> str:
    if not difference.asked and difference.why:
        return difference.why
    place = click.style(difference.place, fg="cyan")
    asked = click.style(difference.asked, fg="red")
    recorded = click.style(difference.recorded, fg="green")
    looks = f" ({difference.looks})" if difference.looks else ""
    why = f", {difference.why}" if difference.why else ""
    words = f"{asked} was {recorded}{looks}{why}"
    return f"{place}: {difference.what if difference.hidden else words}"


def long_lines(miss: Miss) -> Iterator[str]:
    """Yield all that is known of a miss, as 'cassette explain' prints it."""
    method = click.style(shown(miss.method), bold=True)
    yield f"no match for {method} {shown(miss.url, 300)}"
    if miss.same_used or not miss.nearest:
        yield "  " + click.style(miss.reason, fg="yellow")
    for near in miss.nearest:
        yield f"  {_near_shown(near, miss)}"
        if near.agree:
            yield f"      agree: {', '.join(near.agree)}"
        yield from _differences(near, len(near.differ))
        if near.options:
            yield f"      {as_typed(near.options)} would let it match"
    if miss.unset:
        yield f"  {miss.lacks}"
    if miss.left_out:
        others = number_of(miss.left_out, "other")
        yield f"  not compared: {others} with a similar URL"
