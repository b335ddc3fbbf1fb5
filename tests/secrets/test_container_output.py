"""What a container's program says, as docker and Kubernetes frame it."""

import pytest

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets.redactor import Redactor

SECRET = b"hunter2hunter"
LINES = (b"ready\n", b"password=hunter2hunter\n", b'{"api_key": "x1y2z3w4v5u6"}\n', b"")
HIDDEN = (
    b"ready\n",
    b"password=[REDACTED:password]\n",
    b'{"api_key": "[REDACTED:api_key]"}\n',
    b"",
)
DOCKER = "application/vnd.docker.multiplexed-stream"


def framed(*texts: bytes) -> bytes:
    frames = []
    for number, text in enumerate(texts):
        frames.append(bytes([number % 3, 0, 0, 0]) + len(text).to_bytes(4) + text)
    return b"".join(frames)


def kept(body: bytes, media: str = "") -> bytes:
    headers = {"Content-Type": [media]} if media else {}
    met = Interaction(0, Request(), Response(body=body, headers=headers))
    return Redactor().interaction(met).response.body


@pytest.mark.parametrize("media", [DOCKER, "application/octet-stream", ""])
def test_each_of_dockers_messages_is_looked_through_and_framed_again(
    media: str,
) -> None:
    assert kept(framed(*LINES), media) == framed(*HIDDEN)


@pytest.mark.parametrize("media", [DOCKER, ""])
@pytest.mark.parametrize("before", [LINES, ()])
def test_one_that_is_cut_off_is_looked_through_as_far_as_it_came(
    before: tuple[bytes, ...], media: str
) -> None:
    rest = b"\1\0\0\0\0\0\1\0" + LINES[1]
    # Its length is still as much above what came of it.
    hidden = b"\1\0\0\0\0\0\1\6" + HIDDEN[1]
    after = HIDDEN if before else ()
    assert kept(framed(*before) + rest, media) == framed(*after) + hidden
    for size in range(9):  # no secret in so little, and nothing else is lost
        part = rest[:size]
        assert kept(framed(*LINES) + part, media) == framed(*HIDDEN) + part


def test_a_letter_may_be_cut_off_too() -> None:
    rest = b"\1\0\0\0\0\0\1\0" + LINES[1] + "é".encode()[:1]
    seen = Redactor().message(rest)
    assert seen == b"\1\0\0\0\0\0\1\6" + HIDDEN[1] + b"\xc3"


@pytest.mark.parametrize(
    "body",
    [
        b"\1\0\0\0" + b"\0\0\0\x10" + b"password=" + SECRET,  # shorter than it says
        b"\1\0\0\0\0\0\0\2ok" + b"\xff password=" + SECRET,
        b"\3\0\0\0\0\0\0\x16password=" + SECRET,  # no such stream
        b"\3\0\0\0\0\0\1\x16password=" + SECRET,
        b"\1\0\0\0\1\0\1\x16password=" + SECRET,  # so long is none
        b"\1\0\0\0\0\0\1\x16\1\2\npassword=" + SECRET,  # and so is no text
        b"\1\0\0\0\0\0\1\x16\xff\xff\npassword=" + SECRET,
        bytes(64),
    ],
)
def test_what_only_begins_so_is_some_other_file(body: bytes) -> None:
    assert kept(body) == body


@pytest.mark.parametrize("channel", range(5))
def test_a_channel_of_kubernetes_stands_before_text(channel: int) -> None:
    said = bytes([channel]) + b"password=" + SECRET + b"\n"
    seen = Redactor().message(said)
    assert seen == bytes([channel]) + b"password=[REDACTED:password]\n"
    # A program's output is cut wherever a buffer ends, in a letter too.
    for letter in ("é", "€", "😀"):
        for cut in range(1, len(letter.encode())):
            end, rest = letter.encode()[:cut], letter.encode()[cut:]
            part = said[:1] + rest + b"\n" + said[1:] + end
            kept = said[:1] + rest + b"\n" + seen[1:] + end
            assert Redactor().message(part) == kept
    assert Redactor().message(b"\5" + said[1:]) == b"\5" + said[1:]
    assert Redactor().message(bytes([channel, channel])) == bytes([channel, channel])


#: Opens a stream, as Kubernetes' clients of before 2024 do: its headers are packed.
OPENS = b"\x80\3\0\1\1\0\0\x12" + bytes(10) + b"x\xf9\xe3\xc6\xa7\xc2\0\xff"


def in_spdy(*texts: bytes) -> bytes:
    frames = [b"\0\0\0\5" + len(text).to_bytes(4) + text for text in texts]
    return b"".join((OPENS, *frames, b"\0\0\0\3\1\0\0\0"))


def test_what_a_stream_of_spdy_says_is_looked_through_and_framed_again() -> None:
    assert Redactor().message(in_spdy(*LINES)) == in_spdy(*HIDDEN)


@pytest.mark.parametrize(
    "message",
    [
        in_spdy(*LINES) + b"\0\0\0\5\0\0\0\x16half",
        b"\0\0\0\5\2\0\0\x16password=" + SECRET,  # no such flags
        b"\x80\2\0\1\0\0\0\0" + in_spdy(*LINES),  # another version
        in_spdy(*LINES)[:-9],
    ],
)
def test_what_is_no_row_of_frames_keeps_its_lengths(message: bytes) -> None:
    seen = Redactor().message(message)
    assert len(seen) == len(message)
    assert in_spdy(*HIDDEN) not in seen
