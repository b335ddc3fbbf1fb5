"""A text that is looked through, and how far each rule has come."""

import re


class Scan:
    """Keeps the time linear: what a rule found is not looked through by it again, and
    what is nowhere ahead is looked for once. ``form``: all of it is a form.

    ``named``: up to here names were looked for, or values found.
    """

    def __init__(self, data: bytes, *, form: bool = False) -> None:
        self.data, self.form = data, form
        self.named = 0
        self._missing: dict[bytes, int] = {}
        self._ends: dict[str | int, int] = {}
        self._last: dict[re.Pattern[bytes], tuple[int, int]] = {}

    def find(self, text: bytes, start: int) -> int:
        """Return where a text stands next; -1 for nowhere."""
        if start >= self._missing.get(text, len(self.data) + 1):
            return -1
        at = self.data.find(text, start)
        if at < 0:
            self._missing[text] = start
        return at

    def is_done(self, rule: str | int, start: int) -> bool:
        """Return whether a rule has looked through this place."""
        return start < self._ends.get(rule, 0)

    def done(self, rule: str | int, end: int) -> None:
        """Say that a rule has looked through all up to ``end``."""
        if end > self._ends.get(rule, 0):
            self._ends[rule] = end

    def stands_before(self, regex: re.Pattern[bytes], at: int, most: int) -> bool:
        """Return whether a match of at most 32 bytes begins less than ``most`` before a
        place. No byte is searched for two places."""
        searched, last = self._last.get(regex, (0, -1))
        begin = max(searched - 32, at - most, 0)
        for found in regex.finditer(self.data, begin, at):
            last = found.start()
        self._last[regex] = at, last
        return last >= max(0, at - most)

    def closing_quote(self, start: int, level: int, quote: bytes) -> int:
        """Return where a string ends whose quotes are escaped by ``level`` backslashes;
        -1 if it does not."""
        at = start
        while (end := self.find(quote, at)) >= 0:
            between = self.data[at:end]
            slashes = len(between) - len(between.rstrip(b"\\"))
            if slashes % (2 * level + 2) == level:
                return end - level
            if slashes < level:
                return -1
            at = end + 1
        return -1
