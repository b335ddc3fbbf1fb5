"""Why an origin could not be reached, and what helps."""

from mitmvcr.options import INSECURE_UPSTREAM, UPSTREAM_CA

#: What helps, by a word of mitmproxy's reason.
_REMEDIES = (
    (
        "certificate verify failed",
        f"{UPSTREAM_CA.vcr}=FILE trusts its authority,"
        f" {INSECURE_UPSTREAM.vcr}=yes anybody",
    ),
    (
        "upstream proxy",
        "the proxy that HTTPS_PROXY or ALL_PROXY names does not go there: NO_PROXY"
        " names hosts that are reached without it",
    ),
    (
        "socks proxy",
        "ALL_PROXY or HTTPS_PROXY names it; NO_PROXY names hosts that are reached"
        " without it",
    ),
    (
        "name or service not known",
        "no such host is known here; where a proxy leads out of this network,"
        " HTTPS_PROXY names it",
    ),
)
_SILENT = (
    "that is the proxy that HTTPS_PROXY or ALL_PROXY names; NO_PROXY names hosts that"
    " are reached without it"
)
_NONE = "vcr_record_errors=yes would record the failure"
#: How mitmproxy goes on after what went wrong (proxy/layers/http: handle_connect).
_ADVICE = " If you plan to redirect"


def with_remedy(reason: str, via: object = None) -> str:
    """Return a reason of mitmproxy's with what helps in parentheses; ``via`` is the
    proxy that the connection had to go through, if any."""
    known = reason.partition(_ADVICE)[0]
    if via and "connect call failed" in known.lower():
        return f"{known} ({_SILENT})"
    found = (more for word, more in _REMEDIES if word in known.lower())
    return f"{known} ({next(found, _NONE)})"
