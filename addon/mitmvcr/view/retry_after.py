"""What makes a client wait, in headers and bodies, as a replay without latency gives
it: for no time.

A value of 0 is not always the shortest. azure-core for Python and the openai and
anthropic SDKs take 0 for no hint at all, and wait for as long as they like:
azure-core's poller for 30 s. Milliseconds therefore become 1, and a ``Retry-After``
gets a ``Retry-After-Ms`` beside it, which those SDKs read. In a body a whole number of
seconds becomes 1: of 0 Go's oauth2 makes 5 s, and python-telegram-bot no hint at all.
And with a 408 or a 503 a 0 is an order to OkHttp: it asks again by itself, which it did
not when it was told to wait. Its user agent is its program's to choose, and it accepts
gzip alone, as Go does: who does that waits for 1 s.
Erlang's httpc asks again by itself after a 503 whose value has one or two characters,
and gives a longer one to its program: so what was longer stays that long.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from mitmvcr.core.chunks import moved
from mitmvcr.core.media import media_kind
from mitmvcr.core.model import Response, header

#: Headers in milliseconds -> who reads them.
MILLISECONDS: Mapping[str, str] = {
    "retry-after-ms": "openai, anthropic and google-genai (its interactions):"
    " _parse_retry_after_header; azure-core: get_retry_after;"
    " ai (Vercel): retry-with-exponential-backoff.ts",
    "x-ms-retry-after-ms": "azure-core: get_retry_after; Azure Cosmos DB",
    "x-amz-retry-after": "botocore: _get_retry_after_delay in retries/standard.py;"
    " aws-sdk-rust: AwsErrorCodeClassifier; Amplify for Dart: AWSRetryer",
    "openai-poll-after-ms": "openai: poll of videos and of vector stores' files; of"
    " runs in older releases and in openai-node",
    "grpc-retry-pushback-ms": "gRPC: proposal A6; grpc-java: RetriableStream",
}
#: Headers in seconds, or with a date -> who reads them.
SECONDS: Mapping[str, str] = {
    "retry-after": "RFC 9110, 10.2.3: urllib3, curl --retry, and most others",
}
#: Headers with the end of a rate limit's window: seconds, a time, or a duration as
#: ``6m0s`` -> who reads them. They count where the limit is used up, and for prawcore
#: (rate_limit.py), which spreads what is left over the window.
RESETS: Mapping[str, str] = {
    r"x-rate-?limit-reset([\w-]*)": "octokit's plugin-throttling (src/index.ts);"
    " PyGithub: GithubRetry; discord.py: http.py (-Reset-After); OpenAI's"
    " documentation (-Reset-Requests, -Reset-Tokens)",
    r"ratelimit-reset": "draft-ietf-httpapi-ratelimit-headers, to version 07",
    r"ratelimit": "the same, from version 05: reset=50, or t=50",
    r"(\w+-)+ratelimit-(\w+-)*reset": "Anthropic (anthropic-ratelimit-tokens-reset)",
}
_RESETS = re.compile("|".join(RESETS))
#: The field of an event stream, in milliseconds: browsers' EventSource (HTML, 9.2.6),
#: the MCP SDKs for Python (client/streamable_http.py) and TypeScript. The SDKs of
#: openai and anthropic parse it and do not wait.
_RETRY = re.compile(rb"(?m)^(retry: ?)(\d+)(?=\r?$)")
#: Members of JSON, in seconds or, where they say so, milliseconds. They count in an
#: error. Readers: discord.py (http.py), python-telegram-bot and grammY's auto-retry
#: (parameters.retry_after), matrix-js-sdk and matrix-nio (retry_after_ms), Kubernetes'
#: SuggestsClientDelay (retryAfterSeconds), gemini-cli (google.rpc.RetryInfo's
#: retryDelay).
_MEMBER = re.compile(
    rb'("retry_?(?:after(?:_?(?:ms|millis|milliseconds|s|secs?|seconds))?|delay)"'
    rb'\s*:\s*"?)(\d+)(\.\d+)?',
    re.IGNORECASE,
)
#: It counts where it comes with a device code (RFC 8628, 3.2): msal, botocore's
#: SSOTokenFetcher, golang.org/x/oauth2.
_INTERVAL = re.compile(rb'("interval"\s*:\s*"?)(\d+)()')
_DEVICE = (b'"device_code"', b'"deviceCode"')
#: In bytes: a longer body of JSON holds no such hint.
_LONGEST = 1 << 16
#: From this status on a body says why there is no answer.
_ERROR = 400
#: Statuses that ask a client to come back later.
_LATER = (403, 413, 429, 503)
#: Those after which OkHttp (RetryAndFollowUpInterceptor.kt) obeys a 0, and only that.
_AT_ONCE = (408, 503)
_OBEYS, _ITS_CODINGS = "okhttp", "gzip"
_ZERO = re.compile(r"\s*0+\s*")
#: Erlang's httpc (httpc_response.erl, status_service_unavailable) obeys less than that
#: many characters after this status.
_UNHEARD, _UNAVAILABLE = 3, 503
#: A client that reads ``Retry-After`` first, and 0 as none; it takes a fraction.
_TAKES_FRACTIONS = "azsdk-"
_SPREADS = "prawcore/"


class Client(NamedTuple):
    """What a request says of who sent it, in its headers."""

    user_agent: str = ""
    accept_encoding: str = ""


def without_waits(response: Response, client: Client) -> Response:
    """Return the response with what makes a client wait set to the shortest that it
    obeys. One that holds nothing of the kind is returned as it is."""
    changed = {}
    if _any_waits(tuple(response.headers)):
        changed = dict(_changed(response, client))
    trailing = dict(_changed_trailer(response)) if response.trailer else {}
    body = _body(response)
    if not changed and not trailing and body is response.body:
        return response
    headers = {**response.headers, **changed}
    return replace(
        response,
        headers=headers,
        trailer={**response.trailer, **trailing},
        body=body,
        content_length=_length(response, body),
        chunks=moved(response.chunks, response.body, body),
    )


def _length(response: Response, body: bytes) -> int:
    length = response.content_length
    return len(body) if length == len(response.body) else length


def _body(response: Response) -> bytes:
    """Return the body with what makes a client wait; the same one where it has nothing
    of the kind."""
    body = response.body
    if b"retry:" in body and media_kind(_media(response)) == "text/event-stream":
        return _RETRY.sub(_least_digits, body)
    if len(body) > _LONGEST or body[:1] not in (b"{", b"["):
        return body
    if response.code >= _ERROR:
        return _MEMBER.sub(_least_seconds, body)
    has_code = any(name in body for name in _DEVICE)
    return _INTERVAL.sub(_least_seconds, body) if has_code else body


def _media(response: Response) -> str:
    return header(response.headers, "Content-Type")


def _least_digits(found: re.Match[bytes]) -> bytes:
    """Return a field that is as long, so that each chunk begins where it did."""
    return found[1] + b"1".rjust(len(found[2]), b"0")


def _least_seconds(found: re.Match[bytes]) -> bytes:
    return found[1] + (b"0.001" if found[3] else b"1")


@lru_cache(maxsize=512)
def _any_waits(names: tuple[str, ...]) -> bool:
    """Return whether a header is of the tables. Every replay asks."""
    return any(_waits(name.lower()) for name in names)


def _waits(name: str) -> bool:
    if name in SECONDS or name in MILLISECONDS:
        return True
    return "limit" in name and _RESETS.fullmatch(name) is not None


def _changed(response: Response, client: Client) -> Iterator[tuple[str, Sequence[str]]]:
    lower = {name.lower(): name for name in response.headers}
    for known, name in lower.items():
        values = response.headers[name]
        if known in SECONDS:
            yield name, [_seconds(value, response.code, client) for value in values]
            if "retry-after-ms" not in lower:
                yield "Retry-After-Ms", ["1"]
        elif known in MILLISECONDS:
            yield name, [_milliseconds(value) for value in values]
        elif _RESETS.fullmatch(known) and (
            _SPREADS in client.user_agent or _is_used_up(response)
        ):
            yield name, [_reset(value) for value in values]


def _changed_trailer(response: Response) -> Iterator[tuple[str, Sequence[str]]]:
    for name, values in response.trailer.items():
        if name.lower() in MILLISECONDS:
            yield name, [_milliseconds(value) for value in values]


def _seconds(value: str, code: int, client: Client) -> str:
    if _TAKES_FRACTIONS in client.user_agent:
        return "0.001"
    may_obey = client.accept_encoding == _ITS_CODINGS or _OBEYS in client.user_agent
    is_order = may_obey and code in _AT_ONCE and not _ZERO.fullmatch(value)
    least = "1" if is_order else "0"
    is_unheard = code == _UNAVAILABLE and len(value.strip()) >= _UNHEARD
    return least.zfill(_UNHEARD) if is_unheard else least


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
