"""Requests that are refused and do not count: those of a filter, and of a preset."""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from mitmvcr.core.callers import Preset
from mitmvcr.core.errors import OptionError
from mitmvcr.core.home_calls import home_call
from mitmvcr.options import BLOCK, IGNORE_PRESET, Option

if TYPE_CHECKING:
    from mitmproxy import flowfilter, http


class Blocking:
    """What is blocked by a session's options ``block`` and ``ignore_preset``. Raises
    OptionError."""

    def __init__(
        self, texts: Sequence[str] = (), presets: Collection[Preset] = ()
    ) -> None:
        self._presets = presets
        self._filters: list[tuple[str, flowfilter.TFilter]] = [
            (text, parse_filter(text, BLOCK)) for text in texts
        ]

    @property
    def has_filters(self) -> bool:
        return bool(self._filters)

    def by_filter(self, flow: "http.HTTPFlow") -> str:
        """Return the filter that blocks the request, in any mode; empty for none."""
        for text, accepts in self._filters:
            if accepts(flow):
                return text
        return ""

    def passes_over(self, url: str) -> str:
        """Return why a refused request for this URL does not count, with the option
        that says so; empty for one that counts."""
        found = home_call(url, self._presets)
        return f"{found.who} ({IGNORE_PRESET.vcr}={found.preset})" if found else ""

    def leaves_out(self, url: str) -> bool:
        """Return whether a recording leaves a request for this URL out."""
        found = home_call(url, self._presets)
        return found is not None and not found.is_recorded


@lru_cache(maxsize=64)
def parse_filter(text: str, option: Option) -> "flowfilter.TFilter":
    """Parse one of mitmproxy's flow filters. Raise OptionError."""
    from mitmproxy import flowfilter

    try:
        accepts = flowfilter.parse(text)
    except ValueError as error:
        remedy = f"not a flow filter ({error}); use one as '~d example.com'"
        raise OptionError(option.vcr, text, remedy) from error
    if late := _TOO_LATE.intersection(_OPERATOR.findall(_QUOTED.sub("", text))):
        remedy = (
            f"~{min(late)} says nothing of a request before it is sent; use filters of"
            " requests, as ~d, ~u, ~m, ~hq or ~bq"
        )
        raise OptionError(option.vcr, text, remedy)
    return accepts


_QUOTED = re.compile(r"""\"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""", re.DOTALL)
#: A tilde stands nowhere else outside of quotes.
_OPERATOR = re.compile(r"~(\w+)")
#: What is true of no request when it is looked at: that it has an answer, or that the
#: answer has something, an error, or another protocol than HTTP.
_TOO_LATE = frozenset(
    ("s", "c", "ts", "hs", "bs", "a", "e", "replays", "websocket", "tcp", "udp", "dns")
)
