"""Response headers that say something else each time."""

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
