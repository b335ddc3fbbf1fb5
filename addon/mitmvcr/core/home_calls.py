"""Requests that no test is about: package registries, update checks and telemetry.

A strict replay that holds no such request refuses it and does not count it; a recording
lets it through and leaves it out.
"""

from collections.abc import Container

from mitmvcr.core.callers import HOME_CALLS, HomeCall, Preset
from mitmvcr.core.urls import url_parts

_BY_HOST: dict[str, list[HomeCall]] = {}
for _each in HOME_CALLS:
    _BY_HOST.setdefault(_each.host, []).append(_each)
#: Of these not all that begins so is meant.
_WHOLE = ("/npm",)


def home_call(url: str, presets: Container[Preset] = tuple(Preset)) -> HomeCall | None:
    """Return who is known to ask for this URL by itself, if anybody; of several one
    that a recording leaves out."""
    parts = url_parts(url)
    if parts is None:
        return None
    known = _BY_HOST.get(parts.host.lower().partition(":")[0].rstrip("."))
    if known is None:
        return None
    path = parts.path or "/"
    found = [
        each for each in known if each.preset in presets and _is_meant(path, each.path)
    ]
    return min(found, key=lambda each: each.is_recorded, default=None)


def _is_meant(path: str, known: str) -> bool:
    begins, _, ends = known.partition("*")
    is_whole = path == known or known not in _WHOLE
    return is_whole and path.startswith(begins) and path.endswith(ends)
