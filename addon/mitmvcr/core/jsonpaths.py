"""JSONPath, the one way in which all options that take one find its places."""

import json
import re
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

#: The way to a place: positions in lists and names in objects.
Steps = tuple[int | str, ...]
Finder = Callable[[Any], list[Steps]]

# What names one place. The library takes 70 ms to import, which the first miss would
# feel: to name the option that would let it match is to try such a path.
_STEP = r'\.([A-Za-z_][A-Za-z_0-9]*)|\[(0|[1-9][0-9]{0,9})\]|\["([^"\\\x00-\x1f]*)"\]'
_PLAIN_PATH = rf"\$((?:{_STEP})*)"


def _plain_path(written: str) -> Finder:
    steps: Steps = tuple(
        int(step[2]) if step[2] else step[1] or step[3]
        for step in re.finditer(_STEP, written)
    )

    def find(value: Any) -> list[Steps]:
        for step in steps:
            holds: Any = list if isinstance(step, int) else dict
            if not isinstance(value, holds):
                return []
            try:
                value = value[step]
            except LookupError:
                return []
        return [steps]

    return find


_ANYWHERE = re.compile(r'\$\.\.(?:([A-Za-z_][A-Za-z_0-9]*)|\["([^"\\\x00-\x1f]*)"\])')


def name_anywhere(path: str) -> str | None:
    """Return the name where a JSONPath is that of all members of this name; None for
    any other. It needs no search."""
    found = _ANYWHERE.fullmatch(path)
    return (found[1] or found[2]) if found else None


#: What JSONPath takes for a name without quotes.
_BARE_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def path_step(name: str) -> str:
    """Return the step of a JSONPath to a name."""
    return f".{name}" if _BARE_NAME.fullmatch(name) else f"[{json.dumps(name)}]"


def json_path(path: str, *, lenient: bool = False) -> Finder:
    """Return a function that finds the places of a JSONPath (RFC 9535).

    ``lenient``: the library's additions to the RFC are allowed, as ``user.email``.
    Raise ValueError where it is none, ImportError where there is no python-jsonpath: it
    does not come with mitmproxy. The function raises ValueError for a value that cannot
    be searched, since it is nested too deep.
    """
    if found := re.fullmatch(_PLAIN_PATH, path):
        if find_spec("jsonpath") is None:
            raise ImportError(name="jsonpath")
        return _plain_path(found[1])
    if not (lenient or path.startswith("$")):
        raise ValueError("it begins with $")
    import jsonpath

    try:
        query = jsonpath.JSONPathEnvironment(strict=not lenient).compile(path)
    except (jsonpath.JSONPathError, re.error) as error:
        raise ValueError(str(error).splitlines()[0]) from error

    def find(value: Any) -> list[Steps]:
        try:
            return [tuple(match.parts) for match in query.finditer(value)]
        except (jsonpath.JSONPathError, RecursionError) as error:
            raise ValueError("cannot be searched") from error

    return find
