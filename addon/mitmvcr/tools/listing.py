"""What a cassette holds at a glance, found in its bytes without reading it; and in
numbers."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

from mitmvcr.core.dates import date_of, parse_date
from mitmvcr.core.media import media_kind
from mitmvcr.core.model import Interaction, header
from mitmvcr.core.raw_dialogue import spoken
from mitmvcr.core.urls import url_parts
from mitmvcr.format.layout import Index
from mitmvcr.format.lazy import LazyInteractions

#: More of a window's end may belong to what begins before it.
_AHEAD = 1 << 9


class Listing(NamedTuple):
    """``hosts`` and ``methods`` are counted, most first; the dates are the first and
    the last that an origin said."""

    total: int
    hosts: dict[str, int]
    methods: dict[str, int]
    first: datetime | None
    last: datetime | None


def listing(interactions: Sequence[Interaction]) -> Listing:
    """Look through a cassette; one that is read lazily is not read for it."""
    if isinstance(interactions, LazyInteractions):
        methods, dates = _in_bytes(interactions.places)
        urls: Iterable[str] = interactions.urls
    else:
        methods = Counter(each.request.method or "GET" for each in interactions)
        urls = (each.request.url for each in interactions)
        dates = {date_of(each) for each in interactions}
    known = [each for each in dates if each is not None]
    return Listing(
        len(interactions),
        _most_first(Counter(map(host_of, urls))),
        _most_first(methods),
        min(known, default=None),
        max(known, default=None),
    )


def host_of(url: str) -> str:
    """Return the host of a URL with its port, ``-`` where there is none."""
    parts = url_parts(url)
    return parts.host.lower() if parts else "-"


def _most_first(counted: Counter[str]) -> dict[str, int]:
    return dict(sorted(counted.items(), key=lambda each: (-each[1], each[0])))


def _in_bytes(index: Index) -> tuple[Counter[str], set[datetime | None]]:
    """Return the methods and the dates. What stands in a body begins further to the
    right, and cannot be taken for a field."""
    _, field, name, value, _ = (b"\n" + b" " * each for each in index.columns)
    methods = Counter(_values_of(index, field + b"method: "))
    dates = set(_values_of(index, name + b"Date:" + value + b"- "))
    counted: Counter[str] = Counter()
    for each, count in methods.items():
        counted[each.strip(b"\"'").decode("ascii", "replace") or "GET"] += count
    return counted, {parse_date(each.decode("ascii", "replace")) for each in dates}


def _values_of(index: Index, mark: bytes) -> Iterator[bytes]:
    """Yield what stands behind each place of a mark, up to the end of the line."""
    start, end = index.starts[0], index.starts[-1]
    for window in index.source.windows(start, end, _AHEAD):
        data = window.data
        at = data.find(mark)
        while 0 <= at < window.own:
            behind = at + len(mark)
            yield data[behind : data.find(b"\n", behind)]
            at = data.find(mark, behind)


#: How many of the largest are named.
_MOST = 5

Facts = dict[str, Any]
Forget = Callable[[int], None]


def stats(
    interactions: Sequence[Interaction], forget: Forget = lambda number: None
) -> Facts:
    """Return counts by host, method, status and kind of body, sizes in bytes, how long
    it took to record (in seconds), and the largest bodies. ``repeated`` counts requests
    that stand more than once by method, URL and body."""
    counted = {
        name: Counter[str]() for name in ("hosts", "methods", "statuses", "kinds")
    }
    bodies: Counter[str] = Counter(request=0, response=0)
    sizes: list[tuple[int, int, str]] = []
    requests: Counter[tuple[str, str, bytes]] = Counter()
    lasted = streams = 0
    for number, each in enumerate(interactions):
        request, response = each.request, each.response
        counted["hosts"][host_of(request.url)] += 1
        counted["methods"][request.method or "GET"] += 1
        counted["statuses"][response.failure or str(response.code)] += 1
        kind = media_kind(header(response.headers, "Content-Type"))
        counted["kinds"][spoken(response) or kind or "none"] += 1
        bodies["request"] += len(request.body)
        bodies["response"] += len(response.body)
        sizes.append((len(response.body), -number, request.url))
        requests[request.method, request.url, blake2b(request.body).digest()] += 1
        lasted += response.lasted
        streams += bool(response.chunks)
        forget(number)
    largest = sorted(sizes, reverse=True)[:_MOST]
    return {
        "count": len(interactions),
        **{name: dict(found.most_common()) for name, found in counted.items()},
        "body_bytes": dict(bodies),
        "seconds": round(lasted / 1e9, 3),
        "streams": streams,
        "repeated": sum(count for count in requests.values() if count > 1),
        "largest": [
            {"interaction": -number, "url": url, "bytes": size}
            for size, number, url in largest
        ],
    }
