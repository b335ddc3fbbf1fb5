"""Interactions of a cassette chosen, and put in another order, where equal requests
stay in theirs: it is the order in which they are answered."""

from collections import deque
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import replace
from heapq import heapify, heappop, heapreplace
from typing import Any

from mitmvcr.core.dates import date_of
from mitmvcr.core.jsontext import handed_on
from mitmvcr.core.matching import url_key
from mitmvcr.core.model import Interaction
from mitmvcr.core.urls import url_parts
from mitmvcr.tools.listing import host_of
from mitmvcr.tools.sheet import Entry


def chosen(entries: Sequence[Entry], positions: Container[int]) -> list[Entry]:
    """Return the entries at these positions; what a test had made up before one that
    goes is held by another that stays. Raise CassetteError."""
    handed = handed_on(
        len(entries), positions, lambda at: entries[at].request.variables
    )
    return [
        each.holding(handed.get(at, {}))
        for at, each in enumerate(entries)
        if at in positions
    ]


def _by_url(met: Interaction) -> tuple[str, str, str, str]:
    url, method = met.request.url, met.request.method or "GET"
    parts = url_parts(url)
    path = parts.path if parts else url
    return host_of(url), path, url, method


def _by_date(met: Interaction) -> tuple[bool, Any]:
    date = date_of(met)
    return date is None, date and date.timestamp()


#: What can be sorted by. What is equal stays in its order.
WAYS: dict[str, Callable[[Interaction], Any]] = {
    "url": _by_url,
    "method": lambda met: (met.request.method or "GET", *_by_url(met)),
    "status": lambda met: (met.response.code, *_by_url(met)),
    "date": _by_date,
}


def _counting(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Yield the entries with the values of made-up names that count, which are the
    first of each, wherever they will stand."""
    known: set[str] = set()
    for entry in entries:
        own = entry.request.variables
        if known.isdisjoint(own):
            yield entry
        else:
            met = entry.interaction
            first = {name: own[name] for name in own if name not in known}
            request = replace(met.request, variables=first)
            yield entry.changed(met, replace(met, request=request))
        known.update(name for name, items in own.items() if items)


def in_order(entries: Sequence[Entry], by: str) -> list[Entry]:
    """Return the entries sorted: of what each group of equal requests has next, the
    least comes first, so that sorting again changes nothing. Raise CassetteError."""
    entries = [*_counting(entries)]
    groups: dict[tuple[str, str], deque[tuple[Any, int]]] = {}
    for place, entry in enumerate(entries):
        met = entry.interaction
        group = met.request.method or "GET", url_key(met.request.url)
        groups.setdefault(group, deque()).append((WAYS[by](met), place))
        entry.forget()
    heads = [(*each.popleft(), each) for each in groups.values()]
    heapify(heads)
    found = []
    while heads:
        _, place, rest = heads[0]
        found.append(entries[place])
        if rest:
            heapreplace(heads, (*rest.popleft(), rest))
        else:
            heappop(heads)
    return found
