"""Misses as lines of text, and when they are short and coloured."""

import os
import pty
import re
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from io import StringIO

import pytest

from cli.helpers import MITMVCR, answer, seen_on, write_cassette
from mitmvcr.cli.report import console
from mitmvcr.cli.report.console import (
    long_lines,
    one_line,
    print_misses,
    short_lines,
)
from mitmvcr.miss.log import MOST_MISSES
from mitmvcr.miss.report import STALE, Difference, Miss, Near
from mitmvcr.spelling import as_typed, in_words

COLOUR = re.compile(r"\x1b\[\d*m")
FOUND = tuple(Difference(f"query.{name}", '"1"', '"2"') for name in "abcde")


def miss(number: int = 0, *nearest: Near, used: int = 0) -> Miss:
    return Miss("GET", f"http://h/{number}", "", nearest, used, 9)


def near(url: str = "http://h/0", differ=FOUND, used: bool = False) -> Near:
    options = ("vcr_ignore_query=a b",)
    return Near(4, "GET", url, used, ("method", "body"), differ, options)


def plain(lines) -> list[str]:
    return [COLOUR.sub("", line) for line in lines]


def test_for_people_only_the_first_differences_of_the_nearest_are_shown() -> None:
    assert plain(short_lines(miss(0, near(), near("http://i/")), 2)) == [
        "  GET http://h/0 (2 times)",
        "    nearest is interaction 4 (unused)",
        '      query.a: "1" was "2"',
        '      query.b: "1" was "2"',
        '      query.c: "1" was "2"',
        "      ...",
        "      --ignore-query 'a b' would let it match",
    ]


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (miss(), "none of the 9 recorded interactions is similar"),
        (
            miss(0, near(), used=1),
            "recorded once, and all used up by earlier requests;"
            " vcr_allow_repeats=last would let it match",
        ),
    ],
)
def test_where_nothing_is_near_or_all_is_used_up_the_reason_says_it(
    found: Miss, reason: str
) -> None:
    assert plain(short_lines(found)) == ["  GET http://h/0", f"    {reason}"]


def test_options_are_said_as_they_are_typed() -> None:
    options = ("vcr_allow_repeats=last", "vcr_allow_repeats=all", "vcr_match=method")
    assert as_typed(options) == "--repeat-last --allow-repeats --match method"


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        (
            "broke off (vcr_record_errors=yes would record the failure)",
            "broke off (--record-errors would record the failure)",
        ),
        (
            "vcr_passthrough='~u /a b' lets it pass",
            "--passthrough '~u /a b' lets it pass",
        ),
        ("is dropped (vcr_partial)", "is dropped (--partial-streams)"),
        ("vcr_redact=none: secrets", "--redact none: secrets"),
        ("vcr_allow_repeats=last would", "--repeat-last would"),
        ("vcr_websocket is not set", "--websocket is not set"),
        ("vcr_upstream_ca=FILE trusts", "--upstream-ca FILE trusts"),
        ("chosen: --set vcr_cassette=FILE, or", "chosen: --cassette FILE, or"),
        ("--set vcr_unknown=1 stays", "--set vcr_unknown=1 stays"),
        ("vcr_unknown=1 and avcr_mode=x stay", "vcr_unknown=1 and avcr_mode=x stay"),
        ("/a/vcr_mode/x, b/vcr_cassette.yaml", "/a/vcr_mode/x, b/vcr_cassette.yaml"),
        ("vcr_cassette.yaml: vcr_mode.", "vcr_cassette.yaml: --mode."),
    ],
)
def test_a_message_has_its_options_as_they_are_typed(said: str, typed: str) -> None:
    assert in_words(said) == typed


def test_a_hint_is_spelled_as_it_was_given() -> None:
    found = replace(miss(0, near(), used=1), hint="--repeat-last")
    assert found.reason.endswith("; --repeat-last would let it match")


def test_all_that_is_known_names_every_near_one() -> None:
    other = Near(5, "PUT", "http://h/9", True, (), FOUND[:1])
    assert plain(long_lines(miss(0, near(differ=FOUND[:1]), other))) == [
        "no match for GET http://h/0",
        "  interaction 4 (unused)",
        "      agree: method, body",
        '      query.a: "1" was "2"',
        "      --ignore-query 'a b' would let it match",
        "  interaction 5 (already used): PUT http://h/9",
        '      query.a: "1" was "2"',
    ]


