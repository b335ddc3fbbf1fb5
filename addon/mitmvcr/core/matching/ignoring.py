"""What does not count, on both sides: names in a query, a form or the headers, places
in JSON, and pieces of a text."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from fnmatch import fnmatchcase, translate
from typing import Any, NamedTuple

from mitmvcr.core.jsonpaths import Steps, json_path, name_anywhere


class Ignoring(StrEnum):
    """The fields of a MatchSpec that say what does not count."""

    HEADERS = "ignore_headers"
    QUERY = "ignore_query"
    JSON = "ignore_json"
    FORM = "ignore_form"
    BODY = "ignore_body"
    PATH = "ignore_path"


class Ignore(NamedTuple):
    """A name, which may be a glob, a JSONPath, or a regex. It is left out altogether,
    or, if ``value_only``, it has to be there with whatever value."""

    pattern: str
    value_only: bool = False

    def __str__(self) -> str:
        """Write it as the option is written."""
        return self.pattern + "=" * self.value_only


def parse_ignore(text: str) -> Ignore:
    """Read ``name``, which leaves it out, or ``name=``, which leaves out only its
    value."""
    text = text.strip()
    return Ignore(text.removesuffix("="), text.endswith("="))


class Names:
    """Which names count, and whether their values do."""

    __slots__ = ("_excluded", "_valueless")

    def __init__(self, ignores: Iterable[Ignore], *, fold: bool = False) -> None:
        """Take names; with ``fold`` whatever their case, as those of headers."""
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
        """Yield the pairs that count; a value that does not is empty."""
        for name, value in pairs:
            if self.counts(name):
                yield name, value if self.value_counts(name) else ""


def _any_of(ignores: Sequence[Ignore], flags: int) -> Callable[[str], object] | None:
    if not ignores:
        return None
    pattern = "|".join(_spelled(ignore.pattern) for ignore in ignores)
    return re.compile(pattern, flags).match


def _spelled(name: str) -> str:
    """Return the regex of a name or glob. ``page[number]`` is a field's name, too,
    and who writes it means that."""
    glob = translate(name)
    return rf"{glob}|{re.escape(name)}\Z" if "[" in name else glob


def glob_of(name: str) -> str:
    """Return what means a name, as an option can have it: blanks around it and an
    equals sign behind it are the option's own, as are commas."""
    last = len(name) - 1
    return "".join(
        _in_glob(each, at in (0, last), at == last) for at, each in enumerate(name)
    )


def _in_glob(each: str, is_outside: bool, is_last: bool) -> str:
    if each == "," or not each.isprintable():
        return "?"
    own = each in "*?[" or (is_outside and each == " ") or (is_last and each == "=")
    return f"[{each}]" if own else each


def is_named(text: str, name: str) -> bool:
    """Return whether a name or glob means this text, in its very case."""
    return text == name or fnmatchcase(text, name)


def pieces_left_out(ignores: Iterable[Ignore]) -> Callable[[str], str] | None:
    """Return a function that leaves out of a text what the regexes match; None where
    there are none."""
    regexes = [re.compile(each.pattern) for each in ignores]
    if not regexes:
        return None

    def rest(text: str) -> str:
        for regex in regexes:
            text = regex.sub("", text)
        return text

    return rest


class Places:
    """Which places of a JSON value count."""

    __slots__ = ("_finds", "_names")

    def __init__(self, ignores: Iterable[Ignore]) -> None:
        """Raise as :func:`json_path`."""
        self._finds: list[tuple[Callable[[Any], Iterable[Steps]], bool]] = []
        self._names: list[Callable[[list[Any]], None]] = []
        for each in ignores:
            name, find = name_anywhere(each.pattern), json_path(each.pattern)
            if name is not None:
                self._names.append(_member_anywhere(name, each.value_only))
            else:
                self._finds.append((find, each.value_only))

    def __call__(self, value: Any) -> object:
        """Return the value without what does not count; it is changed in place.

        Raise ValueError where it is nested too deep to be searched.
        """
        root = [value]
        # All are found before one is taken out: a path means the value as it came.
        found = [
            (_order(steps), not is_kept, (0, *steps))
            for find, is_kept in self._finds
            for steps in find(value)
        ]
        # From the back, so that the places in a list before it stay.
        last: Steps | None = None
        for _, goes, steps in sorted(found, reverse=True):
            if steps != last:  # what goes comes before what is only emptied
                _ignore(root, steps, not goes)
            last = steps
        for ignore in self._names:
            ignore(root)
        return root[0]


def _member_anywhere(name: str, value_only: bool) -> Callable[[list[Any]], None]:
    """Take out all members of a name: to find each by its way first takes long."""

    def ignore(root: list[Any]) -> None:
        left: list[Any] = [root]
        while left:
            holder = left.pop()
            if isinstance(holder, dict):
                if name in holder and value_only:
                    holder[name] = None
                else:
                    holder.pop(name, None)
                holder = holder.values()
            left += [each for each in holder if isinstance(each, (dict, list))]

    return ignore


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
