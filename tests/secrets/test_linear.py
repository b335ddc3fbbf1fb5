"""The work is linear in the text: counted here, timed by ``scripts/fuzz slow``."""

import re
import sys
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets import (
    columns,
    finder,
    jsonvalues,
    lines,
    markup,
    scan,
    siblings,
    syntaxes,
    tokens,
)
from mitmvcr.secrets.anchors import MOST_FAST
from mitmvcr.secrets.counted import Counted
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.secrets.text_redactor import TextRedactor

Found = TypeVar("Found")
#: One of each kind of anchor.
ANCHORS = (
    "?key= &auth= pwd password token secret api_key apiKey eyJ sk-proj- glimt- Q~ -us"
)
ANCHORS += (
    " ATCTT3 AKIA xoxb- .atlasv1. hvs. SK pypi-AgE sk-ant- signature otp -----BEGIN"
)
AROUND = [
    b"%b",
    b"%b ",
    b"-%b",
    b"&%b=",
    b"?%b=",
    b'"%b":"',
    b'\\"%b\\":\\"',
    b'"%b":["x9y8z7w6",',
    b'"%b":{',
    b'{"name":"%b","value":"',
    b"<%b>",
    b"<%b><![CDATA[",
    b'name="%b"\r\n\r\n',
    b'<input name="%b" ',
    b' %b="',
    b"%b: x9y8z7w6\n",
    b'%b = "x9y8',
    b"%b=REDACTED",
    b"| %b | x ",
    b'"%b":true,"a":1,',
    b'"value":"x1","%b":true,',
    b'{"kty":"%b","d":"',
    b"&quot;%b&quot;:&quot;x&",
    b"%b:\n- x9y8z7\n",
    b"<b>%b:</b> <i>",
    b"cookie: %b=1; ",
]
SIZE = 4096


class Counting:
    """A compiled regex that counts what it looks through: to the end of a match, or
    the run of ``letters`` where there is none, if the regex can match all of it."""

    def __init__(
        self, regex: re.Pattern[bytes], work: list[int], letters: bytes = rb""
    ) -> None:
        self._regex, self._work = regex, work
        pattern = re.sub(rb"\[[^]]*\]", b"x", regex.pattern)
        is_endless = re.search(rb"(?<!\})[*+]|,\}", pattern) is not None
        repeats = [int(each) for each in re.findall(rb"(\d+)\}", pattern)]
        self._most = SIZE if is_endless else sum(repeats) + 8
        self._run = re.compile(letters)

    def __getattr__(self, name: str) -> object:
        return getattr(self._regex, name)

    def match(
        self, data: bytes, at: int = 0, end: int = sys.maxsize
    ) -> re.Match[bytes] | None:
        found = self._regex.match(data, at, end)
        run = self._run.match(data, at)
        assert run is not None
        self._work[0] += found.end() - at if found else min(run.end() - at, self._most)
        return found


def counted(look: Callable[..., Found], work: list[int]) -> Callable[..., Found]:
    """Count what a method of a scan looks through."""

    def counting(
        self: scan.Scan,
        regex: re.Pattern[bytes],
        at: int,
        *more: object,
        **named: object,
    ) -> Found:
        if not self.is_done(regex.pattern, at) and not isinstance(regex, Counting):
            Counting(regex, work).match(self.data, at)
        return look(self, regex, at, *more, **named)

    return counting


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    count = [0]
    plain = tokens.compiled
    monkeypatch.setattr(
        tokens, "compiled", lambda text: Counting(plain(text), count, rb"[\w.~+/=-]*+")
    )
    for module in (syntaxes, jsonvalues, markup, lines, siblings):
        for name, regex in list(vars(module).items()):
            if isinstance(regex, re.Pattern):
                monkeypatch.setattr(module, name, Counting(regex, count))
    tables = {k: Counting(v, count) for k, v in columns._TABLES.items()}
    monkeypatch.setattr(columns, "_TABLES", tables)
    for look in ("match", "value"):
        monkeypatch.setattr(scan.Scan, look, counted(getattr(scan.Scan, look), count))
    rows = tuple(
        row._replace(of=row.of._replace(ahead=Counting(regex, count).match))
        if (regex := getattr(row.of.ahead, "__self__", None))
        else row
        for row in syntaxes.SYNTAXES
    )
    monkeypatch.setattr(syntaxes, "SYNTAXES", rows)
    monkeypatch.setattr(syntaxes, "_rows", syntaxes._rows.__wrapped__)
    quote = scan.Scan.closing_quote

    def closing_quote(self: scan.Scan, start: int, level: int, mark: bytes) -> int:
        end = quote(self, start, level, mark)
        count[0] += (end if end >= 0 else start) - start
        return end

    monkeypatch.setattr(scan.Scan, "closing_quote", closing_quote)
    return count


