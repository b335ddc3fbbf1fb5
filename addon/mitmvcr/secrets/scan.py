"""A text that is looked through, and how far each rule has come."""


class Scan:
    """Keeps the time linear: what a rule found is not looked through by it again, and
    what is nowhere ahead is looked for once. ``form``: all of it is a form."""

    def __init__(self, data: bytes, *, form: bool = False) -> None:
        self.data, self.form = data, form
        self._missing: dict[bytes, int] = {}
        self._ends: dict[str, int] = {}

    def find(self, text: bytes, start: int) -> int:
        """Return where a text stands next; -1 for nowhere."""
        if start >= self._missing.get(text, len(self.data) + 1):
            return -1
        at = self.data.find(text, start)
        if at < 0:
            self._missing[text] = start
        return at

    def is_done(self, rule: str, start: int) -> bool:
        """Return whether a rule has looked through this place."""
        return start < self._ends.get(rule, 0)

    def done(self, rule: str, end: int) -> None:
        """Say that a rule has looked through all up to ``end``."""
        if end > self._ends.get(rule, 0):
            self._ends[rule] = end

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