def test_it_is_said_that_others_were_not_compared() -> None:
    found = replace(miss(0, near(differ=FOUND[:1])), left_out=7)
    last = "  not compared: 7 others with a similar URL"
    assert plain(long_lines(found))[-1] == last


def test_what_was_asked_stays_on_its_line() -> None:
    hostile = Miss("GE\nT", "http://h/\x1b[31m\r\n::error::x", "", (), 0, 0)
    assert one_line(hostile).isprintable()
    assert "\n" not in "".join(plain(short_lines(hostile)))


@pytest.mark.parametrize("people", [False, True])
def test_many_are_not_all_told(
    people: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(console, "is_for_people", lambda: people)
    print_misses({miss(number): 1 for number in range(13)})
    err = capsys.readouterr().err
    assert err.count("http://h/") == 10
    assert "and 3 others; --report has them all" in err
    assert ("13 requests had no match" in err) is people


def test_not_all_may_be_remembered(capsys: pytest.CaptureFixture[str]) -> None:
    print_misses({miss(number): 1 for number in range(MOST_MISSES)})
    assert "and at least 40 others" in capsys.readouterr().err


def test_nothing_is_said_of_none(capsys: pytest.CaptureFixture[str]) -> None:
    print_misses({})
    assert capsys.readouterr().err == ""


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "in_terminal", "in_pipe"),
    [
        ({}, True, False),
        ({"TERM": "dumb"}, False, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "0"}, True, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
    ],
)
def test_colours_are_for_terminals_and_for_who_asks(
    environment: Mapping[str, str],
    in_terminal: bool,
    in_pipe: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "environ", environment)
    assert console.is_coloured(Terminal()) is in_terminal
    assert console.is_coloured(StringIO()) is in_pipe


def test_in_a_terminal_it_is_coloured(cli, tmp_path) -> None:
    url = "http://api.example.test/"
    cassette = write_cassette(tmp_path / "chat.yaml", answer(f"{url}?page=2", b"x"))
    code = f"""
import urllib.request as u, urllib.error
try: u.urlopen('{url}?page=3')
except urllib.error.HTTPError: pass
"""
    words = ("run", "--cassette", str(cassette), *cli.python(code))
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*MITMVCR, *words], stderr=theirs, env=cli.environment(TERM="xterm")
    ) as process:
        os.close(theirs)
        shown = seen_on(ours).splitlines()
    assert process.returncode == 100
    assert f"  \x1b[1mGET\x1b[0m {url}?page=3" in shown
    assert any("\x1b[36mquery.page\x1b[0m: " in line for line in shown)


def test_a_key_that_is_not_set_matches_and_a_miss_names_it(cli, tmp_path):
    path = "http://sky.test/forecast/[REDACTED:SKY_KEY]/42"
    cassette = write_cassette(tmp_path / "sky.yaml", answer(path, b"sun"))
    code = (
        "import os, urllib.request as r\n"
        "for last in ('42', '43'):\n"
        "    url = 'http://sky.test/forecast/%s/%s'\n"
        "    key = os.environ.get('SKY_KEY', '')\n"
        "    try: print(r.urlopen(url % (key, last)).read())\n"
        "    except r.HTTPError as error: print(error.code)\n"
    )
    words = ("run", "--cassette", str(cassette), "--mode", "replay_only", "--")
    done = cli(*words, *cli.python(code))
    assert done.stdout == "b'sun'\n424\n"
    assert "SKY_KEY is unset or too short here" in done.stderr


def test_looks_and_hidden_values_are_told() -> None:
    differ = (
        Difference("body.id", '"1"', '"2"', looks="looks like a UUID"),
        Difference("body.password", "***", "***", hidden="password"),
    )
    near = Near(0, "GET", "http://h/", False, (), differ)
    found = Miss("GET", "http://h/", "", (near,), 0, 1, unset=("A_KEY",))
    assert STALE in "".join(short_lines(replace(found, is_stale=True)))
    assert STALE not in "".join(short_lines(found))
    aged = replace(found, expired="interaction 3 (Expires, 2020)", shift="--time shift")
    assert f"      {aged.aged}" in short_lines(aged)
    assert "interaction 3 (Expires, 2020) has expired" in aged.aged
    for lines in (long_lines(found), short_lines(found)):
        text = "\n".join(plain(lines))
        assert 'body.id: "1" was "2" (looks like a UUID)' in text
        assert "body.password: they differ in a hidden value (password)" in text
        assert "A_KEY is unset or too short here" in text
