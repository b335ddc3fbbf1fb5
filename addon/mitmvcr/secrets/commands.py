"""Passwords in command lines, of programs that take one with no name before it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mitmvcr.secrets import lists
from mitmvcr.secrets.looks import is_real
from mitmvcr.secrets.names import Names
from mitmvcr.secrets.spans import Span

#: Not as a variable begins, or what stands for the value in a manual.
_SECRET = r"\\{0,15}[\"']?(?![$<{(*-]|%\w{1,40}%)([^\s\"'\\<>]{4,200}+)"
#: ``user/password@`` of Oracle.
_IN_URL = b"jdbc:oracle:"
_ORACLE = r"jdbc:oracle:\w{3,5}:[\w.$#]{1,64}/([^\s\"'\\@]{1,200}+)@"
_GAP = r"(?:[ \t]{1,9}+|\\{0,15}[\"']\s{0,80}+,\s{0,80}+\\{0,15}[\"'])"
_BETWEEN = r"(?:[^\n|;.]|(?<=,)\r?\n|\.(?! )){0,100}?(?<=[\s\"'-])"
#: How a program's name ends in a list of words.
_LIST_ENDS = ('",', "',", '\\",')


def _regexes() -> Mapping[bytes, Sequence[re.Pattern[bytes]]]:
    """Return what matches a command with its secret, by how the command begins."""
    found = defaultdict(list, {_IN_URL: [re.compile(_ORACLE.encode())]})
    for table, between in ((lists.COMMANDS, _BETWEEN), (lists.NEXT_WORDS, "")):
        for commands, before in table:
            starts = commands.replace(" ", "~").replace(",", "|")
            words = f"(?:{starts})~{between}{before}{_SECRET}".replace("~", _GAP)
            regex = re.compile(words.encode())
            for program, blank, rest in (c.partition(" ") for c in commands.split(",")):
                line = f"{program} {rest}{blank}"
                for mark in (line, *(program + end for end in _LIST_ENDS)):
                    found[mark.encode()].append(regex)
    return found


_REGEXES = _regexes()
#: What begins a command, for a search of all texts at once.
MARKS = tuple(_REGEXES)
_ANY = re.compile(b"|".join(map(re.escape, sorted(MARKS, key=len, reverse=True))))
#: What ends a command. Before that the same one does not begin again.
_ENDS = re.compile(rb"[\n|;&]|\\[nr]")
_NEAR = 60
_WORDS = re.compile(rb"[A-Za-z_-]*+")


def in_commands(names: Names, data: bytes, starts: Iterable[int]) -> Iterator[Span]:
    """Yield the passwords of commands; ``starts`` is where ``MARKS`` stand."""
    done: dict[bytes, int] = {}
    for at in starts:
        mark = _ANY.match(data, at)
        if mark is None or at < done.get(mark[0], 0):
            continue
        matches = (regex.match(data, at) for regex in _REGEXES[mark[0]])
        found = next(filter(None, matches), None)
        if found is not None and _is_secret(names, found[1]):
            kind = "userinfo" if mark[0] == _IN_URL else "password"
            yield Span(*found.span(1), kind, found[1])
        end = found or _ENDS.search(data, at, at + _NEAR)
        done[mark[0]] = end.end() if end else at + _NEAR


def _is_secret(names: Names, value: bytes) -> bool:
    """Return whether a value is neither nothing nor the name of what it stands for, as
    ``YOUR_PASSWORD``."""
    is_name = _WORDS.fullmatch(value) is not None and names.of(value).field > 0
    return is_real(value) and not is_name
