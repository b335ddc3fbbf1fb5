"""What helps where an origin could not be reached, by a word of mitmproxy's reason."""

from collections.abc import Mapping
from typing import NamedTuple

from mitmvcr.options import CLIENT_CERT, INSECURE_UPSTREAM, UPSTREAM_CA
from mitmvcr.proxy.host.alerts import ALERTS
from mitmvcr.spelling import IN_MITMPROXY, Spelling

#: What systems say of a name that nobody knows: Linux (also in a container without a
#: name server), macOS, Windows.
_UNKNOWN = (
    "name or service not known",
    "no address associated with hostname",
    "temporary failure in name resolution",
    "nodename nor servname provided",
    "getaddrinfo failed",
)
_ANYBODY = f"no authority helps there: {INSECURE_UPSTREAM.vcr}=yes trusts it as it is"
SHOW = (
    f"where it wants a certificate of its client, {CLIENT_CERT.vcr}=FILE shows it one,"
    " of an authority that it trusts"
)
_OF_TLS: Mapping[str, str] = {
    **{
        f"certificate verify failed: {problem}": _ANYBODY
        for problem in (
            "certificate has expired",
            "certificate is not yet valid",
            "hostname mismatch",
            "ip address mismatch",
        )
    },
    "certificate verify failed": f"{UPSTREAM_CA.vcr}=FILE trusts its authority,"
    f" {INSECURE_UPSTREAM.vcr}=yes anybody",
    **{f"alert {alert}": SHOW for alert in ALERTS.values()},
}
_LOGIN = (
    "request: 407",
    "it wants a user and a password",
    "it refuses this user and password",
)
_NO_ORIGIN = (
    "this port is a proxy, and it was asked as an origin is: give it to the client as"
    " its proxy, as HTTP_PROXY and HTTPS_PROXY do, and ask for the origin's own URL"
)
_NONE = "vcr_record_errors=yes would record the failure"
#: How mitmproxy goes on after what went wrong (proxy/layers/http: handle_connect and
#: validate_headers).
_ADVICE = (" If you plan to redirect", ". Disable the validate_inbound_headers option")
_UNSURE = "request smuggling"
_AS_IT_IS = "--set validate_inbound_headers=false takes it as it is"


class _Way(NamedTuple):
    """What is said of a proxy that leads out of this network. ``named`` is said where
    it cannot be reached, ``refused`` where it does not go on, ``login`` where it wants
    another user or password, and ``unknown`` where there may be one."""

    named: str
    refused: str
    login: str
    unknown: str


_PAST = "NO_PROXY names hosts that are reached without it"
_NAMES = "HTTPS_PROXY, HTTP_PROXY or ALL_PROXY"
_BY_VARIABLE = _Way(
    named=f"that is the proxy that {_NAMES} names; {_PAST}",
    refused=f"the proxy that {_NAMES} names does not go there: {_PAST}",
    login=f"{_NAMES} names that proxy; the user and the password that it wants stand"
    " before its host there, as USER:PASSWORD@",
    unknown="HTTPS_PROXY",
)
_BY_MODE = _Way(
    named="that is the proxy that --set mode=upstream:URL names",
    refused="the proxy that --set mode=upstream:URL names does not go there",
    login="--set upstream_auth=USER:PASSWORD tells it the user and the password that it"
    " wants",
    unknown="--set mode=upstream:URL",
)


def without_advice(reason: str) -> str:
    """Return a reason of mitmproxy's without what it advises for itself."""
    for advice in _ADVICE:
        reason = reason.partition(advice)[0]
    return reason


def with_remedy(
    reason: str, via: object = None, spelling: Spelling = IN_MITMPROXY
) -> str:
    """Return a reason of mitmproxy's with what helps in parentheses; ``via`` is the
    proxy that the connection had to go through, if any, and ``spelling`` that of
    whoever reads it."""
    known = without_advice(reason)
    way = _BY_VARIABLE if spelling.reads_proxies else _BY_MODE
    return f"{known} ({_remedy(known.lower(), way, bool(via))})"


def login_wanted(spelling: Spelling) -> str:
    """Return what helps with a proxy that answers 407 itself."""
    return (_BY_VARIABLE if spelling.reads_proxies else _BY_MODE).login


def _remedy(reason: str, way: _Way, has_proxy: bool) -> str:
    if "request destination unknown" in reason:
        return _NO_ORIGIN
    is_unknown = any(word in reason for word in _UNKNOWN)
    if has_proxy and (is_unknown or "connect call failed" in reason):
        return way.named
    if found := next((more for word, more in _OF_TLS.items() if word in reason), ""):
        return found
    if any(word in reason for word in _LOGIN):
        return way.login
    if "upstream proxy" in reason or "socks proxy" in reason:
        return way.refused
    if _UNSURE in reason:
        return _AS_IT_IS
    if is_unknown:
        return (
            "no such host is known here; where a proxy leads out of this network,"
            f" {way.unknown} names it"
        )
    return _NONE
