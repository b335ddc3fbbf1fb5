"""Headers that make a client wait, as a replay without latency gives them: for no time.

A value of 0 is not always the shortest. azure-core for Python and the openai and
anthropic SDKs take 0 for no hint at all, and wait for as long as they like:
azure-core's poller for 30 s. Milliseconds therefore become 1, and a ``Retry-After``
gets a ``Retry-After-Ms`` beside it, which those SDKs read.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mitmvcr.core.model import Response

#: Headers in milliseconds -> who reads them.
MILLISECONDS: Mapping[str, str] = {
    "retry-after-ms": "openai, anthropic and google-genai: _parse_retry_after_header;"
    " azure-core: get_retry_after; ai (Vercel)",
    "x-ms-retry-after-ms": "azure-core: get_retry_after; Azure Cosmos DB",
    "x-amz-retry-after": "botocore: retries/standard.py; aws-sdk-java, -rust, -swift",
    "openai-poll-after-ms": "openai: create_and_poll of files, runs, videos",
    "grpc-retry-pushback-ms": "gRPC: proposal A6, in grpc-java, -go and -core",
}
#: Headers in seconds, or with a date -> who reads them.
SECONDS: Mapping[str, str] = {
    "retry-after": "RFC 9110, 10.2.3: urllib3, curl --retry, and most others",
}
#: Headers with the end of a rate limit's window: seconds, a time, or a duration as
#: ``6m0s`` -> who reads them. They count where the limit is used up.
RESETS: Mapping[str, str] = {
    r"x-rate-?limit-reset([\w-]*)": "octokit's plugin-throttling, PyGithub (GitHub);"
    " discord.py (-Reset-After); OpenAI (-Reset-Requests, -Reset-Tokens); Okta, X",
    r"ratelimit-reset": "draft-ietf-httpapi-ratelimit-headers, to version 07",
    r"ratelimit": "the same, from version 05: reset=50, or t=50",
    r"(\w+-)+ratelimit-(\w+-)*reset": "Anthropic (anthropic-ratelimit-tokens-reset)",
}
_RESETS = re.compile("|".join(RESETS))
#: Statuses that tell a client to come back later.
_LATER = (403, 413, 429, 503)
#: A client that reads ``Retry-After`` first, and 0 as none; it takes a fraction.
_TAKES_FRACTIONS = "azsdk-"


def without_waits(response: Response, user_agent: str) -> Response:
    """Return the response with what makes a client wait set to the shortest that it
    obeys. One that holds nothing of the kind is returned as it is."""
    changed = {}
    if any(_waits(name.lower()) for name in response.headers):
        changed = dict(_changed(response, user_agent))
    trailing = dict(_changed_trailer(response))
    if not changed and not trailing:
        return response
    headers = {**response.headers, **changed}
    return replace(response, headers=headers, trailer={**response.trailer, **trailing})


def _waits(name: str) -> bool:
    """Return whether a header is of the tables. Every replay asks, of each."""
    if name in SECONDS or name in MILLISECONDS:
        return True
    return "limit" in name and _RESETS.fullmatch(name) is not None


def _changed(
    response: Response, user_agent: str
) -> Iterator[tuple[str, Sequence[str]]]:
    lower = {name.lower(): name for name in response.headers}
    for known, name in lower.items():
        values = response.headers[name]
        if known in SECONDS:
            shortest = "0.001" if _TAKES_FRACTIONS in user_agent else "0"
            yield name, [shortest for _ in values]
            if "retry-after-ms" not in lower:
                yield "Retry-After-Ms", ["1"]
        elif known in MILLISECONDS:
            yield name, [_milliseconds(value) for value in values]
        elif _RESETS.fullmatch(known) and _is_used_up(response):
            yield name, [_reset(value) for value in values]


def _changed_trailer(response: Response) -> Iterator[tuple[str, Sequence[str]]]:
    for name, values in response.trailer.items():
        if name.lower() in MILLISECONDS:
            yield name, [_milliseconds(value) for value in values]


def _milliseconds(value: str) -> str:
    """Return the shortest time; what is none stays, as gRPC's -1 for never."""
    return "1" if re.fullmatch(r"\s*\d+(\.\d*)?\s*", value) else value


def _is_used_up(response: Response) -> bool:
    if response.code in _LATER:
        return True
    left = (v for n, v in response.headers.items() if "remaining" in n.lower())
    return any(value.strip() == "0" for values in left for value in values)


def _reset(value: str) -> str:
    if re.fullmatch(r"\s*\d+(\.\d*)?\s*", value):
        return "0"
    if re.fullmatch(r"\s*(\d+(\.\d*)?(ms|s|m|h|d))+\s*", value):
        return "0s"
    if re.match(r"\s*\d{4}-\d\d-\d\dT", value):
        return "1970-01-01T00:00:00Z"
    return re.sub(r"\b(reset|t)=\d+", r"\1=0", value)
