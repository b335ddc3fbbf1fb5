"""What was noted is found again, and nothing can be read in the notes."""

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets.late import cleaned, noted
from mitmvcr.secrets.redactor import Redactor

SALT = b"s" * 16


def test_notes_that_were_cut_off_hold_what_is_whole() -> None:
    lines = noted([(b"x1y2z3w4v5", b"<A>"), (b"q1w2e3r4t5", b"<B>")], SALT)
    met = Interaction(0, Request(body=b"x1y2z3w4v5 q1w2e3r4t5"), Response())
    (both,) = cleaned([met], lines, SALT)
    assert both.request.body == b"<A> <B>"
    (one,) = cleaned([met], lines[:-9], SALT)
    assert one.request.body == b"<A> q1w2e3r4t5"


def test_nothing_but_what_was_noted_is_taken_out() -> None:
    request = Request(
        url="https://h/?api_key=k3y-k3pt",
        headers={
            "Authorization": ["Bearer kept-by-the-user"],
            "X": ["x1y2z3w4v5 x1y2z3w4ab"],
        },
    )
    (kept,) = cleaned(
        [Interaction(0, request, Response())],
        noted([(b"x1y2z3w4v5", b"<A>")], SALT),
        SALT,
    )
    assert kept.request.url == request.url
    assert kept.request.headers == {**request.headers, "X": ["<A> x1y2z3w4ab"]}


def test_what_was_learned_is_told_with_its_placeholder() -> None:
    memory = Redactor().memory
    memory.learn(b"x1y2z3w4v5", b"[REDACTED:a]")
    assert memory.learned(0)[0] == (b"x1y2z3w4v5", b"[REDACTED:a]")
    assert memory.learned(memory.size) == []
