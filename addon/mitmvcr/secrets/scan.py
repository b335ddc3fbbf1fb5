"""A text that is looked through, and the values that stand in it."""

import html
import re
from collections.abc import Callable, Hashable, Sequence
from enum import Enum, auto
from functools import cached_property
from typing import NamedTuple

#: Text that may hold any bytes, and back.
BYTES = "utf-8", "surrogateescape"


#: What calls two fields the name and the value of one thing, in small letters.
OF = (
    rb"(?:(?:parameter|param|env|variable|var|header|field|option|setting|item"
    rb"|secret)"
    rb"[\x5f-]?)?"
)
LABEL = rb"(?:" + OF + rb"(?:name|key)|header|field|path)"
VALUE = OF + rb"values?"


class Place(Enum):
    """Where a value stands under its name."""

    HEADER = auto()
    COOKIE = auto()
    #: A parameter of a URL or a form.
    QUERY = auto()
    #: A field, an element, an attribute, a part, a cell.
    FIELD = auto()
    #: Within the object that a field holds, or where a sentence may stand as well.
    INNER = auto()
    #: A field that holds a number.
    NUMBER = auto()
    #: A line, or a literal of code.
    TEXT = auto()

    __hash__ = object.__hash__  # Enum's own is not C, and each verdict is looked up


class Value(NamedTuple):
    """Where a value stands, and its text without the escapes there."""

    start: int
    end: int
    text: bytes
    place: Place = Place.FIELD


Values = Sequence[Value]
NONE: Values = ()


def unescaped(raw: bytes) -> bytes:
    """Return a text without the escapes of HTML."""
    if b"&" not in raw:
        return raw
    return html.unescape(raw.decode(*BYTES)).encode(*BYTES)


def once(text: bytes, quote: bytes) -> bytes:
    """Return what stands between such quotes, of which two are one in YAML and SQL."""
    return text.replace(b"''", b"'") if quote == b"'" else text


class Run:
    """A regex in parts: what stands before a run of ``letters``, which is the value,
    and what has to follow it."""

    def __init__(
        self, before: bytes, letters: bytes, least: int, most: int, after: bytes
    ) -> None:
        value = rb"(%b{%d,%d}+)" % (letters, least, most)
        self.least = re.compile(before + letters + rb"{%d}" % least)
        self.whole = re.compile(before + value + after)
        self.before, self.after = re.compile(before), re.compile(after)
        self.long, self.most = re.compile(before + letters + rb"{99,}+"), most


#: A literal of code is no longer, nor is what is left of a value that was cut off.
LONGEST = 2000
#: No word is longer that is looked for near a place.
_WORD = 16
#: So often may each byte of a text be looked through within objects, and so many.
_OFTEN, _FREE = 3, 1 << 13


