"""What passes live, and the copy that is kept of it."""

import errno
import os
from dataclasses import replace

import pytest
from mitmproxy import http

from mitmvcr.core.events import ends
from mitmvcr.core.model import Response
from mitmvcr.proxy.flow.streaming import Tee, is_live, tap
from mitmvcr.view.restore import is_streamed

MIB = 1 << 20
JSON = "application/json"


def response(*headers: tuple[bytes, bytes]) -> http.Response:
    made = http.Response.make(200, b"")
    made.headers = http.Headers(headers)
    return made


@pytest.mark.parametrize(
    ("headers", "is_tapped"),
    [
        ([(b"Content-Length", b"1048576")], False),
        ([(b"Content-Length", b"1048577")], True),
        ([(b"Content-Length", b"0")], False),
        ([(b"Content-Type", b"text/event-stream"), (b"Content-Length", b"5")], True),
        ([], True),
    ],
)
def test_streams_and_large_bodies_pass_live(headers, is_tapped):
    answer = response(*headers)
    tee = tap(answer, spool=MIB)
    assert (tee is not None) is is_tapped
    assert answer.stream is (tee or False)


#: Content type -> whether it is a stream's, for who records and who replays.
TYPES = {
    "text/event-stream": True,
    "Text/Event-Stream; charset=utf-8": True,
    "application/x-ndjson": True,
    "application/ndjson": True,
    "application/jsonl": True,
    "application/jsonlines": True,
    "application/x-jsonlines": True,
    "application/json-lines": True,
    "application/stream+json": True,  # Spring
    "Application/X-JSON-Stream; charset=utf-8": True,  # AWS X-Ray, Ory
    "text/x-ndjson": True,
    "application/vnd.elasticsearch+x-ndjson": True,
    "application/x-ldjson": True,
    "application/ld+json": False,  # JSON-LD is one text
    "application/geo+json-seq": True,
    "application/vnd.kubernetes.protobuf;stream=watch": True,
    "application/vnd.kubernetes.protobuf": False,
    "application/vnd.docker.raw-stream": True,
    "application/vnd.docker.multiplexed-stream": True,
    "application/grpc": True,
    "application/grpc+proto": True,
    "application/grpc-web-text": True,
    'multipart/x-mixed-replace; boundary="x"': True,
    "multipart/mixed; boundary=x": False,
    "application/json-seq": True,
    "application/connect+json": True,
    "application/connect+proto; x=y": True,
    "application/vnd.amazon.eventstream": True,
    "application/json": False,
    "text/plain": False,
    "x-text/event-stream": False,
    "": False,
}


@pytest.mark.parametrize("kind", TYPES)
def test_what_passes_live_leaves_in_pieces(kind):
    answer = response((b"Content-Type", kind.encode()), (b"Content-Length", b"5"))
    assert is_live(answer, MIB) is TYPES[kind]
    recorded = Response(headers={"Content-Type": [kind]}, body=b"12345", code=200)
    assert is_streamed(recorded) is TYPES[kind]


def test_what_came_without_a_length_in_units_leaves_so():
    for kind, body in (("multipart/mixed; boundary=x", b"--x"), (JSON, b"{}\n{}\n")):
        sized = Response(headers={"Content-Type": [kind]}, body=body, code=200)
        assert not is_streamed(sized)
        assert is_streamed(replace(sized, content_length=-1))
    whole = Response(headers={"Content-Type": [JSON]}, body=b"{}\n", code=200)
    assert not is_streamed(replace(whole, content_length=-1))


@pytest.mark.parametrize("kind", [kind for kind in TYPES if TYPES[kind]])
def test_the_events_of_each_stream_are_known(kind):
    assert ends(f"{kind}; boundary=x", b"--x\n\n") is not None


@pytest.mark.parametrize("size", [0, 10, 5000])
def test_the_copy_is_the_same_in_memory_and_in_a_file(size):
    body = os.urandom(size)
    tee = Tee(spool=1000)
    for at in range(0, size, 700):
        assert tee(body[at : at + 700]) == body[at : at + 700]
    assert tee(b"") == b""
    assert tee.body() == body


def test_a_copy_that_finds_no_space_is_told_and_the_stream_goes_on(monkeypatch):
    tee = Tee(spool=10)

    def full(_: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tee._copy, "write", full)
    assert tee(b"one") == b"one"
    monkeypatch.undo()
    assert tee(b"two") == b"two"
    with pytest.raises(OSError, match="No space left on device"):
        tee.body()
