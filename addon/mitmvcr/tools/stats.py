"""What a cassette is made of, in numbers."""

from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any

from mitmvcr.core.media import media_kind
from mitmvcr.core.model import Interaction, header
from mitmvcr.tools.listing import host_of

#: So many of the largest are named.
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
        counted["kinds"]["WebSocket" if response.websocket else kind or "none"] += 1
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
