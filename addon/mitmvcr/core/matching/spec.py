"""What is compared of two requests, as the options say it."""

from enum import StrEnum
from typing import Literal, NamedTuple

from mitmvcr.core.matching.ignoring import Ignore
from mitmvcr.core.matching.urls import URL_PARTS, BaseUrl

Style = Literal["usual", "go-vcr", "charm"]

DEFAULT_PARTS = ("method", "url", "body")
#: What may be chosen by name; ``header:NAME`` besides.
PARTS = ("method", *URL_PARTS, "body", "headers", "form", "proto")
#: go-vcr's DefaultMatcher, in its order.
GO_PARTS = (
    "method",
    "url",
    "proto",
    "headers",
    "body",
    "content_length",
    "transfer_encoding",
    "host",
    "form",
    "trailer",
    "remote_addr",
    "request_uri",
)


class Rule(StrEnum):
    """By the names under which a user switches them off."""

    RANGE = "range"
    VALIDATORS = "validators"
    VARY = "vary"
    OPERATION = "operation"
    IDENTITY = "identity"


class MatchSpec(NamedTuple):
    """What is compared. ``style`` is another recorder's way to compare its parts;
    ``base_urls`` are pairs of what a URL may start with and what it then counts as;
    ``off`` are the rules of HTTP that are not kept."""

    parts: tuple[str, ...] = DEFAULT_PARTS
    style: Style = "usual"
    ignore_headers: tuple[Ignore, ...] = ()
    ignore_query: tuple[Ignore, ...] = ()
    ignore_json: tuple[Ignore, ...] = ()
    ignore_form: tuple[Ignore, ...] = ()
    base_urls: tuple[BaseUrl, ...] = ()
    ignore_body: tuple[Ignore, ...] = ()
    off: tuple[Rule, ...] = ()
    ignore_path: tuple[Ignore, ...] = ()

    @property
    def leaves_out(self) -> bool:
        """Return whether anything of a URL or a body does not count."""
        return any((self.ignore_query, self.ignore_json, self.ignore_form)) or any(
            (self.ignore_body, self.ignore_path)
        )

    @classmethod
    def of(cls, style: Style) -> "MatchSpec":
        """Return all as that recorder compares it."""
        return cls(GO_PARTS if style == "go-vcr" else DEFAULT_PARTS, style)

    def __str__(self) -> str:
        """Write it as the option is: the parts, and the rules that are not kept."""
        words = list(self.parts) if self.style == "usual" else [self.style]
        off = [f"-{rule}" for rule in self.off]
        if off and self.style == "usual" and self.parts == DEFAULT_PARTS:
            return ",".join(off)
        return ",".join([*words, *off])


DEFAULT = MatchSpec()
