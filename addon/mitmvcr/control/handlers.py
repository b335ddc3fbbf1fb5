"""How each request to the API is answered."""

import json
import logging
from collections.abc import Awaitable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from tornado import web

from mitmvcr.control import guards
from mitmvcr.control.office import Facts, Office, Problem, Wish
from mitmvcr.core.errors import OptionError, VcrError
from mitmvcr.core.jsontext import parse_json
from mitmvcr.core.media import JSON, PROBLEM

if TYPE_CHECKING:
    from mitmvcr.control.relay import Relay

logger = logging.getLogger("mitmvcr")

#: In bytes, of a request's body.
LARGEST = 1 << 20
_METHODS = ("GET", "POST", "PUT", "DELETE")
#: Where an error of a cassette knows none.
_REMEDY = "fix what it names, or choose another cassette"


class Handler(web.RequestHandler):
    """Answers in JSON; an error is problem+json."""

    def initialize(self, office: Office) -> None:
        self.office = office

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")

    def prepare(self) -> Awaitable[None] | None:
        guards.check_caller(self.request, self.settings["token"])
        guards.check_is_own_page(self.request)
        if self.request.method not in self.allowed():
            raise web.HTTPError(405)
        if self.request.method in ("POST", "PUT", "DELETE"):
            guards.check_is_no_page(self.request)
        if len(self.request.body) > LARGEST:
            raise Problem(413, "body", f"is longer than {LARGEST} bytes", "send less")
        relay = self.relay
        return None if relay is None else relay.pass_on(self)

    @property
    def relay(self) -> "Relay | None":
        """Return what asks other workers, if there are any."""
        found: Relay | None = self.settings.get("relay")
        return found

    async def of_all(self, path: str, here: Any, *, all_run: bool = False) -> list[Any]:
        """Return what each worker answers to a path, as this one does ``here``. Raise
        Problem where ``all_run``, and one has ended."""
        if self.relay is None:
            return [here]
        others = await self.relay.gathered(self.request, path, all_run=all_run)
        return [here, *others]

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

    def fields(self, *known: str) -> Wish:
        """Return the same, which has no other fields than these."""
        found = self.wish()
        for each in found:
            if each not in known:
                remedy = f"use {', '.join(known)}" if known else "send {}"
                raise Problem(422, each, "is not a field of this", remedy)
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
        if status == 401:
            for each in guards.CHALLENGES:
                self.add_header("WWW-Authenticate", each)
        title = HTTPStatus(status).phrase
        head = {"type": "about:blank", "title": title, "status": status}
        self._send(head | facts, PROBLEM)

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        if not isinstance(value, VcrError | web.HTTPError):
            logger.error(
                "mitmvcr: a fault of mitmvcr, please report it", exc_info=value
            )


def _problem(error: BaseException | None, status: int) -> tuple[int, Facts]:
    """Return an error as a status and what says why."""
    if isinstance(error, Problem):
        facts = {"detail": str(error), "field": error.field, "remedy": error.remedy}
        return error.status, facts
    if isinstance(error, OptionError):
        facts = {"detail": str(error), "field": error.option, "remedy": error.remedy}
        return 422, facts
    if isinstance(error, VcrError):  # all others come of the cassette that is named
        remedy = error.remedy or _REMEDY
        return 409, {"detail": str(error), "field": "cassette", "remedy": remedy}
    if isinstance(error, web.HTTPError):
        return error.status_code, {"detail": HTTPStatus(error.status_code).phrase}
    return status, {"detail": f"{type(error).__name__}: {error}"}
