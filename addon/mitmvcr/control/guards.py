"""Who may call the API.

A page of another origin can make a browser send a request here, so what changes
anything needs a header that no page can send without being allowed to; and a name that
resolves to this address is no way in, since the Host must be the address itself. From
another machine that says nothing: there a token is needed.
"""

import re
from base64 import b64decode
from hmac import compare_digest

from tornado.httputil import HTTPServerRequest

from mitmvcr.control.office import Problem
from mitmvcr.core.media import JSON, media_kind
from mitmvcr.core.urls import is_loopback

#: The variable of the environment that holds the token.
TOKEN = "MITMVCR_CONTROL_TOKEN"
HEADER = "X-Vcr-Control"
#: What a 401 says, each in a header of its own, as Chromium wants them. A browser asks
#: for a name and a password, of which the latter counts.
CHALLENGES = ("Bearer", 'Basic realm="mitmvcr: any name, and the token as password"')
#: What a browser says of a page that has another address, or another port.
_FOREIGN = ("cross-site", "same-site")
#: As RFC 6750 has it; what is shorter can be guessed.
_TOKEN = re.compile(r"[\w.~+/-]{16,}=*", re.ASCII)


def is_token(text: str) -> bool:
    return _TOKEN.fullmatch(text) is not None


def check_caller(request: HTTPServerRequest, token: str) -> None:
    """Raise Problem unless the caller has the token or, where there is none, is on this
    machine."""
    if token:
        _check_token(request.headers.get("Authorization", ""), token)
        return
    if not getattr(request.connection, "is_from_here", True):
        remedy = f"start it with {TOKEN} set to a secret that callers know"
        raise Problem(403, "Authorization", "others reach this address", remedy)
    host = request.headers.get("Host", "")  # tornado may make one up
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    if not is_loopback(name):
        detail = "is not this machine's own address"
        raise Problem(403, "Host", detail, "use http://127.0.0.1:PORT")


def _check_token(said: str, token: str) -> None:
    if not compare_digest(_given(said).encode(), token.encode()):
        detail = "does not hold the token" if said else "is missing"
        remedy = f"send 'Authorization: Bearer ...' with what {TOKEN} holds"
        raise Problem(401, "Authorization", detail, remedy)


def _given(said: str) -> str:
    """Return the token of an Authorization, or "". A browser, which shows the page,
    sends it as the password that it has asked for."""
    scheme, _, given = said.partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(given.strip(), validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def check_is_own_page(request: HTTPServerRequest) -> None:
    """Raise Problem where a browser shows the page of somebody else."""
    headers = request.headers
    origin, site = headers.get("Origin"), headers.get("Sec-Fetch-Site")
    if origin not in (None, f"http://{request.host}"):
        raise _foreign("Origin")
    # A link may lead here: what is shown then no other page can read.
    follows = headers.get("Sec-Fetch-Mode") == "navigate"
    if site in _FOREIGN and not (follows and request.method == "GET"):
        raise _foreign("Sec-Fetch-Site")


def _foreign(header: str) -> Problem:
    remedy = "call it from a program, or from its own page"
    return Problem(403, header, "is that of another web page", remedy)


def check_is_no_page(request: HTTPServerRequest) -> None:
    """Raise Problem unless a request is as no web page can send it."""
    headers = request.headers
    if headers.get(HEADER) != "1":
        raise Problem(403, HEADER, "is missing", f"send '{HEADER}: 1'")
    kind = media_kind(headers.get("Content-Type", ""))
    if kind != JSON and (request.body or request.method != "DELETE"):
        remedy = f"send 'Content-Type: {JSON}'"
        raise Problem(415, "Content-Type", f"is not {JSON}", remedy)
