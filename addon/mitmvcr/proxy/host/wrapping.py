"""Functions of mitmproxy's, wrapped where they stand."""

from collections.abc import Callable
from functools import wraps
from typing import Any

_MAKERS = "_vcr_makers"


def wrap(owner: Any, name: str, make: Callable[..., Any], *more: Any) -> None:
    """Put what ``make`` makes of a function, and of what comes behind it here, in its
    place; once, however often this is called."""
    original = getattr(owner, name)
    before = vars(original).get(_MAKERS, ())
    if make not in before:
        ours = wraps(original)(make(original, *more))
        setattr(ours, _MAKERS, (*before, make))
        setattr(owner, name, ours)
