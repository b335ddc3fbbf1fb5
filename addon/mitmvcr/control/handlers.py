"""What each request to the API has to hold to, and how it is answered.

A page of another origin can make a browser send a request here, so what changes
anything needs a header that no page can send without being allowed to; and a name that
resolves to this address is no way in, since the Host must be the address itself. Where
a browser says that another page asks, it is refused outright.
"""

import json
import logging
from collections.abc import Awaitable
from http import HTTPStatus
from typing import Any

from tornado import web

from mitmvcr.control.office import Facts, Office, Problem, Wish
from mitmvcr.core.errors import OptionError, VcrError
from mitmvcr.core.jsontext import parse_json
from mitmvcr.core.media import JSON, media_kind

logger = logging.getLogger("mitmvcr")

ADDRESS = "127.0.0.1"
#: Who asks by another name came here by DNS.
_HOSTS = frozenset({ADDRESS, "localhost", "[::1]"})
_HEADER = "X-Vcr-Control"
#: What a browser says of a page that has another address, or another port.
_FOREIGN = ("cross-site", "same-site")
_METHODS = ("GET", "POST", "PUT", "DELETE")


class Handler(web.RequestHandler):
    """Answers in JSON; an error is problem+json."""

    def initialize(self, office: Office) -> None:
        self.office = office

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")

    def prepare(self) -> Awaitable[None] | None:
        self._check_host()
        self._check_is_own_page()
        if self.request.method not in self.allowed():
            raise web.HTTPError(405)
        if self.request.method in ("POST", "PUT", "DELETE"):
            self._check_is_no_page()
        return None

    def allowed(self) -> list[str]:
        """Return the methods that this resource has."""
        mine = type(self)
        found = [
            each
            for each in _METHODS
            if getattr(mine, each.lower())
            is not getattr(web.RequestHandler, each.lower())
        ]
        return [*found, *(["HEAD"] if "GET" in found else []), "OPTIONS"]

    def head(self, *args: str) -> Awaitable[None] | None:
        """Answer as GET does; tornado leaves the body out."""
        answer: Awaitable[None] | None = self.get(*args)
        return answer

    def options(self, *_: str) -> None:
        """Say which methods there are, and nothing to pages of others."""
        self.set_header("Allow", ", ".join(self.allowed()))
        self.set_status(204)

    def decode_argument(self, value: bytes, name: str | None = None) -> str:
        try:
            return value.decode()
        except UnicodeError:
            remedy = "percent-encode it as UTF-8"
            raise Problem(400, name or "path", "is not UTF-8", remedy) from None

    def _check_host(self) -> None:
        host = self.request.host.lower()
        name = host if host.endswith("]") else host.rpartition(":")[0] or host
        if name not in _HOSTS:
            detail = "is not this machine's own address"
            raise Problem(403, "Host", detail, f"use http://{ADDRESS}:PORT")

    def _check_is_own_page(self) -> None:
        headers = self.request.headers
        origin, site = headers.get("Origin"), headers.get("Sec-Fetch-Site")
        if origin not in (None, f"http://{self.request.host}"):
            raise _foreign("Origin")
        # A link may lead here: what is shown then no other page can read.
        follows = headers.get("Sec-Fetch-Mode") == "navigate"
        if site in _FOREIGN and not (follows and self.request.method == "GET"):
            raise _foreign("Sec-Fetch-Site")

    def _check_is_no_page(self) -> None:
        headers = self.request.headers
        if headers.get(_HEADER) != "1":
            raise Problem(403, _HEADER, "is missing", f"send '{_HEADER}: 1'")
        kind = media_kind(headers.get("Content-Type", ""))
        if kind != JSON and (self.request.body or self.request.method != "DELETE"):
            remedy = f"send 'Content-Type: {JSON}'"
            raise Problem(415, "Content-Type", f"is not {JSON}", remedy)

    def wish(self) -> Wish:
        """Return the object in the body; an empty one is an empty object."""
        try:
            found = parse_json(self.request.body or b"{}")
        except ValueError as error:
            raise Problem(400, "body", f"is no JSON: {error}", "send an object") from (
                error
            )
        if not isinstance(found, dict):
            raise Problem(400, "body", "is no object", "send one, as {}")
        return found

    def answer(self, facts: Facts | list[Facts], status: int = 200) -> None:
        self.set_status(status)
        self._send(facts, JSON)

    def _send(self, facts: object, kind: str) -> None:
        self.set_header("Content-Type", kind)
        text = json.dumps(facts, indent=2, ensure_ascii=False) + "\n"
        self.finish(text.encode("utf-8", "backslashreplace"))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        status, facts = _problem(error, status_code)
        self.set_status(status)
        if status == 405:
            self.set_header("Allow", ", ".join(self.allowed()))
        title = HTTPStatus(status).phrase
        head = {"type": "about:blank", "title": title, "status": status}
        self._send(head | facts, "application/problem+json")

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        if not isinstance(value, VcrError | web.HTTPError):
            logger.error(
                "mitmvcr: a fault of mitmvcr, please report it", exc_info=value
            )


def _foreign(header: str) -> Problem:
    remedy = "call it from a program, or from its own page"
    return Problem(403, header, "is that of another web page", remedy)


def _problem(error: BaseException | None, status: int) -> tuple[int, Facts]:
    """Return an error as a status and what says why."""
    if isinstance(error, Problem):
        facts = {"detail": str(error), "field": error.field, "remedy": error.remedy}
        return error.status, facts
    if isinstance(error, OptionError):
        facts = {"detail": str(error), "field": error.option, "remedy": error.remedy}
        return 422, facts
    if isinstance(error, VcrError):
        return 409, {"detail": str(error)}
    if isinstance(error, web.HTTPError):
        return error.status_code, {"detail": HTTPStatus(error.status_code).phrase}
    return status, {"detail": f"{type(error).__name__}: {error}"}
