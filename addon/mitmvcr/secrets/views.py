"""Texts as their reader has them: without the sequences that colour them for a terminal
and name its window (ECMA-48, 5.4 and 5.6), where a return begins a line as its end
does, and of a string in JSON, of a text in HTML and of lines that something
else stands before, what is in it. They stand between names and values there."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from html import unescape
from typing import NamedTuple

from mitmvcr.secrets.spans import Span

#: How the sequences begin in JSON; elsewhere it is a byte that hardly any other text
#: has.
MARKS = (b"u001b[", b"u001B[", b"x1b[")
_SEQUENCE = re.compile(
    rb"(?:\x1b|\\{1,4}(?:u001[bB]|x1b))\[[0-?]{0,40}[ -/]{0,4}[@-~]"
    rb"|\x1b(?:\][^\x07\x1b\r\n]{0,2000}+(?:\x07|\x1b\\)"
    rb"|[ -/]{1,3}[0-~]|[0-?DEHMNOZ\\c])?"
    rb"|[\x07\x08\x0e\x0f]"
)
_RETURN = ord("\r")
_ALONE = re.compile(rb"\r(?![\r\n])")
#: An item of a list of lines ends, and the next one begins; and what is escaped.
_NEXT_ITEM = rb"(?:\\n)?\"\s{0,200}+,\s{0,200}+\""
_IN_JSON = re.compile(
    _NEXT_ITEM + rb"|\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([^ux]))", re.DOTALL
)
_IN_TABLE = re.compile(
    rb"</t[hd]>\s{0,200}+<t[hd][^<>]{0,500}+>|</tr>|<[^<>]{0,500}+>|[\t\r\n]"
)
_IS_CELL = re.compile(rb"\s{0,9}+(?:</[a-z]{1,6}>\s{0,9}+){0,2}</t[hd]>")
_IN_HTML = re.compile(rb"&(?:quot|apos|lt|gt|amp|nbsp|#[0-9]{1,4}|#x[0-9a-fA-F]{1,4});")
#: A quote as scripts have it, in a string in quotes of any kind.
_QUOTE = re.compile(rb"\\{1,4}(?:x|u00)22")
_SIGNS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
#: What stands before the lines of logs, of a difference, of what was quoted or found.
_BEFORE_LINES = re.compile(
    rb"^(?:data: ?|[+>-] ?|[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.,]{5,20}"
    rb"(?:Z|[+-][0-9]{2}:?[0-9]{2})?(?: [\w.-]{1,40} {0,9}\|)? ?|[\w.-]{1,40} {0,9}\| ?"
    rb"|[\w./-]{1,120}:[0-9]{1,6}:|[ ]{0,6}[0-9]{1,6}(?:\t|[:|] ?))",
    re.MULTILINE,
)
#: So far before a name and behind it a text is looked at; behind the title of a column
#: its rows.
_FAR, _ON, _ROWS = 300, 600, 1 << 13
#: So much is read again of a short text, and so much each of them costs at least.
_FREE, _EACH = 1 << 12, 64
#: So long is a value that is not parted, and what ends it in any notation.
_WHOLE, _BREAK = 2000, re.compile(rb"[\s\"'<>&\\]")
#: So many names that follow count for how far one reaches.
_NAMES = 16
_NEXT, _LIST_ENDS = re.compile(_NEXT_ITEM), re.compile(rb"\"\s{0,200}+\]")
_BEFORE_TITLE = re.compile(rb"(?:[,;\t|]|\\{1,15}t)\\{0,15}\"?[ ]?\Z")
_TITLE_ENDS = re.compile(
    rb"\\{0,15}\"?(?:[,;\t](?! )|[ ]{0,60}+(?:\||\r?\n|\")|\\{1,15}[tnr])"
)
#: What follows a name in sentences and code, where no value does.
_NO_VALUE = re.compile(rb" (?:[a-z]{1,15}+[\s.,;:)\\*-]|[*&(/{])|::|\\n\\n")
_NEAR, _LINE = 12, 300
_SLASH = ord("\\")
_OPENS = re.compile(rb"(?:\A|[:,\[{(=])[ \t\r\n]{0,60}\Z")
#: A key or an item of JSON, however its quotes are escaped, which is no text of its
#: own.
_IS_KEY = re.compile(rb"\\{0,15}\"\s{0,20}[:,}\]]")


class View(NamedTuple):
    """A text in other letters, and where its pieces begin in it and in what it was made
    from; ``ends`` is where those end that were replaced."""

    text: bytes
    starts: list[int]
    places: list[int]
    ends: list[int]

    def back(self, span: Span) -> Span:
        """Return the span where it was before."""
        first, last = (
            bisect_right(self.starts, at) - 1 for at in (span.start, span.end - 1)
        )
        start, end = self.places[first], self.ends[last]
        if not self.ends[first]:
            start += span.start - self.starts[first]
        return span._replace(
            start=start, end=end or self.places[last] + span.end - self.starts[last]
        )


def _view(
    data: bytes,
    regex: re.Pattern[bytes],
    new: Callable[[re.Match[bytes]], bytes],
    place: tuple[int, int],
) -> View:
    """Return a part of the data with what the regex matches replaced."""
    at, last = place
    view, parts, size = View(b"", [], [], []), list[bytes](), 0
    for found in (*regex.finditer(data, at, last), None):
        start, end = found.span() if found else (last, last)
        for text, begin, finish in (
            (data[at:start], at, 0),
            (new(found) if found else b"", start, end),
        ):
            if text:
                view.starts.append(size)
                view.places.append(begin)
                view.ends.append(finish)
                parts.append(text)
                size += len(text)
        at = end
    return view._replace(text=b"".join(parts))


def _has_told(data: bytes) -> bool:
    """Return whether there is what is for a terminal alone: each of these, and what an
    escape begins. Numbers in a row take a thirtieth of a loop over bytes."""
    return 0x1B in data or 7 in data or 8 in data or 0xE in data or 0xF in data


def without_colours(data: bytes, *, is_marked: bool = False) -> View | None:
    """Return a text without what is for a terminal; None where nothing is.
    ``is_marked``: one of the marks is there."""
    has_returns, is_told = _RETURN in data, is_marked or _has_told(data)
    if not is_told and not has_returns:
        return None
    if data.find(b"\0", 0, -1) >= 0:  # it is no text
        has_returns, is_told = False, is_marked
    # To count them takes a hundred times what it takes to find none.
    has_alone = has_returns and data.count(b"\r") > data.count(b"\r\n")
    if not is_told and not has_alone:
        return None
    lines = _ALONE.sub(b"\n", data) if has_alone else data
    view = _view(lines, _SEQUENCE, _nothing, (0, len(lines)))
    return view if view.text != data else None


class _Next:
    """Where a regex matches next: places are asked for from left to right, and what is
    nowhere near is looked for once."""

    def __init__(self, regex: re.Pattern[bytes], data: bytes) -> None:
        self._regex, self._data = regex, data
        self._begin, self._at = 0, -1

    def is_within(self, start: int, end: int) -> bool:
        if not self._begin <= start <= self._at:
            found = self._regex.search(self._data, start)
            self._begin = start
            self._at = found.start() if found else len(self._data)
        return self._at < end


class _Reach:
    """How far behind each of some names its values may stand, and those of the names
    that follow up to there: what is cut off would be hidden by half. Found when it is
    asked for, once."""

    def __init__(self, data: bytes, names: Sequence[tuple[int, int]]) -> None:
        self._data, self._names = data, names
        self._ends: dict[int, int] = {}
        self._nears: dict[int, int] = {}

    def of(self, number: int) -> int:
        end = self._ends.get(number)
        if end is None:
            end = self._ends[number] = self._end(number)
        return end

    def _end(self, number: int) -> int:
        end, furthest = self._near(number), self._names[number][1] + _ROWS
        for other in range(number + 1, min(len(self._names), number + _NAMES)):
            if self._names[other][0] > min(end, furthest):
                break
            end = max(end, self._near(other))
        return end

    def _near(self, number: int) -> int:
        near = self._nears.get(number)
        if near is None:
            near = self._nears[number] = _near(self._data, *self._names[number])
        return near


#: How far behind a name its values may stand.
_Last = Callable[[], int]


def around(data: bytes, names: Iterable[tuple[int, int]]) -> Iterator[View]:
    """Yield the texts in which names stand that have no value as the data is: so much
    of it in all, since each is looked through like any other."""
    done, room = 0, len(data) // 2 + _FREE
    readers = [
        (where, regex, new, _Next(regex, data))
        for signs, where, regex, new in _READERS
        if any(sign in data for sign in signs)
    ]
    wanted = [each for each in names if not _has_none(data, *each)]
    reach = _Reach(data, wanted)
    for number, (begin, finish) in enumerate(wanted):
        if room < 0:
            break
        if begin < done:
            continue
        last = partial(reach.of, number)
        for where, regex, new, escape in readers:
            if place := where(data, begin, finish, last, escape):
                done = place[1]
                room -= _EACH + done - place[0]
                yield _view(data, regex, new, place)
                break


def _has_none(data: bytes, begin: int, finish: int) -> bool:
    """Return whether no value can stand there, or a name is a key of JSON, or an item,
    however its quotes are escaped: it is looked for as it stands. In a string an
    attribute has such quotes, too."""
    if _NO_VALUE.match(data, finish):
        return True
    if data[begin - 1 : begin] != b'"' or not _IS_KEY.match(data, finish):
        return False
    left = data[max(0, begin - 16) : begin - 1].rstrip(b"\\")
    return not left.endswith((b"=", b"["))


def _in_html(
    data: bytes, begin: int, finish: int, last: _Last, escape: _Next
) -> tuple[int, int] | None:
    """Return where the text stands in which a name is, if what is escaped is near."""
    is_near = b"&" in data[finish : finish + _NEAR] or (
        begin and data[begin - 1] == ord(";")
    )
    first = max(0, begin - _FAR)
    if not is_near or not escape.is_within(first, finish + 2 * _ROWS):
        return None
    until = last()
    start = max(data.rfind(sign, first, begin) for sign in (b"<", b">")) + 1
    ends = (data.find(sign, finish, until) for sign in (b"<", b">"))
    end = min((each for each in ends if each >= 0), default=until)
    place = start or first, end
    return place if escape.is_within(*place) else None


def _in_json(
    data: bytes, begin: int, finish: int, last: _Last, escape: _Next
) -> tuple[int, int] | None:
    """Return where what is in the string stands in which a name is; so far."""
    first = max(0, begin - _FAR)
    if _QUOTE.match(data, finish):
        return first, min(len(data), finish + _ON)
    opened = data[first:begin].replace(b'\\"', b"  ").rfind(b'"')
    start = first + opened + 1
    if opened < 0:
        start = data.find(b"\\n", first, begin)
    elif not _OPENS.search(data, max(0, start - 61), start - 1):
        return None
    if start < 0:
        return None
    until = last()
    end = data.find(b'"', finish, until)
    if data[end - 1] == _SLASH and end >= 0:
        end = data[finish:until].replace(b'\\"', b"  ").find(b'"')
        end += finish if end >= 0 else 0
    if end < 0:
        end = max(data.rfind(b"\\n", finish, until), finish)
    is_more = (start, end) != (begin, finish)
    is_alone = data[begin - 1 : begin] == b"<" or data[finish : finish + 1] == b"="
    if is_more and not is_alone and _is_item(data, start, end):
        closed = _LIST_ENDS.search(data, end, until)
        return start, closed.start() if closed else until
    is_read = is_more and escape.is_within(start, end)
    is_first = start < begin and not data[start:begin].strip()
    return (start, end) if is_read or is_first else None


def _is_item(data: bytes, start: int, end: int) -> bool:
    """Return whether a string is one of several in a list."""
    left = data[max(0, start - 60) : start - 1].rstrip()
    return left.endswith((b"[", b",")) and _NEXT.match(data, end) is not None


def _in_table(
    data: bytes, begin: int, finish: int, _: _Last, __: _Next
) -> tuple[int, int] | None:
    """Return where the rows stand that follow a cell of a table in HTML."""
    if not _IS_CELL.match(data, finish):
        return None
    start = data.rfind(b"<tr", max(0, begin - _ROWS), begin)
    end = data.find(b"</table", finish, finish + _ROWS)
    return (start, end) if 0 <= start < end else None


def _in_lines(
    data: bytes, begin: int, finish: int, last: _Last, _: _Next
) -> tuple[int, int] | None:
    """Return where the lines stand around a name, if something stands before its
    own."""
    start = data.rfind(b"\n", max(0, begin - _LINE), begin) + 1
    is_near = start > 0 or begin <= _LINE
    before = _BEFORE_LINES.match(data, start) if is_near else None
    if before is None or not start < before.end() < finish:
        return None
    first = data.find(b"\n", max(0, begin - _FAR), start) + 1 if begin > _FAR else 0
    return first or start, data.rfind(b"\n", finish, last()) + 1 or last()


def _near(data: bytes, begin: int, finish: int) -> int:
    is_title = _TITLE_ENDS.match(data, finish) and _BEFORE_TITLE.search(
        data, max(0, begin - 20), begin
    )
    end = finish + (_ROWS if is_title else _ON)
    found = _BREAK.search(data, end, end + _WHOLE)
    return found.start() if found else min(end + _WHOLE, len(data))


def _nothing(_: re.Match[bytes]) -> bytes:
    return b""


def _said(found: re.Match[bytes]) -> bytes:
    if number := found[1] or found[2]:
        return chr(int(number, 16)).encode("utf-8", "surrogatepass")
    return _SIGNS.get(found[3], found[3]) if found[3] else b"\n"


def _of_cells(found: re.Match[bytes]) -> bytes:
    tag = found[0]
    return b"\n" if tag == b"</tr>" else b"\t" if b"<t" in tag[1:] else b""


def _unescaped(found: re.Match[bytes]) -> bytes:
    return unescape(found[0].decode()).encode()


#: Of which one is in a text, where it begins and ends around a name, what of it is
#: replaced, and by what.
_READERS = (
    ((b"<",), _in_table, _IN_TABLE, _of_cells),
    ((b"&",), _in_html, _IN_HTML, _unescaped),
    ((b'"', b"\\"), _in_json, _IN_JSON, _said),
    ((b"",), _in_lines, _BEFORE_LINES, _nothing),
)
