"""Requests that are refused and do not count: those of a filter, and calls home."""

from collections.abc import Sequence
from functools import lru_cache

from mitmproxy import flowfilter, http

from mitmvcr.core.errors import OptionError
from mitmvcr.core.home_calls import HomeCall, home_call
from mitmvcr.options import BLOCK, Option

_NOT_KNOWN = "-known"


class Blocking:
    """What is blocked by a session's option ``block``. Raises OptionError."""

    def __init__(self, texts: Sequence[str] = ()) -> None:
        self._knows = _NOT_KNOWN not in texts
        self._filters: list[tuple[str, flowfilter.TFilter]] = [
            (text, parse_filter(text, BLOCK)) for text in texts if text != _NOT_KNOWN
        ]

    @property
    def has_filters(self) -> bool:
        return bool(self._filters)

    def by_filter(self, flow: http.HTTPFlow) -> str:
        """Return the filter that blocks the request, in any mode; empty for none."""
        for text, accepts in self._filters:
            if accepts(flow):
                return text
        return ""

    def calls_home(self, url: str) -> HomeCall | None:
        """Return who is known to ask for this URL by itself, if anybody."""
        return home_call(url) if self._knows else None

    def leaves_out(self, url: str) -> bool:
        """Return whether a recording leaves a request for this URL out."""
        found = self.calls_home(url)
        return found is not None and not found.is_recorded


@lru_cache(maxsize=64)
def parse_filter(text: str, option: Option) -> flowfilter.TFilter:
    """Parse one of mitmproxy's flow filters. Raise OptionError."""
    try:
        return flowfilter.parse(text)
    except ValueError as error:
        remedy = f"not a flow filter ({error}); use one as '~d example.com'"
        raise OptionError(option.vcr, text, remedy) from error
