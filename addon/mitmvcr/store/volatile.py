"""A recording made anew that differs from the old one only in what really differs."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import replace

from mitmvcr.core.model import Interaction
from mitmvcr.format import writer

#: When it was answered, and how long that took.
_TIMES = (
    "date age expires server-timing x-runtime x-response-time x-timer"
    " openai-processing-ms x-envoy-upstream-service-time"
)
#: Which request it was.
_IDS = (
    "x-request-id request-id x-correlation-id x-trace-id traceparent x-amzn-requestid"
    " x-amz-request-id x-amz-id-2 x-amzn-trace-id x-amz-cf-id x-cloud-trace-context"
    " x-guploader-uploadid x-ms-request-id x-github-request-id x-vercel-id"
    " fly-request-id cf-ray"
)
#: Which machine of many answered.
_MACHINES = "x-served-by x-amz-cf-pop"
#: What is left of a quota. A server says when to come back in Retry-After.
_QUOTAS = (
    "x-ratelimit-remaining x-ratelimit-reset x-ratelimit-used ratelimit"
    " ratelimit-remaining ratelimit-reset x-ratelimit-remaining-requests"
    " x-ratelimit-remaining-tokens x-ratelimit-reset-requests x-ratelimit-reset-tokens"
)
#: Response headers, in lower case, that are set anew for each request, and that no
#: client's behaviour hangs on.
VOLATILE = frozenset(f"{_TIMES} {_IDS} {_MACHINES} {_QUOTAS}".split())


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
