"""Texts for a terminal: what colours them stands between names and values."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.secrets.spans import Span
from mitmvcr.secrets.views import without_colours as without

SECRET = "hunter2hunter"
HIDDEN = "[REDACTED:password]"
RED, BOLD, OFF = "\x1b[31m", "\x1b[1;38;5;12m", "\x1b[0m"
LINES = [
    f"{RED}password: {SECRET}{OFF}\n",
    f"{RED}password{OFF}={SECRET}\n",
    f'{RED}password{OFF}={BOLD}"{SECRET}"{OFF} rest\n',
    f"INFO {RED}password={OFF}{SECRET}\n",
    f'{{{BOLD}"password"{OFF}: {RED}"{SECRET}"{OFF}}}',
    f"\x1b[2K\x1b[1Gpassword{OFF}: {SECRET}\r\n",
    # What else programs tell a terminal: bash's prompt and its pasting, tput, a link
    f"\x1b]0;root@c: /\x07\x1b[?2004l\rpassword={SECRET}\r\n",
    f"\x1b]0;root@c: /\x1b\\password={SECRET}\r\n",
    f"\x1b(B\x1b[mpassword\x1b(B\x1b[m={SECRET}\n",
    f"{RED}password\x1b[m\x0f={SECRET}\n",
    f"\x1b=\x1b>\x1b7\x07password: {SECRET}\x1b8\n",
    f"\x1b]8;;https://x.test/\x1b\\password\x1b]8;;\x07={SECRET}\n",
    f"  5 %\r 50 %\rpassword={SECRET}\r\n",
    f"password={SECRET}\r 50 %\n",
    f"{RED}password{OFF}={SECRET}\n\0",
]


def kept(body: bytes) -> bytes:
    met = Interaction(0, Request(), Response(body=body))
    return Redactor().interaction(met).response.body


@pytest.mark.parametrize("line", LINES)
def test_the_value_is_hidden_and_its_colours_stay(line: str) -> None:
    assert kept(line.encode()).decode() == line.replace(SECRET, HIDDEN)


@pytest.mark.parametrize("line", [LINES[2], LINES[4]])
def test_as_a_string_of_json_too(line: str) -> None:
    said = json.dumps({"log": line})
    others = [said.replace(r"\u001b", escape) for escape in (r"\u001B", r"\\x1b")]
    for text in (said, *others):
        seen = json.loads(kept(text.encode()))["log"]
        assert SECRET not in seen
        assert HIDDEN in seen


@pytest.mark.parametrize(
    "text",
    [
        f"{RED}12 passed{OFF}, {BOLD}0 failed{OFF}\n",
        "index 1b[0] and 1B[1], no colours\n",
        "\x1b[31mthe password is wrong\x1b[0m\n",
    ],
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert kept(text.encode()) == text.encode()


def test_sequences_within_sequences_are_looked_through_once() -> None:
    text = b"\x1b" * 5000 + b"[m" * 5000
    assert kept(text) == text


@given(st.lists(st.one_of(st.binary(), st.just(b"\x1b[1m"), st.just(b"\\u001b[0m"))))
def test_each_byte_is_found_where_it_was(parts: list[bytes]) -> None:
    data = b"".join(parts)
    plain = without(data)
    if plain is None:
        return
    assert len(plain.text) <= len(data)
    for at in range(len(plain.text)):
        span = plain.back(Span(at, at + 1, "x"))
        there = data[span.start : span.end]
        assert plain.text[at : at + 1] in (there, there.replace(b"\r", b"\n"))
