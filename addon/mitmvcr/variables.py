"""Values that a test makes up: a recording keeps them, a replay hands them back."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from mitmvcr.core.errors import VcrError

Values = Mapping[str, Any]


class UnknownVariableError(VcrError):
    """A replay was asked for a variable that nobody recorded; ``name`` names it."""

    def __init__(self, name: str, cassette: str) -> None:
        self.name = name
        super().__init__(
            f"{cassette} has no variable {name}: record it again with mode record_only"
        )


class Variables:
    """The variables of one cassette in play.

    ``texts`` gives what its interactions hold, as :attr:`Request.variables` has it, and
    is called when a variable is first asked for. ``loads``: those that were recorded
    count. ``keeps``: new ones are kept. Neither: each value is handed back as it came.
    """

    def __init__(
        self,
        cassette: str,
        texts: Callable[[], Iterable[str]],
        *,
        loads: bool,
        keeps: bool,
    ) -> None:
        self._cassette, self._texts = cassette, texts
        self._loads, self._keeps = loads, keeps
        self._waiting: dict[str, Any] = {}

    @cached_property
    def held(self) -> dict[str, Any]:
        """Return all that are known, by name."""
        found: dict[str, Any] = {}
        for text in self._texts() if self._loads else ():
            for name, value in _parsed(text).items():
                found.setdefault(name, value)
        return found

    def ask(self, wanted: Values) -> dict[str, Any]:
        """Return the value that each name has: the recorded one, else the one that is
        given, which is kept. The first value that a name gets is its value.

        Raises UnknownVariableError, and then nothing is kept.
        """
        new = {name: wanted[name] for name in wanted if name not in self.held}
        if new and self._loads and not self._keeps:
            raise UnknownVariableError(next(iter(new)), self._cassette)
        if self._keeps:
            self._waiting |= new
            self.held.update(new)
        return {name: self.held.get(name, wanted[name]) for name in wanted}

    def take(self) -> str:
        """Return what no interaction has yet, as text for the next one."""
        waiting, self._waiting = self._waiting, {}
        if not waiting:
            return ""
        return json.dumps(waiting, ensure_ascii=False, separators=(",", ":"))


def joined(one: str, other: str) -> str:
    """Return two texts as one."""
    if not (one and other):
        return one or other
    both = _parsed(one) | _parsed(other)
    return json.dumps(both, ensure_ascii=False, separators=(",", ":"))


def _parsed(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
