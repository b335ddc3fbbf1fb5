"""What does not count, on both sides: names in a query, a form or the headers, places
in JSON, and pieces of a text."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from fnmatch import translate
from importlib.util import find_spec
from typing import Any, NamedTuple


class Ignoring(StrEnum):
    """The fields of a MatchSpec that say what does not count."""

    HEADERS = "ignore_headers"
    QUERY = "ignore_query"
    JSON = "ignore_json"
    FORM = "ignore_form"
    BODY = "ignore_body"


class Ignore(NamedTuple):
    """A name, which may be a glob, a JSONPath, or a regex. It is left out altogether,
    or, if ``value_only``, it has to be there with whatever value."""

    pattern: str
    value_only: bool = False

    def __str__(self) -> str:
        """As the option is written."""
        return self.pattern + "=" * self.value_only


def parse_ignore(text: str) -> Ignore:
    """``name`` leaves it out, ``name=`` only its value."""
    text = text.strip()
    return Ignore(text.removesuffix("="), text.endswith("="))


class Names:
    """Which names count, and whether their values do."""

    __slots__ = ("_excluded", "_valueless")

    def __init__(self, ignores: Iterable[Ignore], *, fold: bool = False) -> None:
        """``fold``: whatever their case, as those of headers."""
        ignores = list(ignores)
        flags = re.IGNORECASE if fold else 0
        self._excluded = _any_of([i for i in ignores if not i.value_only], flags)
        self._valueless = _any_of([i for i in ignores if i.value_only], flags)

    @property
    def are_some(self) -> bool:
        """Return whether anything does not count."""
        return self._excluded is not None or self._valueless is not None

    def counts(self, name: str) -> bool:
        return self._excluded is None or not self._excluded(name)

    def value_counts(self, name: str) -> bool:
        return self._valueless is None or not self._valueless(name)

    def __call__(self, pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        """The pairs that count; a value that does not is empty."""
        for name, value in pairs:
            if self.counts(name):
                yield name, value if self.value_counts(name) else ""


def _any_of(ignores: Sequence[Ignore], flags: int) -> Callable[[str], object] | None:
    if not ignores:
        return None
    pattern = "|".join(translate(ignore.pattern) for ignore in ignores)
    return re.compile(pattern, flags).match


def pieces_left_out(ignores: Iterable[Ignore]) -> Callable[[str], str] | None:
    """Return a function that leaves out of a text what the regexes match; None where
    there are none."""
    found = [re.compile(each.pattern) for each in ignores]
    if not found:
        return None

    def rest(text: str) -> str:
        for regex in found:
            text = regex.sub("", text)
        return text

    return rest


Steps = tuple[int | str, ...]


class Places:
    """Which places of a JSON value count."""

    __slots__ = ("_paths",)

    def __init__(self, ignores: Iterable[Ignore]) -> None:
        """Raises as :func:`json_path`."""
        self._paths = [(json_path(each.pattern), each.value_only) for each in ignores]

    def __call__(self, value: Any) -> object:
        """The value without what does not count; it is changed in place.

        Raises ValueError where it is nested too deep to be searched.
        """
        root = [value]
        for find, value_only in self._paths:
            # From the back, so that the places in a list before it stay.
            for steps in sorted(find(root[0]), key=_order, reverse=True):
                _ignore(root, (0, *steps), value_only)
        return root[0]


def _order(steps: Steps) -> list[tuple[bool, int | str]]:
    return [(isinstance(step, str), step) for step in steps]


def _ignore(root: list[Any], steps: Steps, value_only: bool) -> None:
    *way, last = steps
    holder: Any = root
    for step in way:
        holder = holder[step]
    if value_only or holder is root:
        holder[last] = None
    else:
        del holder[last]


# What names one place. The library takes 70 ms to import, which the first miss would
# feel: to name the option that would let it match is to try such a path.
_STEP = r'\.([A-Za-z_][A-Za-z_0-9]*)|\[(0|[1-9][0-9]{0,9})\]|\["([^"\\\x00-\x1f]*)"\]'
_PLAIN_PATH = rf"\$((?:{_STEP})*)"


def _plain_path(written: str) -> Callable[[Any], list[Steps]]:
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


def json_path(path: str) -> Callable[[Any], list[Steps]]:
    """A function that finds the places of a JSONPath (RFC 9535).

    Raises ValueError where it is none, ImportError where there is no python-jsonpath:
    it does not come with mitmproxy.
    """
    if found := re.fullmatch(_PLAIN_PATH, path):
        if find_spec("jsonpath") is None:
            raise ImportError(name="jsonpath")
        return _plain_path(found[1])
    import jsonpath

    try:
        query = jsonpath.JSONPathEnvironment(strict=True).compile(path)
    except jsonpath.JSONPathError as error:
        raise ValueError(str(error).splitlines()[0]) from error

    def find(value: Any) -> list[Steps]:
        try:
            return [tuple(match.parts) for match in query.finditer(value)]
        except (jsonpath.JSONPathError, RecursionError) as error:
            raise ValueError("cannot be searched") from error

    return find
