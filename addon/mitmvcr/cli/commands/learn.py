"""``mitmvcr learn``: what varies between two runs of a command, and the rules that let
a replay match all the same."""

import os
import platform
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from mitmvcr.cli.child import process as child
from mitmvcr.cli.child.process import CommandError
from mitmvcr.cli.commands.plan import Plan, make_plan
from mitmvcr.cli.commands.prove import prove
from mitmvcr.cli.commands.rules import Additions, may_write, show_rules, write_rules
from mitmvcr.cli.commands.supervise import run_once
from mitmvcr.cli.report import status
from mitmvcr.cli.report.console import say
from mitmvcr.config import in_force
from mitmvcr.config_writing import Added
from mitmvcr.core.errors import OptionError
from mitmvcr.core.model import Interaction
from mitmvcr.core.modes import Mode
from mitmvcr.core.wording import number_of, quoted
from mitmvcr.learn import Facts, Finding, Learned, Rule, learn
from mitmvcr.miss.masking import masked_text
from mitmvcr.options import DIR, MODE, PROVE
from mitmvcr.store.store import FileStore
from mitmvcr.values import Layer, Values

#: Shorter names are words of their own.
_SHORTEST_NAME = 5


def learn_command(command: Sequence[str], typed: Layer, *, yes: bool) -> int:
    """Run a command twice, show what varies and the rules for it, prove them, and write
    them. Return the exit code."""
    try:
        child.find(command[0])
        values = in_force(typed, os.environ)
        _check_is_fit(values)
        with values.spelled():
            plan = make_plan(command, values, os.environ)
            return _Learning(plan).run(yes=yes)
    except CommandError as error:
        say(f"error: {error}")
        return error.status


def _check_is_fit(values: Values) -> None:
    """Raise OptionError for what has no meaning here."""
    for option, remedy in (
        (MODE, "'learn' chooses the mode itself: leave it out"),
        (DIR, "'learn' is about one cassette: use --cassette"),
        (PROVE, "'learn' proves the rules itself: leave it out"),
    ):
        given = values[option].given
        if given and given[-1].source == "command line":
            raise OptionError(option.word, str(values[option].text), remedy)


class _NothingLearnedError(Exception):
    """A run failed or asked for nothing; ``status`` is the exit code."""

    def __init__(self, code: int, why: str) -> None:
        self.status = code
        super().__init__(why)


class _Learning:
    """The runs of one command."""

    def __init__(self, plan: Plan) -> None:
        settings = plan.settings
        assert isinstance(settings.cassette, Path)
        self._path = settings.cassette
        self._plan = plan

    def run(self, *, yes: bool) -> int:
        try:
            found = self._learned()
        except _NothingLearnedError as error:
            say(str(error))
            return error.status
        additions = _additions(found)
        _show(found, additions)
        for each in found.against:
            say(f"no rule helps here: {each}")
        code = self._proven(found)
        if code:
            say("the rules are not written: they do not make the recording repeat")
            return code
        if additions and may_write(yes=yes):
            write_rules(additions)
        return 0

    def _learned(self) -> Learned:
        first = self._first()
        begun = time.time()
        second = self._recorded(self._aside())
        facts = Facts(begun, time.time(), _names())
        return learn(first, second, self._plan.settings.matching, facts)

    def _first(self) -> Sequence[Interaction]:
        """Return the recording that the cassette holds, made now if there is none."""
        store = FileStore(self._path)
        if store.exists():
            say(f"{store.name} exists: it is compared with a new run")
            return store.load().interactions
        return self._recorded(self._path)

    def _aside(self) -> Path:
        return self._path.with_name(f".{self._path.stem}.learning.yaml")

    def _recorded(self, place: Path) -> Sequence[Interaction]:
        """Record the command into a file; one that is not the cassette is removed
        again."""
        settings = self._plan.settings._replace(cassette=place, mode=Mode.RECORD_ONLY)
        is_aside = place != self._path
        stdout = sys.stderr.fileno() if is_aside else None
        named = self._path
        ran = run_once(
            replace(self._plan, settings=settings, named=named, stdout=stdout)
        )
        store = FileStore(place)
        try:
            if ran.status:
                why = "the command failed: nothing is learned from a run that fails"
                raise _NothingLearnedError(ran.status, why)
            found = store.load().interactions if store.exists() else ()
            if not found:
                why = "nothing was recorded: there is nothing to learn from"
                raise _NothingLearnedError(status.DISAGREED, why)
            return found
        finally:
            if is_aside:
                place.unlink(missing_ok=True)

    def _proven(self, found: Learned) -> int:
        """Replay the recording twice by the rules; return the exit code."""
        settings = self._plan.settings._replace(
            mode=Mode.REPLAY_ONLY, matching=found.spec
        )
        if prove(replace(self._plan, settings=settings)):
            return status.DISAGREED
        say(f"{self._path}: repeats, proven by 2 replays")
        return 0


def _names() -> list[str]:
    """Return the names that are this machine's, and stand in no other's requests."""
    home = os.path.expanduser("~")
    names = (socket.gethostname(), home, os.getcwd(), platform.release())
    usual = ("localhost", "/root", "/home", "/tmp", "/app", "/work")
    found = dict.fromkeys(each for each in names if len(each) >= _SHORTEST_NAME)
    return [each for each in found if each not in usual]


def _additions(found: Learned) -> Additions:
    """Return the rules by option, with what was seen."""
    additions: dict[str, list[Added]] = {}
    for rule in found.rules:
        added = Added(str(rule.ignore), tuple(_seen(found, rule)))
        additions.setdefault(rule.option, []).append(added)
    return additions


def _seen(found: Learned, rule: Rule) -> Iterator[str]:
    same = [each for each in found.findings if each.rule == rule]
    # A rule for all items of a list comes of several findings.
    for each in same[:1] or _alike(found.findings, rule)[:1]:
        count = each.count
        often = f"; in {count} requests" if count > 1 else ""
        yield f"{each.place}: {each.source}, {each.words or 'differs'}{often}"
        if each.one != each.other:
            yield f"{_value(each.one)}, then {_value(each.other)}"
        else:
            yield f"{_value(each.one)} in both runs"


def _alike(findings: Sequence[Finding], rule: Rule) -> list[Finding]:
    return [e for e in findings if e.rule and e.rule.field == rule.field]


def _value(text: str) -> str:
    return masked_text(quoted(text))


def _show(found: Learned, additions: Additions) -> None:
    if not found.findings and not found.against:
        say("both runs asked for the same: no rule is needed")
        return
    show_rules(additions)
    for each in found.findings:
        if not each.needs_rule:
            click.echo(f"# {each.place}: {each.source}: a replay gives it again")
    for (one, other), count in _named_pairs(found.alike):
        say(
            f"interactions {one} and {other}{count} differ only in what is made up: the"
            " rules make them one, and for new ids they answer in the order recorded"
        )
    for (one, other), count in _named_pairs(found.at_odds):
        say(
            f"interactions {one} and {other}{count} have answers that differ: a program"
            " that asks in another order, with ids not seen before, gets the other's"
        )


def _named_pairs(
    pairs: Sequence[tuple[int, int]],
) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield the first pair, and in words how many others there are."""
    for first in pairs[:1]:
        others = number_of(len(pairs) - 1, "other such pair")
        yield first, f" ({others})" if pairs[1:] else ""