def texts() -> Iterator[bytes]:
    anchors = ANCHORS.encode().split()
    for at, anchor in enumerate(anchors):
        for around in AROUND:
            yield around % anchor
        yield anchor + b"." + anchors[at - 1] + b'="'


def test_no_text_is_looked_through_again_and_again(work: list[int]) -> None:
    for piece in texts():
        data = (piece * SIZE)[:SIZE]
        work[0] = 0
        spans = list(TextRedactor(Redactor().rules).finder.found(data).spans)
        assert sum(span.end - span.start for span in spans) <= 10 * SIZE, piece
        assert work[0] <= 30 * SIZE, piece


def test_the_longest_is_learned_and_not_each_of_its_ends() -> None:
    for piece in texts():
        redactor = Redactor()
        body = (piece * SIZE)[:SIZE]
        url = "https://h/" + body.decode()
        redactor.interaction(Interaction(0, Request(url=url), Response(body=body)))
        learned = redactor.memory.since(0)
        assert sum(map(len, learned)) <= 200 * SIZE, piece


def test_a_value_that_is_too_long_to_be_repeated_is_hidden_in_its_place_alone() -> None:
    redactor = Redactor()
    body = b'{"password": "%b"}' % bytes(range(48, 91)).replace(b"\\", b"") * 1000
    kept = redactor.interaction(Interaction(0, Request(body=body), Response()))
    assert b"[REDACTED:password]" in kept.request.body
    long = b'{"password": "%b"}' % (b"x1y2z3-" * 4000)
    assert redactor.message(long) == b'{"password": "[REDACTED:password]"}'
    assert max(map(len, redactor.memory.since(0))) < 4000


def test_the_table_stays_within_the_fast_automaton() -> None:
    assert len(finder.anchors()[0].texts) < MOST_FAST * 0.8, (
        "from anchors.MOST_FAST texts on each search takes 1.4 to 2.8 times as long:"
        " join stems, or measure anew"
    )


def test_a_form_is_not_tried_at_each_place_where_it_might_begin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries, plain = [0], tokens.compiled

    def compiled(text: str) -> re.Pattern[bytes]:
        tries[0] += 1
        return plain(text)

    monkeypatch.setattr(tokens, "compiled", compiled)
    found = TextRedactor(Redactor().rules).finder.found(b".*AAJTSQAC " * 400)
    assert not found.spans
    assert tries[0] <= 2 * 400


def test_words_near_a_place_are_looked_for_once_in_any_order() -> None:
    word, data = re.compile(rb"host"), b"host=h;" + b"a=1;" * 200 + b"host=h;pwd"
    looked = scan.Scan(data)
    near = [looked.may_be_near(word, at, 100) for at in range(0, 800, 40)]
    assert near == [False, True, True, *[False] * 17]
    assert looked.may_be_near(word, len(data) - 3, 100)
    assert looked.may_be_near(word, 60, 100)  # behind what was looked through: perhaps
    assert looked.may_be_near(word, len(data), 100)


@pytest.mark.parametrize(("end", "count"), [(b'"', 0), (b" ", 1)])
def test_a_run_is_looked_through_once_whether_it_ends_in_vain_or_too_far(
    end: bytes, count: int
) -> None:
    data, work = b"=ab" * SIZE + end, [0]
    run = scan.Run(rb"=", rb"[^\s\"]", 4, 2000, rb"(?=\s)")
    run.whole, run.long = (Counting(each, work) for each in (run.whole, run.long))
    looked = scan.Scan(data)
    found = [looked.run(run, at) for at in range(0, len(data), 3)]
    assert len([each for each in found if each]) == count
    assert work[0] <= 3 * len(data)


def test_only_of_what_is_replaced_is_asked_whether_its_length_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[int, int]] = []

    def has(_: Counted, start: int, end: int) -> bool:
        asked.append((start, end))
        return False

    monkeypatch.setattr(Counted, "has", has)
    Redactor().message(b"Atzr%7C" * 5000)
    assert len(asked) <= 100
