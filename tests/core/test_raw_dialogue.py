"""What goes over a connection that was upgraded to other bytes, turn by turn."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitmvcr.core.frames import Frame
from mitmvcr.core.matching import Matcher
from mitmvcr.core.model import Response
from mitmvcr.core.raw_dialogue import (
    NotRecordedError,
    RawDialogue,
    in_turns,
    spoken,
)
from option_samples import parse_settings

MS = 1_000_000
SHELL = (
    Frame(False, 0, "text", b"$ "),
    Frame(True, 1, "text", b"ls -l\n"),
    Frame(False, 2, "text", b"a\nb\n$ "),
    Frame(True, 3, "text", b"exit\n"),
    Frame(False, 4, "close", b""),
)


def said(client: bool, at: int, data: bytes) -> Frame:
    return Frame(client, at * MS, "binary" if data else "close", data)


def test_pieces_are_turns_whose_side_changes_or_is_silent_for_a_while() -> None:
    server = [(0, b"wel"), (60, b"come "), (130, b"!\n"), (300, b"more")]
    client = [(301, b"l"), (302, b"s\n")]
    turns = in_turns(
        [
            *(said(False, *each) for each in server),
            *(said(True, *each) for each in client),
            *(said(False, 303, b"\x01\0"), said(False, 304, b"")),
        ]
    )
    assert turns == (
        Frame(False, 0, "text", b"welcome !\n"),
        Frame(False, 300 * MS, "text", b"more"),
        Frame(True, 301 * MS, "text", b"ls\n"),
        Frame(False, 303 * MS, "binary", b"\x01\0"),
        Frame(False, 304 * MS, "close", b""),
    )


def test_a_silence_within_a_line_parts_no_secret_from_its_name() -> None:
    pieces = [
        (0, b"password=hun"),
        (900, b"ter2hunter"),
        (1900, b"\r\n"),
        (2900, b"$ "),
    ]
    turns = in_turns(said(False, *each) for each in pieces)
    assert turns == (
        Frame(False, 0, "text", b"password=hunter2hunter\r\n"),
        Frame(False, 2900 * MS, "text", b"$ "),
    )


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("größe\r\n\t\x1b[0m".encode(), "text"),
        (b"\xff", "binary"),
        (b"a\x07", "binary"),
        ("\u2028".encode(), "binary"),
    ],
)
def test_text_is_what_a_line_of_yaml_shows_as_it_is(content: bytes, kind: str) -> None:
    (turn,) = in_turns([Frame(True, 0, "binary", content)])
    assert turn.kind == kind


def play(talk: RawDialogue) -> list[Frame]:
    return list(iter(talk.next, None))


@pytest.mark.parametrize(
    "pieces", [[b"ls -l\n", b"exit\n"], [b"l", b"s -l\nexi", b"t\n"]]
)
def test_it_is_answered_however_the_client_cuts_it(pieces: list[bytes]) -> None:
    talk = RawDialogue(SHELL)
    done = play(talk)
    assert done == [SHELL[0]]
    for piece in pieces:
        talk.hear(piece)
        done += play(talk)
    assert done == [*SHELL]
    assert repr(talk) == "<RawDialogue 0>"


def test_what_waits_to_be_compared_is_that_of_the_client_s_turn() -> None:
    dialogue = RawDialogue(SHELL)
    dialogue.hear(b"ls")
    assert dialogue.waiting == 0
    dialogue.next()
    assert dialogue.waiting == 2
    dialogue.hear(b" -l\nex")
    dialogue.next()
    assert dialogue.waiting == 0
    assert RawDialogue(()).waiting == 0


def test_what_was_not_recorded_is_refused_where_it_parts() -> None:
    talk = RawDialogue(SHELL)
    play(talk)
    talk.hear(b"ls -a\n")
    with pytest.raises(NotRecordedError, match=r"^byte 4 .a\\n.: the recording has .l"):
        talk.next()


def test_what_comes_behind_the_end_is_refused() -> None:
    for frames in (SHELL[:2], (*SHELL[:2], Frame(True, 3, "close", b""))):
        talk = RawDialogue(frames)
        play(talk)
        talk.hear(b"ls -l\nmore " + b"x" * 80)
        assert talk.next() == SHELL[1]
        with pytest.raises(NotRecordedError, match=r'"more x+\.\.\.: .* has no more'):
            talk.next()


def test_the_end_of_the_client_is_a_turn() -> None:
    talk = RawDialogue([Frame(True, 0, "close", b"")])
    assert talk.next() is None
    talk.end()
    assert play(talk) == [Frame(True, 0, "close", b"")]


def test_a_client_may_leave_between_turns_but_not_within_one() -> None:
    talk = RawDialogue(SHELL)
    play(talk)
    talk.end()
    assert talk.next() is None
    for part in (b"ls", b"ls -l"):
        talk = RawDialogue(SHELL)
        play(talk)
        talk.hear(part)
        talk.end()
        ended = f"^ended after {len(part)} of 6 bytes that the"
        with pytest.raises(NotRecordedError, match=ended):
            talk.next()


HIDDEN = (Frame(True, 0, "text", b"login [REDACTED:password] now\nls\n"),)


def redact(data: bytes) -> bytes:
    return data.replace(b"hunter2hunter", b"[REDACTED:password]")


@pytest.mark.parametrize(
    "pieces",
    [
        [b"login hunter2hunter now\nls\n"],
        [b"lo", b"gin hun", b"ter2hunter", b" now\n", b"ls\n"],
        [b"login hunter2hunter now\nls\nmore"],
    ],
)
def test_a_hidden_value_is_what_is_recognized_in_its_place(pieces: list[bytes]) -> None:
    talk = RawDialogue(HIDDEN, redact)
    for piece in pieces[:-1]:
        talk.hear(piece)
        assert talk.next() is None
    talk.hear(pieces[-1])
    assert talk.next() == HIDDEN[0]


def test_what_is_long_behind_a_hidden_value_may_come_in_pieces() -> None:
    lines = b"".join(b"%d: [REDACTED:password]\n" % at for at in range(3000))
    said = lines.replace(b"[REDACTED:password]", b"hunter2hunter")
    talk = RawDialogue([Frame(True, 0, "text", lines)], redact)
    for at in range(0, len(said) - 9, 20_000):
        talk.hear(said[at : at + 20_000])
        done = talk.next()
    assert done is not None
    talk = RawDialogue([Frame(True, 0, "text", lines)], redact)
    talk.hear(said[: said.index(b"1000: ")] + b"other")
    with pytest.raises(NotRecordedError, match=r'"other": the recording has "1000'):
        talk.next()


def test_a_very_long_turn_is_looked_through_about_once() -> None:
    """A dump of 20 MiB was looked through from its start with each 64 KiB."""
    lines = b"".join(b"%d: [REDACTED:password]\n" % at for at in range(60_000))
    said, seen = lines.replace(b"[REDACTED:password]", b"hunter2hunter"), 0

    def counting(data: bytes) -> bytes:
        nonlocal seen
        seen += len(data)
        return redact(data)

    talk = RawDialogue([Frame(True, 0, "text", lines)] * 2, counting)
    for _ in range(2):
        done = None
        for at in range(0, len(said), 50_000):
            assert done is None
            talk.hear(said[at : at + 50_000])
            done = talk.next()
        assert done is not None
    assert seen < 12 * len(said)


def test_a_hidden_value_of_many_lines_may_be_anywhere_in_a_long_turn() -> None:
    """Its second half alone does not show as one."""
    key = b"BEGIN\n" + b"x" * 60 + b"\n" + b"y" * 60 + b"\nEND\n"
    rest = b"a line\n" * 20_000

    def hide(data: bytes) -> bytes:
        cut = re.sub(rb"BEGIN\n(?:x+\n)?(?:y+\n)?END\n", b"[REDACTED:key]\n", data)
        return re.sub(rb"BEGIN\nx+\n\Z", b"[REDACTED:key]\n", cut)

    for before in (1, 9000, 9500, 19_000):
        live = b"a line\n" * before + key + rest
        talk = RawDialogue([Frame(True, 0, "text", hide(live))], hide)
        place = live.index(b"yyy")
        for start, end in ((0, place), (place, place + 63)):
            talk.hear(live[start:end])
            assert talk.next() is None
        talk.hear(live[place + 63 :])
        assert talk.next() is not None
        talk = RawDialogue([Frame(True, 0, "text", hide(live))], hide)
        talk.hear(live[: place + 63])
        assert talk.next() is None
        talk.hear(live[place + 63 :])
        assert talk.next() is not None


def test_what_is_no_hidden_value_is_not_waited_for_for_ever() -> None:
    for wrong in (b"logout", b"login " + b"x" * 9000, b"x"):
        talk = RawDialogue(HIDDEN, redact)
        talk.hear(wrong)
        with pytest.raises(NotRecordedError, match='the recording has "'):
            talk.next()
    talk = RawDialogue(HIDDEN[:0], redact)
    talk.hear(b"hunter2hunter")
    with pytest.raises(NotRecordedError, match=r'^"\[REDACTED:password\]": the rec'):
        talk.next()
    talk = RawDialogue(HIDDEN, redact)
    talk.hear(b"login other")
    assert talk.next() is None
    talk.end()
    with pytest.raises(NotRecordedError, match=r'^byte 6 "other": the recording has'):
        talk.next()


def test_what_is_not_compared_may_differ() -> None:
    for end in (b"\n", b""):
        recorded = Frame(True, 0, "text", b"at 12" + end)
        talk = RawDialogue([recorded], counted=lambda data: data.rstrip(b"0123456789"))
        talk.hear(b"at 12" if end else b"at 3")
        talk.hear(end)
        assert talk.next() == recorded


def no_time(data: bytes) -> bytes:
    return re.sub(rb"(?<=at )[0-9]+(?=\n\Z)", b"", data)


TIMED = (Frame(True, 0, "text", b"at 12\nat 13\n"), Frame(False, 1, "text", b"ok"))


@pytest.mark.parametrize("cut", range(1, 10))
def test_what_is_not_compared_may_come_in_pieces_and_with_the_next(cut: int) -> None:
    talk = RawDialogue([*TIMED, *TIMED], counted=no_time)
    live = b"at 7\nat 801\nat 9\nat 10\n"
    done = list[Frame]()
    for piece in (live[:cut], live[cut:]):
        talk.hear(piece)
        done += play(talk)
    assert done == [*TIMED, *TIMED]


@pytest.mark.parametrize("live", [b"at 7\nat", b"at 7\nat 8"])
def test_a_line_that_has_no_end_is_not_waited_for_where_the_client_ends(
    live: bytes,
) -> None:
    talk = RawDialogue(TIMED, counted=no_time)
    talk.hear(live)
    assert talk.next() is None
    talk.end()
    with pytest.raises(NotRecordedError, match="the recording has"):
        talk.next()


def test_a_line_that_is_another_is_refused_before_the_next_has_come() -> None:
    talk = RawDialogue(TIMED, counted=no_time)
    talk.hear(b"no 7\nat 8")
    with pytest.raises(NotRecordedError, match=r'^byte 0 "no 7\\nat 8": the rec'):
        talk.next()


COUNTED = Matcher(parse_settings(ignore_json=["$.id"]).matching).message


def asked(number: int, word: str = "list", end: str = "\n") -> bytes:
    return f'{{"id": {number}, "method": "{word}"}}{end}'.encode()


def call(number: int) -> tuple[Frame, Frame]:
    return Frame(True, 0, "text", asked(number)), Frame(False, 1, "text", b"ok\n")


@pytest.mark.parametrize("number", [1, 9])
@pytest.mark.parametrize("ends", [[b"\n"], [b"\r", b"\n"], []])
def test_the_end_of_a_line_may_come_late_or_never(number: int, ends: list[bytes]):
    """It was the beginning of the next turn, and that was refused."""
    end = b"".join(ends).decode()
    recorded = [
        *(Frame(True, 0, "text", asked(1, end=end)), Frame(False, 1, "text", b"a")),
        *(Frame(True, 2, "text", asked(2, end=end)), Frame(False, 3, "text", b"b")),
    ]
    talk = RawDialogue(recorded, counted=COUNTED)
    done = []
    for piece in [asked(number, end=""), *ends, asked(number + 1, end=""), *ends]:
        talk.hear(piece)
        done += play(talk)
    assert done == recorded
    talk.hear(b"\n\n")
    with pytest.raises(NotRecordedError, match="the recording has no more"):
        talk.next()


def test_turns_that_come_at_once_are_told_apart_by_what_counts() -> None:
    talk = RawDialogue([*call(1), *call(2)], counted=COUNTED)
    talk.hear(asked(8) + asked(9))
    assert play(talk) == [*call(1), *call(2)]


def test_lines_are_waited_for_while_what_counts_of_them_is_the_recorded() -> None:
    several = Frame(True, 0, "text", asked(1) + asked(2, "read") + asked(3))
    for wrong in (asked(7, "call"), asked(7) + asked(8), asked(7) + b"x\n", b"[\n"):
        talk = RawDialogue([several], counted=COUNTED)
        talk.hear(wrong)
        with pytest.raises(NotRecordedError, match=r'^byte \d+ "'):
            talk.next()
    talk = RawDialogue([several], counted=COUNTED)
    talk.hear(asked(7) + asked(8, "read", end=""))
    assert talk.next() is None
    talk.end()
    with pytest.raises(NotRecordedError, match=r'^byte 7 "7'):
        talk.next()


NUMBERS = st.lists(st.tuples(st.booleans(), st.sampled_from(["a", "b"])), max_size=6)


@given(NUMBERS, st.lists(st.integers(0, 200), max_size=8))
def test_what_does_not_count_may_differ_however_it_is_cut(
    said: list[tuple[bool, str]], cuts: list[int]
) -> None:
    pieces = [
        Frame(who, at, "text", asked(at, word) if who else word.encode())
        for at, (who, word) in enumerate(said)
    ]
    frames = in_turns(pieces)
    live = b"".join(asked(at + 100, word) for at, (who, word) in enumerate(said) if who)
    talk = RawDialogue(frames, counted=COUNTED)
    done = play(talk)
    for start, end in pairwise(
        [0, *sorted({at for at in cuts if at < len(live)}), None]
    ):
        talk.hear(live[start:end])
        done += play(talk)
    assert done == [*frames]


def test_an_answer_says_what_follows_it() -> None:
    for headers, name in (
        ({"upgrade": ["TCP"]}, "TCP"),
        ({"Upgrade": ["websocket"]}, "WebSocket"),
        ({}, "WebSocket"),
    ):
        assert spoken(Response(headers=headers, websocket=SHELL)) == name
        assert spoken(Response(headers=headers)) == ""


SAID = st.binary(min_size=1, max_size=5)
TALKS = st.lists(st.tuples(st.booleans(), SAID), max_size=8)


@given(TALKS, st.lists(st.integers(0, 40), max_size=12), st.booleans())
def test_however_it_is_cut_each_turn_comes_once_and_in_its_place(
    said: list[tuple[bool, bytes]], cuts: list[int], ends: bool
) -> None:
    """And where the client says one byte more, or another one, that is refused."""
    pieces = [Frame(who, at, "binary", data) for at, (who, data) in enumerate(said)]
    frames = in_turns(pieces)
    everything = b"".join(each.content for each in frames if each.from_client)
    places = [0, *sorted({at for at in cuts if at < len(everything)}), None]
    talk, done, heard = RawDialogue(frames), list[Frame](), 0
    for start, end in pairwise(places):
        talk.hear(everything[start:end])
        heard += len(everything[start:end])
        done += play(talk)
        before = [each for each in done if each.from_client]
        assert sum(len(each.content) for each in before) <= heard
    if ends:
        talk.end()
        done += play(talk)
    assert [each[::3] for each in done] == [each[::3] for each in frames]
    talk.hear(b"more")
    with pytest.raises(NotRecordedError):
        talk.next()