class Scan:
    """Keeps the time linear: what a rule looked through is not looked through by it
    again, and what is nowhere ahead is looked for once. ``form``: all of it is a form;
    ``asked``: it is part of a request; ``yaml``: it is said to be YAML.

    ``named``: up to here names were looked for, or values found; ``unread``: where
    names stand that have no value; ``room``: how many
    bytes may be looked through within objects, those in others again; ``ends``: how far
    each rule has looked through the text.
    """

    def __init__(
        self,
        data: bytes,
        *,
        form: bool = False,
        asked: bool = False,
        yaml: bool = False,
    ) -> None:
        self.data, self.form, self.asked, self.yaml = data, form, asked, yaml
        self.named = 0
        self.unread: list[tuple[int, int]] = []
        self.room = _OFTEN * len(data) + _FREE
        self._missing: dict[bytes, int] = {}
        self.ends: dict[Hashable, int] = {}
        self._said: dict[Hashable, list[int]] = {}
        self._last: dict[bytes, tuple[int, int]] = {}

    def left(self, begin: int, size: int) -> bytes:
        """Return what stands before a place, so far."""
        return self.data[begin - size if begin > size else 0 : begin]

    def once(self, rule: Callable[[bytes], list[int]]) -> list[int]:
        """Return what a rule says of the whole text, asked once."""
        if rule not in self._said:
            self._said[rule] = rule(self.data)
        return self._said[rule]

    @cached_property
    def is_utf8(self) -> bool:
        try:
            self.data.decode()
        except UnicodeError:
            return False
        return True

    def find(self, text: bytes, start: int) -> int:
        """Return where a text stands next; -1 for nowhere."""
        if start >= self._missing.get(text, len(self.data) + 1):
            return -1
        at = self.data.find(text, start)
        if at < 0:
            self._missing[text] = start
        return at

    def is_done(self, rule: Hashable, start: int) -> bool:
        """Return whether a rule has looked through this place."""
        return start < self.ends.get(rule, 0)

    def done(self, rule: Hashable, end: int) -> None:
        """Say that a rule has looked through all up to ``end``."""
        if end > self.ends.get(rule, 0):
            self.ends[rule] = end

    def may_be_near(self, regex: re.Pattern[bytes], begin: int, far: int) -> bool:
        """Return False if a regex, of a word, matches nowhere so far before a place."""
        done, last = self._last.get(regex.pattern, (0, -1))
        first = max(0, begin - far)
        for found in regex.finditer(self.data, max(done - _WORD, first), begin):
            last = max(last, found.start())
        self._last[regex.pattern] = max(done, begin), last
        return last >= first or begin < done

    def match(self, regex: re.Pattern[bytes], at: int) -> re.Match[bytes] | None:
        """Match at a place that this regex did not look through before."""
        # By its text: the hash of a regex is that of all its code, made anew each time.
        if at < self.ends.get(regex.pattern, 0):
            return None
        found = regex.match(self.data, at)
        if found is not None:
            self.ends[regex.pattern] = found.end()
        return found

    def run(self, run: Run, at: int) -> Values:
        """Return the run of a regex. A long one that does not end as it has to, or not
        so soon, is not looked through again from another place in it."""
        data, done = self.data, self.ends.get(run, 0)
        if at < done and (begun := run.before.match(data, at)) and begun.end() < done:
            return NONE
        if found := run.whole.match(data, at):
            self.ends[run] = found.end()
            return (Value(*found.span(1), found[1], Place.TEXT),)
        if long := run.long.match(data, at):
            is_ended = run.after.match(data, long.end()) is not None
            self.ends[run] = long.end() - run.most * is_ended
        return NONE

    def value(
        self,
        regex: re.Pattern[bytes],
        at: int,
        place: Place = Place.FIELD,
        decode: Callable[[bytes], bytes] = bytes,
    ) -> Values:
        """Return what the last group of a regex matches."""
        # Not by calling ``match``: most often nothing is there.
        if at < self.ends.get(regex.pattern, 0):
            return NONE
        if (found := regex.match(self.data, at)) is None:
            return NONE
        self.ends[regex.pattern] = found.end()
        group = found.lastindex or 0
        return (Value(*found.span(group), decode(found[group]), place),)

    def until(self, text: bytes, start: int) -> Values:
        """Return all up to a text."""
        end = self.find(text, start)
        self.done(text, end)
        return (Value(start, end, self.data[start:end]),) if end > start else NONE

    def closing_quote(self, start: int, level: int, quote: bytes) -> int:
        """Return where a string ends whose quotes are escaped by ``level`` backslashes:
        where the text does, if it was cut off in its last line. -1 if it does not."""
        at = start
        while (end := self.find(quote, at)) >= 0:
            between = self.data[at:end]
            bare = between.rstrip(b"\\")
            slashes = len(between) - len(bare)
            # In GBK, Big5 and Shift JIS it is half a letter, too.
            slashes -= slashes > 0 and bare[-1:] > b"\x80" and not self.is_utf8
            is_one = quote == b"'" and not slashes and end > start
            if is_one and self.data.startswith(b"''", end):
                at = end + 2
                continue
            if slashes % (2 * level + 2) == level:
                return end - level
            if slashes < level:
                return -1
            at = end + 1
        return self._cut_at(start)

    def _cut_at(self, start: int) -> int:
        """Return where the text ends, as that of a stream that its client has left; -1
        where a value that begins here goes on in another line, or for too long."""
        size = len(self.data)
        is_cut = size - start <= LONGEST and self.find(b"\n", start) < 0
        return size if is_cut else -1


# Names

_NAME = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.$@:%[]"
_LETTERS, _COLON = frozenset(_NAME), ord(":")
_LONGEST_NAME = 64
_CLOSED = frozenset((b'"', b"'", b"\\", b"<"))
#: The words of a title before its last: "Api Key".
_TITLE = re.compile(rb"[\"'>]([A-Za-z0-9][A-Za-z0-9_-]*+(?: [A-Za-z0-9_-]++){0,5}+ )\Z")
#: What stands behind a name that has a colon in it, as of a namespace.
_NAMED = re.compile(rb"[> ]|\\{0,15}\"[ \t\r\n]{0,9}+:")
#: What a backslash before a name may have behind it: \\n, \\u0022, \\x22.
_ESCAPE = re.compile(rb"u00[0-9a-f]{2}|x[0-9a-f]{2}|[nrt]")


def name_around(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Return where the whole name stands that a part of it was found in."""
    while data[start] not in _LETTERS:  # the part itself says so, here and below
        start += 1
    while data[end - 1] not in _LETTERS or data[end - 1] == _COLON:
        end -= 1
    begin, finish = start, end
    if start and data[start - 1] in _LETTERS:
        left = data[max(0, start - _LONGEST_NAME) : start]
        begin = start - (len(left) - len(left.rstrip(_NAME)))
    if end < len(data) and data[end] in _LETTERS:
        right = data[end : end + _LONGEST_NAME]
        finish = end + len(right) - len(right.lstrip(_NAME))
        colon = data.find(b":", end, finish)
        if colon >= 0 and not (
            colon < finish - 1
            and data[begin - 1 : begin] in (b"<", b'"')
            and (_NAMED.match(data, finish) or data.find(b":", begin, end) >= 0)
        ):
            finish = colon  # the value follows, as in a line of a file
    before = data[begin - 1 : begin]
    if before == b"\\" and begin < start:
        escape = _ESCAPE.match(data, begin, start)
        begin = escape.end() if escape else begin
    elif before == b" " and data[finish : finish + 1] in _CLOSED:
        begin = _title(data, begin)
    return begin, finish


def _title(data: bytes, begin: int) -> int:
    """Return where the title begins whose last word does so here."""
    first = max(0, begin - 64)
    at = max(data.rfind(mark, first, begin) for mark in (b'"', b"'", b">"))
    title = _TITLE.match(data, at, begin) if at >= 0 else None
    return title.start(1) if title else begin
